"""Rules of the family `text`: the characters of a note, before any Markdown."""

import re
from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.rule import Finding, check
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = ["has_control", "nul_character", "unreadable_note"]

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
_MEANINGLESS = tuple(chr(code) for code in range(32) if chr(code) not in "\t\n\f\r")
"""The control characters (C0) that no editor writes and no reader shows."""


@check(when="trouble")
def unreadable_note(note: Note) -> Iterator[Finding]:
    """Report what keeps a note from being read; no other rule judges such a note."""
    if note.trouble is None:
        return
    offset, message = note.trouble
    yield Finding(Span(offset, min(offset + 1, len(note.text))), message)


def has_control(note: Note, _: Vault) -> bool:
    """Tell whether a note may have a character of `_MEANINGLESS`."""
    return _CONTROL.search(note.rare) is not None


@check(when=has_control)
def nul_character(note: Note) -> Iterator[Finding]:
    """Report control characters in a note, once for all of them, at the first.

    CommonMark 0.31.2 (2.3) has a reader replace U+0000; the others are shown as nothing.
    """
    text = note.text
    present = [character for character in _MEANINGLESS if character in text]
    count = sum(map(text.count, present))
    names = ", ".join(f"U+{ord(character):04X}" for character in present[:3])
    more = ", ..." if len(present) > 3 else ""
    first = min(map(text.index, present))
    noun = "control character" if count == 1 else "control characters"
    message = f"{count} {noun} ({names}{more}) in the text; expected text, tabs and line ends only"
    yield Finding(Span(first, first + 1), message)
