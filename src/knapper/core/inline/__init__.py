"""Inside the blocks of a note: links, tags, block ids, and what hides them.

Where nothing but links can stand, as in most paragraphs, and each bracket belongs to one
or to a pair that is none, a pattern finds them. The others are read in one pass from left
to right over the few characters that can begin a construct. Whatever begins first wins,
so a backtick inside a wikilink opens no code span and brackets inside a code span make no
link (observed in Obsidian 1.13.7 by the tests of incremental-reading-obsidian). Links and
tags inside `%%` comments do count (recorded from the app by obsidian-tasks). All offsets
are code points.

Every scan is linear: what was searched for in vain before a break is not
searched for again up to that break.
"""

from knapper.core.inline.links import decoded, displayed
from knapper.core.inline.parts import BlockId, Inline, Link, Tag
from knapper.core.inline.reader import read_inline, read_links_at

__all__ = [
    "BlockId",
    "Inline",
    "Link",
    "Tag",
    "decoded",
    "displayed",
    "read_inline",
    "read_links_at",
]
