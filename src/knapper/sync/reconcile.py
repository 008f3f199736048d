"""What should become of each file, from what it was and what it is on both sides.

The invariants, which `tests/sync/test_reconcile.py` checks for every combination:

- What only one side changed is carried to the other; nothing else is overwritten.
- A side loses a content only if it is that of the base and the other side gave it up.
- An edit beats a deletion; a rename counts as an edit.
- When both plans are carried out the sides are equal, and a second look rests.
- `reconcile` of the sides exchanged decides the same, with the sides exchanged.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from knapper.core.paths import NotePath, folder_of, name_of
from knapper.core.plan import State
from knapper.core.replicas import Mode
from knapper.sync.renames import folder_moves
from knapper.sync.tree import FOLDER, Tree, is_file, parents

__all__ = ["Decision", "Verdict", "reconcile"]

Verdict = Literal["equal", "left", "right", "merge", "conflict"]
"""Whose state holds; `merge` if both changed a file, `conflict` if that cannot merge."""


class Decision(NamedTuple):
    """What becomes of one file, folder or link.

    `path` is where it will be, `was` where the base has it. `left_path` and
    `right_path` are where it stands now (equal to `path` if it is not there).
    """

    path: NotePath
    was: NotePath | None
    base: State | None
    left: State | None
    right: State | None
    left_path: NotePath
    right_path: NotePath
    verdict: Verdict
    why: str

    @property
    def changes_left(self) -> bool:
        """Whether the left side's own file is to be another one, or to stand elsewhere."""
        if self.left is None or self.verdict == "equal":
            return False
        return self.verdict != "left" or self.left_path != self.path

    @property
    def final(self) -> State | None:
        """What will be at `path`; the left state until a merge says otherwise."""
        match self.verdict:
            case "left":
                return self.left
            case "right":
                return self.right
            case _:
                return self.left or self.right


def reconcile(  # noqa: PLR0913 - three trees and what is known of them
    base: Tree,
    left: Tree,
    right: Tree,
    *,
    moved_left: Mapping[NotePath, NotePath] = {},
    moved_right: Mapping[NotePath, NotePath] = {},
    mode: Mode = "two-way",
    prefer: Literal["left", "right"] = "left",
    layout: Callable[[NotePath], bool] = lambda _path: False,
    name_copy: Callable[[NotePath], NotePath] = lambda path: f"{path} (conflict)",
    among: Collection[NotePath] | None = None,
) -> list[Decision]:
    """Decide for every path that any of the three trees has, in order of the paths.

    `among` leaves out the others: those that are the same in all three trees.

    `moved_left` and `moved_right` map base paths to where that side has them now.
    `prefer` names the side whose version keeps the name in a conflict, and whose
    layout files hold. In `pull` only the left may change, in `push` and `mirror` only
    the right; a decision that would need the other side to change is left out.
    """
    if mode == "mirror":
        moved_right = {}
    moves_left, moves_right = _sound_moves(base, left, right, moved_left, moved_right)
    paths = {*base, *left, *right} if among is None else among
    items = _items(base, left, right, moves_left, moves_right, prefer, paths)
    decisions = [_decided(item, mode, prefer, layout) for item in items]
    needed = {
        folder
        for one in decisions
        if _standing(one, mode) is not None
        for folder in parents(one.path)
    }
    decisions = _with_needed_folders(decisions, needed, mode)
    return sorted(_without_clashes(decisions, needed, mode, name_copy), key=lambda one: one.path)


class _Item(NamedTuple):
    path: NotePath
    was: NotePath | None
    left_path: NotePath
    right_path: NotePath
    base: State | None
    left: State | None
    right: State | None


