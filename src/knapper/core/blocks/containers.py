"""Quotes, list items and footnotes: how far a line belongs to those that are open."""

import re

from knapper.core.blocks.html import html_end

__all__ = ["ATX", "BULLET", "CALLOUT", "FENCE", "FOOTNOTE", "QUOTE", "ContainerReader"]

ATX = re.compile(r"(#{1,6})(?:[ \t]|\Z)")
FENCE = re.compile(r"(?:(`{3,})[^`]*|(~{3,}).*)\Z", re.DOTALL)
BULLET = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?=[ \t]|\Z)")
_MARKS = re.compile(r"(?:\*[ \t]*+)+|(?:-[ \t]*+)+|(?:_[ \t]*+)+")
FOOTNOTE = re.compile(r"\[\^[^\]\s\[]++\]:(?=[ \t]|\Z)")
CALLOUT = re.compile(r"\[![^\]\n]++\][+-]?+(?=[ \t]|\Z)")
"""The mark that a quote begins with which is a callout (obsidian-footnotes, A1)."""
QUOTE = -1


class ContainerReader:
    """A line, and the containers that are open before it.

    `stack` holds the open containers, outermost first: -1 for a quote, else the
    indentation in columns that a list item (or footnote) asks of its lines. On the current
    line, `index` is where the containers matched so far end, `column` its column, `width`
    the white space there in columns (part of a tab may be used up by a container), and
    `first` the index of the text; before `no_rule` no row of marks begins that fills the
    line.
    """

    __slots__ = (
        "column", "end", "first", "fresh", "index", "line", "matched", "no_rule", "pending",
        "position", "stack", "start", "text", "width",
    )  # fmt: skip

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.stack: list[int] = []
        self.fresh = False  # the innermost item began with a blank line
        self.line = ""
        self.position = self.end = self.index = self.column = self.pending = 0
        self.width = self.first = self.matched = self.no_rule = 0

    def _match_containers(self) -> None:
        """Walk the open containers as far as this line continues them."""
        line, end, stack = self.line, self.end, self.stack
        self.index = self.column = self.pending = self.matched = 0
        self.width, self.first = _indent(line, 0, 0, end)
        for width in stack:
            if width == QUOTE:
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

    def _is_after_blank(self, position: int) -> bool:
        """Tell whether the line before the one at `position` is blank, or there is none."""
        before = self.text.rfind("\n", 0, max(0, position - 1)) + 1
        return position <= self.start or not self.text[before:position].strip()

    def _is_lazy(self) -> bool:
        """Tell whether a line without the marks of the open containers still belongs to them."""
        if self.first >= self.end or self._is_after_blank(self.position):
            return False
        line, first, end = self.line, self.first, self.end
        in_quote = self.stack[self.matched] == QUOTE
        if self.width > 3:
            return not in_quote
        if ATX.match(line, first, end) or FENCE.match(line, first, end):
            return False
        if self._rule_or_item(False):
            return False
        return not in_quote or html_end(line[first:end], True) is None

    def _rule_or_item(self, in_paragraph: bool) -> str:
        line, first, end = self.line, self.first, self.end
        if line[first] in "-*_" and first >= self.no_rule:
            marks = _MARKS.match(line, first, end)
            assert marks is not None
            if marks.end() == end and line.count(line[first], first, end) > 2:
                return "rule"
            # from the next mark on it is the same row: a long one is looked through once
            self.no_rule = marks.end()
        marker = BULLET.match(line, first, end)
        if marker is None:
            return ""
        if in_paragraph and self.matched == len(self.stack):
            number = marker.group()[:-1]
            if not line[marker.end() : end].strip() or (number and int(number) != 1):
                return ""  # only a list that starts at 1 and has text interrupts a paragraph
        return "*"


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
