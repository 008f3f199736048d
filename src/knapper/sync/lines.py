"""The body of a note, or any text, joined by lines.

Invariant: the pieces of a merge lie end to end in each of the three texts, and a
piece that only one side changed stands as that side has it. `certificate` proves
this of every merge; nothing else may be relied on.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from knapper.core.text import Span
from knapper.sync.clash import ClashError
from knapper.sync.insertions import both_inserted, opens_fence
from knapper.sync.matching import changes
from knapper.sync.words import indent, is_heading, likeness, merged_line, said

__all__ = ["Piece", "merged_lines"]

Lines = Sequence[str]


class Piece(NamedTuple):
    """What `lines` stand for in the base, on the left and on the right."""

    base: Span
    left: Span
    right: Span
    lines: tuple[str, ...]


def merged_lines(base: Lines, left: Lines, right: Lines, *, prose: bool) -> list[Piece]:
    """Return the merged text in pieces.

    In prose, changes of neighbouring lines are both made, one line may be joined by
    its words, and what both sides wrote at one place is kept. Other texts are joined
    only where an untouched line stands between. Raises `ClashError`.
    """
    edits = [*_edits(base, left, 0), *_edits(base, right, 1)]
    merge = _Merge(base)
    for cluster in _clusters(edits, touching=True):
        if cluster.one_sided or _side(base, cluster, 0) == _side(base, cluster, 1):
            merge.add(cluster)
        elif not prose:
            raise ClashError(_reason(base, cluster))
        else:
            for part in _clusters(_refined(base, cluster), touching=False):
                merge.add(part)
    pieces = merge.finished()
    if prose:
        _refuse_orphans(base, left, right, pieces)
    return pieces


class _Edit(NamedTuple):
    """Lines `start` to `end` of the base became `lines`; `side` is 0 or 1."""

    start: int
    end: int
    side: int
    lines: tuple[str, ...]


class _Cluster(NamedTuple):
    """Edits that meet, in order, and the lines of the base that they are about."""

    start: int
    end: int
    edits: tuple[_Edit, ...]

    @property
    def one_sided(self) -> bool:
        return len({edit.side for edit in self.edits}) == 1


def _edits(base: Lines, lines: Lines, side: int) -> Iterator[_Edit]:
    for start, end, other, other_end in changes(base, lines):
        yield _Edit(start, end, side, tuple(lines[other:other_end]))


def _clusters(edits: Iterable[_Edit], *, touching: bool) -> Iterator[_Cluster]:
    """Yield the edits in order, those that meet together.

    Two edits meet that change one line, or insert at one place, or of which one
    inserts between lines that the other changes. Neighbours do with `touching`, and
    where both sides wrote the same line: it may be one line, not two.
    """
    cluster: _Cluster | None = None
    for edit in sorted(edits):
        if cluster is not None and _meets(cluster, edit, touching=touching):
            end = max(cluster.end, edit.end)
            cluster = _Cluster(cluster.start, end, (*cluster.edits, edit))
            continue
        if cluster is not None:
            yield cluster
        cluster = _Cluster(edit.start, edit.end, (edit,))
    if cluster is not None:
        yield cluster


def _meets(cluster: _Cluster, edit: _Edit, *, touching: bool) -> bool:
    if edit.start == cluster.end and (touching or _is_copied(cluster, edit)):
        return True
    if cluster.start == cluster.end:
        return edit.end == edit.start == cluster.end
    return edit.start < cluster.end


def _is_copied(cluster: _Cluster, edit: _Edit) -> bool:
    written = {line for line in edit.lines if line.strip()}
    return any(
        not written.isdisjoint(other.lines) for other in cluster.edits if other.side != edit.side
    )


def _side(base: Lines, cluster: _Cluster, side: int) -> list[str]:
    """Return what stands on a side in place of the cluster's lines."""
    lines: list[str] = []
    position = cluster.start
    for edit in cluster.edits:
        if edit.side == side:
            lines += (*base[position : edit.start], *edit.lines)
            position = edit.end
    return [*lines, *base[position : cluster.end]]


class _Merge:
    """The pieces so far, and how far they reach in each text."""

    def __init__(self, base: Lines) -> None:
        self.base = base
        self.reached = (0, 0, 0)
        self.pieces: list[Piece] = []
        self.fenced: list[bool] | None = None

    def add(self, cluster: _Cluster) -> None:
        self.keep_until(cluster.start)
        left, right = _side(self.base, cluster, 0), _side(self.base, cluster, 1)
        if cluster.one_sided:
            lines = right if cluster.edits[0].side else left
        elif left == right:
            lines = left
        else:
            lines = self.joined(cluster, left, right)
        self.put(cluster.end - cluster.start, len(left), len(right), lines)

    def joined(self, cluster: _Cluster, left: Lines, right: Lines) -> list[str]:
        """Return what both sides changed as one."""
        if not any(edit.lines for edit in cluster.edits):
            return []  # what either side deleted, and neither wrote there
        start, end = cluster.start, cluster.end
        lines = None
        if start == end and not self.is_fenced(start):
            above = self.base[start - 1] if start else ""
            below = self.base[end] if end < len(self.base) else ""
            lines = both_inserted(left, right, above, below)
        elif len(left) == len(right) == end - start == 1 and not self.is_fenced(start):
            line = merged_line(self.base[start], left[0], right[0])
            lines = None if line is None else [line]
        if lines is None:
            raise ClashError(_reason(self.base, cluster))
        return lines

    def keep_until(self, start: int) -> None:
        size = start - self.reached[0]
        if size:
            self.put(size, size, size, self.base[self.reached[0] : start])

    def put(self, base: int, left: int, right: int, lines: Lines) -> None:
        was, here, there = self.reached
        spans = Span(was, was + base), Span(here, here + left), Span(there, there + right)
        self.pieces.append(Piece(*spans, tuple(lines)))
        self.reached = (spans[0].end, spans[1].end, spans[2].end)

    def finished(self) -> list[Piece]:
        self.keep_until(len(self.base))
        return self.pieces

    def is_fenced(self, index: int) -> bool:
        """Tell whether the base is inside a code or formula block before a line."""
        if self.fenced is None:
            self.fenced = _fenced(self.base)
        return self.fenced[index]


