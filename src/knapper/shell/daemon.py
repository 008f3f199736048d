"""What a watcher leaves in the state folder: a log that is rotated, and how it stands."""

import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from knapper.shell.lock import is_locked

__all__ = ["keep_log", "read_state", "save_state"]

_LOG_BYTES, _LOGS = 1 << 20, 3
_STATE = "watch.json"


def keep_log(folder: Path) -> Callable[[str], None]:
    """Return the function that adds a line to the log; a log that fails is no matter."""
    logger = logging.Logger("knapper.watch")
    logging.raiseExceptions = False
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "watch.log", maxBytes=_LOG_BYTES, backupCount=_LOGS, encoding="utf-8",
            errors="backslashreplace", delay=True,
        )  # fmt: skip
        logger.addHandler(handler)
    return logger.info


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
