"""What of a note is shown with its findings: places, and the lines on which they begin.

It is taken while the note is at hand. So no note has to be read again to be shown, and
what is shown fits what was found even if the note is another one by then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from knapper.core.note import Note, Trouble
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic
from knapper.core.text import Lines

__all__ = ["Excerpt", "Findings", "RecalledNote", "findings_of"]

_LONGEST = 2000
"""Lines with more characters than this are not kept."""


class Excerpt(NamedTuple):
    """Offsets with their line and column (from 1), and the text of lines by number."""

    places: Mapping[int, tuple[int, int]]
    lines: Mapping[int, str]


class Findings(NamedTuple):
    """What is found in a note, and what is shown of it with that."""

    diagnostics: list[Diagnostic]
    excerpt: Excerpt


def findings_of(note: Note, diagnostics: list[Diagnostic]) -> Findings:
    """Return the findings of a note that is at hand."""
    return Findings(diagnostics, _excerpt_of(note, diagnostics)) if diagnostics else _NOTHING


_NOTHING = Findings([], Excerpt({}, {}))


def _excerpt_of(note: Note, found: Sequence[Diagnostic]) -> Excerpt:
    places = {offset: note.lines.place(offset) for one in found for offset in _offsets(one)}
    numbers = {places[one.finding.span.start][0] for one in found}
    lines = {number: note.lines.line(number) for number in sorted(numbers)}
    return Excerpt(places, {n: line for n, line in lines.items() if len(line) <= _LONGEST})


def _offsets(diagnostic: Diagnostic) -> Iterator[int]:
    yield from diagnostic.finding.span
    if fix := diagnostic.finding.fix:
        for edit in fix.edits:
            yield from edit.span


class RecalledNote(Note):
    """A note of which an excerpt is at hand; it is `read` when more is asked for."""

    def __init__(self, path: NotePath, excerpt: Excerpt, read: Callable[[], Note]) -> None:
        self.__dict__ |= {"path": path, "_excerpt": excerpt, "_whole": cache(read)}

    @cached_property
    def text(self) -> str:
        whole: Note = self.__dict__["_whole"]()
        return whole.text

    @cached_property
    def trouble(self) -> Trouble | None:
        whole: Note = self.__dict__["_whole"]()
        return whole.trouble

    @cached_property
    def lines(self) -> Lines:
        return _ShownLines(self.__dict__["_excerpt"], self.__dict__["_whole"])


class _ShownLines(Lines):
    """The lines of a note as far as an excerpt has them.

    They do not know the note that they are of: what knows each other in a circle stays.
    """

    __slots__ = ("_excerpt", "_whole")

    def __init__(self, excerpt: Excerpt, whole: Callable[[], Note]) -> None:
        self._excerpt, self._whole = excerpt, whole

    def place(self, offset: int) -> tuple[int, int]:
        return self._excerpt.places.get(offset) or self._whole().lines.place(offset)

    def line(self, number: int) -> str:
        found = self._excerpt.lines.get(number)
        return self._whole().lines.line(number) if found is None else found

    def offset(self, line: int, column: int) -> int:
        return self._whole().lines.offset(line, column)