def _sound_moves(
    base: Tree,
    left: Tree,
    right: Tree,
    moved_left: Mapping[NotePath, NotePath],
    moved_right: Mapping[NotePath, NotePath],
) -> tuple[dict[NotePath, NotePath], dict[NotePath, NotePath]]:
    """Drop the renames whose new name the other side uses for something else.

    Such a rename is then seen as what it also is: a file gone and a file added.
    """

    def sound(
        moved: Mapping[NotePath, NotePath],
        here: Tree,
        there: Tree,
        theirs: Mapping[NotePath, NotePath],
    ) -> dict[NotePath, NotePath]:
        return {
            old: path
            for old, path in moved.items()
            if old in base
            and path not in base
            and old not in here
            and is_file(here.get(path))
            and (path not in there or theirs.get(old) == path)
        }

    moves_left = sound(moved_left, left, right, moved_right)
    moves_right = sound(moved_right, right, left, moved_left)
    return moves_left, moves_right


def _items(
    base: Tree,
    left: Tree,
    right: Tree,
    moves_left: Mapping[NotePath, NotePath],
    moves_right: Mapping[NotePath, NotePath],
    prefer: Literal["left", "right"],
    among: Collection[NotePath],
) -> Iterable[_Item]:
    """Yield each file, folder and link once, under the name that it will have."""
    taken_left, taken_right = set(moves_left.values()), set(moves_right.values())
    for was in among:
        if (state := base.get(was)) is None:
            continue
        left_path, right_path = moves_left.get(was, was), moves_right.get(was, was)
        names = (left_path, right_path) if prefer == "left" else (right_path, left_path)
        path = names[0] if names[0] != was else names[1]
        here, there = left.get(left_path), right.get(right_path)
        # a folder or link at the old name is something new, and no version of what has moved
        if path != was and _is_other(here):
            yield _Item(was, None, was, was, None, here, None)
            left_path, here = path, None
        if path != was and _is_other(there):
            yield _Item(was, None, was, was, None, None, there)
            right_path, there = path, None
        yield _Item(path, was, left_path, right_path, state, here, there)
    new = {path for path in among if path not in base}
    new_left = {path for path in new if path in left and path not in taken_left}
    new_right = {path for path in new if path in right and path not in taken_right}
    goals_left = folder_moves(moves_left, left.__contains__)
    goals_right = folder_moves(moves_right, right.__contains__)
    for path in new_left | new_right:
        in_left, in_right = left.get(path), right.get(path)
        if path in taken_left or path in taken_right:
            continue
        here = in_left if path in new_left else None
        there = in_right if path in new_right else None
        goal = path
        if here is None and is_file(there):
            goal = _followed(path, goals_left, (base, left, right))
        elif there is None and is_file(here):
            goal = _followed(path, goals_right, (base, left, right))
        at_left, at_right = (path if here else goal), (path if there else goal)
        yield _Item(goal, None, at_left, at_right, None, here, there)


def _is_other(state: State | None) -> bool:
    """Tell whether a state is that of a folder or link."""
    return state is not None and not is_file(state)


def _followed(
    path: NotePath, goals: Mapping[NotePath, NotePath], trees: tuple[Tree, ...]
) -> NotePath:
    """Return where a new file belongs whose folder the other side has renamed."""
    goal = goals.get(folder_of(path))
    new = f"{goal}/{name_of(path)}"
    return path if goal is None or any(new in tree for tree in trees) else new


def _decided(
    item: _Item,
    mode: Mode,
    prefer: Literal["left", "right"],
    layout: Callable[[NotePath], bool],
) -> Decision:
    verdict, why = _two_way(item, prefer)
    if layout(item.path) and item.left != item.right:
        verdict, why = _layout(item, prefer), "the layout of the vault's panes holds"
    if mode == "mirror" and item.left != item.right:
        verdict, why = "left", "the replica mirrors the vault"
    if mode in ("pull", "push"):
        verdict, why = _one_way(item, verdict, why, mode)
    return Decision(
        item.path, item.was, item.base, item.left, item.right,
        item.left_path, item.right_path, verdict, why,
    )  # fmt: skip


