"""The block structure of a note: where text is read and where it is not.

One pass over the lines finds the regions in which nothing is parsed (fenced and
indented code, HTML blocks, `$$` blocks), the headings, the tables, and the
*breaks*: offsets that no code span, link or other inline construct can cross.

Containers, code and HTML follow CommonMark 0.31. Where Obsidian is known to
differ, Obsidian wins: a setext heading needs a one-line paragraph (or a line
that would open an HTML block) and an underline with nothing before or after it
(observed in Obsidian 1.13.7 by the tests of incremental-reading-obsidian), and
headings inside quotes, callouts and list items are not headings of the note. A
line without their marks belongs to a quote or list item that a line before it
has open, code and all, unless the line begins a block that ends them; rows of a
table begin as its first row does, and a table begins no later than its paragraph
(observed in 1.14.4 by obsidian-footnotes, rules B4, C1, C2 and C4; its parser is
a descendant of remark-parse 8).
All offsets are code points into the whole text.
"""

from knapper.core.blocks.definitions import DEFINITION
from knapper.core.blocks.html import ATTRIBUTES
from knapper.core.blocks.parts import Blocks, Heading, Region
from knapper.core.blocks.reader import read_blocks

__all__ = ["ATTRIBUTES", "DEFINITION", "Blocks", "Heading", "Region", "read_blocks"]
