"""What of reading a note is kept to judge it again when the vault became another one.

Where its links lead is asked anew then, and hardly anything else. To find them took most
of the time of its judgement; to read them where they are known to stand takes little.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import itemgetter

from knapper.core.blocks import Region
from knapper.core.frontmatter import PropertyLink
from knapper.core.inline import Link, read_links_at
from knapper.core.lazy import lazy
from knapper.core.note import Note

__all__ = ["sketch_of", "sketched"]

_ODD_BRACKETS, _LOOSE_BRACKETS, _LINKS_IN_PROPERTIES = 1, 2, 4
"""Of what a sketch says only whether a note has it."""
_PLACE = itemgetter(0, 1)


def sketch_of(note: Note) -> bytes:
    """Return what is kept of a note that was read: four bytes for each link and table.

    Of a note too long for that it is eight; the first byte says which.
    """
    marks = (
        _ODD_BRACKETS * note.has_odd_brackets
        + _LOOSE_BRACKETS * note.has_loose_brackets
        + _LINKS_IN_PROPERTIES * bool(note.frontmatter_links)
    )
    places = chain.from_iterable(map(_PLACE, chain(note.tables, note.links)))
    size = "H" if len(note.text) < 1 << 16 else "I"
    return size.encode() + array(size, (marks, len(note.tables), *places)).tobytes()


def sketched(note: Note, sketch: bytes) -> Note:
    """Return the same note, unread but for what the sketch of just this text says."""
    return _SketchedNote(note, sketch)


class _SketchedNote(Note):
    """A note that is read where more is asked for than its links."""

    def __init__(self, note: Note, sketch: bytes) -> None:
        marks, tables, *places = array(chr(sketch[0]), sketch[1:])
        self.__dict__ |= {
            "path": note.path,
            "text": note.text,
            "trouble": note.trouble,
            "_marks": marks,
            "_tables": places[: 2 * tables],
            "_links": places[2 * tables :],
        }

    @lazy
    def links(self) -> list[Link]:
        return read_links_at(self.text, _spans(self.__dict__["_links"]))

    @lazy
    def tables(self) -> list[Region]:
        return [Region(*span, "table") for span in _spans(self.__dict__["_tables"])]

    @property
    def has_odd_brackets(self) -> bool:
        return bool(self.__dict__["_marks"] & _ODD_BRACKETS)

    @property
    def has_loose_brackets(self) -> bool:
        return bool(self.__dict__["_marks"] & _LOOSE_BRACKETS)

    @property
    def frontmatter_links(self) -> tuple[PropertyLink, ...]:
        return super().frontmatter_links if self.__dict__["_marks"] & _LINKS_IN_PROPERTIES else ()


def _spans(ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(ends[::2], ends[1::2], strict=True)
