"""What both sides agree on after a sync: the base of the next one."""

from collections.abc import Collection, Mapping, Sequence

from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.core.replicas import Mode
from knapper.sync.reconcile import Decision
from knapper.sync.tree import is_file

__all__ = ["settled"]

_Tree = Mapping[NotePath, State]
_Places = Mapping[NotePath, NotePath]


def settled(
    base: _Tree,
    places: _Places,
    left: _Tree,
    right: _Tree,
    decisions: Sequence[Decision],
    copies: Collection[NotePath],
    mode: Mode,
) -> tuple[dict[NotePath, State], dict[NotePath, NotePath]]:
    """Return the base and the places after `decisions` were carried out.

    `left` and `right` are the sides as they are now. The base has what both have, or what
    the side has that is only read: then it is filed under the source's path, and `places`
    has where its reader has put it. Conflict `copies` that are on both sides are known,
    too: they may be deleted now.
    """
    base, places = dict(base), dict(places)
    source, reader = (right, left) if mode == "pull" else (left, right)
    one_way = mode in ("pull", "push")
    filed = [
        (one, _filed(one, mode))
        for one in decisions
        if one_way or left.get(one.path) == right.get(one.path)
    ]
    for one, path in filed:
        for known in (one.was or path, one.path, path):
            base.pop(known, None)
            places.pop(known, None)
    for one, path in filed:
        if (state := source.get(path)) is None:
            continue
        base[path] = state
        if path not in reader and is_file(state) and is_file(reader.get(one.path)):
            places[path] = one.path
    for copy in copies:
        state = left.get(copy)
        if state is not None and state == right.get(copy):
            base[copy] = state
    return base, places


def _filed(one: Decision, mode: Mode) -> NotePath:
    """Return the path under which the base has what was decided of."""
    match mode:
        case "pull":
            return one.right_path
        case "push":
            return one.left_path
        case "two-way" | "mirror":
            return one.path
