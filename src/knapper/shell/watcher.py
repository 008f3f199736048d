"""Hints that something changed: watchdog's events, gathered into batches.

An event says only "look again". Which observer is used is told by the file system:
those that come over a network give no events, so they are polled. What watchdog
warns of (its queue ran over, a folder could not be watched) is a hint too, for all.
"""

import logging
import os
import threading
import time
import warnings
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer as NativeObserver
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

__all__ = ["Hints", "has_events"]

_WANTED: list[type[FileSystemEvent]] = [
    DirCreatedEvent, DirDeletedEvent, DirMovedEvent, FileClosedEvent, FileCreatedEvent,
    FileDeletedEvent, FileModifiedEvent, FileMovedEvent,
]  # fmt: skip
"""Not that a file was opened or read: we read thousands of them ourselves."""

_WITHOUT_EVENTS = {
    "9p", "afpfs", "afs", "ceph", "cifs", "drvfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
    "glusterfs", "ncpfs", "nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs",
}  # fmt: skip
_PAUSE, _LONGEST = 0.1, 1.0
"""A batch ends after so many seconds without an event, at the latest after so many."""
_MANY = 2000
_POLLED, _SHARE = 2.0, 100
"""A folder is polled so often, or less: so many times the time that listing it takes."""


class Hints(FileSystemEventHandler):
    """Gathers the paths that changed under some folders."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._paths: set[str] = set()
        self._everything = False
        self._woken = False
        self._observers: list[BaseObserver] = []
        self._roots: dict[Path, tuple[int, int] | None] = {}
        self._warnings = _Warnings(self)

    def start(self, folders: Iterable[Path], observer: str = "auto") -> str:
        """Begin to watch; return which observers are used: "native", "polling", both, or ""."""
        self.stop()
        warnings.filterwarnings("ignore", module=r"watchdog\.")  # of no use to whoever watches
        logging.getLogger("watchdog").addHandler(self._warnings)
        self._roots = {folder: _identity(folder) for folder in folders}
        kinds = [self._watch(root, observer) for root, there in self._roots.items() if there]
        return " and ".join(sorted(set(kinds)))

    def _watch(self, folder: Path, observer: str) -> str:
        if observer == "native" or (observer == "auto" and has_events(folder)):
            try:
                self._begin(NativeObserver(), folder)
            except OSError:  # no more watches to be had
                pass
            else:
                return "native"
        self._begin(PollingObserver(timeout=_interval(folder)), folder)
        return "polling"

    def _begin(self, observer: BaseObserver, folder: Path) -> None:
        observer.schedule(self, str(folder), recursive=True, event_filter=_WANTED)
        observer.start()
        self._observers.append(observer)

    def stop(self) -> None:
        """End watching."""
        for observer in self._observers:
            observer.stop()
        for observer in self._observers:
            observer.join()
        self._observers = []
        logging.getLogger("watchdog").removeHandler(self._warnings)  # they may warn to the last

    @property
    def is_deaf(self) -> bool:
        """Whether a folder came, went or is another one now, or an observer has ended."""
        if any(_identity(folder) != known for folder, known in self._roots.items()):
            return True
        return not all(
            observer.is_alive() and all(one.is_alive() for one in observer.emitters)
            for observer in self._observers
        )

    def wake(self) -> None:
        """End a wait now; another thread may do it, but no handler of a signal."""
        with self._ready:
            self._woken = True
            self._ready.notify_all()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take in an event of watchdog's."""
        with self._ready:
            for path in (event.src_path, event.dest_path):
                if path:
                    self._paths.add(os.fsdecode(path))
            if event.is_directory or len(self._paths) > _MANY:
                self._everything = True
            self._ready.notify_all()

    def lost(self) -> None:
        """Take in that events were lost."""
        with self._ready:
            self._everything = True
            self._ready.notify_all()

    def wait(self, seconds: float) -> set[str] | None:
        """Return the paths that changed: an empty set after `seconds`, None for "all"."""
        with self._ready:
            self._ready.wait_for(
                lambda: self._paths or self._everything or self._woken, max(0.0, seconds)
            )
            self._woken = False
            end = time.monotonic() + _LONGEST
            while (self._paths or self._everything) and time.monotonic() < end:
                if not self._ready.wait(_PAUSE):  # it is quiet
                    break
            paths, everything = self._paths, self._everything
            self._paths, self._everything = set(), False
            return None if everything else paths


class _Warnings(logging.Handler):
    """Takes what watchdog warns of for a loss of events."""

    def __init__(self, hints: Hints) -> None:
        super().__init__(logging.WARNING)
        self._hints = hints

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - whatever it is
        self._hints.lost()


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another one in its place, None if it is not there."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _interval(folder: Path) -> float:
    """Return how often to poll a folder, in seconds: by how long it takes to walk it."""
    started = time.perf_counter()
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                os.lstat(os.path.join(where, name))
    return max(_POLLED, _SHARE * (time.perf_counter() - started))


def has_events(folder: Path) -> bool:
    """Tell whether the file system of a folder tells of changes (Linux: by its kind)."""
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return True
    real = os.path.realpath(folder)
    best, kind = "", ""
    for _, escaped, found, *_ in (line.split(" ") for line in mounts):
        place = escaped.replace("\\040", " ")
        if (real == place or real.startswith(place.rstrip("/") + "/")) and len(place) >= len(best):
            best, kind = place, found
    return kind not in _WITHOUT_EVENTS
