"""The watcher as a service of the user's own: what each system wants to be told.

Sources: systemd.service(5) and systemd.unit(5), launchd.plist(5), and Microsoft's
"Task Scheduler schema". Each service runs one `knapper watch` for one vault, begins
when the user logs in, and is begun again if it fails.
"""

import plistlib
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

__all__ = ["Service", "System", "Wanted", "service_for"]

System = Literal["systemd", "launchd", "windows"]


class Service(NamedTuple):
    """A service: its name, its file (below the user's home) and the commands about it.

    `begin` starts it now (anew, if it runs) and at each login, `end` stops it for good,
    `ask` exits with 0 while it runs. In commands `{file}` stands for where the file is,
    `{user}` for the user's number; one with a `-` before its first word may fail.
    """

    name: str
    place: str
    content: bytes
    begin: tuple[tuple[str, ...], ...]
    end: tuple[tuple[str, ...], ...]
    ask: tuple[str, ...]


class Wanted(NamedTuple):
    """What a service is to run, and for whom.

    `program` runs knapper: a whole path and, perhaps, arguments. `options` are those of
    `knapper watch`, `environment` has the variables that it needs (Windows has no place
    for them), and `user` is the name by which Windows knows the user.
    """

    program: Sequence[str]
    options: Sequence[str] = ()
    environment: Mapping[str, str] = {}
    user: str = ""


def service_for(system: System, wanted: Wanted, vault: str) -> Service:
    """Return the service that watches a vault (a whole path)."""
    words = "-".join(re.findall(r"[a-z0-9]+", re.split(r"[/\\]", vault)[-1].lower())) or "vault"
    name = f"knapper-{words[:40]}-{sha256(vault.encode(errors='surrogateescape')).hexdigest()[:8]}"
    watch = ("watch", *wanted.options, "--output-format", "json", "--vault", vault)
    command = [*wanted.program, *watch]
    match system:
        case "systemd":
            return _systemd(name, command, vault, wanted.environment)
        case "launchd":
            label = f"org.knapper.{name.removeprefix('knapper-')}"
            return _launchd(label, command, wanted.environment)
        case "windows":
            return _windows(name, command, vault, wanted.user)


def _systemd(
    name: str, command: Sequence[str], vault: str, environment: Mapping[str, str]
) -> Service:
    """It is begun again for ever: a disk may come back, and a configuration be mended."""
    variables = "".join(
        f"Environment={_quoted(f'{name}={value}', dollar='$')}\n"
        for name, value in sorted(environment.items())
    )
    unit = f"{name}.service"
    content = f"""\
[Unit]
Description=knapper watches {_escaped(vault)}
StartLimitIntervalSec=0

[Service]
ExecStart={" ".join(map(_quoted, command))}
ExecReload=kill -HUP $MAINPID
{variables}Restart=on-failure
RestartSec=30
StandardOutput=null
NoNewPrivileges=yes
Nice=10

[Install]
WantedBy=default.target
"""
    return Service(
        unit, f".config/systemd/user/{unit}", content.encode(errors="surrogateescape"),
        (("systemctl", "--user", "daemon-reload"),
         ("systemctl", "--user", "enable", unit),
         ("systemctl", "--user", "restart", unit)),
        (("systemctl", "--user", "disable", "--now", unit),),
        ("systemctl", "--user", "is-active", "--quiet", unit),
    )  # fmt: skip


def _escaped(text: str) -> str:
    """Spell out what a line of a unit file cannot hold, and `%`, which it would fill in."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text).replace("%", "%%")


def _quoted(word: str, dollar: str = "$$") -> str:
    r"""Quote a word of a command: `\` and `"` for the quotes, `%` and `$` for systemd."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", dollar)
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", text) + '"'


def _launchd(name: str, command: Sequence[str], environment: Mapping[str, str]) -> Service:
    content = plistlib.dumps({
        "Label": name, "ProgramArguments": list(command), "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False}, "ThrottleInterval": 30,
        "ProcessType": "Background", "StandardOutPath": "/dev/null",
        "EnvironmentVariables": dict(environment),
    })  # fmt: skip
    return Service(
        name, f"Library/LaunchAgents/{name}.plist", content,
        (("-launchctl", "bootout", f"gui/{{user}}/{name}"),
         ("launchctl", "bootstrap", "gui/{user}", "{file}")),
        (("launchctl", "bootout", f"gui/{{user}}/{name}"),),
        ("launchctl", "print", f"gui/{{user}}/{name}"),
    )  # fmt: skip


def _windows(name: str, command: Sequence[str], vault: str, user: str) -> Service:
    task = Element("Task", version="1.2",
                   xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task")  # fmt: skip
    SubElement(
        SubElement(task, "RegistrationInfo"), "Description"
    ).text = f"knapper watches {vault}"
    logon = SubElement(SubElement(task, "Triggers"), "LogonTrigger")
    SubElement(logon, "Enabled").text = "true"
    principal = SubElement(SubElement(task, "Principals"), "Principal", id="Author")
    SubElement(logon, "UserId").text = SubElement(principal, "UserId").text = user
    SubElement(principal, "LogonType").text = "InteractiveToken"
    SubElement(principal, "RunLevel").text = "LeastPrivilege"
    settings = SubElement(task, "Settings")
    for key, value in (
        ("MultipleInstancesPolicy", "IgnoreNew"), ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"), ("Hidden", "true"), ("ExecutionTimeLimit", "PT0S"),
    ):  # fmt: skip
        SubElement(settings, key).text = value
    again = SubElement(settings, "RestartOnFailure")
    SubElement(again, "Interval").text, SubElement(again, "Count").text = "PT1M", "999"
    run = SubElement(SubElement(task, "Actions", Context="Author"), "Exec")
    SubElement(run, "Command").text = command[0]
    SubElement(run, "Arguments").text = " ".join(map(_for_windows, command[1:]))
    indent(task)
    content = '<?xml version="1.0" encoding="UTF-16"?>\n' + tostring(task, encoding="unicode")
    return Service(
        name, f"AppData/Local/knapper/{name}.xml", content.encode("utf-16", errors="replace"),
        (("schtasks", "/Create", "/F", "/TN", name, "/XML", "{file}"),
         ("schtasks", "/Run", "/TN", name)),
        (("-schtasks", "/End", "/TN", name), ("schtasks", "/Delete", "/F", "/TN", name)),
        ("schtasks", "/Query", "/TN", name),
    )  # fmt: skip


def _for_windows(word: str) -> str:
    """Quote a word as `CommandLineToArgvW` reads it; a path cannot hold a quote there."""
    if word and not re.search(r"[\s\"]", word):
        return word
    ending = re.search(r"\\*\Z", word)
    return f'"{word}{ending[0] if ending else ""}"'
