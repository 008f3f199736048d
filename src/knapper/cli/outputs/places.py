"""Places as programs count them: columns in code points, UTF-16 or UTF-8.

JSON and GitHub take code points, SARIF says which it has (ours are UTF-16 code
units, as editors count), reviewdog wants bytes of UTF-8.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate
from typing import Literal, NamedTuple

from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.text import Span

__all__ = ["Place", "Places", "Unit"]

Unit = Literal["code point", "utf-16", "utf-8"]

_WIDER = {"utf-16": re.compile("[^\x00-\uffff]"), "utf-8": re.compile("[^\x00-\x7f]")}


class Place(NamedTuple):
    """Lines and columns count from 1; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Places:
    """Turns spans of notes into places, with columns in one unit."""

    def __init__(self, notes: Mapping[NotePath, Note], unit: Unit) -> None:
        self._notes, self._unit = notes, unit
        self._wider: dict[NotePath, _Wider | None] = {}

    def of(self, path: NotePath, span: Span) -> Place:
        """Return the place of a span in a note."""
        return Place(*self._at(path, span.start), *self._at(path, span.end))

    def _at(self, path: NotePath, offset: int) -> tuple[int, int]:
        line, column = self._notes[path].lines.place(offset)
        if self._unit == "code point":
            return line, column
        if path not in self._wider:
            self._wider[path] = _wider(self._notes[path].text, self._unit)
        wider = self._wider[path]
        return line, column if wider is None else column + wider.between(
            offset - column + 1, offset
        )


class _Wider(NamedTuple):
    """Which characters take more than one unit, and how many units more until each."""

    offsets: list[int]
    more: list[int]

    def between(self, start: int, end: int) -> int:
        return (
            self.more[bisect_left(self.offsets, end)] - self.more[bisect_left(self.offsets, start)]
        )


def _wider(text: str, unit: Unit) -> _Wider | None:
    if text.isascii():
        return None
    found = list(_WIDER[unit].finditer(text))
    more = (len(one.group().encode()) - 1 if unit == "utf-8" else 1 for one in found)
    return _Wider([one.start() for one in found], list(accumulate(more, initial=0)))
