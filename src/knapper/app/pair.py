"""One pass over a pair of folders: look, decide, act, remember.

What is decided is decided in `knapper.sync`, without a disk; here is who asks whom.
The left folder is the vault (or a folder of it), the right one the replica.
"""

import time
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from typing import NamedTuple, cast
from unicodedata import normalize

from knapper.app.halting import new_mirror, odd_root
from knapper.app.joining import Joining
from knapper.app.judgement import Evidence, Judged, judged
from knapper.app.local import is_left_out
from knapper.app.remembering import Memory, remember
from knapper.app.resting import fingerprint
from knapper.app.side import Side, absent, gone_and_new, look, read_if_same
from knapper.core.paths import NotePath
from knapper.core.plan import Change, Refused, State
from knapper.core.replicas import Mode
from knapper.shell.asides import Origin
from knapper.shell.executor import Executor, Place
from knapper.shell.folder import Folder
from knapper.shell.recovery import sweep
from knapper.shell.source import Listing, Local, Source
from knapper.shell.store import Store
from knapper.shell.synced import Seen, has_more, load
from knapper.sync.plans import Merge, changes_of
from knapper.sync.reconcile import Decision, reconcile
from knapper.sync.renames import Trace, renames, similarity
from knapper.sync.safety import hash_of, only_adds
from knapper.sync.tree import FOLDER, colliding, differing, is_file, is_mergeable

__all__ = ["BUSY", "Intent", "Pair", "Report", "run_pass"]

BUSY = "somebody is typing in it"
"""The reason why a note of the vault that is busy is left alone."""

_MANY = 2000
"""So many files are listed by a process of their own."""

Step = tuple[str, Change, NotePath]
"""A change with its side, "left" or "right", and the path of its decision."""


class Pair(NamedTuple):
    """Two folders in sync. `into` is the left one's path in the vault ("" for all of it).

    `local` tells what takes no part, `layout` by path which files only say what panes are
    open. `stamp` is for the names of conflict copies. `settings` is Obsidian's configuration
    folder, if it takes part. `same_left` and `same_right` tell whether the folders are those
    of the last sync; of a pair that `is_new` none is known.
    """

    name: str
    left: Folder
    right: Source
    mode: Mode
    into: str
    local: Local
    layout: Callable[[NotePath], bool]
    stamp: str
    settings: str = ""
    filter: str = ""
    same_filter: bool = True
    same_left: bool = True
    same_right: bool = True
    is_new: bool = False

    @property
    def prefix(self) -> str:
        """What stands before the paths of the left folder in the vault."""
        return f"{self.into}/" if self.into else ""


class Intent(NamedTuple):
    """What a sync is to do: act, or only say what it would do.

    `confirm` is the hash of a plan that was halted or held: if it is still the same,
    it is carried out. What was changed in the last `quiet` nanoseconds is left alone, and
    a path of the vault that is `busy`, because somebody types there, is not written.
    """

    act: bool = True
    confirm: str = ""
    quiet: int = 0
    busy: Collection[NotePath] = frozenset()


