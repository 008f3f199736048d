"""Why a pair must not be synced as planned: its folders are not what they were.

The rules are those of `sync.safety`; what is wrong with the plan itself `judgement` says.
"""

from collections.abc import Sequence

from knapper.app.judgement import Evidence
from knapper.app.side import UNSETTLED
from knapper.core.paths import NotePath
from knapper.core.plan import Change, RemoveFolder, Trash
from knapper.sync.safety import another_root, empty_root, first_mirror, only_adds
from knapper.sync.tree import Tree

__all__ = ["new_mirror", "odd_root"]

Steps = Sequence[tuple[str, Change, NotePath]]
"""Changes with their side, and the path of their decision."""


def odd_root(evidence: Evidence, base: Tree, steps: Steps) -> str:
    """Say which folder is empty, or not that of the last sync, if that matters to the steps.

    One with a file that was changed a moment ago is not empty.
    """
    sides = evidence.left, evidence.right
    settled = [side for side in sides if UNSETTLED.isdisjoint(side.odd.values())]
    empty = (empty_root(base, side.tree, side.name) for side in settled)
    return _another_root(evidence, base, steps) or next(filter(None, empty), "")


def _another_root(evidence: Evidence, base: Tree, steps: Steps) -> str:
    """Say which folder is another one; what could not be looked at may matter later.

    A source is often made anew as a whole: of it only deletions are not believed then.
    """
    pair = evidence.pair
    is_harmless = _deletes_nothing if pair.mode == "pull" else only_adds
    if not evidence.skipped and all(is_harmless(change) for _, change, _ in steps):
        return ""
    known = {path: state for path, state in base.items() if not pair.layout(path)}
    for side, is_same in ((evidence.left, pair.same_left), (evidence.right, pair.same_right)):
        place = f"{side.name} ({side.folder.root})"
        if not is_same and (said := another_root(known, side.tree, place)):
            return said
    return ""


def new_mirror(evidence: Evidence, steps: Steps) -> str:
    """Say what of its own a folder would lose that was never the vault's mirror."""
    pair = evidence.pair
    if not pair.is_new or pair.mode != "mirror":
        return ""
    changes = (change for _, change, path in steps if not pair.layout(path))
    return first_mirror(changes, evidence.right.name)


def _deletes_nothing(change: Change) -> bool:
    return not isinstance(change, Trash | RemoveFolder)
