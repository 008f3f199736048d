"""Rules about footnotes: that each mark has its note, and each note its mark."""

from collections.abc import Iterator

from knapper.core.footnotes import Footnote
from knapper.core.note import Note
from knapper.core.rule import Finding, check
from knapper.core.text import Span

__all__ = ["duplicate_footnote", "undefined_footnote", "unused_footnote"]


@check(when="footnotes")
def undefined_footnote(note: Note) -> Iterator[Finding]:
    """Report references to footnotes that the note does not define.

    In a note without any footnote only `[^1]` is one for certain, and not `[^a-z]`.
    """
    defined = {mark.name for mark in note.footnotes if _may_define(note, mark)}
    for mark in note.footnotes if note.is_prose else ():
        if mark.name in defined or not (defined or mark.name.isdecimal()):
            continue
        if _is_mark(note, mark):
            written = note.text[mark.start + 2 : mark.end - 1]
            message = f"no footnote '{written}' is in this note; expected a line '[^{written}]: …'"
            yield Finding(Span(mark.start, mark.end), message)


@check(when="footnotes")
def unused_footnote(note: Note) -> Iterator[Finding]:
    """Report footnotes to which nothing in the note refers."""
    used = {mark.name for mark in note.footnotes if not mark.defines}
    for mark in note.footnotes:
        if mark.defines and mark.name not in used and not _is_named_in_code(note, mark):
            written = note.text[mark.start : mark.end]
            message = f"nothing refers to the footnote '{written}', so a reader does not see it"
            yield Finding(Span(mark.start, mark.end), message)


@check(when="footnotes")
def duplicate_footnote(note: Note) -> Iterator[Finding]:
    """Report footnotes with an id that another has already."""
    seen: set[str] = set()
    for mark in note.footnotes:
        if mark.defines and mark.name in seen:
            written = note.text[mark.start : mark.end]
            message = f"the footnote '{written}' is defined a second time"
            yield Finding(Span(mark.start, mark.end), message)
        elif mark.defines:
            seen.add(mark.name)


def _may_define(note: Note, mark: Footnote) -> bool:
    return mark.defines or note.text.startswith(":", mark.end)


def _is_mark(note: Note, mark: Footnote) -> bool:
    """Tell whether what looks like a reference is one: not in a link, an id without blanks."""
    if any(sign.isspace() for sign in mark.name) or note.text.startswith("(", mark.end):
        return False
    return not any(link.start < mark.start < link.end for link in note.links)


def _is_named_in_code(note: Note, mark: Footnote) -> bool:
    """Tell whether its mark stands where no Markdown is read, as in a table of HTML."""
    return note.text.lower().count(f"[^{mark.name}]") > 1
