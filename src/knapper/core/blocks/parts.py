"""What the blocks of a note are made of."""

from typing import NamedTuple

__all__ = ["Blocks", "Heading", "Region"]


class Region(NamedTuple):
    """A range of text of one kind: `fence`, `indented`, `html`, `math`, …"""

    start: int
    end: int
    kind: str


class Heading(NamedTuple):
    """A heading of the note: level 1-6, raw text, and the span of its line(s)."""

    level: int
    text: str
    start: int
    end: int


class Blocks(NamedTuple):
    """What `read_blocks` found, each list in order of position."""

    regions: list[Region]
    headings: list[Heading]
    breaks: list[int]
    tables: list[Region]
    unclosed: list[int]
    """Starts of fences and `$$` blocks that only the end of the note closes."""
