"""Any line of a note: the blocks that it goes on with, ends and opens."""

import re

from knapper.core.blocks.containers import (
    ATX,
    BULLET,
    CALLOUT,
    FENCE,
    FOOTNOTE,
    QUOTE,
    ContainerReader,
)
from knapper.core.blocks.definitions import DEFINITION
from knapper.core.blocks.html import html_end, html_ends
from knapper.core.blocks.parts import Heading, Region
from knapper.core.blocks.rows import underlines

__all__ = ["LineReader"]

_FOOTNOTE_INDENT = 4
_DEFINITION = re.compile(rf"(?<![^\n\ufeff]){DEFINITION}")


class LineReader(ContainerReader):
    """The blocks that hold text or nothing, and what was found up to the current line.

    `leaf` is the kind of the open region, `paragraph` the number of lines of the open
    paragraph.
    """

    __slots__ = (
        "breaks", "headings", "leaf", "leaf_close", "leaf_end", "leaf_start", "paragraph",
        "piped", "previous", "regions", "single", "table", "tables", "titled",
        "unclosed", "under",
    )  # fmt: skip

    def __init__(self, text: str, start: int) -> None:
        super().__init__(text, start)
        self.regions: list[Region] = []
        self.headings: list[Heading] = []
        self.breaks: list[int] = []
        self.tables: list[Region] = []
        self.unclosed: list[int] = []
        self.leaf = self.leaf_close = ""
        self.leaf_start = self.leaf_end = 0
        self.paragraph = 0
        self.previous = 0  # where the text of the paragraph's last line begins
        self.single = False  # the last line alone could be a setext heading's text
        self.under = 0  # in so many containers
        self.table = -1  # where the open table starts
        self.titled = -1  # the line there follows the title of a callout, which stands alone
        self.piped = False  # a table that is open, or begins, has rows that begin with a pipe

    def _any_line(self, line: str, position: int) -> None:
        self.line, self.position = line, position
        self.end = len(line) - line.endswith("\r")
        self.no_rule = 0
        self._match_containers()
        if self.titled == position and self.matched == len(self.stack):
            self._end_paragraph(position)
        if self.leaf and self._continue_leaf():
            return
        if self.first >= self.end:
            self._blank_line()
            return
        self.fresh = False
        if self._setext_underline():
            return
        if not self._open_blocks():
            self._text_line()

    # -- open regions -------------------------------------------------------------

    def _continue_leaf(self) -> bool:
        """Give the line to the open region; False if the region ends before it."""
        lazy = self.matched < len(self.stack)
        if lazy and (self.leaf == "indented" or not self._is_lazy()):
            self._close_leaf(self.leaf_end)
            return False
        blank = self.first >= self.end
        line_end = self.position + self.end
        match self.leaf:
            case "fence":
                if self._closes_fence():
                    self._close_leaf(line_end)
                self.leaf_end = line_end
            case "indented":
                if not blank and self.width < 4:
                    self._close_leaf(self.leaf_end)
                    return False
                if not blank:
                    self.leaf_end = line_end
            case "html" if not self.leaf_close:
                if blank:
                    self._close_leaf(self.leaf_end)
                    return False
                if self._setext_underline():
                    self.leaf = ""
                    return True
                self.single = False
                self.leaf_end = line_end
            case _:
                self._continue_closed_leaf(line_end)
        return True

    def _continue_closed_leaf(self, line_end: int) -> None:
        """Continue an HTML block or `$$` block that a piece of text will close."""
        rest = self.line[self.first : self.end]
        self.single = False
        self.leaf_end = line_end
        if self.leaf == "html":
            if html_ends(rest, self.leaf_close):
                self._close_leaf(line_end)
        elif (found := rest.find(self.leaf_close)) >= 0:
            self._close_leaf(self.position + self.first + found + 2)

    def _closes_fence(self) -> bool:
        if self.first >= self.end or self.width > 3:
            return False
        rest = self.line[self.first : self.end].rstrip(" \t")
        return rest.startswith(self.leaf_close) and not rest.strip(self.leaf_close[0])

    def _close_leaf(self, end: int) -> None:
        self.regions.append(Region(self.leaf_start, end, self.leaf))
        self.leaf = ""
        self.breaks.append(end)

    def _blank_line(self) -> None:
        self._close_unmatched()
        self._end_paragraph(self.position)
        self.fresh = False

    def _end_paragraph(self, position: int) -> None:
        self.breaks.append(position)
        self.paragraph, self.single = 0, False
        self._close_table(position)

    def _close_table(self, end: int) -> None:
        if self.table >= 0:
            self.tables.append(Region(self.table, end, "table"))
            self.table = -1

    # -- new blocks ---------------------------------------------------------------

    def _setext_underline(self) -> bool:
        """Make the line before a heading if this one underlines it.

        Only a line that stands alone, and only an underline with nothing beside it
        (Obsidian 1.13.7; CommonMark would allow more).
        """
        if not self.single or self.width or self.matched != self.under:
            return False
        rest = self.line[self.first : self.end]
        if rest.strip("=") and rest.strip("-"):
            return False
        self._close_unmatched()
        if not self.stack:
            level = 1 if rest[0] == "=" else 2
            end = self.position + self.end
            self.headings.append(Heading(level, self._line_before(), self.previous, end))
        self._end_paragraph(self.position)
        self.breaks.append(self.position + len(self.line) + 1)
        return True

    def _open_blocks(self) -> bool:
        """Open the blocks that start on this line; True if it holds no text beside."""
        opened = False
        while True:
            kind = self._block_start(self.paragraph > 0 and not opened)
            if not kind:
                break
            if not opened:
                self._close_unmatched()
                self._end_paragraph(self.position)
                opened = True
            if kind == ">":
                self.stack.append(QUOTE)
                self._enter_quote()
            elif kind in ("*", "^"):
                self._open_item(kind)
            else:
                self._open_leaf(kind)
                return True
            self.matched = len(self.stack)
            if self.first >= self.end:
                return True
        if opened:
            self.paragraph = 0
            if self.stack[-1] == QUOTE and CALLOUT.match(self.line, self.first, self.end):
                self.titled = self.position + len(self.line) + 1
        return False

    def _block_start(self, in_paragraph: bool) -> str:
        """Name the block that starts at `first`, or return ""."""
        line, first, end = self.line, self.first, self.end
        if self.width > 3:
            quoted = self.matched < len(self.stack) and self.stack[self.matched] == QUOTE
            return "" if in_paragraph and not quoted else "indented"
        match line[first]:
            case ">":
                return ">"
            case "#":
                return "#" if ATX.match(line, first, end) else ""
            case "`" | "~":
                return "fence" if FENCE.match(line, first, end) else ""
            case "<":
                return "html" if html_end(line[first:end], in_paragraph) is not None else ""
            case "$":
                is_open = line.startswith("$$", first, end) and line.find("$$", first + 2, end) < 0
                return "math" if is_open else ""
            case "[":
                lazy = in_paragraph and self.matched == len(self.stack)
                return "^" if not lazy and FOOTNOTE.match(line, first, end) else ""
            case "-" | "+" | "*" | "_" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9":
                return self._rule_or_item(in_paragraph)
        return ""

    def _open_item(self, kind: str) -> None:
        """Open a list item or a footnote at `first` and step to its content."""
        marker = (BULLET if kind == "*" else FOOTNOTE).match(self.line, self.first, self.end)
        assert marker is not None
        length = marker.end() - self.first
        before, self.index = self.width, self.first + length
        self.column += self.width + length
        self.pending = 0
        self._measure()
        if kind == "^":
            self.stack.append(_FOOTNOTE_INDENT)
            self.index, self.column = self.first, self.column + self.width
            self.width = 0
            return
        empty = self.first >= self.end
        padding = 1 if empty or self.width > 4 else self.width
        self.stack.append(before + length + padding)
        if empty:
            self.fresh = True
        else:
            self._skip_columns(padding)

    def _open_leaf(self, kind: str) -> None:
        """Open (and where it is one line, close) a block that holds no blocks."""
        rest = self.line[self.first : self.end]
        if kind in ("#", "rule"):
            if kind == "#" and not self.stack:
                heading = ATX.match(rest)
                assert heading is not None  # that is how it was known
                self._heading(heading, rest, self.position + self.first)
            self.breaks.append(self.position + len(self.line) + 1)
            return
        self.leaf = kind
        self.leaf_start = self.position + self.first
        self.leaf_end = self.position + self.end
        match kind:
            case "fence":
                self.leaf_close = rest[: len(rest) - len(rest.lstrip(rest[0]))]
            case "math":
                self.leaf_close = "$$"
            case "html":
                self.leaf_close = html_end(rest, False) or ""
                self.single, self.under = True, len(self.stack)
                self.previous = self.leaf_start
                if self.leaf_close and html_ends(rest, self.leaf_close):
                    self._close_leaf(self.leaf_end)

    def _heading(self, mark: re.Match[str], line: str, start: int) -> None:
        """Add the heading that `mark` opens; `line` is it, and `start` where it begins."""
        level = mark.end(1)
        text = line[level:].strip(" \t")
        if text.endswith("#"):
            bare = text.rstrip("#")
            if not bare or bare[-1] in " \t":
                text = bare.rstrip(" \t")
        self.headings.append(Heading(level, text, start, start + len(line)))

    def _line_before(self) -> str:
        """Return the text of the paragraph's last line."""
        end = self.text.find("\n", self.previous)
        return self.text[self.previous : end].strip()

    # -- text -----------------------------------------------------------------------

    def _text_line(self) -> None:
        """Take the line as the beginning or the continuation of a paragraph."""
        if (self.table >= 0 and not self._is_row()) or self._is_below_definition():
            self._end_paragraph(self.position)
        lazy = self.matched < len(self.stack)
        if not self.paragraph:
            lazy = lazy and self._is_lazy()
            if not lazy:
                self._close_unmatched()
            self.breaks.append(self.position)
            self.piped = self._begins_with_pipe()
        elif self.table >= 0:
            self.breaks.append(self.position)
        elif self.paragraph == 1 and not lazy and self._is_delimiter_row():
            self.table = self.previous
            self.breaks += (self.position, self.position + len(self.line) + 1)
        self.paragraph += 1
        self.single = self.stack[self.matched] == QUOTE if lazy else self.paragraph == 1
        self.under = self.matched if lazy else len(self.stack)
        self.previous = self.position + self.first

    def _is_below_definition(self) -> bool:
        """Tell whether all there is of the paragraph is a link definition, which is no text.

        One at the margin and on one line (CommonMark 0.31, section 4.7; Obsidian 1.11 wants
        no blanks before it). That it may itself be underlined comes first, as with HTML.
        """
        if self.paragraph != 1 or self.stack or not self.text.startswith("[", self.previous):
            return False
        return _DEFINITION.match(self.text, self.previous) is not None

    def _is_delimiter_row(self) -> bool:
        """Tell whether this line makes the one before it the first row of a table.

        Both begin with a pipe, or neither does (obsidian-footnotes, C1: blanks count).
        """
        rest, before = self.line[self.first : self.end], self._line_before()
        return underlines(rest, before) and self._begins_with_pipe() == (
            self.piped and before[0] == "|"
        )

    def _is_row(self) -> bool:
        """Tell whether this line goes on with the open table (obsidian-footnotes, C2)."""
        piped = self._begins_with_pipe()
        return piped == self.piped and "|" in self.line[self.first + piped : self.end]

    def _begins_with_pipe(self) -> bool:
        return self.index == self.first and self.line[self.first] == "|"
