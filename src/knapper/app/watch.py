"""Watching a vault: findings as they come, safe fixes, and sync, while somebody types."""

import os
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from knapper.app.account import Synced
from knapper.app.check import Checked, repair
from knapper.app.resting import glimpse
from knapper.app.roots import CONFIG_NAME, place_of
from knapper.app.sync import sync
from knapper.app.workspace import CHECKED, Workspace, facts, open_workspace
from knapper.core.errors import KnapperError
from knapper.core.live import Live
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension
from knapper.core.rule import Diagnostic
from knapper.core.watching import WatchSettings, is_half_typed
from knapper.shell.disk import scan

__all__ = ["Event", "Findings", "Mended", "Problem", "Replicated", "Watch"]

_SECOND = 1_000_000_000
_RETRY = 60 * _SECOND
_AFTER_ALL = _SECOND
"""A folder that is new is looked at once more after this: its first events may be lost."""


class Findings(NamedTuple):
    """What is found now in notes in which something else was found before."""

    now: dict[NotePath, list[Diagnostic]]
    before: dict[NotePath, list[Diagnostic]]


class Mended(NamedTuple):
    """Notes that were mended, and the run that did it."""

    paths: list[NotePath]
    run: int | None


class Replicated(NamedTuple):
    """What became of the replicas."""

    found: list[Synced]


class Problem(NamedTuple):
    """Something that could not be done; it is tried again."""

    message: str


Event = Findings | Mended | Replicated | Problem
_Stamp = tuple[int, int, int]


