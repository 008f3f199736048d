"""Rules that say nothing until they are told what to look for.

They are what a vault's own rules are made of: a note in its folder of rules names
one of them and gives the options.
"""

import re
from collections.abc import Iterator
from functools import cache

from knapper.core.note import Note
from knapper.core.rule import Finding, check
from knapper.core.text import Span
from knapper.core.vault import reduced_heading

__all__ = ["forbidden_text", "required_heading"]


@check
def forbidden_text(
    note: Note, *, text: tuple[str, ...] = (), message: str = ""
) -> Iterator[Finding]:
    """Report words in the body that should not be there, but for code, math and HTML."""
    present = [words for words in text if words and words in note.text]
    if not present or not note.is_markdown:
        return
    for found in _whole_words(tuple(present)).finditer(note.text, note.body):
        if note.region_at(found.start()) is None:
            said = message or f"'{found[0]}' should not be in a note"
            yield Finding(Span(*found.span()), said)


@check
def required_heading(
    note: Note, *, headings: tuple[str, ...] = (), folder: str = ""
) -> Iterator[Finding]:
    """Report headings that a note, or each note in a folder, must have and has not.

    Compared as Obsidian compares a heading with a link to it; with `#` in front the
    level counts, too.
    """
    if not headings or not note.is_markdown or not _lies_in(note, folder):
        return
    there = {(heading.level, reduced_heading(heading.text)) for heading in note.headings}
    names = {name for _, name in there}
    for wanted in headings:
        level = len(wanted) - len(wanted.lstrip("#"))
        name = reduced_heading(wanted[level:])
        if (level, name) not in there if level else name not in names:
            yield Finding(Span(note.body, note.body), f"the heading '{wanted}' is missing")


@cache
def _whole_words(texts: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for the texts, the longest first, none of them inside a word."""
    longest_first = sorted(texts, key=len, reverse=True)
    return re.compile("|".join(map(_bounded, longest_first)))


def _bounded(text: str) -> str:
    """Return a pattern for a text that begins and ends where a word does.

    Letters without capitals (中) stand side by side without blanks, and so bound nothing.
    """
    before = r"(?<!\w)" if _has_case(text[0]) else ""
    after = r"(?!\w)" if _has_case(text[-1]) else ""
    return before + re.escape(text) + after


def _has_case(character: str) -> bool:
    return character.isdigit() or character.lower() != character.upper()


def _lies_in(note: Note, folder: str) -> bool:
    inside = folder.strip("/")
    return not inside or note.path.startswith(f"{inside}/")
