"""Tags and block ids, outside of what hides them."""

import re
from bisect import bisect_right
from collections.abc import Container, Sequence
from operator import attrgetter
from typing import NamedTuple

from knapper.core.blocks import Blocks, Region
from knapper.core.inline.parts import BlockId, Link, Tag

__all__ = ["Surroundings", "read_block_ids", "read_tags"]

_HASHTAG = re.compile(
    r"#(?<![^\W_]#)[^\u2000-\u206f\u2e00-\u2e7f\ufeff'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s]++"
)
_BLOCK_ID = re.compile(r"\^([A-Za-z0-9-]++)[ \t]*+(?=\r?(?:\n|\Z))")
_start = attrgetter("start")


class Surroundings(NamedTuple):
    """What was read of a text before its tags are.

    `zones` were read from left to right, and constructs in them that a `#` follows end at
    `boundaries`.
    """

    hidden: Sequence[Region]
    links: Sequence[Link]
    zones: Sequence[Region]
    boundaries: Container[int]


def read_tags(text: str, start: int, around: Surroundings) -> list[Tag]:
    """Read `#tags`, which begin a line, follow white space or another construct.

    Where a tag may begin: observed in Obsidian 1.13.7 (incremental-reading-obsidian)
    and recorded from it (obsidian-tasks: `\\[\\[#x` holds a tag).
    """
    tags: list[Tag] = []
    for match in _HASHTAG.finditer(text, start):
        at = match.start()
        if not _may_begin_tag(text, at, around):
            continue
        name = match.group().rstrip("/")
        if name[1:].replace("/", "").isdigit() or len(name) < 2:
            continue
        if not _holds(around.hidden, at) and not _holds(around.links, at):
            tags.append(Tag(at, at + len(name), name))
    return tags


def _may_begin_tag(text: str, at: int, around: Surroundings) -> bool:
    if at in around.boundaries or at == 0:
        return True
    before = text[at - 1]
    if before in "[]":  # a bracket that is alone, or one of a wikilink
        return not _holds(around.zones, at)
    if before.isspace() or before == "\ufeff":
        return True
    if before == ">":  # the mark of a quote, not an arrow
        return not text[text.rfind("\n", 0, at) + 1 : at].strip("> \t")
    if before == "*" or text[at - 2 : at] in ("==", "~~"):  # an emphasis that opens here
        outer = text[:at].rstrip("*=~")[-1:] if at < 8 else text[at - 8 : at].rstrip("*=~")[-1:]
        return not outer or outer.isspace()
    return False


def read_block_ids(
    text: str, start: int, hidden: Sequence[Region], blocks: Blocks
) -> list[BlockId]:
    """Read `^ids` at the very end of a paragraph, list item or line of their own.

    Place and letters: Obsidian Help, "Link to blocks"; a footnote mark after the
    id makes it plain text (observed in 1.14.4 by obsidian-footnotes).
    """
    ids: list[BlockId] = []
    breaks = blocks.breaks
    for match in _BLOCK_ID.finditer(text, start):
        at = match.start()
        follows_text = at > start and not text[at - 1].isspace()
        if follows_text and text[text.rfind("\n", 0, at) + 1 : at].strip("> \t"):
            continue
        if _holds(hidden, at):
            continue
        index = bisect_right(breaks, at)
        zone_end = breaks[index] if index < len(breaks) else len(text)
        if not text[match.end() : zone_end].strip("> \t\r\n"):
            ids.append(BlockId(at, match.end(1), match.group(1)))
    return ids


def _holds(ranges: Sequence[Region | Link], offset: int) -> bool:
    """Tell whether one of the ranges, which are in order, holds an offset."""
    found = bisect_right(ranges, offset, key=_start)
    return bool(found) and offset < ranges[found - 1].end
