"""The watcher as a service: what the systems are told, and the command."""

import plistlib
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import Knapper, WriteVault
from knapper.core.service import Wanted, service_for

PROGRAM = ("/opt/my python/bin/python3", "-P", "-m", "knapper")
WANTED = Wanted(PROGRAM, ["--no-fix"], {"KNAPPER_STATE_DIR": "/my state/$x 5 %"}, "HOME\\me & co")
VAULTS = ["/home/me/Notes", '/home/me/My "50 %" $HOME vault\\x', "/home/me/日记 🗒"]
XML = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


@pytest.mark.parametrize("vault", VAULTS)
def test_a_systemd_unit_runs_just_this(vault: str, tmp_path: Path) -> None:
    service = service_for("systemd", WANTED, vault)
    lines = dict(
        line.split("=", 1) for line in service.content.decode().splitlines() if "=" in line
    )
    # systemd's quotes are those of a shell, but for its own two signs
    words = [w.replace("%%", "%").replace("$$", "$") for w in shlex.split(lines["ExecStart"])]
    assert words == [*PROGRAM, "watch", "--no-fix", "--output-format", "json", "--vault", vault]
    assert lines["Environment"] == '"KNAPPER_STATE_DIR=/my state/$x 5 %%"'
    assert (lines["Restart"], lines["WantedBy"]) == ("on-failure", "default.target")
    assert service.place == f".config/systemd/user/{service.name}"
    if shutil.which("systemd-analyze"):
        file = tmp_path / service.name
        file.write_bytes(service.content.replace(b"/opt/my python/bin/python3", b"/bin/true"))
        call = ["systemd-analyze", "--user", "verify", str(file)]
        ran = subprocess.run(call, capture_output=True, text=True, check=False)
        assert service.name not in ran.stderr, ran.stderr


@pytest.mark.parametrize("vault", VAULTS)
def test_a_launch_agent_runs_just_this(vault: str) -> None:
    service = service_for("launchd", WANTED, vault)
    read = plistlib.loads(service.content)
    assert read["ProgramArguments"][-2:] == ["--vault", vault]
    assert read["EnvironmentVariables"] == WANTED.environment
    assert read["KeepAlive"] == {"SuccessfulExit": False}
    assert service.place == f"Library/LaunchAgents/{read['Label']}.plist"


def test_a_task_of_windows_runs_just_this() -> None:
    vault = "C:\\Users\\Me\\My notes & more\\"
    program = ("C:\\Py thon\\pythonw.exe", *PROGRAM[1:])
    service = service_for("windows", WANTED._replace(program=program, options=()), vault)
    task = ElementTree.fromstring(service.content.decode("utf-16"))
    assert task.findtext(".//t:Command", namespaces=XML) == "C:\\Py thon\\pythonw.exe"
    arguments = (
        '-P -m knapper watch --output-format json --vault "C:\\Users\\Me\\My notes & more\\\\"'
    )
    assert task.findtext(".//t:Arguments", namespaces=XML) == arguments
    users = [user.text for user in task.iterfind(".//t:UserId", XML)]
    assert users == [WANTED.user, WANTED.user]  # of the logon that begins it, and of its rights


def test_two_vaults_of_one_name_have_two_services() -> None:
    names = {service_for("systemd", WANTED, f"/{where}/Notes").name for where in "ab"}
    assert len(names) == 2
    assert all(name.startswith("knapper-notes-") for name in names)


def test_the_command(
    vault: WriteVault, knapper: Knapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a manager of services that only writes down what it is told."""
    root = vault({"A.md": ""})
    calls = tmp_path / "calls"
    manager = tmp_path / "bin/systemctl"
    manager.parent.mkdir()
    manager.write_text(f'#!/bin/sh\necho "$@" >> "{calls}"\n')
    manager.chmod(0o755)
    monkeypatch.setenv("PATH", str(manager.parent), prepend=":")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("knapper.shell.service.system", lambda: "systemd")
    monkeypatch.setattr("knapper.cli.service.system", lambda: "systemd")
    units = tmp_path / "config/systemd/user"

    assert knapper(root, "service", "status").status == 1
    shown = knapper(root, "service", "install", "--dry-run")
    assert "ExecStart=" in shown.out
    assert not units.exists()
    assert knapper(root, "service", "install").status == 0
    (unit,) = units.iterdir()
    assert unit.read_text() in shown.out + "\n"
    assert knapper(root, "service", "status").lines()[1] == "running"
    assert knapper(root, "service", "uninstall").status == 0
    assert not list(units.iterdir())
    said = calls.read_text().splitlines()
    assert said[:3] == [
        "--user daemon-reload",
        f"--user enable {unit.name}",
        f"--user restart {unit.name}",
    ]
    assert said[-1] == f"--user disable --now {unit.name}"

    manager.write_text("#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n")
    ran = knapper(root, "service", "install")
    assert ran.status == 1
    assert "it could not be started: systemctl --user daemon-reload: Failed to connect" in ran.err


def test_a_service_may_serve_the_page(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"A.md": ""})
    ran = knapper(root, "service", "install", "--dry-run", "--http")
    assert ran.status == 0
    assert "--http=5627" in ran.out
    assert "--http" not in knapper(root, "service", "install", "--dry-run").out
