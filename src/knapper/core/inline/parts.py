"""What stands inside of blocks: links, tags, block ids and code spans."""

from typing import Literal, NamedTuple

from knapper.core.blocks import Region

__all__ = ["BlockId", "Inline", "Link", "Tag"]


class Link(NamedTuple):
    """A link or an embed, `[[target|display]]` or `[display](target)`.

    `target` and `display` are as Obsidian's cache has them: a Markdown target is
    percent-decoded, a display text that is not written is made from the target
    (`a#b` shows as `a > b`). `target_start` and `target_end` bound the target as it
    is written, `display_start` is where the display text begins, or -1.
    """

    start: int
    end: int
    target: str
    display: str
    kind: Literal["wiki", "md"]
    embed: bool
    target_start: int
    target_end: int
    display_start: int


class Tag(NamedTuple):
    """A tag in the text, `name` with its `#`."""

    start: int
    end: int
    name: str


class BlockId(NamedTuple):
    """A block id, `name` without its `^`; the span holds the caret."""

    start: int
    end: int
    name: str


class Inline(NamedTuple):
    """What `read_inline` found, each in order of position."""

    links: list[Link]
    tags: list[Tag]
    block_ids: list[BlockId]
    spans: list[Region]
    """Code spans (`code`), inline HTML and autolinks (`tag`) and math (`math`)."""
    is_paired: bool = False
    """Whether each bracket outside of blocks of code belongs to a link, or to a pair without
    another bracket or a pipe in it: there is none that was meant as a link and is none."""
