"""What stands at a place of a note: a link, a heading, a block id, a tag."""

from collections.abc import Iterator
from typing import NamedTuple

from knapper.core.frontmatter import PropertyLink
from knapper.core.inline import Link
from knapper.core.note import Note
from knapper.core.properties import is_tag
from knapper.core.text import Span

__all__ = [
    "BlockSubject",
    "HeadingSubject",
    "LinkSubject",
    "Reference",
    "Subject",
    "TagSubject",
    "heading_span",
    "property_tags",
    "references_of",
    "subject_at",
]


class Reference(NamedTuple):
    """A link of the body or of a property: where it stands, what it names and how.

    `target_span` bounds what is written as target, `kind` is `wiki` or `md`.
    """

    span: Span
    target: str
    target_span: Span
    kind: str


class LinkSubject(NamedTuple):
    """A link; `in_subpath` where the place is in the part after its `#`."""

    reference: Reference
    in_subpath: bool


class HeadingSubject(NamedTuple):
    """Heading `number` of the note; the span holds its text."""

    number: int
    span: Span


class BlockSubject(NamedTuple):
    """A block id, its name without `^`; the span has the caret."""

    name: str
    span: Span


class TagSubject(NamedTuple):
    """A tag with its `#`, of the body or of the property `tags`."""

    name: str
    span: Span


Subject = LinkSubject | HeadingSubject | BlockSubject | TagSubject


def subject_at(note: Note, offset: int) -> Subject | None:
    """Return what stands at an offset; its end counts as part of it."""
    inside = [one for one in references_of(note) if one.span.start <= offset <= one.span.end]
    if inside:
        innermost = max(inside, key=lambda one: one.span.start)
        return LinkSubject(innermost, _is_in_subpath(note, innermost, offset))
    for block in note.blocks:
        if block.start <= offset <= block.end:
            return BlockSubject(block.name, Span(block.start, block.end))
    for tag in note.tags:
        if tag.start <= offset <= tag.end:
            return TagSubject(tag.name, Span(tag.start, tag.end))
    for name, span in property_tags(note) if offset < note.body else ():
        if span.start <= offset <= span.end:
            return TagSubject(name, span)
    for index, heading in enumerate(note.headings):
        if heading.start <= offset <= heading.end:
            return HeadingSubject(index, heading_span(note, index))
    return None


def references_of(note: Note) -> Iterator[Reference]:
    """Yield the links of a note's body, then those of its properties."""
    for link in note.links:
        yield _of_body(link)
    for held in note.frontmatter_links:
        yield _of_property(note, held)


def heading_span(note: Note, index: int) -> Span:
    """Return where the text of a heading stands, or its lines where that is not plain."""
    heading = note.headings[index]
    at = note.text.find(heading.text, heading.start, heading.end) if heading.text else -1
    return Span(at, at + len(heading.text)) if at >= 0 else Span(heading.start, heading.end)


def property_tags(note: Note) -> Iterator[tuple[str, Span]]:
    """Yield the tags of the property `tags`, with `#`, and where each stands (no quotes)."""
    entry = note.frontmatter.entry("tags") if note.frontmatter else None
    nodes = [] if entry is None else entry.node.items or [entry.node]
    for node in nodes:
        if not isinstance(node.value, str) or not is_tag(node.value.strip()):
            continue
        at = note.text.find(node.value, *node.span)
        span = Span(at, at + len(node.value)) if at >= 0 else node.span
        yield f"#{node.value.strip().removeprefix('#')}", span


def _of_body(link: Link) -> Reference:
    target = Span(link.target_start, link.target_end)
    return Reference(Span(link.start, link.end), link.target, target, link.kind)


def _of_property(note: Note, link: PropertyLink) -> Reference:
    start = link.span.start
    raw = note.text[slice(*link.span)]
    first = 2 if link.kind == "wiki" else raw.rfind("](") + 2
    if not raw.startswith("[") or first < 2:  # written with escapes: the whole value
        return Reference(link.span, link.link, link.span, link.kind)
    if link.kind == "wiki":
        written = raw[first:-2].partition("|")[0]
    else:
        first += raw.startswith("<", first)
        written = raw[first:-1].removesuffix(">")
    target = Span(start + first, start + first + len(written))
    return Reference(link.span, link.link, target, link.kind)


def _is_in_subpath(note: Note, one: Reference, offset: int) -> bool:
    mark = note.text.find("#", *one.target_span)
    return 0 <= mark < offset <= one.target_span.end
