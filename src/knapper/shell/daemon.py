"""What a watcher leaves in the state folder: a log that is rotated, and how it stands."""

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from knapper.shell.aside import write_whole
from knapper.shell.lock import is_locked

__all__ = [
    "LOG",
    "Log",
    "kept_address",
    "last_state",
    "local_time",
    "read_address",
    "read_state",
    "save_state",
]

LOG = "watch.log"
_LOG_BYTES, _LOGS = 1 << 20, 3
_STATE, _ADDRESS = "watch.json", "page.json"


def local_time(seconds: float | None = None) -> str:
    """Return a time (of now, or since the epoch) with its zone, as ISO 8601 has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(seconds))


class Log:
    """The log of a watcher, one JSON object a line; not to be able to write it is no matter.

    Files of 1 MiB, of which the last four are kept (`watch.log`, `watch.log.1`, …).
    """

    def __init__(self, folder: Path) -> None:
        self._logger = logging.Logger("knapper.watch")
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            self._logger.addHandler(_Rotated(
                folder / LOG, maxBytes=_LOG_BYTES, backupCount=_LOGS, encoding="utf-8",
                errors="backslashreplace", delay=True,
            ))  # fmt: skip

    def __call__(self, entry: Mapping[str, object]) -> None:
        """Add an entry, with the time `at`."""
        self._logger.info(json.dumps({"at": local_time(), **entry}, ensure_ascii=False))

    def close(self) -> None:
        """Close the file."""
        for handler in self._logger.handlers:
            handler.close()


class _Rotated(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """A full disk, for one: the next entry may fit again."""


def save_state(folder: Path, state: Mapping[str, object]) -> None:
    """Leave word of how the watcher stands; the last word stays when it has ended."""
    with suppress(OSError):
        write_whole(folder / _STATE, json.dumps({"pid": os.getpid(), **state}).encode())


def read_state(folder: Path) -> dict[str, object] | None:
    """Return how the watcher stands, None if none is running."""
    return last_state(folder) if is_locked(folder, "watch") else None


def last_state(folder: Path) -> dict[str, object]:
    """Return how the watcher stands, or the last one stood; empty if that is not known."""
    try:
        found = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def kept_address(folder: Path, address: str) -> Iterator[None]:
    """Keep the address of a page, which holds its token, where only its user can read it."""
    place = folder / _ADDRESS
    with suppress(OSError):
        kept = json.dumps({"pid": os.getpid(), "address": address})
        write_whole(place, kept.encode(), mode=0o600)
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