def _fenced(lines: Lines) -> list[bool]:
    """Tell for each place between two lines whether it lies in a code block."""
    fenced = [False]
    opening = ""
    for line in lines:
        text = line.lstrip(" \t>")
        if not opening and opens_fence(line):
            opening = text[: len(text) - len(text.lstrip(text[0]))]
            if opening == "$$" and text.rstrip().endswith("$$") and len(text.rstrip()) > 3:
                opening = ""  # a formula on one line
        elif opening and text.startswith(opening) and not text.strip().strip(opening[0]):
            opening = ""
        fenced.append(bool(opening))
    return fenced


def _refined(base: Lines, cluster: _Cluster) -> Iterator[_Edit]:
    """Yield the edits of a cluster line by line, as far as lines can be told apart."""
    for edit in cluster.edits:
        old = base[edit.start : edit.end]
        start, begin = edit.start, 0
        for index, other in (*_same_lines(old, edit.lines), (len(old), len(edit.lines))):
            if edit.start + index > start or other > begin:
                yield _Edit(start, edit.start + index, edit.side, edit.lines[begin:other])
            start, begin = edit.start + index + 1, other + 1
            if index < len(old):
                changed = edit.lines[other:begin]
                yield _Edit(start - 1, start, edit.side, changed)


_MOST_PAIRS = 2500


def _same_lines(old: Lines, new: Lines) -> list[tuple[int, int]]:
    """Return which line became which: the pairs in order that are most alike."""
    if len(old) * len(new) > _MOST_PAIRS:
        return []
    if len(old) == len(new) == 1:
        return [(0, 0)]
    words = [said(line) for line in new]
    alike = [[likeness(was, other) for other in words] for was in map(said, old)]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for index in reversed(range(len(old))):
        for other in reversed(range(len(new))):
            pair = alike[index][other]
            best[index][other] = max(
                best[index + 1][other],
                best[index][other + 1],
                best[index + 1][other + 1] + pair if pair >= 0.5 else 0.0,
            )
    pairs = []
    index = other = 0
    while index < len(old) and other < len(new):
        if best[index][other] == best[index + 1][other]:
            index += 1
        elif best[index][other] == best[index][other + 1]:
            other += 1
        else:
            pairs.append((index, other))
            index, other = index + 1, other + 1
    return pairs


def _refuse_orphans(base: Lines, left: Lines, right: Lines, pieces: list[Piece]) -> None:
    """Raise where one side wrote a line under something that the other deleted.

    A child of a deleted item would hang on another item, a line of a deleted section
    would slip into the section before it.
    """
    gone: tuple[list[str], list[str]] = ([], [])  # what each side deleted just above
    for piece in pieces:
        old = base[slice(*piece.base)]
        both = (left[slice(*piece.left)], right[slice(*piece.right)])
        for lines, deleted in zip(both, reversed(gone), strict=True):
            if not old and lines and deleted and _hangs(deleted, lines):
                raise ClashError(f"one side wrote below what the other deleted: {_shown(lines)}")
        for lines, others, deleted in zip(both, reversed(both), gone, strict=True):
            if not old or lines or not others:
                deleted.clear()
            else:
                deleted.extend(old)


def _hangs(gone: Lines, lines: Lines) -> bool:
    first = next((line for line in lines if line.strip()), "")
    margin = min((indent(line) for line in gone if line.strip()), default=0)
    return any(map(is_heading, gone)) or indent(first) > margin


def _reason(base: Lines, cluster: _Cluster) -> str:
    if cluster.start == cluster.end:
        above = _shown(base[max(cluster.start - 1, 0) : cluster.start])
        return f"both sides wrote something else below {above}"
    if any(not edit.lines for edit in cluster.edits):
        return (
            f"one side deleted what the other changed: {_shown(base[cluster.start : cluster.end])}"
        )
    return f"both sides changed the same line: {_shown(base[cluster.start : cluster.end])}"


def _shown(lines: Lines) -> str:
    line = next((line.strip() for line in lines if line.strip()), "")
    return f"'{line if len(line) <= 50 else line[:49] + '…'}'"
