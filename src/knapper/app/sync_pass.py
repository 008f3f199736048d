"""One pass over a pair of folders: look, decide, act, remember.

What is decided is decided in `knapper.sync`, without a disk; here is who asks whom.
The left folder is the vault (or a folder of it), the right one the replica.
"""

import time
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from unicodedata import normalize

from knapper.app.halting import new_mirror, odd_root
from knapper.app.joining import Joining
from knapper.app.judgement import Evidence, Judged, judged
from knapper.app.local import is_left_out
from knapper.app.moves import moves
from knapper.app.pair import BUSY, Intent, Pair, Report
from knapper.app.remembering import Memory, remember
from knapper.app.resting import fingerprint
from knapper.app.side import Side, look
from knapper.app.steps import Hands, Step
from knapper.core.paths import NotePath
from knapper.core.plan import Refused, State
from knapper.shell.executor import Place
from knapper.shell.folder import Folder
from knapper.shell.recovery import sweep
from knapper.shell.source import Listing
from knapper.shell.store import Store
from knapper.shell.synced import has_more, load
from knapper.sync.plans import Merge, changes_of
from knapper.sync.reconcile import Decision, reconcile
from knapper.sync.safety import hash_of, only_adds
from knapper.sync.settle import settled
from knapper.sync.tree import FOLDER, colliding, differing

__all__ = ["run_pass"]

_MANY = 2000
"""So many files are listed by a process of their own."""


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
        copies = {one.copy for one in merges.values() if one.copy}
        refused = self._act(steps, copies) if self.intent.act else []
        undone = {(side, one.change) for side, one in refused}
        failed = {path for side, change, path in steps if (side, change) in undone}
        if self.intent.act:
            if not verdict.halted:
                not_done = {*failed, *verdict.held, *self.skipped}
                self.base, self.places = settled(
                    self.base, self.places, self.left.tree, self.right.tree,
                    [one for one in decisions if one.path not in not_done], copies, self.pair.mode,
                )  # fmt: skip
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
        moved_left, moved_right = (
            moves(side, seen, self.base, self.places, self.store)
            for side, seen in ((self.left, self.known.left), (self.right, self.known.right))
        )
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
        """Carry the steps out; return what was refused."""
        pair = self.pair
        left = self.left, Place("", pair.prefix, pair.prefix, pair.stamp)
        right = self.right, Place(pair.name, "", pair.prefix, pair.stamp)
        hands = Hands(
            left, right, self.store, self.run, self.clock, self.contents, self.progress
        )  # fmt: skip
        return hands.act(steps, copies)

    def prints(self) -> tuple[str, ...]:
        """Return what tells this rest from any change, () if it cannot be told."""
        sides = self.left, self.right
        prints = [fingerprint(side.folder, side.listing) for side in sides]
        if not all(prints) or any(side.stamps != side.listing.files for side in sides):
            return ()
        roots = [str(side.folder.root) for side in sides]
        return (*roots, self.pair.settings, *prints)

    # -- remembering ---------------------------------------------------------------------

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


def _other_forms(left: Mapping[NotePath, State], right: Mapping[NotePath, State]) -> bool:
    """Tell whether a new name is on both sides in two Unicode forms."""
    ours, theirs = ({p for p in tree if not p.isascii()} for tree in (left, right))
    forms = {normalize("NFC", path) for path in theirs - ours}
    return any(normalize("NFC", path) in forms for path in ours - theirs)
