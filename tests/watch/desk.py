"""A vault, its watcher, who types in it, and a clock that runs ahead as told."""

import os
import time
from pathlib import Path
from typing import TypeVar

from knapper.app.check import check
from knapper.app.events import Event, Findings, Mended, Problem, Reloaded, Replicated
from knapper.app.watch import Watch
from knapper.app.workspace import open_workspace
from knapper.core.rule import Diagnostic
from knapper.core.schedule import SECOND

__all__ = ["DEFECT", "MENDED", "OTHER", "SECOND", "Desk", "fresh_findings"]

DEFECT = 'x <a class="yt-timestamp" data-t="00:00:05"></a> y\n'
MENDED = 'x <a class="yt-timestamp" data-t="00:00:05">[00:00:05]</a> y\n'
OTHER = '[[replica]]\nname = "other"\npath = "../other"\nmode = "two-way"\n'

Kind = TypeVar("Kind", Findings, Mended, Problem, Reloaded, Replicated)


class Desk:
    """The watcher driven by hand: no threads, no waiting. `other` is the replica's folder."""

    def __init__(self, root: Path, now: int | None = None) -> None:
        self.root, self.other = root, root.with_name("other")
        self.now = now or time.time_ns() + 3600 * SECOND
        for path in root.rglob("*.md"):
            self.age(path)
        self.events: list[Event] = []
        self.start()

    def start(self) -> None:
        """Begin to watch, as a daemon that was started (anew)."""
        self.watch = Watch(self.root, self.events.append, clock=lambda: self.now)
        self.watch.look(None)

    def age(self, path: Path) -> None:
        os.utime(path, ns=(self.now, self.now))

    def save(self, name: str, text: str, root: Path | None = None) -> None:
        """Save a note as Obsidian does, in place, and let the watcher hear of it."""
        path = (root or self.root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        self.age(path)
        self.watch.look([str(path)])

    def hear(self, *names: str) -> None:
        """Let the watcher hear of these files."""
        self.watch.look([str(self.root / name) for name in names])

    def later(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)
        self.watch.act()

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def rules(self) -> list[tuple[str, str]]:
        found = self.watch.watched.found
        return sorted((one.path, one.rule) for path in found for one in found[path])


def fresh_findings(root: Path) -> dict[str, list[Diagnostic]]:
    """Return what a check of the whole vault finds, by note."""
    found: dict[str, list[Diagnostic]] = {}
    for one in check(open_workspace(root, root=root), lambda _: True).diagnostics:
        found.setdefault(one.path, []).append(one)
    return found
