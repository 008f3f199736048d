"""Services of the user's own: their files, and the programs that run them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from knapper.core.errors import KnapperError
from knapper.core.service import Service, System
from knapper.shell.aside import write_whole

__all__ = [
    "environment",
    "file_of",
    "is_running",
    "program",
    "remove",
    "run",
    "system",
    "user",
    "write",
]


def system() -> System:
    """Return who runs services on this machine."""
    if sys.platform == "darwin":
        return "launchd"
    return "windows" if os.name == "nt" else "systemd"


def program() -> tuple[str, ...]:
    """Return what runs this very knapper, whatever the path of the service is.

    `-P` keeps it from importing what lies where the service is started.
    """
    quiet = Path(sys.executable).with_name("pythonw.exe")  # opens no window
    return (str(quiet if quiet.is_file() else Path(sys.executable)), "-P", "-m", "knapper")


def user() -> str:
    """Return the name of the user, with that of the domain where there is one."""
    name, domain = os.environ.get("USERNAME", ""), os.environ.get("USERDOMAIN")
    return f"{domain}\\{name}" if domain else name


def environment() -> dict[str, str]:
    """Return the variables that say where the state is: a service has to find the same."""
    names = ("KNAPPER_STATE_DIR", "XDG_STATE_HOME")
    return {name: value for name in names if (value := os.environ.get(name))}


def file_of(service: Service) -> Path:
    """Return where the file of a service is; `XDG_CONFIG_HOME` counts for systemd."""
    place = service.place
    if place.startswith(".config/") and os.environ.get("XDG_CONFIG_HOME"):
        return Path(os.environ["XDG_CONFIG_HOME"]) / place.removeprefix(".config/")
    return Path.home() / place


def write(service: Service) -> Path:
    """Write the file of a service aside and rename it; raises `KnapperError`."""
    file = file_of(service)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, service.content)
    except OSError as error:
        raise KnapperError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    return file


def remove(service: Service) -> bool:
    """Remove the file of a service; return whether there was one. Raises `KnapperError`."""
    file = file_of(service)
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise KnapperError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    return True


def run(service: Service, commands: tuple[tuple[str, ...], ...]) -> str:
    """Run commands about a service in order; return what went wrong, "" if nothing did."""
    for command in commands:
        may_fail = command[0].startswith("-")
        given = [_filled(word, service) for word in command]
        given[0] = given[0].removeprefix("-")
        if shutil.which(given[0]) is None:
            return f"there is no '{given[0]}' here"
        ran = subprocess.run(  # noqa: S603 - words of ours, and no shell reads them
            given, capture_output=True, text=True, errors="replace", check=False
        )
        if ran.returncode and not may_fail:
            said = (ran.stderr or ran.stdout).strip().splitlines()
            return f"{' '.join(given)}: {said[0] if said else f'exit {ran.returncode}'}"
    return ""


def is_running(service: Service) -> bool:
    """Tell whether the system says that the service runs."""
    return not run(service, (service.ask,))


def _filled(word: str, service: Service) -> str:
    user = str(os.getuid()) if hasattr(os, "getuid") else ""
    return word.replace("{file}", str(file_of(service))).replace("{user}", user)
