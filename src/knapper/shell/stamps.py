"""Which files of a vault are not what they were when they were last read."""

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from knapper.core.paths import NotePath
from knapper.shell.source import Stamp, is_settled

__all__ = ["Stamps"]


class Stamps:
    """The stamps of the files that were read; only what has the same one is not read again."""

    def __init__(self, root: Path) -> None:
        self._prefix = f"{root}{os.sep}"
        self._known: dict[NotePath, Stamp | None] = {}

    def __contains__(self, path: NotePath) -> bool:
        return path in self._known

    def changed(self, paths: Iterable[NotePath], now: int) -> dict[NotePath, Stamp | None]:
        """Return the files that may have changed, with their stamps as they are `now` (ns).

        A stamp that may stay the same through a further change, and that of a file that
        cannot be looked at, is None: such a file is looked into next time as well.
        """
        found: dict[NotePath, Stamp | None] = {}
        for path in paths:
            stamp = self._stamp(path)
            if stamp is None or self._known.get(path) != stamp:
                found[path] = stamp if stamp and is_settled(stamp, now) else None
        return found

    def read(self, stamps: Mapping[NotePath, Stamp | None]) -> None:
        """Files were read, after they were found with these stamps."""
        self._known.update(stamps)

    def drop(self, there: Collection[NotePath]) -> list[NotePath]:
        """Forget the files that are not there any more; return them."""
        gone = [path for path in self._known if path not in there]
        for path in gone:
            del self._known[path]
        return gone

    def modified(self, path: NotePath) -> int:
        """Return when a file was modified (ns), by its own account; 0 if it is not there."""
        stamp = self._stamp(path)
        return stamp[1] if stamp else 0

    def _stamp(self, path: NotePath) -> Stamp | None:
        try:
            status = os.stat(self._prefix + path)
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
