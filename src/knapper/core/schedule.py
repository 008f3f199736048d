"""When a watcher looks, mends and syncs. Times are in ns of the wall clock.

Nothing here waits or asks for the time. The invariants:

- A note is mended `fix_quiet` after it was last typed in at the earliest, and written
  once between two edits; never while something in it is left open.
- A sync begins `sync_quiet` after the last change, or after a while if they do not end;
  what waits for a sync is not mended before it: else it would be rewritten twice.
- Nothing is later than its period, also if the clock is set back.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import NamedTuple

from knapper.core.openness import Openness
from knapper.core.paths import NotePath
from knapper.core.watching import WatchSettings

__all__ = ["ABSENT", "SECOND", "Schedule", "overslept"]

SECOND = 1_000_000_000
_RETRY = 60 * SECOND
_AFTER_ALL = SECOND
"""What is new is looked at once more after this: its first events may have been lost."""
ABSENT = 2 * SECOND
"""What is gone, and perhaps is only being replaced, is looked for again after this."""
_INSIDE = 10
"""Within a closed link somebody may still be typing: so many times the patience."""
_LONGEST = 10
"""A sync is put off by further changes for so many times its patience."""
_SLACK = 5.0


def overslept(asked: float, steady: float, wall: float) -> bool:
    """Tell whether a wait of `asked` seconds hides a pause in which events were lost.

    `steady` and `wall` are how long it took by both clocks: a machine that was asleep
    has the wall clock ahead, a process that was stopped both; a clock that was set
    runs away from the other one.
    """
    return abs(wall - steady) > _SLACK or steady - asked > _SLACK


class _Typed(NamedTuple):
    at: int
    openness: Openness
    here: bool


class Schedule:
    """What is due, and when, in a vault that is watched."""

    def __init__(self, settings: WatchSettings, now: int) -> None:
        self.settings = settings
        self._now = now
        self._typed: dict[NotePath, _Typed] = {}
        self._done: dict[NotePath, Hashable] = {}
        self._mended: dict[NotePath, Hashable] = {}  # the fixes that were made last
        self.rescan_at = now
        self._again_at: int | None = None
        self.sync_at: int | None = None
        self._changed_at: int | None = None  # since when something waits for a sync
        self._late: Collection[NotePath] = ()
        self._mend_after = 0

    def turn(self, now: int) -> None:
        """Take in the time: what waits for a time that the clock was set back from."""
        before, self._now = self._now, now
        if now < before:
            self._typed = {
                path: one._replace(at=min(one.at, now)) for path, one in self._typed.items()
            }
            self.look_again()
            self._mend_after = min(self._mend_after, now + _RETRY)
            if self.sync_at is not None:
                self.sync_at = min(self.sync_at, now + self._sync_quiet)
            if self._changed_at is not None:
                self._changed_at = min(self._changed_at, now)

    # -- what happened -------------------------------------------------------------------

    def typed(self, path: NotePath, at: int, openness: Openness, *, here: bool = True) -> None:
        """Somebody changed a note; not `here` if it was perhaps on a replica.

        What was left open there keeps us from mending, but not a sync from carrying
        the rest of it.
        """
        self._typed[path] = _Typed(at, openness, here)
        self._done.pop(path, None)

    def wrote(self, path: NotePath, fixes: Hashable = None) -> None:
        """We changed a note, perhaps by these fixes: not again before somebody else does.

        Where the very same are wanted then, of the same text, they were taken back: they
        are not made again before the note is another one.
        """
        self._done[path] = True
        if fixes is not None:
            self._mended[path] = fixes

    def taken_back(self, path: NotePath, fixes: Hashable) -> None:
        """We made these fixes in an earlier life, and somebody took them back."""
        self._mended[path] = fixes

    def tried(self, path: NotePath, fixes: Hashable) -> None:
        """Nothing came of these fixes: not again before there are others."""
        self._done[path] = fixes

    def forget(self, path: NotePath) -> None:
        """A note is gone."""
        self._typed.pop(path, None)
        self._done.pop(path, None)
        self._mended.pop(path, None)

    def looked(self) -> None:
        """Everything was looked at."""
        self.rescan_at = self._now + self.settings.rescan * SECOND
        if self._again_at is not None and self._again_at <= self._now:
            self._again_at = None

    def look_again(self, after: int = _AFTER_ALL) -> None:
        """Something is new, or perhaps only half there."""
        self._again_at = self._now + after

    def absent(self) -> None:
        """There was nothing to look at."""
        self.rescan_at, self._again_at = self._now + ABSENT, None

    def sync_soon(self) -> None:
        """Something changed that takes part in a sync."""
        if self._changed_at is None:
            self._changed_at = self._now
        latest = self._changed_at + _LONGEST * self._sync_quiet
        self.sync_at = max(self._now, min(self._now + self._sync_quiet, latest))

    def sync_now(self) -> None:
        """Nobody is waited for who may change more, if there is anything to sync with."""
        if self.sync_at is not None:
            self.sync_at = self._now

    def synced(self, *, late: Collection[NotePath] = (), failed: bool = False) -> None:
        """A sync is over; it left out what is `late`: what was changed a moment ago."""
        rescan = self.settings.rescan * SECOND
        pause = self._sync_quiet if late else min(_RETRY, rescan) if failed else rescan
        self.sync_at = self._now + max(pause, SECOND)
        self._changed_at, self._late = None, late

    def no_sync(self) -> None:
        """There is nothing to sync with."""
        self.sync_at = self._changed_at = None
        self._late = ()

    def mending_failed(self) -> None:
        """Nothing can be written (a full disk): it is tried again later."""
        self._mend_after = self._now + _RETRY

    # -- what is due ---------------------------------------------------------------------

    @property
    def look_at(self) -> int:
        """When everything is to be looked at."""
        return min(self.rescan_at, self._again_at or self.rescan_at)

    def due_to_mend(self, fixes: Mapping[NotePath, Hashable]) -> list[NotePath]:
        """Return the notes that may be mended now, of those that have fixes."""
        if self._now < self._mend_after or self._changed_at is not None:
            return []
        return [path for path, at in self._mendable(fixes) if at <= self._now]

    def first(self, fixes: Mapping[NotePath, Hashable]) -> int:
        """Return when there is something to do."""
        times = [self.look_at, self.sync_at or self.look_at]
        if self._changed_at is None:
            mend = min((at for _, at in self._mendable(fixes)), default=self.look_at)
            times.append(max(mend, self._mend_after))
        return min(times)

    def _mendable(self, fixes: Mapping[NotePath, Hashable]) -> Iterable[tuple[NotePath, int]]:
        quiet = self.settings.fix_quiet * SECOND
        for path, wanted in fixes.items():
            at, open_end, _ = self._typed.get(path, _UNTOUCHED)
            if path in self._late or open_end == "open":
                continue
            if self._done.get(path) not in (True, wanted) and self._mended.get(path) != wanted:
                yield path, at + quiet * (_INSIDE if open_end == "inside" else 1)

    def busy(self) -> frozenset[NotePath]:
        """Return the notes that a sync must not write: somebody is typing there."""
        since = self._now - self._sync_quiet
        return frozenset(
            path
            for path, (at, open_end, here) in self._typed.items()
            if here and (open_end == "open" or at > since)
        )

    @property
    def _sync_quiet(self) -> int:
        return self.settings.sync_quiet * SECOND


_UNTOUCHED = _Typed(0, "closed", False)