def _two_way(item: _Item, prefer: Literal["left", "right"]) -> tuple[Verdict, str]:
    """Decide by the table of unchanged, changed, added and deleted on both sides."""
    base, left, right = item.base, item.left, item.right
    if left == right:
        return "equal", "both sides have the same" if left else "gone from both sides"
    moved_left = item.was is not None and item.left_path != item.was and left is not None
    moved_right = item.was is not None and item.right_path != item.was and right is not None
    if left == base and not (moved_left and right is None):
        return "right", _said("replica", base, right)
    if right == base and not (moved_right and left is None):
        return "left", _said("vault", base, left)
    if left is None:
        return "right", "deleted in the vault, changed in the replica: the change wins"
    if right is None:
        return "left", "deleted in the replica, changed in the vault: the change wins"
    if is_file(left) and is_file(right):
        return "merge", "changed on both sides" if base else "added on both sides"
    if is_file(left) or is_file(right):
        return "conflict", "a file here is a folder or link there"
    return ("left" if prefer == "left" else "right"), "a folder or link that differs"


def _said(side: str, base: State | None, now: State | None) -> str:
    if now is None:
        return f"deleted in the {side}"
    return f"changed in the {side}" if base else f"new in the {side}"


def _layout(item: _Item, prefer: Literal["left", "right"]) -> Verdict:
    own = item.left if prefer == "left" else item.right
    if own is not None or item.base is not None:
        return "left" if prefer == "left" else "right"
    return "right" if prefer == "left" else "left"


def _one_way(item: _Item, verdict: Verdict, why: str, mode: Mode) -> tuple[Verdict, str]:
    """Turn a decision into one that changes only the side that may change.

    What the reading side has of its own stays as it is: its edits are kept, and its
    own files are nobody else's business.
    """
    fixed: Verdict = "right" if mode == "pull" else "left"
    own: Verdict = "left" if mode == "pull" else "right"
    there, here = (item.right, item.left) if mode == "pull" else (item.left, item.right)
    if verdict == own or (verdict == "equal" and item.left_path == item.right_path):
        if there is None and item.base is not None and here is not None:
            return "equal", "gone from the source, but changed here: it stays"
        return "equal", "nothing new in the source"
    if verdict in ("merge", "conflict") and there == item.base:
        return "equal", "changed here only"
    return (verdict, why) if verdict in ("merge", "conflict") else (fixed, why)


def _standing(one: Decision, mode: Mode) -> State | None:
    """Return what will be at the path, where only one side changes on that side."""
    if one.verdict != "equal" or mode not in ("pull", "push"):
        return one.final
    return one.left if mode == "pull" else one.right


def _with_needed_folders(
    decisions: list[Decision], needed: Collection[NotePath], mode: Mode
) -> list[Decision]:
    """Keep or make every folder that something will be in, whoever deleted it."""
    return [
        one
        if one.path not in needed
        or _standing(one, mode) is not None
        or FOLDER not in (one.left, one.right)
        else one._replace(
            verdict="left" if one.left == FOLDER else "right",
            why="deleted on one side, but something new is in it",
        )
        for one in decisions
    ]


def _without_clashes(
    decisions: list[Decision],
    needed: Collection[NotePath],
    mode: Mode,
    name_copy: Callable[[NotePath], NotePath],
) -> Iterable[Decision]:
    """Give a file a copy's name where its own is needed by a folder (or a link).

    So too a link whose name is needed by a folder that something will be in. What gave
    way stays whole under the other name, on both sides.
    """
    for one in decisions:
        is_needed = one.path in needed and _standing(one, mode) not in (FOLDER, None)
        if one.verdict != "conflict" and not is_needed:
            yield one
            continue

        def gives_way(state: State | None, is_needed: bool = is_needed) -> bool:
            return is_file(state) or (is_needed and state not in (FOLDER, None))

        copy = name_copy(one.path)
        why = f"'{one.path}' is a folder or link on the other side: kept as '{copy}'"
        in_left = one.left if gives_way(one.left) else None
        in_right = one.right if gives_way(one.right) else None
        yield Decision(
            copy, None, None, in_left, in_right,
            one.left_path if in_left else copy, one.right_path if in_right else copy,
            "left" if in_left else "right", why,
        )  # fmt: skip
        rest_left = None if in_left else one.left
        rest_right = None if in_right else one.right
        yield Decision(
            one.path, one.was, one.base, rest_left, rest_right, one.path, one.path,
            "left" if rest_left else "right", "a folder or link takes this name",
        )  # fmt: skip