class Watch:
    """A vault that is watched. `now` is in ns of the wall clock throughout.

    `look` takes hints, `act` does what is due, `due` says when that is. Nothing here
    waits or listens: whoever calls does.
    """

    def __init__(
        self,
        root: Path,
        tell: Callable[[Event], None],
        *,
        fix: bool = True,
        replicate: bool = True,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.root, self.tell, self.clock = root, tell, clock
        self._fix, self._replicate = fix, replicate
        self.is_gone = False
        self._stamps: dict[NotePath, _Stamp] = {}
        self._changed: dict[NotePath, int] = {}
        self._half: set[NotePath] = set()
        self._tried: dict[NotePath, _Stamp] = {}
        self._sync_due: int | None = None
        self._look_due = 0
        self._fix_due: int | None = None
        self._said = ""
        self._worst = 0
        self._open(open_workspace(root, root=root))

    # -- the configuration ---------------------------------------------------------------

    @property
    def settings(self) -> WatchSettings:
        return self.workspace.config.watch

    def folders(self) -> list[Path]:
        """Return the folders in which changes matter."""
        replicas = self.workspace.config.replica if self._replicate else ()
        return [self.root, *(place_of(self.root, one) for one in replicas)]

    def _open(self, workspace: Workspace) -> None:
        self.workspace = workspace
        rules, wanted = workspace.rules_of, workspace.is_checked
        self.live = Live(workspace.settings, rules, wanted, facts)
        self._stamps = {}

    def reload(self) -> None:
        """Read the configuration anew; the last good one holds if this one is broken."""
        try:
            workspace = open_workspace(self.root, root=self.root)
        except (KnapperError, OSError) as error:
            self._problem(f"{error}; the last good configuration holds")
            return
        before = self.live.diagnostics
        self._open(workspace)
        self.look(None, before=before)

    # -- looking -------------------------------------------------------------------------

    def look(
        self,
        hints: Iterable[str] | None,
        *,
        before: dict[NotePath, list[Diagnostic]] | None = None,
    ) -> None:
        """Look at what changed: at these paths, or at everything."""
        now = self.clock()
        if hints is not None:
            paths, everything = self._inside(hints)
            if self._is_config(paths):
                self.reload()
                return
            notes = [path for path in paths if not path.startswith(".") and "/." not in path]
            if not everything and all(self._is_known(path) for path in notes):
                self._take(self._restamped(notes), self.workspace.tree.files, now)
                return
            self._look_due = now + _AFTER_ALL
        self._look_at_all(now, before)

    def _look_at_all(self, now: int, before: dict[NotePath, list[Diagnostic]] | None) -> None:
        try:
            tree = scan(self.root)
        except OSError as error:
            self.is_gone = True
            reason = (error.strerror or str(error)).lower()
            self._problem(f"{self.root}: the vault is not there ({reason}); waiting for it")
            return
        if self.is_gone:
            self.is_gone, self._said = False, ""
        if self._look_due <= now:
            self._look_due = now + self.settings.rescan * _SECOND
        odd = tree.odd != self.workspace.tree.odd or tree.linked != self.workspace.tree.linked
        self.workspace = replace(self.workspace, tree=tree)
        self.live.wanted = self.workspace.is_checked
        if odd:
            self._stamps = {path: one for path, one in self._stamps.items() if path not in tree.odd}
        stamps = self._restamped([p for p in tree.files if extension(p) in CHECKED])
        stamps |= dict.fromkeys(tree.odd, (0, 0, 0))
        gone = self._stamps.keys() - {*tree.files, *tree.odd}
        for path in gone:
            del self._stamps[path]
            self._changed.pop(path, None)
        self._take(stamps, tree.files, now, before, moved=bool(gone))

    def _inside(self, hints: Iterable[str]) -> tuple[list[NotePath], bool]:
        """Return the hints that lie in the vault, and whether they name folders."""
        prefix = f"{self.root}{os.sep}"
        paths, everything = [], False
        for hint in hints:
            if hint.startswith(prefix):
                paths.append(hint[len(prefix) :].replace(os.sep, "/"))
            elif hint + os.sep == prefix:
                everything = True
            else:
                self._sync_soon(self.clock())
        return paths, everything

    def _is_config(self, paths: Iterable[NotePath]) -> bool:
        folder = self.workspace.config.config_folder
        return any(
            path == CONFIG_NAME
            or (path.startswith(f"{folder}/") and path.count("/") < 3 and path.endswith(".json")
                and "workspace" not in path)
            for path in paths
        )  # fmt: skip

    def _is_known(self, path: NotePath) -> bool:
        if extension(path) not in CHECKED:
            return path in self.workspace.tree.files and os.path.lexists(self.root / path)
        return path in self._stamps and path not in self.workspace.tree.odd and _is_file(
            self.root / path
        )  # fmt: skip

    def _restamped(self, paths: Iterable[NotePath]) -> dict[NotePath, _Stamp]:
        """Return the stamps of those that have another one than before."""
        found: dict[NotePath, _Stamp] = {}
        prefix = f"{self.root}{os.sep}"
        for path in paths:
            if extension(path) not in CHECKED:
                continue
            try:
                status = os.stat(prefix + path)  # noqa: PTH116 - ten thousand of them
            except OSError:
                found[path] = (0, 0, 0)
                continue
            stamp = status.st_size, status.st_mtime_ns, status.st_ino
            if self._stamps.get(path) != stamp:
                found[path] = stamp
        return found

    def _take(
        self,
        stamps: dict[NotePath, _Stamp],
        files: Collection[NotePath],
        now: int,
        before: dict[NotePath, list[Diagnostic]] | None = None,
        *,
        moved: bool = False,
    ) -> None:
        """Read what changed, judge it, and say what is found now."""
        fresh: dict[NotePath, Note] = {}
        for path, stamp in stamps.items():
            note, old = self.workspace.read(path), self.live.notes.get(path)
            known = path in self._stamps
            self._stamps[path] = stamp
            if old is not None and known and old.text == note.text and old.trouble == note.trouble:
                continue
            self._changed[path] = now if known else min(now, stamp[1])
            self._half.discard(path)
            if old is not None and is_half_typed(old.text, note.text):
                self._half.add(path)
            fresh[path] = note
        was = self.live.diagnostics if before is None else before
        was = dict(was)
        different = self.live.update(fresh, files)
        if before is not None:
            different = {
                path
                for path in {*was, *self.live.diagnostics}
                if was.get(path) != self.live.diagnostics.get(path)
            }
        if fresh or moved or self._sync_due is None:
            self._sync_soon(now)
        if different:
            found = {path: self.live.diagnostics.get(path, []) for path in sorted(different)}
            self.tell(Findings(found, {path: was.get(path, []) for path in found}))
        self._plan_fixes()

    # -- acting --------------------------------------------------------------------------

    def due(self) -> float:
        """Return in how many seconds there is something to do, at most."""
        times = [self._look_due, self._sync_due or 0, self._fix_due or 0]
        first = min(time for time in times if time)
        return max(0.0, (first - self.clock()) / _SECOND)

    def act(self) -> None:
        """Do what is due: look at everything, mend, sync."""
        now = self.clock()
        if now >= self._look_due:
            self.look(None)
        if self.is_gone:
            self._look_due = now + 2 * _SECOND
            return
        if self._fix_due is not None and now >= self._fix_due:
            self._mend(now)
        if self._sync_due is not None and now >= self._sync_due:
            self._sync(now)

    def _plan_fixes(self) -> None:
        """Say when the next note may be mended."""
        self._fix_due = None
        if not (self._fix and self.settings.fix):
            return
        quiet = self.settings.fix_quiet * _SECOND
        times = [self._changed.get(path, 0) + quiet for path in self._fixable()]
        self._fix_due = min(times, default=None)

    def _fixable(self) -> list[NotePath]:
        return [
            path
            for path, found in self.live.diagnostics.items()
            if path not in self._half
            and self._tried.get(path) != self._stamps.get(path)
            and any(one.finding.fix and one.finding.fix.safe for one in found)
        ]

    def _mend(self, now: int) -> None:
        quiet = self.settings.fix_quiet * _SECOND
        due = [path for path in self._fixable() if now - self._changed.get(path, 0) >= quiet]
        self.look([str(self.root / path) for path in due])  # somebody may have typed
        still = {path for path in self._fixable() if now - self._changed.get(path, 0) >= quiet}
        paths = [path for path in due if path in still]
        if not paths:
            return
        for path in paths:
            self._tried[path] = self._stamps[path]
        diagnostics = [one for path in paths for one in self.live.diagnostics[path]]
        notes = {path: self.live.notes[path] for path in paths}
        checked = Checked(diagnostics, notes, self.live.vault, paths)
        try:
            done = repair(self.workspace, checked, unsafe=False, act=True)
        except (KnapperError, OSError) as error:
            self._problem(f"nothing could be mended: {error}")
            for path in paths:
                self._tried.pop(path, None)
            self._fix_due = now + _RETRY
            return
        refused = {one.change.path for one in done.refused}
        mended = [change.path for change in done.plan if change.path not in refused]
        self._plan_fixes()
        if mended:
            self.look([str(self.root / path) for path in mended])
            for path in mended:
                self._changed[path] = self._changed.get(path, now) - quiet  # ours, not typed
                self._tried[path] = self._stamps[path]
            self._plan_fixes()
            self.tell(Mended(mended, done.run))

    def _sync_soon(self, now: int) -> None:
        if self._replicate and self.workspace.config.replica:
            self._sync_due = now + self.settings.sync_quiet * _SECOND

    def _sync(self, now: int) -> None:
        self._sync_due = now + self.settings.rescan * _SECOND
        seen = glimpse(self.root)
        if seen.is_rest:
            return
        try:
            quiet = self.settings.sync_quiet * _SECOND
            found = sync(self.root, quiet=quiet, seen=seen, clock=self.clock)
        except (KnapperError, OSError) as error:
            self._problem(f"nothing could be synced: {error}")
            self._sync_due = now + _RETRY
            return
        changed = any(one.report and one.report.changes for one in found)
        worst = max((one.status for one in found), default=0)
        moment = any(
            "a moment ago" in reason
            for one in found
            if one.report
            for reason in one.report.skipped.values()
        )
        if moment:
            self._sync_due = now + self.settings.sync_quiet * _SECOND
        if changed or (worst != self._worst and not moment):
            self.tell(Replicated(found))
        self._worst = worst
        if changed:
            due = self._sync_due
            self._look_at_all(now, None)
            self._sync_due = due

    def _problem(self, message: str) -> None:
        if message != self._said:
            self._said = message
            self.tell(Problem(message))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