class Report(NamedTuple):
    """What a pass did, or would do; `refused` is what it could not do.

    `changes` have the side that they change; none of them was refused. `skipped`, `held` and
    `restored` map paths to reasons; `conflicts` maps notes to the copies that were made.
    `halted` says why nothing was deleted or overwritten, and `hash` names the plan that it was.
    `moved` are renames that were carried over. `prints` tell a pair at rest: both
    folders' paths, the configuration folder, and the fingerprints of both.
    """

    changes: Sequence[tuple[str, Change]] = ()
    refused: Sequence[tuple[str, Refused]] = ()
    skipped: Mapping[NotePath, str] = {}
    held: Mapping[NotePath, str] = {}
    restored: Mapping[NotePath, str] = {}
    conflicts: Mapping[NotePath, NotePath] = {}
    halted: str = ""
    hash: str = ""
    moved: Mapping[NotePath, NotePath] = {}
    prints: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether both sides are the same now, and nothing waits for anybody."""
        return not (self.halted or self.refused or self.skipped or self.held or self.conflicts)


def run_pass(
    pair: Pair,
    store: Store,
    run: Callable[[], int],
    intent: Intent,
    *,
    clock: Callable[[], int] = time.time_ns,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    listings: tuple[Listing, Listing] | None = None,
) -> Report:
    """Sync a pair once. Raises `OSError` if one of its folders cannot be listed.

    `listings` are those of both folders, if they were made a moment ago.
    """
    one = _Pass(pair, store, run, intent, clock, progress, listings)
    if one.touched or one.left.odd or one.right.odd:
        return one.done()
    if intent.act:
        one.remember(acted=False)
    return Report(prints=one.prints())


class _Pass:
    """What is known in the course of a pass."""

    def __init__(
        self,
        pair: Pair,
        store: Store,
        run: Callable[[], int],
        intent: Intent,
        clock: Callable[[], int],
        progress: Callable[[int, int], None],
        listings: tuple[Listing, Listing] | None,
    ) -> None:
        self.pair, self.store, self.run, self.intent = pair, store, run, intent
        self.clock, self.progress = clock, progress
        left_listed, right_listed = self._listed(listings)  # a fork costs less before the load
        self.known = load(store, pair.name)
        self.base = dict(self.known.base)
        now, quiet = clock(), intent.quiet

        def look_left(
            names: Collection[NotePath] = (), listed: Callable[[], Listing] | None = None
        ) -> Side:
            return look(
                "the vault", pair.left, pair.local, self.known.left, now=now, quiet=quiet,
                names=names, listed=listed,
            )  # fmt: skip

        self.left = look_left(listed=left_listed)
        self.right = look(
            f"'{pair.name}'", pair.right, pair.local, self.known.right, now=now, quiet=quiet,
            names=self.left.tree.keys(), listed=right_listed,
        )  # fmt: skip
        if _other_forms(self.left.tree, self.right.tree):
            self.left = look_left(names=self.right.tree.keys())
        self.places = {
            path: place
            for path, place in self.known.places.items()
            if path not in self.left.tree or path not in self.right.tree  # else it is back there
        }
        self.touched = differing(self.base, self.left.tree)
        self.touched |= differing(self.base, self.right.tree)
        self._forget_left_out()
        self.skipped: dict[NotePath, str] = {}
        self.contents = {**self.left.contents, **self.right.contents}
        self.joining = Joining(pair, store, self.base, self.left, self.right)

    def _listed(
        self, listings: tuple[Listing, Listing] | None
    ) -> tuple[Callable[[], Listing] | None, Callable[[], Listing] | None]:
        """Return who lists both folders, None for us here and now."""
        if listings:
            left, right = listings
            return lambda: left, lambda: right
        if has_more(self.store, self.pair.name, _MANY):
            return None, self.pair.right.listing_beside(self.pair.local)
        return None, None

    def _forget_left_out(self) -> None:
        """Let what takes no part any more be no part of the base: it is not gone."""
        for path in self.touched - self.left.tree.keys() - self.right.tree.keys():
            if is_left_out(path, self.pair.local, is_folder=self.base[path] == FOLDER):
                del self.base[path]
                self.touched.remove(path)

    def done(self) -> Report:
        """Decide, act and remember."""
        planned = self._decided()
        plain = self._steps(planned, self.joining.merges(planned, self.skipped))
        evidence = Evidence(self.pair, self.store, self.left, self.right, self.skipped)
        halted = odd_root(evidence, self.base, plain)
        verdict = judged(evidence, planned, plain)
        verdict = verdict._replace(halted=halted or new_mirror(evidence, plain) or verdict.halted)
        decisions, merges, steps = self._judged(planned, verdict)
        steps = [] if halted else steps
        going = {path for _, _, path in steps}
        name = hash_of((side, change) for side, change, path in plain if path not in going)
        if self.intent.confirm == name:
            verdict = Judged({}, {}, {}, {}, "") if verdict.halted else verdict._replace(held={})
            decisions, merges, steps = self._judged(planned, verdict)
        refused: list[tuple[str, Refused]] = []
        if self.intent.act:
            copies = {one.copy for one in merges.values() if one.copy}
            refused = self._act(steps, copies)
        undone = {(side, one.change) for side, one in refused}
        failed = {path for side, change, path in steps if (side, change) in undone}
        if self.intent.act:
            if not verdict.halted:
                self._settle([d for d in decisions if d.path not in {*failed, *verdict.held}])
                self._settle_copies(merges.values())
            self.remember(acted=len(refused) < len(steps))
        left_alone = {path for _, _, path in plain} - {path for _, _, path in steps} | failed
        return Report(
            changes=[(side, one) for side, one, _ in steps if (side, one) not in undone],
            refused=refused,
            skipped={**self.left.odd, **self.right.odd, **self.skipped},
            held=verdict.held,
            restored={p: why for p, why in verdict.restored.items() if p not in left_alone},
            conflicts=self._conflicts(decisions, merges, left_alone),
            halted=verdict.halted,
            hash=name if verdict.halted or verdict.held else "",
            moved=_moved(decisions, self.skipped, {} if steps else self.known.places),
        )

    # -- deciding ------------------------------------------------------------------------

    def _decided(self) -> list[Decision]:
        """Decide what is to become of each path that is not the same everywhere."""
        moved_left = self._moves(self.left, self.known.left)
        moved_right = self._moves(self.right, self.known.right)
        decisions = reconcile(
            self.base, self.left.tree, self.right.tree,
            moved_left=moved_left, moved_right=moved_right, mode=self.pair.mode,
            layout=self.pair.layout, name_copy=self.joining.copy_name, among=self.touched,
        )  # fmt: skip
        for one in decisions:
            for side, place in ((self.left, one.left_path), (self.right, one.right_path)):
                for path in {place, one.path, one.was or place}:
                    if side.is_out(path):
                        reason = side.odd.get(path, "its folder cannot be read")
                        self.skipped.setdefault(one.path, reason)
            if one.changes_left and self.pair.prefix + one.left_path in self.intent.busy:
                self.skipped.setdefault(one.path, BUSY)
        self._skip_collisions(decisions)
        return decisions

    def _moves(self, side: Side, seen: Seen) -> dict[NotePath, NotePath]:
        """Return what was renamed on a side, from where to where."""
        gone, added = gone_and_new(self.base, side)
        new = set(added)
        moved: dict[NotePath, NotePath] = {}
        traces = {}
        for path in absent(side, gone):
            place = self.places.get(path, path)
            if side.is_out(place):
                side.odd[path] = side.odd.get(place, "its folder cannot be read")
            elif place in new:
                moved[path] = place
            else:
                state, stamp = seen.states.get(place, self.base[path]), seen.stamps.get(place)
                traces[path] = Trace(state, stamp[3] if stamp else 0, stamp[0] if stamp else -1)
        new.difference_update(moved.values())
        texts: dict[NotePath, bytes | None] = {}

        def similar(old: NotePath, path: NotePath) -> float:
            if not is_mergeable(path):
                return 0.0
            if old not in texts:
                kept = self.store.content(traces[old].digest)
                texts[old] = self.store.content(self.base[old]) if kept is None else kept
            if path not in texts:
                texts[path] = read_if_same(side, path)
            before, after = texts[old], texts[path]
            return similarity(before, after) if before and after else 0.0

        if not traces or not new:
            return moved
        return moved | renames(traces, {path: side.trace(path) for path in sorted(new)}, similar)

    def _skip_collisions(self, decisions: list[Decision]) -> None:
        """Leave out what would stand in another file's way where case does not count."""
        added = {
            side.name: {d.path for d in decisions if d.final is not None} - side.tree.keys()
            for side in (self.left, self.right)
        }
        sides = [
            side
            for side in (self.left, self.right)
            if added[side.name] and side.folder.folds_case(side.listing)
        ]
        before = -1
        while before < len(self.skipped):  # what is left out itself makes no room
            before = len(self.skipped)
            done = [one for one in decisions if one.path not in self.skipped]
            gone = {one.was for one in done if one.was != one.path}
            gone |= {one.path for one in done if one.final is None}
            for side in sides:
                there = [path for path in side.tree if path not in gone]
                for path, keeper in colliding({*there, *added[side.name]}, there).items():
                    self.skipped.setdefault(path, f"in {side.name} its name is one with '{keeper}'")

    def _judged(
        self, planned: Sequence[Decision], verdict: Judged
    ) -> tuple[list[Decision], dict[NotePath, Merge], list[Step]]:
        """Return what is decided, merged and to be done after a verdict on what was planned."""
        decisions = [verdict.decisions.get(one.path, one) for one in planned]
        waiting = [one for one in decisions if one.path not in verdict.merges]
        merges = {**self.joining.merges(waiting, self.skipped), **verdict.merges}
        return decisions, merges, self._steps(decisions, merges, verdict)

    def _conflicts(
        self,
        decisions: Iterable[Decision],
        merges: Mapping[NotePath, Merge],
        left_alone: Container[NotePath],
    ) -> dict[NotePath, NotePath]:
        """Return the files of which both sides keep a version, with the names of the copies."""
        joined = {path: one.copy for path, one in merges.items() if one.content is None}
        places = {one.path for one in decisions} - self.skipped.keys()
        beside = {path: copy for path, copy in self.joining.copies.items() if copy in places}
        return {
            **{path: copy for path, copy in joined.items() if path not in left_alone},
            **{path: copy for path, copy in beside.items() if copy not in left_alone},
        }

    # -- acting --------------------------------------------------------------------------

    def _steps(
        self,
        decisions: list[Decision],
        merges: Mapping[NotePath, Merge],
        verdict: Judged | None = None,
    ) -> list[Step]:
        """Return the changes of both sides in order."""
        held = verdict.held if verdict else {}
        wanted = [d for d in decisions if d.path not in self.skipped and d.path not in held]
        mode = self.pair.mode
        steps: list[Step] = []
        if mode not in ("push", "mirror"):
            steps += [("left", *one) for one in changes_of(wanted, merges, "left")]
        if mode != "pull":
            alone = mode in ("push", "mirror")
            steps += [("right", *one) for one in changes_of(wanted, merges, "right", alone=alone)]
        if verdict and verdict.halted:
            spoilt = {path for _, change, path in steps if not only_adds(change)}
            steps = [step for step in steps if step[2] not in spoilt]
        return steps

    def _act(self, steps: Sequence[Step], copies: set[NotePath]) -> list[tuple[str, Refused]]:
        """Carry the steps out; return what was refused.

        Conflict copies come first, and where one cannot be made the note stays as it is.
        """
        first = [step for step in steps if step[1].path in copies]
        then = [step for step in steps if step[1].path not in copies]
        refused = self._act_on_both(first, 0, len(steps))
        undone = {(side, one.change) for side, one in refused}
        failed = {path for side, change, path in first if (side, change) in undone}
        refused += [
            (side, Refused(change, "its conflict copy could not be made"))
            for side, change, path in then
            if path in failed
        ]
        going = [step for step in then if step[2] not in failed]
        return refused + self._act_on_both(going, len(first), len(steps))

    def _act_on_both(
        self, steps: Sequence[Step], count: int, whole: int
    ) -> list[tuple[str, Refused]]:
        """Carry steps out, the vault's before the replica's; `count` are done before."""
        refused: list[tuple[str, Refused]] = []

        def advance(number: int) -> None:
            nonlocal count
            count += number
            self.progress(count, whole)

        places = (
            Place("", self.pair.prefix, self.pair.prefix, self.pair.stamp),
            Place(self.pair.name, "", self.pair.prefix, self.pair.stamp),
        )
        for name, side, other, place in (
            ("left", self.left, self.right, places[0]),
            ("right", self.right, self.left, places[1]),
        ):
            wanted = [change for where, change, _ in steps if where == name]
            if not wanted:
                continue
            executor = Executor(
                cast(Folder, side.folder), self.store, place, self.run,
                origin=_origin(side, other), progress=advance, clock=self.clock,
            )  # fmt: skip
            outcome = executor.carry_out(wanted)
            for change in outcome.done:
                side.apply(change, executor.stamps)
            refused += [(name, one) for one in outcome.refused]
            self.contents |= executor.contents
        return refused

    def prints(self) -> tuple[str, ...]:
        """Return what tells this rest from any change, () if it cannot be told."""
        sides = self.left, self.right
        prints = [fingerprint(side.folder, side.listing) for side in sides]
        if not all(prints) or any(side.stamps != side.listing.files for side in sides):
            return ()
        roots = [str(side.folder.root) for side in sides]
        return (*roots, self.pair.settings, *prints)

    # -- remembering ---------------------------------------------------------------------

    def _settle(self, decisions: Sequence[Decision]) -> None:
        """Take what both sides have now as the base, or what the side has that is only read.

        Then it is filed under the source's path, wherever its reader has put it.
        """
        mode, left, right = self.pair.mode, self.left.tree, self.right.tree
        source, reader = (right, left) if mode == "pull" else (left, right)
        settled = [
            (one, _filed(one, mode))
            for one in decisions
            if one.path not in self.skipped
            and (mode in ("pull", "push") or left.get(one.path) == right.get(one.path))
        ]
        for one, path in settled:
            for known in (one.was or path, one.path, path):
                self.base.pop(known, None)
                self.places.pop(known, None)
        for one, path in settled:
            if (state := source.get(path)) is None:
                continue
            self.base[path] = state
            if path not in reader and is_file(state) and is_file(reader.get(one.path)):
                self.places[path] = one.path

    def _settle_copies(self, merges: Iterable[Merge]) -> None:
        """Take conflict copies that are on both sides as known: they may be deleted now."""
        for copy in {one.copy for one in merges if one.copy}:
            state = self.left.tree.get(copy)
            if state is not None and state == self.right.tree.get(copy):
                self.base[copy] = state

    def remember(self, *, acted: bool) -> None:
        """Write down what is known by now."""
        for side, history in ((self.left, self.pair.prefix), (self.right, self.pair.prefix)):
            if isinstance(side.folder, Folder):
                sweep(side.folder, self.store, side.listing.asides, history, self.clock())
        memory = Memory(
            self.pair.name, self.pair.prefix, self.known, self.base, self.left, self.right,
            self.contents, self.run if acted else None, self.clock(), self.places,
        )  # fmt: skip
        remember(self.store, memory)


def _origin(side: Side, other: Side) -> Origin:
    return Origin(
        other.pieces,
        lambda copy: (side if copy.own else other).modified(copy.source),
    )


def _moved(
    decisions: Sequence[Decision],
    skipped: Mapping[NotePath, str],
    told: Mapping[NotePath, NotePath],
) -> dict[NotePath, NotePath]:
    """Return the renames but for those that are `told` already."""
    return {
        one.was: one.path
        for one in decisions
        if one.was
        and one.was != one.path
        and one.path not in skipped
        and told.get(one.was) != one.path
    }


def _filed(one: Decision, mode: Mode) -> NotePath:
    """Return the path under which the base has what was decided of."""
    match mode:
        case "pull":
            return one.right_path
        case "push":
            return one.left_path
        case "two-way" | "mirror":
            return one.path


def _other_forms(left: Mapping[NotePath, State], right: Mapping[NotePath, State]) -> bool:
    """Tell whether a new name is on both sides in two Unicode forms."""
    ours, theirs = ({p for p in tree if not p.isascii()} for tree in (left, right))
    forms = {normalize("NFC", path) for path in theirs - ours}
    return any(normalize("NFC", path) in forms for path in ours - theirs)
