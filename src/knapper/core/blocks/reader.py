"""One pass over a note, in which the usual lines are dealt with at once."""

import re

from knapper.core.blocks.containers import ATX, FENCE, QUOTE
from knapper.core.blocks.lines import LineReader
from knapper.core.blocks.parts import Blocks

__all__ = ["read_blocks"]

# what can open no block, underline no line and be no row of dashes, wherever it begins
_TEXT = r"(?:[^\s\d_>#`~<$\[\]\-+*|:=]|\*{1,2}[^\s*]|\[(?!\^))"
_PLAIN = re.compile(_TEXT)
_PLAIN_ITEM = re.compile(rf"( *+)(?:[-*+]|([0-9]{{1,9}})[.)]) (?={_TEXT})")
_COMMENT = re.compile(r"^ *+%%[^%\n]*+$", re.MULTILINE)
_MARGIN = frozenset("#|`-")
_BULLETS = frozenset(("- ", "* ", "+ "))


def read_blocks(text: str, start: int = 0) -> Blocks:
    """Read the block structure of `text` from `start` (the end of its frontmatter)."""
    reader = _BlockReader(text, start)
    reader.read()
    return Blocks(reader.regions, reader.headings, reader.breaks, reader.tables, reader.unclosed)


class _BlockReader(LineReader):
    """The reader of a whole text. A line is looked at once, from left to right."""

    __slots__ = ()

    def read(self) -> None:
        """Go through the text, at each empty line a piece; most are one line of a usual kind."""
        if "%%" in self.text and _COMMENT.search(self.text, self.start):
            self._read_with_comments()
        else:
            self._read_pieces()
        if self.leaf:
            if self.leaf in ("fence", "math"):
                self.unclosed.append(self.leaf_start)
            self._close_leaf(self.leaf_end)
        self._close_table(len(self.text))

    def _read_pieces(self) -> None:
        position, text, breaks = self.start, self.text, self.breaks
        *pieces, last = (text[position:] if position else text).split("\n\n")
        for piece in pieces:
            after = position + len(piece) + 1  # where the empty line is
            if self.leaf:
                if self.stack or self.leaf != "fence" or self.leaf_close in piece:
                    self._lines(piece, position)
                    self._empty_line(after)
                else:
                    self.leaf_end = after
            elif "\n" in piece:
                self._lines(piece, position)
                self._empty_line(after)
            elif (first := piece[:1]).isalpha() or (first != "#" and _PLAIN.match(piece)):
                if self.stack:
                    self.stack.clear()
                    self.fresh = False
                breaks += (position, after)
            elif heading := ATX.match(piece):
                self._heading_line(piece, position, heading)
                breaks.append(after)
            else:
                self._lines(piece, position)
                self._empty_line(after)
            position = after + 1
        self._lines(last, position)

    def _read_with_comments(self) -> None:
        """Go through a text that has comments of several lines (obsidian-footnotes, F1 to F4).

        Such a comment ends the paragraph before it, and the first `%%` on a later line ends
        it, with all that is open in it. What else stands in it is read as anywhere, so that
        whoever links to a heading or block there is not told that there is none.
        """
        position, is_open = self.start, False
        for line in self.text[position:].split("\n"):
            if is_open and "%%" in line:
                self._end_comment(line, position)
                is_open = False
            elif not is_open and self._opens_comment(line):
                self._begin_comment(line, position)
                is_open = True
            else:
                self._lines(line, position)
            position += len(line) + 1

    def _opens_comment(self, line: str) -> bool:
        if self.leaf not in ("", "indented") or not _COMMENT.match(line.removesuffix("\r")):
            return False
        return not line.startswith("    ") or bool(self.stack)

    def _begin_comment(self, line: str, position: int) -> None:
        if self.leaf:
            self._close_leaf(self.leaf_end)
        if line[0] == "%":
            self.stack.clear()
            self.fresh = False
        self._end_paragraph(position)
        self.breaks.append(position + len(line) + 1)

    def _end_comment(self, line: str, position: int) -> None:
        if self.leaf:
            self._close_leaf(position)
        self._end_containers(position)
        if line.rpartition("%%")[2].strip():
            self.paragraph, self.under, self.previous = 1, 0, position
        else:
            self.breaks.append(position + len(line) + 1)

    def _lines(self, piece: str, position: int) -> None:
        """Go through the lines of a piece; the usual ones are dealt with at once.

        They are asked about in this order because of how often there are any.
        """
        for line in piece.split("\n"):
            first = line[:1]
            if self.leaf:
                self._line_of_leaf(line, position)
            elif self.table >= 0:
                self._line_of_table(first, line, position)
            elif first.isalpha():
                self._plain_line(position)
            elif not line:
                self._empty_line(position)
            elif line[:2] in _BULLETS and line[2:3].isalpha():
                self._margin_item(position)
            elif first not in _MARGIN and _PLAIN.match(line):
                self._plain_line(position)
            elif not (
                (first in _MARGIN and self._line_at_margin(first, line, position))
                or ((item := _PLAIN_ITEM.match(line)) and self._plain_item(position, item))
            ):
                self._any_line(line, position)
            position += len(line) + 1

    def _line_of_leaf(self, line: str, position: int) -> None:
        """Give a line to the open region, or close a fence by it."""
        if self.stack or self.leaf != "fence":
            self._any_line(line, position)
        elif line == self.leaf_close:
            self._close_leaf(position + len(line))
        elif self.leaf_close in line:
            self._any_line(line, position)
        else:
            self.leaf_end = position + len(line) - line.endswith("\r")

    def _line_of_table(self, first: str, line: str, position: int) -> None:
        """Take a row, or what ends the open table (obsidian-footnotes, C2)."""
        if not line:
            self._empty_line(position)
        elif first == "|" and not self.stack and self.piped and "|" in line[1:]:
            self.breaks.append(position)
            self.paragraph += 1
        elif _PLAIN.match(line) and (self.stack or self.piped or "|" not in line):
            self._plain_line(position)
        else:
            self._any_line(line, position)

    def _line_at_margin(self, first: str, line: str, position: int) -> bool:
        """Take a heading, a row, a rule or the opening of a fence; False if it is none."""
        if first == "#" and (heading := ATX.match(line)):
            self._heading_line(line, position, heading)
        elif first == "|":
            self._row_line(line, position)
        elif line == "---" and (self.under or not self.single):
            self._end_containers(position)
            self.breaks.append(position + 4)
        elif first == "`" and line[-1] != "\r" and FENCE.match(line):
            self._end_containers(position)
            self.line, self.first, self.end = line, 0, len(line)
            self._open_leaf("fence")
        else:
            return False
        return True

    def _plain_line(self, position: int) -> None:
        """Take a line that can open no block and be no row of dashes; it may end containers."""
        stack = self.stack
        if stack and not self.paragraph:
            self.fresh = False
            if self._is_after_blank(position):
                stack.clear()
        if self.table >= 0 or (self.paragraph == 1 and self._is_below_definition()):
            self._end_paragraph(position)
        if self.paragraph:  # continued
            self.single = bool(stack) and stack[0] == QUOTE
            self.paragraph += 1
        else:
            self.single = not stack or stack[0] == QUOTE
            self.breaks.append(position)
            self.paragraph = 1
        self.under = 0
        self.previous = position

    def _empty_line(self, position: int) -> None:
        if self.leaf or (self.stack and (self.fresh or QUOTE in self.stack)):
            self._any_line("", position)
            return
        self.breaks.append(position)
        self.paragraph, self.single = 0, False
        if self.table >= 0:
            self._close_table(position)

    def _margin_item(self, position: int) -> None:
        """Take a list item with a bullet and text at the margin."""
        self.stack[:] = (2,)
        self.fresh = False
        self.breaks.append(position)
        self.paragraph, self.single, self.under = 1, True, 1
        self.previous = position + 2

    def _plain_item(self, position: int, item: re.Match[str]) -> bool:
        """Take a list item that holds text and is indented by blanks; False if it is none."""
        width, end = item.end(1), item.end()
        indent, matched = width, 0
        if width:
            for wanted in self.stack:
                if wanted == QUOTE or indent < wanted:
                    break
                indent -= wanted
                matched += 1
            if indent > 3:
                return False
        if self.paragraph and matched == len(self.stack) and item[2] and int(item[2]) != 1:
            return False
        self.stack[matched:] = (indent + end - width,)
        self.fresh = False
        self.breaks.append(position)
        self.paragraph, self.single, self.under = 1, True, len(self.stack)
        self.previous = position + end
        return True

    def _heading_line(self, line: str, position: int, heading: re.Match[str]) -> None:
        """Take a heading at the margin, which ends all containers."""
        self.stack.clear()
        self.fresh = False
        self.paragraph, self.single = 0, False
        self.breaks += (position, position + len(line) + 1)
        self._heading(heading, line.removesuffix("\r"), position)

    def _row_line(self, line: str, position: int) -> None:
        """Take a line that begins with a pipe at the margin: it is text, or a row of dashes."""
        self.line, self.position, self.end = line, position, len(line) - line.endswith("\r")
        self.index = self.first = self.width = self.matched = 0
        self.fresh = False
        self._text_line()

    def _end_containers(self, position: int) -> None:
        """End the paragraph and all containers before a line at the margin."""
        self.stack.clear()
        self.fresh = False
        self.position = position
        self._end_paragraph(position)
