"""Hearing of changes outside of an editor that does not tell of them itself."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from knapper.shell.watcher import Hints

__all__ = ["Outside"]

_WAIT = 60.0


class Outside:
    """Watches folders on a thread of its own; `tell` is called on the loop.

    It is given the paths that changed, or None for "look everywhere".
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, tell: Callable[[set[str] | None], None]
    ) -> None:
        self._loop, self._tell = loop, tell
        self._hints = Hints()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, folders: Iterable[Path]) -> None:
        """Watch these folders, and no others."""
        self._hints.start(folders)
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End watching."""
        self._stopped.set()
        self._hints.wake()
        self._hints.stop()

    def _listen(self) -> None:
        while not self._stopped.is_set():
            paths = self._hints.wait(_WAIT)
            if self._stopped.is_set() or self._loop.is_closed():
                return
            if paths is None or paths:
                self._loop.call_soon_threadsafe(self._tell, paths)
