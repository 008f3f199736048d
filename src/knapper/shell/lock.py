"""One writer a vault: a lock that dies with its process."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knapper.core.errors import KnapperError

if os.name == "nt":
    import msvcrt
else:
    import fcntl

__all__ = ["is_locked", "locked"]

_PAUSE = 0.05


_BUSY = "another knapper is at work on this vault; try again when it ended"


@contextmanager
def locked(
    folder: Path, *, name: str = "lock", patience: float = 20.0, busy: str = _BUSY
) -> Iterator[None]:
    """Hold the lock of a state folder, waiting `patience` seconds for it.

    Raises `KnapperError` with the text `busy` if somebody else keeps it. The system
    lets go of it when the process ends, however it ends.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(_file(folder, name), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        said = f"nothing can be kept here: {reason}; KNAPPER_STATE_DIR names another folder"
        raise KnapperError(f"{folder}: {said}") from error
    try:
        _wait(descriptor, patience, busy)
        yield
    finally:
        os.close(descriptor)


def is_locked(folder: Path, name: str) -> bool:
    """Tell whether somebody holds a lock."""
    try:
        descriptor = os.open(_file(folder, name), os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(descriptor)
    finally:
        os.close(descriptor)


def _file(folder: Path, name: str) -> Path:
    return folder / ("lock" if name == "lock" else f"{name}.lock")


def _wait(descriptor: int, patience: float, busy: str) -> None:
    end = time.monotonic() + patience
    while not _take(descriptor):
        if time.monotonic() > end:
            raise KnapperError(busy)
        time.sleep(_PAUSE)


def _take(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
