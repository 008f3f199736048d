"""Silencing findings by comments, where a comment cannot change what a note says.

A comment is written above the first line of a paragraph or heading that stands by
itself: an HTML comment between blank lines is a block of its own for every reader of
Markdown, and shows in none. In lists, tables, quotes, code and properties it would be
a part of them; there, nothing is written.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from knapper.core.guard import harm_of
from knapper.core.note import Note, facts_of
from knapper.core.rule import Diagnostic, Fix
from knapper.core.text import Edit, Span, apply_edits

__all__ = ["Silenced", "silenced"]

_CONTAINER = re.compile(r"[ \t>|]|[-*+](?:[ \t]|$)|\d+[.)](?:[ \t]|$)|\[\^")
"""How a line begins that is in a list, quote, table or footnote, or begins one."""

Judge = Callable[[Note], list[Diagnostic]]


class Silenced(NamedTuple):
    """The text with its comments, the findings that are silent in it, and those that are not."""

    text: str
    done: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]


class _Comment(NamedTuple):
    """A comment above a line, and the findings in that line."""

    edit: Edit
    found: tuple[Diagnostic, ...]


def silenced(note: Note, found: Sequence[Diagnostic], judge: Judge) -> Silenced:
    """Write comments for as many of the findings of a note as can have one.

    `judge` gives all findings of a note. Law: with the comments, just those findings
    are silent, the note has the same facts and blocks, and its words stand where they
    stood.
    """
    comments = list(_comments(note, found))
    before = _words(judge(note)) if comments else Counter()
    kept = comments if _is_sound(note, comments, before, judge) else []
    if comments and not kept:
        for one in comments:
            if _is_sound(note, [*kept, one], before, judge):
                kept.append(one)
    done = tuple(diagnostic for one in kept for diagnostic in one.found)
    text = apply_edits(note.text, (one.edit for one in kept))
    return Silenced(text, done, tuple(one for one in found if one not in done))


def _comments(note: Note, found: Sequence[Diagnostic]) -> Iterable[_Comment]:
    if not note.is_markdown or note.trouble is not None:
        return
    by_line: dict[int, list[Diagnostic]] = {}
    for one in found:
        by_line.setdefault(note.text.rfind("\n", 0, one.finding.span.start) + 1, []).append(one)
    newline = "\r\n" if "\r\n" in note.text else "\n"
    for start, diagnostics in sorted(by_line.items()):
        if start >= note.body and _begins_a_block(note, start):
            rules = ", ".join(dict.fromkeys(sorted(one.rule for one in diagnostics)))
            text = f"<!-- knapper: off-next-line {rules} -->{newline}{newline}"
            yield _Comment(Edit(Span(start, start), text), tuple(diagnostics))


def _begins_a_block(note: Note, start: int) -> bool:
    """Tell whether a line begins a paragraph or heading after a blank line, or the body."""
    above = note.text[note.text.rfind("\n", 0, max(0, start - 1)) + 1 : start]
    if start > note.body and above.strip():
        return False
    if _CONTAINER.match(note.text, start):
        return False
    region = note.region_at(start)
    return region is None or region in note.inline.spans


def _is_sound(
    note: Note, comments: Sequence[_Comment], before: Counter[tuple[str, str]], judge: Judge
) -> bool:
    """Tell whether the comments silence just what they are to, and change nothing else."""
    edits = tuple(one.edit for one in comments)
    after = Note(note.path, apply_edits(note.text, edits))
    silent = _words(diagnostic for one in comments for diagnostic in one.found)
    return (
        not harm_of(note.text, [Fix("silence", (edit,)) for edit in edits])
        and facts_of(after) == facts_of(note)
        and _words(judge(after)) == before - silent
    )


def _words(found: Iterable[Diagnostic]) -> Counter[tuple[str, str]]:
    return Counter((one.rule, one.finding.message) for one in found)
