"""The steps of a pass over a pair, and who carries them out on both sides."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, cast

from knapper.app.side import Side
from knapper.core.paths import NotePath
from knapper.core.plan import Change, Refused, State
from knapper.shell.asides import Origin
from knapper.shell.executor import Executor, Place
from knapper.shell.folder import Folder
from knapper.shell.store import Store

__all__ = ["Hands", "Step"]

Step = tuple[str, Change, NotePath]
"""A change with its side, "left" or "right", and the path of its decision."""


class Hands(NamedTuple):
    """What carries steps out: each side with its place in the store.

    `run` gives the number of the run; `contents` are texts at hand, those that are written
    are put to them; `progress` hears how many steps of all are done.
    """

    left: tuple[Side, Place]
    right: tuple[Side, Place]
    store: Store
    run: Callable[[], int]
    clock: Callable[[], int]
    contents: dict[State, bytes]
    progress: Callable[[int, int], None]

    def act(self, steps: Sequence[Step], copies: Collection[NotePath]) -> list[tuple[str, Refused]]:
        """Carry the steps out; return what was refused.

        Conflict `copies` come first, and where one cannot be made the note stays as it is.
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

        for name, (side, place), (other, _) in (
            ("left", self.left, self.right),
            ("right", self.right, self.left),
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
            self.contents.update(executor.contents)
        return refused


def _origin(side: Side, other: Side) -> Origin:
    return Origin(
        other.pieces,
        lambda copy: (side if copy.own else other).modified(copy.source),
    )
