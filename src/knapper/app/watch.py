"""Watching a vault: findings as they come, safe fixes, and sync, while somebody types."""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from knapper.app.account import Synced
from knapper.app.carried import left_out, made_by, merged, problem_of
from knapper.app.check import Checked
from knapper.app.events import Event, Findings, Mended, Problem, Reloaded, Replicated
from knapper.app.noticing import look_what_was_noticed
from knapper.app.pair import BUSY, Intent
from knapper.app.repair import repair
from knapper.app.roots import place_of
from knapper.app.side import UNSETTLED
from knapper.app.sync import sync_if_changed
from knapper.app.watched import Look, Watched
from knapper.app.workspace import CHECKED
from knapper.core.errors import KnapperError
from knapper.core.openness import openness
from knapper.core.paths import NotePath, extension
from knapper.core.plan import Refused, State, Write, digest
from knapper.core.rule import Diagnostic
from knapper.core.schedule import ABSENT, SECOND, Schedule
from knapper.core.watching import WatchSettings
from knapper.shell.asides import CHANGED
from knapper.shell.disk import absolute
from knapper.shell.store import Store
from knapper.shell.synced import NOTICED

__all__ = ["Watch"]

_DAY = 86_400 * SECOND
_COMMAND = "watch"
"""How the runs of a watcher are called in the list of runs."""

Sync = Callable[[Path, Intent], list[Synced] | None]
"""Syncs a vault as it is intended, if anything changed in it or its replicas."""


