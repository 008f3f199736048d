"""Rules about headings: those that are none, and the order of those that are."""

import re
from collections.abc import Iterator
from itertools import pairwise

from knapper.core.blocks import Heading
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.vault import reduced_heading

__all__ = [
    "duplicate_heading",
    "empty_heading",
    "heading_jump",
    "heading_without_space",
    "multiple_h1",
]


@check
def heading_without_space(note: Note) -> Iterator[Finding]:
    """Report `##Title`, which Obsidian shows as it is written.

    With one `#` it would be a tag, so nothing is said of that.
    """
    for found in _glued(note.text, note.body):
        if note.is_prose and note.region_at(found.start(1)) is None:
            blank = Edit(Span(found.end(1), found.end(1)), " ")
            fix = Fix("put a blank there", (blank,), safe=False, restructures=True)
            message = f"a heading needs a blank after '{found[1]}'"
            yield Finding(Span(*found.span(1)), message, fix)


@check(when="headings")
def empty_heading(note: Note) -> Iterator[Finding]:
    """Report headings without a text."""
    empty = [heading for heading in note.headings if not heading.text]
    for heading in empty if note.is_prose else ():
        yield Finding(_span(heading), "this heading has no text")


@check(when="headings")
def heading_jump(note: Note) -> Iterator[Finding]:
    """Report headings more than one level below the heading before; the first is free."""
    for above, heading in pairwise(note.headings):
        if heading.level > above.level + 1:
            message = f"a heading of level {heading.level} follows one of level {above.level}"
            yield Finding(_span(heading), f"{message}; expected at most {above.level + 1}")


@check(when="headings")
def duplicate_heading(note: Note, *, everywhere: bool = False) -> Iterator[Finding]:
    """Report headings that no link can tell from another one (compared as links are).

    Those below different headings can be told apart, `[[Note#A#Notes]]`; with
    `everywhere` they are reported, too.
    """
    seen: set[tuple[str, ...]] = set()
    path: list[tuple[int, str]] = []
    for heading in note.headings:
        name = reduced_heading(heading.text)
        while path and path[-1][0] >= heading.level:
            path.pop()
        path.append((heading.level, name))
        whole = (name,) if everywhere else tuple(one for _, one in path)
        if name and whole in seen:
            message = f"a heading '{heading.text}' stands above; a link leads to that one"
            yield Finding(_span(heading), message)
        seen.add(whole)


@check(when="headings")
def multiple_h1(note: Note) -> Iterator[Finding]:
    """Report each heading of the first level but the first."""
    for heading in [heading for heading in note.headings if heading.level == 1][1:]:
        yield Finding(_span(heading), "a second heading of the first level; expected one")


_TITLE = r"(#{2,6})(?=[^\W_]|\*\*\w|\[\[|[“「『【《（])"
_FIRST_LINE, _GLUED = re.compile(_TITLE), re.compile(rf"\n{_TITLE}")


def _glued(text: str, start: int) -> Iterator[re.Match[str]]:
    """Yield what looks like a heading but for the blank; the quick search needs a line end."""
    first = _FIRST_LINE.match(text, start)
    if first is not None and text[max(start - 1, 0) : start] != "\n":
        yield first
    yield from _GLUED.finditer(text, max(start - 1, 0))


def _span(heading: Heading) -> Span:
    return Span(heading.start, heading.end)
