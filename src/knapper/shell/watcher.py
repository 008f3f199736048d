"""Hints that something changed: watchdog's events, gathered into batches.

An event says only "look again". Which observer is used is told by the file system:
those that come over a network give no events, so they are polled.
"""

import os
import threading
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer as NativeObserver
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

__all__ = ["Hints", "has_events"]

_SILENT = {"opened", "closed_no_write"}
_WITHOUT_EVENTS = {
    "9p", "afpfs", "afs", "ceph", "cifs", "drvfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
    "glusterfs", "ncpfs", "nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs",
}  # fmt: skip
_PAUSE, _LONGEST = 0.1, 1.0
"""A batch ends after so many seconds without an event, at the latest after so many."""
_MANY = 2000
_POLLED = 2.0


class Hints(FileSystemEventHandler):
    """Gathers the paths that changed under some folders."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._paths: set[str] = set()
        self._everything = False
        self._woken = False
        self._observer: BaseObserver | None = None

    def start(self, folders: Iterable[Path], observer: str = "auto") -> str:
        """Begin to watch; return which observer is used, "native" or "polling"."""
        self.stop()
        places = [place for place in folders if place.is_dir()]
        native = observer == "native" or (observer == "auto" and all(map(has_events, places)))
        try:
            self._begin(NativeObserver() if native else PollingObserver(timeout=_POLLED), places)
        except OSError:  # no more watches to be had
            native = False
            self._begin(PollingObserver(timeout=_POLLED), places)
        return "native" if native else "polling"

    def _begin(self, observer: BaseObserver, places: Collection[Path]) -> None:
        for place in places:
            observer.schedule(self, str(place), recursive=True)
        observer.start()
        self._observer = observer

    def stop(self) -> None:
        """End watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def wake(self) -> None:
        """End a wait now."""
        self._woken = True  # without the lock: a signal may interrupt whoever holds it
        threading.Thread(target=self._notify, daemon=True).start()

    def _notify(self) -> None:
        with self._ready:
            self._ready.notify_all()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take in an event of watchdog's."""
        if event.event_type in _SILENT or (event.is_directory and event.event_type == "modified"):
            return
        with self._ready:
            for path in (event.src_path, event.dest_path):
                if path:
                    self._paths.add(os.fsdecode(path))
            if event.is_directory or len(self._paths) > _MANY:
                self._everything = True
            self._ready.notify_all()

    def wait(self, seconds: float) -> set[str] | None:
        """Return the paths that changed: an empty set after `seconds`, None for "all"."""
        with self._ready:
            self._ready.wait_for(lambda: self._paths or self._woken, max(0.0, seconds))
            self._woken = False
            end = time.monotonic() + _LONGEST
            while self._paths and time.monotonic() < end:
                number = len(self._paths)
                self._ready.wait(_PAUSE)
                if len(self._paths) == number:
                    break
            paths, everything = self._paths, self._everything
            self._paths, self._everything = set(), False
            return None if everything else paths


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
