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

import re
from typing import NamedTuple

__all__ = ["ATTRIBUTES", "Blocks", "Heading", "Region", "read_blocks"]


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


_ATX = re.compile(r"(#{1,6})(?:[ \t]|\Z)")
_FENCE = re.compile(r"(?:(`{3,})[^`]*|(~{3,}).*)\Z", re.DOTALL)
_BULLET = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?=[ \t]|\Z)")
_MARKS = re.compile(r"(?:\*[ \t]*+)+|(?:-[ \t]*+)+|(?:_[ \t]*+)+")
_FOOTNOTE = re.compile(r"\[\^[^\]\s\[]++\]:(?=[ \t]|\Z)")
_VERBATIM_TAG = re.compile(r"<(?:script|pre|style|textarea)(?=[ \t>]|\Z)", re.IGNORECASE)
_VERBATIM_END = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup"
    r"|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset"
    r"|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol"
    r"|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr"
    r"|track|ul)(?=[ \t]|/?>|\Z)",
    re.IGNORECASE,
)
ATTRIBUTES = (
    r"(?:\s++[A-Za-z_:][A-Za-z0-9_.:-]*+"
    r"(?:\s*+=\s*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?)*"
)
_ANY_TAG = re.compile(
    rf"(?:<[A-Za-z][A-Za-z0-9-]*+{ATTRIBUTES}\s*+/?>|</[A-Za-z][A-Za-z0-9-]*+\s*+>)[ \t]*+\Z"
)
_DELIMITER_ROW = re.compile(r"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*\|?[ \t]*+\Z")
_CELL_END = re.compile(r"\\.|\|")

_QUOTE = -1
# what can open no block, underline no line and be no row of dashes, wherever it begins
_TEXT = r"(?:[^\s\d_>#`~<$\[\]\-+*|:=]|\*{1,2}[^\s*]|\[(?!\^))"
_PLAIN = re.compile(_TEXT)
_PLAIN_ITEM = re.compile(rf"( *+)(?:[-*+]|([0-9]{{1,9}})[.)]) (?={_TEXT})")
_MARGIN = frozenset("#|`-")
_BULLETS = frozenset(("- ", "* ", "+ "))
_FOOTNOTE_INDENT = 4


def read_blocks(text: str, start: int = 0) -> Blocks:
    """Read the block structure of `text` from `start` (the end of its frontmatter)."""
    reader = _BlockReader(text, start)
    reader.read()
    return Blocks(reader.regions, reader.headings, reader.breaks, reader.tables, reader.unclosed)


def _indent(line: str, index: int, column: int, end: int) -> tuple[int, int]:
    """Return (columns of white space at `index`, index of what follows it)."""
    first = column
    while index < end:
        character = line[index]
        if character == " ":
            column += 1
        elif character == "\t":
            column += 4 - (column & 3)
        else:
            break
        index += 1
    return column - first, index


def _html_end(line: str, in_paragraph: bool) -> str | None:
    """Return what ends the HTML block that `line` opens ("" is a blank line), or None.

    CommonMark 0.31, section 4.6, start conditions 1-7.
    """
    if line.startswith("<!--"):
        return "-->"
    if line.startswith("<?"):
        return "?>"
    if line.startswith("<![CDATA["):
        return "]]>"
    if line.startswith("<!"):
        return ">" if line[2:3].isascii() and line[2:3].isalpha() else None
    if _VERBATIM_TAG.match(line):
        return "</"
    if _BLOCK_TAG.match(line):
        return ""
    return "" if not in_paragraph and _ANY_TAG.match(line) else None


def _html_ends(line: str, end: str) -> bool:
    return bool(_VERBATIM_END.search(line)) if end == "</" else end in line


def _cells(row: str) -> int:
    """Count the cells of a table row, as GFM splits it."""
    row = row.strip()
    row = row.removeprefix("|")
    pipes = row.count("|")
    if "\\" in row:
        pipes = sum(match.group() == "|" for match in _CELL_END.finditer(row))
    return pipes if row.endswith("|") and not row.endswith("\\|") else pipes + 1


