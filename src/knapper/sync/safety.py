"""When a plan must not be carried out as it is: mass changes halt, odd ones are held.

A halt leaves both sides as they are. What is held back is left out of the plan, and
the rest goes on. Both can be confirmed by the user, for exactly this plan.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256

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
)
from knapper.sync.tree import FOLDER, Tree, is_file

__all__ = [
    "another_root",
    "empty_root",
    "first_mirror",
    "hash_of",
    "mass_change",
    "only_adds",
    "unrecognisable",
]

FEW = 10
"""So many files may always be deleted or rewritten in one run."""

DELETED_SHARE = 0.33
REWRITTEN_SHARE = 0.5


def another_root(base: Tree, now: Tree, name: str) -> str:
    """Say why a folder halts the sync that is not the one of the last sync.

    It does not ("") if all that was in sync is in it as it was: a copy, or a disk that
    the system has given another number.
    """
    known = {path: state for path, state in base.items() if state != FOLDER}
    other = sum(now.get(path) != state for path, state in known.items())
    if not other:
        return ""
    return (
        f"{name} is another folder than at the last sync, and {other} of {len(known)} known files "
        "are not in it as they were; is it an old copy, or the wrong disk? nothing was changed "
        "(a replica that is given another name is joined anew, and nothing is deleted)"
    )


def empty_root(base: Tree, now: Tree, name: str) -> str:
    """Say why an empty folder halts the sync, "" if it does not.

    What hidden files are left, such as the settings in `.obsidian/`, does not matter.
    """
    if any(map(is_file, _seen(now))):
        return ""
    if known := sum(map(is_file, _seen(base))):
        return (
            f"{name} is empty, but had {known} files at the last sync; "
            "is a disk not mounted? nothing was changed"
        )
    return ""


def _seen(tree: Tree) -> Iterator[State]:
    """Yield what stands in a folder and is not hidden."""
    return (state for path, state in tree.items() if not path.startswith("."))


def first_mirror(changes: Iterable[Change], name: str) -> str:
    """Say why a mirror is not begun in a folder that holds something else, "" if it may be.

    So it is, too, after what was known of the pair is lost.
    """
    changes = list(changes)
    deleted = sum(isinstance(change, Trash) for change in changes)
    replaced = sum(
        isinstance(change, Write | Copy | Link) and change.expect is not None for change in changes
    )
    if not deleted and not replaced:
        return ""
    return (
        f"{name} was never in sync with this vault (or it is not known any more), and as its "
        f"mirror, {deleted} files in it would be deleted and {replaced} replaced"
    )


def mass_change(
    changes: Iterable[Change], now: Tree, name: str, recognisable: Callable[[Change], bool]
) -> str:
    """Say why so many changes halt the sync, "" if they do not.

    `now` is what stands on the side. What is rewritten counts if nothing of the
    old text is left to recognise (asked only when very many files are rewritten).
    """
    changes = list(changes)
    if len(changes) <= FEW:
        return ""
    known = sum(map(is_file, now.values()))
    deleted = sum(isinstance(change, Trash) for change in changes)
    if deleted > max(FEW, DELETED_SHARE * known):
        return f"{deleted} of {known} files would be deleted in {name}"
    rewritten = [c for c in changes if isinstance(c, Write | Copy) and is_file(c.expect)]
    most = max(FEW, REWRITTEN_SHARE * known)
    if len(rewritten) > most:
        odd = sum(not recognisable(change) for change in rewritten)
        if odd > most:
            return f"{odd} of {known} files would be replaced by something else in {name}"
    return ""


def unrecognisable(old: bytes, new: bytes) -> bool:
    """Tell whether less than half of a text's lines are left in its new version."""
    before = [line for line in old.split(b"\n") if line.strip()]
    left = set(new.split(b"\n"))
    return 2 * sum(line in left for line in before) < len(before)


def hash_of(
    changes: Iterable[tuple[str, Change]], held: Mapping[NotePath, str] | None = None
) -> str:
    """Return the name of a plan, for `--confirm`: it is another one if anything differs."""
    hashed = sha256()
    for root, change in changes:
        content = change.content if isinstance(change, Write) else b""
        parts = (root, type(change).__name__, change.path, _goal(change), _expect(change))
        hashed.update(repr((parts, sha256(content).hexdigest())).encode())
    hashed.update(repr(sorted((held or {}).items())).encode())
    return hashed.hexdigest()[:12]


def only_adds(change: Change) -> bool:
    """Tell whether a change takes nothing away, and puts nothing in the place of anything."""
    return isinstance(change, MakeFolder) or (
        isinstance(change, Write | Copy | Link) and change.expect is None
    )


def _goal(change: Change) -> str:
    if isinstance(change, Move):
        return change.to
    return change.digest if isinstance(change, Copy) else ""


def _expect(change: Change) -> State:
    if isinstance(change, RemoveFolder | MakeFolder):
        return ""
    return str(change.expect)
