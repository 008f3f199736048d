"""What was renamed on a side of a pair since the last sync."""

from collections.abc import Mapping

from knapper.app.side import Side, absent, gone_and_new, read_if_same
from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.shell.store import Store
from knapper.shell.synced import Seen
from knapper.sync.renames import Trace, renames, similarity
from knapper.sync.tree import is_mergeable

__all__ = ["moves"]


def moves(
    side: Side,
    seen: Seen,
    base: Mapping[NotePath, State],
    places: Mapping[NotePath, NotePath],
    store: Store,
) -> dict[NotePath, NotePath]:
    """Return what was renamed on a side, from where to where.

    `seen` is what the side was at the last sync, `places` has where it puts notes that the
    base has elsewhere. What lies where nothing can be seen is odd, and no renaming.
    """
    gone, added = gone_and_new(base, side)
    new = set(added)
    moved: dict[NotePath, NotePath] = {}
    traces = {}
    for path in absent(side, gone):
        place = places.get(path, path)
        if side.is_out(place):
            side.odd[path] = side.odd.get(place, "its folder cannot be read")
        elif place in new:
            moved[path] = place
        else:
            state, stamp = seen.states.get(place, base[path]), seen.stamps.get(place)
            traces[path] = Trace(state, stamp[3] if stamp else 0, stamp[0] if stamp else -1)
    new.difference_update(moved.values())
    texts: dict[NotePath, bytes | None] = {}

    def similar(old: NotePath, path: NotePath) -> float:
        if not is_mergeable(path):
            return 0.0
        if old not in texts:
            kept = store.content(traces[old].digest)
            texts[old] = store.content(base[old]) if kept is None else kept
        if path not in texts:
            texts[path] = read_if_same(side, path)
        before, after = texts[old], texts[path]
        return similarity(before, after) if before and after else 0.0

    if not traces or not new:
        return moved
    return moved | renames(traces, {path: side.trace(path) for path in sorted(new)}, similar)
