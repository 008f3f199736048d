"""Rules about blanks and empty lines, none of which a reader sees.

Code, HTML, math and frontmatter keep theirs: there they may mean something.
"""

import re
from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span

__all__ = ["missing_final_newline", "multiple_blank_lines", "trailing_whitespace"]


@check
def trailing_whitespace(note: Note) -> Iterator[Finding]:
    """Report blanks and tabs at the ends of lines, but those that mean something.

    Two blanks before another line of a paragraph break the line (CommonMark 0.31, 6.7);
    behind a mark alone (`-`, `- [ ]`, `#`) or a backslash a blank keeps it what it is.
    The line `From:` of a note about a video ends in one by design.
    """
    if not note.is_markdown:
        return
    for found in _TRAILING.finditer(note.text, note.body):
        span = Span(*found.span())
        if note.region_at(span.start) is None and not _means_something(note.text, span):
            count = span.end - span.start
            message = "a blank ends this line" if count == 1 else f"{count} blanks end this line"
            fix = Fix("take the blanks away", (Edit(span, ""),))
            yield Finding(span, f"{message}; expected none", fix)


@check
def multiple_blank_lines(note: Note, *, most: int = 2) -> Iterator[Finding]:
    """Report more than `most` empty lines in a row (at least 1 is allowed).

    A reader is shown no difference (CommonMark 0.31, 4.9).
    """
    if not note.is_markdown:
        return
    most = max(most, 1)
    for run in _EMPTY_LINES.finditer(note.text, note.body):
        lines = run[0].count("\n")
        if lines <= most or note.region_at(run.start()) is not None:
            continue
        allowed = run[0].splitlines(keepends=True)[:most]
        surplus = Span(run.start() + len("".join(allowed)), run.end())
        fix = Fix("take the lines away that are too many", (Edit(surplus, ""),))
        message = f"{lines} empty lines in a row; expected at most {most}"
        yield Finding(Span(surplus.start, surplus.start), message, fix)


@check
def missing_final_newline(note: Note) -> Iterator[Finding]:
    """Report notes whose last line has no end; an empty note has no line."""
    text = note.text
    if text.endswith("\n") or not text[note.body :] or not note.is_markdown:
        return
    end = len(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    fix = Fix("end the last line", (Edit(Span(end, end), newline),))
    yield Finding(Span(end, end), "the last line has no end; expected a line end", fix)


_TRAILING = re.compile(r"(?<![ \t])[ \t]++(?=\r?(?:\n|\Z))")
_EMPTY_LINES = re.compile(r"^(?:[ \t]*+\r?\n){2,}+", re.MULTILINE)
_MARK_ALONE = re.compile(
    r"[ \t>]*+(?:(?:[-+*]|\d{1,9}[.)])(?:[ \t]++\[.\])?|[-*_=]++|\#++|\[\^[^\]\s]++\]:)?+"
)
_FROM = "From: [["


def _means_something(text: str, span: Span) -> bool:
    """Tell whether the note would be read in another way without these blanks."""
    start = text.rfind("\n", 0, span.start) + 1
    before = text[start : span.start]
    if before.endswith("\\") or before.startswith(_FROM):
        return True
    if before and _MARK_ALONE.fullmatch(before):
        return True
    may_break = bool(before.strip()) and text.endswith("  ", span.start, span.end)
    return may_break and _is_followed(text, span.end)


def _is_followed(text: str, end: int) -> bool:
    """Tell whether the next line holds something."""
    start = text.find("\n", end) + 1
    stop = text.find("\n", start) if start else 0
    return bool(start) and bool(text[start : stop if stop >= 0 else None].strip())