class _BlockReader:
    """The state of the pass. A line is looked at once, from left to right.

    `stack` holds the open containers, outermost first: -1 for a quote, else the
    indentation in columns that a list item (or footnote) asks of its lines.
    `leaf` is the kind of the open region, `paragraph` the number of lines of the
    open paragraph. On the current line, `index` is where the containers matched so
    far end, `column` its column, `width` the white space there in columns (part
    of a tab may be used up by a container), and `first` the index of the text; before
    `no_rule` no row of marks begins that fills the line.
    """

    __slots__ = (
        "breaks", "column", "end", "first", "fresh", "headings", "index", "leaf", "leaf_close",
        "leaf_end", "leaf_start", "line", "matched", "no_rule", "paragraph", "pending", "piped",
        "position", "previous", "regions", "single", "stack", "start", "table",
        "tables", "text", "unclosed", "under", "width",
    )  # fmt: skip

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.regions: list[Region] = []
        self.headings: list[Heading] = []
        self.breaks: list[int] = []
        self.tables: list[Region] = []
        self.unclosed: list[int] = []
        self.stack: list[int] = []
        self.fresh = False  # the innermost item began with a blank line
        self.leaf = self.leaf_close = ""
        self.leaf_start = self.leaf_end = 0
        self.paragraph = 0
        self.previous = 0  # where the text of the paragraph's last line begins
        self.single = False  # the last line alone could be a setext heading's text
        self.under = 0  # in so many containers
        self.table = -1  # where the open table starts
        self.piped = False  # a table that is open, or begins, has rows that begin with a pipe
        self.line = ""
        self.position = self.end = self.index = self.column = self.pending = 0
        self.width = self.first = self.matched = self.no_rule = 0

    def read(self) -> None:
        """Go through the text, at each empty line a piece; most are one line of a usual kind."""
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
            elif heading := _ATX.match(piece):
                self._heading_line(piece, position, heading)
                breaks.append(after)
            else:
                self._lines(piece, position)
                self._empty_line(after)
            position = after + 1
        self._lines(last, position)
        if self.leaf:
            if self.leaf in ("fence", "math"):
                self.unclosed.append(self.leaf_start)
            self._close_leaf(self.leaf_end)
        self._close_table(len(text))

    # -- usual lines -------------------------------------------------------------------

    def _lines(self, piece: str, position: int) -> None:
        """Go through the lines of a piece; the usual ones are dealt with at once.

        They are asked about in this order because of how often there are any.
        """
        for line in piece.split("\n"):
            first = line[:1]
            if self.leaf:
                self._line_of_leaf(line, position)
            elif first.isalpha():
                self._plain_line(position)
            elif not line:
                self._empty_line(position)
            elif self.table >= 0:
                if first == "|" and not self.stack and self.piped and "|" in line[1:]:
                    self.breaks.append(position)
                    self.paragraph += 1
                elif _PLAIN.match(line):
                    self._plain_line(position)
                else:
                    self._any_line(line, position)
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

    def _line_at_margin(self, first: str, line: str, position: int) -> bool:
        """Take a heading, a row, a rule or the opening of a fence; False if it is none."""
        if first == "#" and (heading := _ATX.match(line)):
            self._heading_line(line, position, heading)
        elif first == "|":
            self._row_line(line, position)
        elif line == "---" and (self.under or not self.single):
            self._end_containers(position)
            self.breaks.append(position + 4)
        elif first == "`" and line[-1] != "\r" and _FENCE.match(line):
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
        if self.table >= 0:
            self._end_paragraph(position)
        if self.paragraph:  # continued
            self.single = bool(stack) and stack[0] == _QUOTE
            self.paragraph += 1
        else:
            self.single = not stack or stack[0] == _QUOTE
            self.breaks.append(position)
            self.paragraph = 1
        self.under = 0
        self.previous = position

    def _is_after_blank(self, position: int) -> bool:
        """Tell whether the line before the one at `position` is blank, or there is none."""
        before = self.text.rfind("\n", 0, max(0, position - 1)) + 1
        return position <= self.start or not self.text[before:position].strip()

    def _empty_line(self, position: int) -> None:
        if self.leaf or (self.stack and (self.fresh or _QUOTE in self.stack)):
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
                if wanted == _QUOTE or indent < wanted:
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

    def _any_line(self, line: str, position: int) -> None:
        self.line, self.position = line, position
        self.end = len(line) - line.endswith("\r")
        self.no_rule = 0
        self._match_containers()
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

    # -- containers ---------------------------------------------------------------

    def _match_containers(self) -> None:
        """Walk the open containers as far as this line continues them."""
        line, end, stack = self.line, self.end, self.stack
        self.index = self.column = self.pending = self.matched = 0
        self.width, self.first = _indent(line, 0, 0, end)
        for width in stack:
            if width == _QUOTE:
                if self.first >= end or line[self.first] != ">":
                    return
                self._enter_quote()
            elif self.first >= end:
                if self.fresh and self.matched == len(stack) - 1:
                    return
            elif self.width >= width:
                self._skip_columns(width)
            else:
                return
            self.matched += 1

    def _enter_quote(self) -> None:
        """Step over a `>` and the blank that belongs to it."""
        line, end = self.line, self.end
        self.column += self.width + 1
        self.index = self.first + 1
        self.pending = 0
        if self.index < end:
            if line[self.index] == " ":
                self.index += 1
                self.column += 1
            elif line[self.index] == "\t":
                self.pending = 3 - (self.column & 3)
                self.index += 1
                self.column += 1
        self._measure()

    def _skip_columns(self, wanted: int) -> None:
        """Use up `wanted` columns of the white space at `index`."""
        self.width -= wanted
        if self.pending >= wanted:
            self.pending -= wanted
            self.column += wanted
            return
        self.column += self.pending
        goal = self.column + wanted - self.pending
        self.pending = 0
        while self.column < goal:
            step = 4 - (self.column & 3) if self.line[self.index] == "\t" else 1
            self.index += 1
            if self.column + step > goal:
                self.pending = self.column + step - goal
                step = goal - self.column
            self.column += step

    def _measure(self) -> None:
        width, self.first = _indent(self.line, self.index, self.column + self.pending, self.end)
        self.width = width + self.pending

    def _close_unmatched(self) -> None:
        if self.matched < len(self.stack):
            del self.stack[self.matched :]

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
            if _html_ends(rest, self.leaf_close):
                self._close_leaf(line_end)
        elif (found := rest.find(self.leaf_close)) >= 0:
            self._close_leaf(self.position + self.first + found + 2)

    def _is_lazy(self) -> bool:
        """Tell whether a line without the marks of the open containers still belongs to them."""
        if self.first >= self.end or self._is_after_blank(self.position):
            return False
        line, first, end = self.line, self.first, self.end
        in_quote = self.stack[self.matched] == _QUOTE
        if self.width > 3:
            return not in_quote
        if _ATX.match(line, first, end) or _FENCE.match(line, first, end):
            return False
        if self._rule_or_item(False):
            return False
        return not in_quote or _html_end(line[first:end], True) is None

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
                self.stack.append(_QUOTE)
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
        return False

    def _block_start(self, in_paragraph: bool) -> str:
        """Name the block that starts at `first`, or return ""."""
        line, first, end = self.line, self.first, self.end
        if self.width > 3:
            quoted = self.matched < len(self.stack) and self.stack[self.matched] == _QUOTE
            return "" if in_paragraph and not quoted else "indented"
        match line[first]:
            case ">":
                return ">"
            case "#":
                return "#" if _ATX.match(line, first, end) else ""
            case "`" | "~":
                return "fence" if _FENCE.match(line, first, end) else ""
            case "<":
                return "html" if _html_end(line[first:end], in_paragraph) is not None else ""
            case "$":
                is_open = line.startswith("$$", first, end) and line.find("$$", first + 2, end) < 0
                return "math" if is_open else ""
            case "[":
                lazy = in_paragraph and self.matched == len(self.stack)
                return "^" if not lazy and _FOOTNOTE.match(line, first, end) else ""
            case "-" | "+" | "*" | "_" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9":
                return self._rule_or_item(in_paragraph)
        return ""

    def _rule_or_item(self, in_paragraph: bool) -> str:
        line, first, end = self.line, self.first, self.end
        if line[first] in "-*_" and first >= self.no_rule:
            marks = _MARKS.match(line, first, end)
            assert marks is not None
            if marks.end() == end and line.count(line[first], first, end) > 2:
                return "rule"
            # from the next mark on it is the same row: a long one is looked through once
            self.no_rule = marks.end()
        marker = _BULLET.match(line, first, end)
        if marker is None:
            return ""
        if in_paragraph and self.matched == len(self.stack):
            number = marker.group()[:-1]
            if not line[marker.end() : end].strip() or (number and int(number) != 1):
                return ""  # only a list that starts at 1 and has text interrupts a paragraph
        return "*"

    def _open_item(self, kind: str) -> None:
        """Open a list item or a footnote at `first` and step to its content."""
        marker = (_BULLET if kind == "*" else _FOOTNOTE).match(self.line, self.first, self.end)
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
                heading = _ATX.match(rest)
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
                self.leaf_close = _html_end(rest, False) or ""
                self.single, self.under = True, len(self.stack)
                self.previous = self.leaf_start
                if self.leaf_close and _html_ends(rest, self.leaf_close):
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
        if self.table >= 0 and not self._is_row():
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
        self.single = self.stack[self.matched] == _QUOTE if lazy else self.paragraph == 1
        self.under = self.matched if lazy else len(self.stack)
        self.previous = self.position + self.first

    def _is_delimiter_row(self) -> bool:
        """Tell whether this line makes the one before it the first row of a table.

        Both begin with a pipe, or neither does (obsidian-footnotes, C1: blanks count).
        """
        rest, before = self.line[self.first : self.end], self._line_before()
        return (
            rest[0] in "|-:"
            and _DELIMITER_ROW.match(rest) is not None
            and ("|" in rest or "|" in before)
            and _cells(rest) == _cells(before)
            and self._begins_with_pipe() == (self.piped and before[0] == "|")
        )

    def _is_row(self) -> bool:
        """Tell whether this line goes on with the open table (obsidian-footnotes, C2)."""
        piped = self._begins_with_pipe()
        return piped == self.piped and "|" in self.line[self.first + piped : self.end]

    def _begins_with_pipe(self) -> bool:
        return self.index == self.first and self.line[self.first] == "|"