class Watch:
    """A vault that is watched. Times are in ns of the wall clock.

    `look` takes hints, `act` does what is due, `due` says when that is; `act_once` is for
    whoever does not stay. Nothing here waits or listens: whoever calls does. `problems`
    are those of now, by their kind. `missed` counts the looks by plan that found what no
    hint told of, since the last one that found nothing. `sync` may be put somewhere else
    than here, where it is done.
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
        self.watched = Watched(root)
        self.sync: Sync = partial(sync_if_changed, clock=clock)
        self.problems: dict[str, str] = {}
        self.looked_at = 0
        self.missed = 0
        self._untold: set[NotePath] = set()
        self.schedule = Schedule(self.settings, clock())
        self._fixes: dict[NotePath, tuple[State | None, tuple[Diagnostic, ...]]] = {}
        self._absent_since: int | None = None
        self._carried: dict[NotePath, State | None] = {}
        self._not_mended: frozenset[NotePath] = frozenset()
        self._status = 0
        self._notice_at: int | None = clock() if self._syncs else None
        self._sync_soon()

    @property
    def settings(self) -> WatchSettings:
        return self.watched.workspace.config.watch

    @property
    def is_gone(self) -> bool:
        """Whether the root of the vault is not there."""
        return "root" in self.problems

    def replicas(self) -> list[Path]:
        """Return the folders of the replicas, if they are kept in sync here."""
        replicas = self.watched.workspace.config.replica if self._syncs else ()
        return [absolute(place_of(self.root, one)) for one in replicas]

    @property
    def _syncs(self) -> bool:
        return self._replicate and bool(self.watched.workspace.config.replica)

    def folders(self) -> list[Path]:
        """Return the folders in which changes matter, those behind links included."""
        linked = sorted(self.watched.linked_folders())
        return [self.root, *self.replicas(), *linked]

    def place(self, one: Diagnostic) -> tuple[int, int]:
        """Return line and column of a finding, from 1, columns in code points."""
        return self.watched.note(one.path).lines.place(one.finding.span.start)

    # -- looking -------------------------------------------------------------------------

    def look(self, hints: Iterable[str] | None) -> None:
        """Look at what changed: at these paths (absolute ones), or at everything."""
        self.schedule.turn(self.clock())
        if hints is None:
            self._untold = set()
            self.schedule.look_again()
            self._look_at_all()
            return
        paths, everything = self._inside(hints)
        self._untold = set() if everything else self._untold.difference(paths)
        shown = [path for path in paths if not path.startswith(".") and "/." not in path]
        if everything or not all(map(self.watched.is_known, shown)):
            self.schedule.look_again()
            self._look_at_all(shown)
            return
        if any(extension(path) not in CHECKED for path in shown):
            self._sync_soon()  # a picture, say
        self._take(self._seen(lambda: self.watched.read(shown, self.clock())))
        if any(map(self.watched.is_input, paths)):
            self._follow_configuration()

    def _inside(self, hints: Iterable[str]) -> tuple[list[NotePath], bool]:
        """Return the hints that lie in the vault, and whether all of it is to be looked at."""
        prefix = f"{self.root}{os.sep}"
        replicas = [f"{place}{os.sep}" for place in self.replicas()]
        settings = f"{self.watched.workspace.config.config_folder}/"
        paths, everything = [], False
        for hint in hints:
            if hint.startswith(prefix):
                path = hint[len(prefix) :].replace(os.sep, "/")
                paths.append(path)
                if path.startswith(settings) and "workspace" not in path:
                    self._sync_soon()
            elif any(f"{hint}{os.sep}".startswith(place) for place in replicas):
                self._sync_soon()
            else:  # the root itself, or what a link leads to
                everything = True
        return paths, everything

    def _look_at_all(self, hinted: Iterable[NotePath] = (), *, by_plan: bool = False) -> None:
        look = self._seen(lambda: self.watched.look(hinted, self.clock()))
        if look is None:
            return
        self._solved("root")
        self.schedule.looked()
        if by_plan:
            self._hope_for_hints(look)
        self._take(look)
        self._follow_configuration()

    def _hope_for_hints(self, look: Look) -> None:
        """Give the events of what a look has found a moment to be told of."""
        self._untold = {*look.gone, *look.texts} - self.watched.workspace.tree.linked
        if self._untold:
            self.schedule.look_again()
        else:
            self.missed = 0

    def _count_missed(self) -> None:
        """Count a look that found what no hint has told of by now."""
        if self._untold:
            self.missed += 1
            self._untold = set()

    def _seen(self, look: Callable[[], Look]) -> Look | None:
        """Return what a look finds, None if the vault is not there."""
        try:
            return look()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            said = f"{self.root}: the vault is not there ({reason}); waiting for it"
            self._problem("root", said)
            self.schedule.absent()
            return None

    def _take(self, look: Look | None) -> None:
        """Take in what a look found."""
        if look is None:
            return
        now, first = self.clock(), not self.looked_at
        self.looked_at = now
        for path in look.gone:
            self.schedule.forget(path)
        changed = {*look.texts, *look.gone, *look.files}
        carried = {path for path in changed if self._is_carried(path)}
        for path, before in look.texts.items():
            at = min(now, self.watched.modified(path)) if first else now
            left = "closed" if now - at > _DAY else openness(before, self.watched.text(path))
            is_here = before is not None and path not in carried
            self.schedule.typed(path, at, left, here=is_here)
        if changed != carried:
            self._sync_soon()
        for path in (*look.findings, *look.texts, *look.gone):
            found = self.watched.found.get(path, ())
            safe = tuple(one for one in found if one.finding.fix and one.finding.fix.safe)
            self._fixes.pop(path, None)
            if safe:
                self._fixes[path] = self._state(path), safe  # the same of another text is another
        if first and self._fixes:
            self._leave_what_was_taken_back()
        if self._not_mended.isdisjoint(self._fixes):  # somebody else has mended them
            self._solved("mending")
        if look.findings:
            self.tell(Findings(look.findings, look.before))

    def _leave_what_was_taken_back(self) -> None:
        """Leave the notes that are again as they were before a watcher mended them last."""
        with suppress(KnapperError, OSError), Store(self.root) as store:
            before = store.last_replaced(_COMMAND)
            for path, fixes in self._fixes.items():
                if fixes[0] == before.get(path):
                    self.schedule.taken_back(path, fixes)

    def _is_carried(self, path: NotePath) -> bool:
        """Tell whether it was a sync that made a file what it is."""
        return path in self._carried and self._state(path) in (None, self._carried.pop(path))

    def _state(self, path: NotePath) -> State | None:
        """Return the state of a note as it was read, None for what is no note."""
        note = self.watched.live.notes.get(path)
        return digest(note.text.encode()) if note else None

    # -- the configuration ---------------------------------------------------------------

    def reload(self) -> None:
        """Read the configuration anew; the last good one holds if this one is broken."""
        self._absent_since = None
        try:
            look = self.watched.reload()
        except (KnapperError, OSError) as error:
            self._problem("configuration", f"{error}; the last good configuration holds")
            return
        self._solved("configuration")
        self.schedule.settings = self.settings
        self.tell(Reloaded(self.watched.workspace.config.source))
        self._take(look)
        self.schedule.no_sync()
        self._sync_soon()
        self._look_at_all()

    def _follow_configuration(self) -> None:
        """Read the configuration anew if it is another one.

        One that is gone is waited for: many programs save by removing first.
        """
        now = self.clock()
        if not self.watched.has_other_inputs:
            self._absent_since = None
        elif not self.watched.has_lost_configuration:
            self.reload()
        elif self._absent_since is None:
            self._absent_since = now
            self.schedule.look_again(ABSENT)
        elif now - self._absent_since >= ABSENT:
            self.reload()

    # -- acting --------------------------------------------------------------------------

    def due(self) -> float:
        """Return in how many seconds there is something to do, at most."""
        if self.is_gone:
            first = self.schedule.look_at
        else:
            first = self.schedule.first(self._fixes if self._may_fix else {})
        if self._notice_at is not None:
            first = min(first, self._notice_at)
        return max(0.0, (first - self.clock()) / SECOND)

    def act(self) -> None:
        """Do what is due: look at everything, mend, sync."""
        now = self.clock()
        self.schedule.turn(now)
        if self._notice_at is not None and now >= self._notice_at:
            self._look_what_was_noticed()
        if now >= self.schedule.look_at:
            self._count_missed()
            self._look_at_all(by_plan=now >= self.schedule.rescan_at)
        if self.is_gone:
            return
        is_synced = self.schedule.sync_at is not None and now >= self.schedule.sync_at
        if is_synced:
            self._sync()
        if self._may_fix and self.schedule.due_to_mend(self._fixes):
            if self._syncs and not is_synced:
                self._sync()  # what is mended is what both sides have: one rewrite, not two
            self._mend()

    def act_once(self) -> None:
        """Do what is due, and sync: what was just changed is left out, not waited for."""
        self.schedule.turn(self.clock())
        self.schedule.sync_now()
        self.act()

    @property
    def _may_fix(self) -> bool:
        return self._fix and self.settings.fix

    def _mend(self) -> None:
        due = self.schedule.due_to_mend(self._fixes)
        self.look([f"{self.root}{os.sep}{path}" for path in due])  # somebody may have typed
        still = self.schedule.due_to_mend(self._fixes)
        wanted = {path: self._fixes[path] for path in due if path in still}
        if not wanted:
            return
        try:
            plan, refused, run = self._repaired(list(wanted))
        except (KnapperError, OSError) as error:
            self._not_mended = frozenset(wanted)
            self._problem("mending", f"nothing could be mended: {error}")
            self.schedule.mending_failed()
            return
        failed = {one.change.path: one.reason for one in refused}
        written = {one.path: digest(one.content) for one in plan if one.path not in failed}
        for path in wanted.keys() - failed.keys():
            self.schedule.tried(path, wanted[path])
        self._failed_to_mend({path: why for path, why in failed.items() if why != CHANGED})
        self._take(self._seen(lambda: self.watched.read([*written, *failed], self.clock())))
        for path, state in written.items():
            if self._state(path) == state:
                self.schedule.wrote(path, wanted.get(path))
        if written:
            self.tell(Mended(sorted(written), run))

    def _repaired(self, paths: list[NotePath]) -> tuple[list[Write], Sequence[Refused], int | None]:
        live = self.watched.live
        found = [one for path in paths for one in self.watched.found[path]]
        checked = Checked(found, {path: live.notes[path] for path in paths}, live.vault, paths)
        workspace, news = self.watched.workspace, self.watched.news
        done = repair(workspace, checked, unsafe=False, act=True, concern=news, command=_COMMAND)
        return [one for one in done.plan if isinstance(one, Write)], done.refused, done.run

    def _failed_to_mend(self, failed: Mapping[NotePath, str]) -> None:
        self._not_mended = frozenset(failed)
        if not failed:
            self._solved("mending")
            return
        path, why = min(failed.items())
        self._problem("mending", f"{path}: this could not be mended: {why}")
        self.schedule.mending_failed()

    def _sync_soon(self) -> None:
        if self._syncs:
            self.schedule.sync_soon()

    def _sync(self) -> None:
        quiet = self.settings.sync_quiet * SECOND
        try:
            found = self.sync(self.root, Intent(quiet=quiet, busy=self.schedule.busy()))
        except (KnapperError, OSError) as error:
            self._problem("sync", f"nothing could be synced: {error}")
            self.schedule.synced(failed=True)
            return
        if found is None:
            self.schedule.synced()
            self._solved("sync")
            return
        self._follow_sync(found)
        self._notice_at = self._notice_at or self.clock() + NOTICED
        carried = made_by(found)
        self._carried |= carried
        if carried:
            self._take(self._seen(lambda: self.watched.look((), self.clock())))
        for path in merged(found):
            self.schedule.wrote(path)

    def _look_what_was_noticed(self) -> None:
        """See whether somebody types on without what a sync has brought some seconds ago."""
        replicas = self.watched.workspace.config.replica
        places = {one.name: absolute(place_of(self.root, one)) for one in replicas}
        now = self.clock()
        try:
            self._notice_at = look_what_was_noticed(self.root, places, now)
        except (KnapperError, OSError):  # the disk is full, say
            self._notice_at = now + SECOND

    def _follow_sync(self, found: Sequence[Synced]) -> None:
        """Say what became of a sync, and when the next one is to be."""
        reports = [report for one in found if (report := one.report)]
        outside = left_out(found)
        late = {path for path, why in outside.items() if why in UNSETTLED or why == CHANGED}
        passing = late or BUSY in outside.values()
        problem = "; ".join(filter(None, map(problem_of, found)))
        failed = bool(problem) or any(report.refused for report in reports)
        self.schedule.synced(late=late, failed=failed)
        status = max((one.status for one in found), default=0)
        is_news = status != self._status and not passing
        if is_news or any(one.changes for one in found):
            self._status = status
            self.tell(Replicated(list(found)))
        if problem:
            self._problem("sync", problem)
        else:
            self._solved("sync")

    def _problem(self, kind: str, message: str) -> None:
        if self.problems.get(kind) != message:
            self.problems[kind] = message
            self.tell(Problem(message))

    def _solved(self, kind: str) -> None:
        self.problems.pop(kind, None)
