"""What a watcher leaves in the state folder: a log that is rotated, and how it stands."""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from knapper.shell.lock import is_locked

__all__ = ["Log", "kept_address", "read_address", "read_state", "save_state"]

_LOG_BYTES, _LOGS = 1 << 20, 3
_STATE, _ADDRESS = "watch.json", "page.json"


class Log:
    """The log of a watcher; one that cannot be written is no matter."""

    def __init__(self, folder: Path) -> None:
        self._logger = logging.Logger("knapper.watch")
        logging.raiseExceptions = False
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(
                folder / "watch.log", maxBytes=_LOG_BYTES, backupCount=_LOGS, encoding="utf-8",
                errors="backslashreplace", delay=True,
            )  # fmt: skip
            self._logger.addHandler(handler)

    def __call__(self, line: str) -> None:
        """Add a line."""
        self._logger.info(line)

    def close(self) -> None:
        """Close the file."""
        for handler in self._logger.handlers:
            handler.close()


def save_state(folder: Path, state: Mapping[str, object]) -> None:
    """Leave word of how the watcher stands."""
    with suppress(OSError):
        aside = folder / f"{_STATE}.{os.getpid()}"
        aside.write_text(json.dumps({"pid": os.getpid(), **state}), encoding="utf-8")
        aside.replace(folder / _STATE)


def read_state(folder: Path) -> dict[str, object] | None:
    """Return how the watcher stands, None if none is running."""
    if not is_locked(folder, "watch"):
        return None
    try:
        found = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def kept_address(folder: Path, address: str) -> Iterator[None]:
    """Keep the address of a page, which holds its token, where only its user can read it."""
    place = folder / _ADDRESS
    aside = folder / f"{_ADDRESS}.{os.getpid()}"
    with suppress(OSError):
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"pid": os.getpid(), "address": address}, file)
        aside.replace(place)
    try:
        yield
    finally:
        with suppress(OSError):
            place.unlink()


def read_address(folder: Path, pid: object) -> str | None:
    """Return the address of the page that the process `pid` serves, None if it serves none."""
    try:
        found = json.loads((folder / _ADDRESS).read_text(encoding="utf-8"))
        return str(found["address"]) if found["pid"] == pid else None
    except (OSError, ValueError, LookupError, TypeError):
        return None
