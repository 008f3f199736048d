"""Finding out what was renamed: the same file under another name.

A rename is told by the content, by the file's number on its disk (inode) together
with similar content, or by very similar content alone. The number alone proves
nothing: file systems give it to the next new file.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from knapper.core.paths import NotePath, extension, folder_of, name_of

__all__ = ["Trace", "folder_moves", "renames", "similarity"]

Similar = Callable[[NotePath, NotePath], float]
"""Tells how much of a base version (first) is in a new file (second), 0 to 1."""

_ALIKE = 0.6
_ALIKE_SAME_NUMBER = 0.3
_MOST_PAIRS = 20_000


class Trace(NamedTuple):
    """What tells a file: its digest, its number (0: not known), its size if known."""

    digest: str
    number: int
    size: int = -1


def renames(
    gone: Mapping[NotePath, Trace], new: Mapping[NotePath, Trace], similar: Similar
) -> dict[NotePath, NotePath]:
    """Return old path -> new path for the files of `gone` that are among `new`."""
    found: dict[NotePath, NotePath] = {}
    gone, new = dict(gone), dict(new)

    def settle(old: NotePath, path: NotePath) -> None:
        found[old] = path
        del gone[old], new[path]

    by_digest: dict[str, list[NotePath]] = {}
    for path, trace in sorted(new.items()):
        by_digest.setdefault(trace.digest, []).append(path)
    for old, trace in sorted(gone.items()):
        same = [path for path in by_digest.get(trace.digest, ()) if path in new]
        if same and trace.size != 0:
            settle(old, min(same, key=lambda path: _unlikeness(old, trace, path, new[path])))
    by_number = {trace.number: path for path, trace in sorted(new.items()) if trace.number}
    for old, trace in sorted(gone.items()):
        path = by_number.get(trace.number, "")
        if path in new and _same_kind(old, path) and similar(old, path) >= _ALIKE_SAME_NUMBER:
            settle(old, path)
    if len(gone) * len(new) <= _MOST_PAIRS:
        for likeness, old, path in sorted(_pairs(gone, new, similar), reverse=True):
            if old in gone and path in new and likeness >= _ALIKE:
                settle(old, path)
    return found


def _unlikeness(
    old: NotePath, trace: Trace, path: NotePath, other: Trace
) -> tuple[bool, bool, bool, str]:
    """Order candidates of equal content: same number, same name, same folder."""
    return (
        trace.number != other.number,
        name_of(old) != name_of(path),
        folder_of(old) != folder_of(path),
        path,
    )


def _same_kind(old: NotePath, path: NotePath) -> bool:
    return extension(old) == extension(path)


def _pairs(
    gone: Mapping[NotePath, Trace], new: Mapping[NotePath, Trace], similar: Similar
) -> Iterable[tuple[float, NotePath, NotePath]]:
    for old, trace in gone.items():
        for path, other in new.items():
            sizes = sorted((trace.size, other.size))
            unlike = sizes[0] >= 0 and sizes[1] > 3 * sizes[0] + 200
            if _same_kind(old, path) and not unlike:
                yield similar(old, path), old, path


def similarity(old: bytes, new: bytes) -> float:
    """Return which part of two texts' lines they have in common, 0 to 1.

    Empty lines do not count, and very short texts are never alike.
    """
    before = Counter(line for line in map(bytes.strip, old.split(b"\n")) if line)
    after = Counter(line for line in map(bytes.strip, new.split(b"\n")) if line)
    whole = sum(before.values()) + sum(after.values())
    shared = sum((before & after).values())
    return 2 * shared / whole if shared >= 2 else 0.0


def folder_moves(
    moved: Mapping[NotePath, NotePath], there: Callable[[NotePath], bool]
) -> dict[NotePath, NotePath]:
    """Return old folder -> new folder where most files went there, and the old is gone."""
    goals: dict[NotePath, Counter[NotePath]] = {}
    for old, path in moved.items():
        if name_of(old) == name_of(path):
            goals.setdefault(folder_of(old), Counter())[folder_of(path)] += 1
    found = {}
    for folder, counts in goals.items():
        goal, number = counts.most_common(1)[0]
        most = number * 2 >= sum(counts.values())
        if folder and goal and goal != folder and most and not there(folder):
            found[folder] = goal
    return found
