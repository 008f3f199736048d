"""Text, places in it, and changes to it.

Inside knapper a place is an offset in code points into the text as it was
decoded (a byte-order mark is character 0, CRLF is two). Lines and columns, which
count from 1, exist only where something is printed or sent.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

__all__ = [
    "Edit",
    "Lines",
    "OverlappingEditsError",
    "Span",
    "apply_edits",
    "edits_overlap",
]


class Span(NamedTuple):
    """A half-open range of code points: `text[start:end]`."""

    start: int
    end: int


class Edit(NamedTuple):
    """Replace what stands at `span` by `text`; an empty span inserts."""

    span: Span
    text: str


class OverlappingEditsError(ValueError):
    """Two edits want the same characters, so neither may be made."""


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with the edits made; every character outside them stays.

    The order in which edits are given does not matter. Raises `OverlappingEditsError`
    where two of them touch the same characters or insert at the same place.
    """
    ordered = sorted(edits)
    if edits_overlap(ordered):
        raise OverlappingEditsError(f"edits meet: {ordered}")
    pieces: list[str] = []
    position = 0
    for edit in ordered:
        pieces += (text[position : edit.span.start], edit.text)
        position = edit.span.end
    return "".join((*pieces, text[position:]))


def edits_overlap(edits: Iterable[Edit]) -> bool:
    """Tell whether two edits share characters or insert at the same place."""
    return any(
        second.span.start < first.span.end or second.span == first.span
        for first, second in pairwise(sorted(edits))
    )


class Lines:
    """Where the lines of a text begin, to turn offsets into lines and columns.

    A line ends after LF; a CR before it belongs to the line.
    """

    __slots__ = ("_last", "_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        starts, position = [0], text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = text.find("\n", position + 1)
        self._starts = starts
        self._last = 0, ""

    def place(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of an offset, both from 1, columns in code points."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return line `number` (from 1) without its line end."""
        known, line = self._last
        if known != number:  # a long line may be asked for once for each of its words
            start = self._starts[number - 1]
            end = self._starts[number] if number < len(self._starts) else len(self.text)
            line = self.text[start:end].rstrip("\r\n")
            self._last = number, line
        return line

    def offset(self, line: int, column: int) -> int:
        """Return the offset of (line, column), the inverse of `place`."""
        return self._starts[line - 1] + column - 1
