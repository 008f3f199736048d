"""The watcher as a service: installing it, taking it away, and how it stands."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from knapper.core.service import Service, Wanted, service_for
from knapper.shell import service as shell
from knapper.shell.daemon import read_state
from knapper.shell.user_folders import state_folder

__all__ = ["Standing", "install", "service_of", "standing", "uninstall"]


class Standing(NamedTuple):
    """Whether the service's file is there, the system runs it, and a watcher is at work."""

    file: Path
    is_installed: bool
    is_running: bool
    watcher: dict[str, object] | None


def service_of(root: Path, options: Sequence[str] = ()) -> Service:
    """Return the service that watches the vault at `root` on this machine.

    `options` are those of `knapper watch`.
    """
    wanted = Wanted(shell.program(), options, shell.environment(), shell.user())
    return service_for(shell.system(), wanted, str(root))


def install(root: Path, options: Sequence[str] = ()) -> tuple[Path, str]:
    """Write the service's file and start it; return the file and what went wrong, or "".

    Installing it again brings it up to date. Raises `KnapperError` if the file cannot be
    written.
    """
    service = service_of(root, options)
    return shell.write(service), shell.run(service, service.begin)


def uninstall(root: Path) -> tuple[bool, str]:
    """Stop the service and remove its file; return whether it was there, and what went wrong."""
    service = service_of(root)
    if not shell.file_of(service).exists():
        return False, ""
    problem = shell.run(service, service.end)
    return shell.remove(service), problem


def standing(root: Path) -> Standing:
    """Return how the service of a vault stands; nothing is changed."""
    service = service_of(root)
    file = shell.file_of(service)
    there = file.exists()
    running = there and shell.is_running(service)
    return Standing(file, there, running, read_state(state_folder(root)))
