"""A note: its path and text, and what is read from them when it is asked for."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import unquote

from knapper.core.base import Base, read_base, read_bases
from knapper.core.blocks import Blocks, Heading, Region, read_blocks
from knapper.core.canvas import Canvas, read_canvas
from knapper.core.footnotes import Footnote, read_footnotes
from knapper.core.frontmatter import (
    Frontmatter,
    PropertyLink,
    frontmatter_links,
    frontmatter_span,
    read_frontmatter,
)
from knapper.core.inline import BlockId, Inline, Link, Tag, read_inline
from knapper.core.lazy import lazy
from knapper.core.paths import NotePath, extension, is_note
from knapper.core.properties import aliases_of, tags_of
from knapper.core.signs import Signs, rare_of, signs
from knapper.core.text import Lines
from knapper.core.timestamps import Timestamp, read_timestamps

__all__ = ["Facts", "Note", "Trouble", "facts_of"]


_START = attrgetter("start")


class Trouble(NamedTuple):
    """Why a note could not be read as it should be, and where (code points)."""

    offset: int
    message: str


@dataclass(frozen=True)
class Note:
    """A note (or canvas) as it was read; nothing of it changes.

    `text` holds every character of the file, a byte-order mark and CRs included;
    all offsets that its parts give are code points into it.
    """

    path: NotePath
    text: str
    trouble: Trouble | None = None

    @lazy
    def is_markdown(self) -> bool:
        return is_note(self.path)

    @lazy
    def rare(self) -> bytes:
        """What is rare in the text: see `core.signs`."""
        return rare_of(self.text)

    def has(self, wanted: Signs) -> bool:
        """Tell whether one of these pieces stands in the text."""
        held = self.rare
        for piece, text in wanted:  # noqa: SIM110 - `any` takes twice the time, and this is asked often
            if piece in held and text in self.text:
                return True
        return False

    @lazy
    def lines(self) -> Lines:
        return Lines(self.text)

    @lazy
    def body(self) -> int:
        """Where the body begins: after the frontmatter and the byte-order mark."""
        span = frontmatter_span(self.text) if self.is_markdown else None
        return span.end if span else int(self.text.startswith("\ufeff"))

    @property
    def is_prose(self) -> bool:
        """Whether this is a note that a person writes, and no drawing of Excalidraw.

        In a drawing each text stands as it is on the canvas, and marks are the plugin's.
        """
        return self.is_markdown and "excalidraw-plugin" not in self.text[: self.body]

    @lazy
    def frontmatter(self) -> Frontmatter:
        return read_frontmatter(self.text if self.is_markdown else "")

    @lazy
    def frontmatter_links(self) -> tuple[PropertyLink, ...]:
        if "[" not in self.text[: self.body]:
            return ()
        return frontmatter_links(self.frontmatter)

    @lazy
    def canvas(self) -> Canvas | None:
        if self.is_markdown or extension(self.path) != "canvas":
            return None
        return read_canvas(self.text)

    @lazy
    def base(self) -> Base | None:
        if self.is_markdown or extension(self.path) != "base":
            return None
        return read_base(self.text)

    @lazy
    def bases(self) -> tuple[Base, ...]:
        """The base that the file is, or those in the code blocks of a note."""
        if self.base is not None:
            return (self.base,)
        return tuple(read_bases(self.text, self.structure.regions))

    @lazy
    def structure(self) -> Blocks:
        """Regions, headings, tables and breaks of the body."""
        return read_blocks(self.text, self.body) if self.is_markdown else Blocks([], [], [], [], [])

    @lazy
    def inline(self) -> Inline:
        """Links, tags, block ids and code spans of the body."""
        if not self.is_markdown:
            return Inline([], [], [], [], is_paired=True)
        return read_inline(self.text, self.body, self.structure)

    @property
    def headings(self) -> list[Heading]:
        return self.structure.headings

    @property
    def tables(self) -> list[Region]:
        return self.structure.tables

    @property
    def unclosed(self) -> list[int]:
        """Where fences and `$$` blocks begin that only the end of the note closes."""
        return self.structure.unclosed

    @property
    def links(self) -> list[Link]:
        return self.inline.links

    @property
    def has_odd_brackets(self) -> bool:
        """Whether brackets may stand in the text that were meant as a link and are none."""
        return not self.inline.is_paired

    @lazy
    def has_loose_brackets(self) -> bool:
        """Whether a `[[` stands in the body that begins no link: not one in code or the like."""
        if not self.has_odd_brackets:
            return False
        count, body = self.text.count, self.body
        loose = count("[[", body) - sum(link.kind == "wiki" for link in self.links)
        if loose:  # most of those stand in code
            loose -= sum(count("[[", max(body, start), end) for start, end, _ in self.regions)
        return bool(loose)

    @property
    def tags(self) -> list[Tag]:
        return self.inline.tags

    @property
    def blocks(self) -> list[BlockId]:
        return self.inline.block_ids

    @lazy
    def targets(self) -> frozenset[str]:
        """What the links of the body and of the properties name, as it is written."""
        names = frozenset(map(attrgetter("target"), self.links))
        links = self.frontmatter_links
        return names.union(link.link for link in links) if links else names

    @lazy
    def footnotes(self) -> tuple[Footnote, ...]:
        """The marks of footnotes in the body, those that define one included."""
        if not self.is_markdown or not self.has(_FOOTNOTE):
            return ()
        return read_footnotes(self.text, self.body, self.region_at)

    @lazy
    def timestamps(self) -> tuple[Timestamp, ...]:
        return read_timestamps(self.text, self.body) if self.is_markdown else ()

    @lazy
    def regions(self) -> tuple[Region, ...]:
        """All ranges in which nothing is parsed, the frontmatter among them."""
        found = [*self.structure.regions, *self.inline.spans]
        span = frontmatter_span(self.text) if self.is_markdown else None
        if span:
            found.append(Region(span.start, span.end, "frontmatter"))
        return tuple(sorted(found))

    def heading_at(self, offset: int) -> Heading | None:
        """Return the heading whose lines hold the offset, or end there, if one does."""
        found = bisect_right(self.headings, offset, key=_START)
        heading = self.headings[found - 1] if found else None
        return heading if heading and offset <= heading.end else None

    def link_at(self, offset: int) -> Link | None:
        """Return the link that began last before the offset, if it holds it."""
        found = bisect_right(self.links, offset, key=_START)
        link = self.links[found - 1] if found else None
        return link if link and offset < link.end else None

    @lazy
    def _region_starts(self) -> list[int]:
        return [region.start for region in self.regions]

    def region_at(self, offset: int) -> Region | None:
        """Return the range without Markdown that holds the offset, if one does."""
        found = bisect_right(self._region_starts, offset)
        if found and offset < self.regions[found - 1].end:
            return self.regions[found - 1]
        return None


class Facts(NamedTuple):
    """What other notes may know of a note. No positions: equal facts, equal meaning."""

    headings: tuple[tuple[int, str], ...] = ()
    blocks: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    footnotes: frozenset[str] = frozenset()
    views: tuple[str, ...] = ()
    targets: frozenset[str] = frozenset()
    """What links name, as it is written; `/` begins the path of a canvas card."""


def facts_of(note: Note) -> Facts:
    """Return what other notes may know of this one."""
    if not note.is_markdown:
        return Facts(targets=targets_of(note))
    return Facts(
        headings=tuple((heading.level, heading.text) for heading in note.headings),
        blocks=frozenset(block.name.lower() for block in note.blocks) or _NONE,
        aliases=aliases_of(note.frontmatter),
        tags=frozenset((*tags_of(note.frontmatter), *(tag.name for tag in note.tags))) or _NONE,
        footnotes=frozenset(mark.name for mark in note.footnotes if mark.defines) or _NONE,
        targets=targets_of(note) or _NONE,
    )


_NONE: frozenset[str] = frozenset()
"""The one that notes share which have none: Python makes 216 bytes of each that is empty."""


_FOOTNOTE, _SHOWN = signs("[^"), signs("src=")
_SOURCE = re.compile(r"""\bsrc\s*+=\s*+["']([^"'<>:]+)["']""")
_PICTURE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|png|svg|webp|mp4|webm|mp3|pdf)\b", re.IGNORECASE)


def _mentioned(note: Note) -> frozenset[str]:
    """Return the files that a note shows without a link: in HTML, or as a cover in a property."""
    found = set()
    if note.has(_SHOWN):
        found = {unquote(source[1]) for source in _SOURCE.finditer(note.text)}
    if note.body and _PICTURE.search(note.text, 0, note.body):
        values = note.frontmatter.data.values()
        found |= {one for one in values if isinstance(one, str) and _PICTURE.search(one)}
    return frozenset(found)


def targets_of(note: Note) -> frozenset[str]:
    """Return what the links of a note, or the cards of a canvas, name, and other mentions."""
    names = note.targets | _mentioned(note)
    for node in note.canvas.nodes if note.canvas else ():
        paths = (node.text_of("file"), node.text_of("background"))
        names |= {f"/{path}" for path in paths if path}
        names |= targets_of(Note("card.md", node.text_of("text")))
    return names
