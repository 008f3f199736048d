"""What a watcher leaves in the state folder: a log that is rotated, and how it stands."""

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from knapper.shell.lock import is_locked

__all__ = ["Log", "read_state", "save_state"]

_LOG_BYTES, _LOGS = 1 << 20, 3
_STATE = "watch.json"


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
