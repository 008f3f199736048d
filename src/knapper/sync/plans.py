"""From decisions to the changes that one side needs, in an order that works.

Files leave before folders are made in their place, folders are made from above,
files move, empty folders go from below, and contents are written last. Conflict
copies are made before all of it, on both sides, from where the versions stand: so
nothing is overwritten that stands nowhere else.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from knapper.core.paths import NotePath
from knapper.core.plan import (
    Change,
    Copy,
    Link,
    MakeFolder,
    Move,
    RemoveFolder,
    State,
    Trash,
    Write,
    digest,
)
from knapper.sync.reconcile import Decision
from knapper.sync.tree import FOLDER, is_file, link_to

__all__ = ["Merge", "Side", "changes_of", "ordered"]

Side = Literal["left", "right"]


class Merge(NamedTuple):
    """What came of merging: the content for both sides, or the loser's copy.

    With `content` None the versions did not merge: `winner` keeps the name, and the
    other side's version is kept under `copy` ("" if such a copy is there already).
    """

    content: bytes | None
    why: str
    winner: Side = "left"
    copy: NotePath = ""


def changes_of(
    decisions: Iterable[Decision],
    merges: Mapping[NotePath, Merge],
    side: Side,
    *,
    alone: bool = False,
) -> list[tuple[Change, NotePath]]:
    """Return what to change on a side, each with the path of its decision, in order.

    The left side is changed before the right one, so that its files stand at their
    new names by then; unless the right side is changed `alone`.
    """
    found = [
        (change, one.path)
        for one in decisions
        for change in _changes(one, merges.get(one.path), side, alone)
    ]
    making = {change.path for change, _ in found if isinstance(change, MakeFolder)}
    return sorted(found, key=lambda pair: ordered(pair[0], making))


def ordered(change: Change, folders: set[NotePath]) -> tuple[int, int, NotePath]:
    """Return what changes are sorted by."""
    depth = change.path.count("/")
    match change:
        case Move():
            return (0 if change.path in folders else 3), 0, change.path
        case Trash():
            return 1, -depth, change.path
        case MakeFolder():
            return 2, depth, change.path
        case RemoveFolder():
            return 4, -depth, change.path
        case Write() | Copy() | Link():
            return 5, int(change.expect is not None), change.path


def _changes(one: Decision, merge: Merge | None, side: Side, alone: bool) -> Iterable[Change]:
    now, place = (one.left, one.left_path) if side == "left" else (one.right, one.right_path)
    why = one.why
    if one.verdict == "merge":
        if merge is None:
            return
        why = f"{one.why}: {merge.why}"
        yield from _copy(one, merge, side)
    final = _final(one, merge, side)
    if now is None and final is None:
        return
    if final is None:
        yield RemoveFolder(place, why) if now == FOLDER else Trash(place, now or "", why)
        return
    if now is not None and place != one.path:
        if _can_move(place, one.path):
            yield Move(place, one.path, now, why)
        else:
            yield Trash(place, now, why)
            now = None
    if now != final:
        content = merge.content if merge else None
        source = one.right_path if side == "left" else one.left_path if alone else one.path
        yield from _replacing(one.path, now, final, content, source, why)


def _can_move(place: NotePath, goal: NotePath) -> bool:
    """A file cannot move to below its own name: the folder would stand in its way."""
    return not goal.startswith(f"{place}/")


def _final(one: Decision, merge: Merge | None, side: Side) -> State | None:
    match one.verdict:
        case "equal":
            return one.left if side == "left" else one.right
        case "merge" if merge is not None and merge.content is not None:
            return digest(merge.content)
        case "merge" if merge is not None:
            return one.left if merge.winner == "left" else one.right
        case _:
            return one.final


def _replacing(
    path: NotePath,
    now: State | None,
    final: State,
    content: bytes | None,
    source: NotePath,
    why: str,
) -> Iterable[Change]:
    expect = now
    if now == FOLDER:
        yield RemoveFolder(path, why)
        expect = None
    elif now is not None and final == FOLDER:
        yield Trash(path, now, why)
    if final == FOLDER:
        yield MakeFolder(path, why)
    elif (target := link_to(final)) is not None:
        yield Link(path, target, expect, why)
    elif content is not None:
        yield Write(path, content, expect, why)
    else:
        yield Copy(path, source, final, expect, why)


def _copy(one: Decision, merge: Merge, side: Side) -> Iterable[Change]:
    """Keep the version that lost, beside the note, on both sides."""
    if merge.content is not None or not merge.copy:
        return
    loser: Side = "right" if merge.winner == "left" else "left"
    lost = one.right if loser == "right" else one.left
    assert lost is not None and is_file(lost)
    # copies come first of all, so that nothing has moved yet
    source = one.right_path if loser == "right" else one.left_path
    yield Copy(merge.copy, source, lost, None, one.why, own=side == loser)
