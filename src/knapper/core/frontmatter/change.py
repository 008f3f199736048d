"""The edits that put one value in the place of another.

What can stay stays: unchanged items of a list, quotes, comments, line ends.
"""

from collections.abc import Sequence
from itertools import takewhile

from knapper.core.frontmatter.block import Entry
from knapper.core.frontmatter.scalars import Value, is_ambiguous
from knapper.core.frontmatter.tree import Node
from knapper.core.frontmatter.writing import written, written_in_flow
from knapper.core.text import Edit, Span

__all__ = ["line_end", "line_start", "list_lines", "replaced"]


def replaced(
    text: str, entry: Entry, colon: int, value: Value, newline: str, *, in_flow: bool
) -> list[Edit]:
    """Return the edits for the value of `entry`; `colon` is where its colon ends."""
    node, old = entry.node, entry.node.value
    as_json, in_flow = in_flow, in_flow or node.style == "flow"
    if repr(old) == repr(value):
        return []
    if isinstance(value, list) and value and not in_flow:
        if node.style == "block" and node.items:
            return _relisted(text, node, value, newline)
        margin = text[line_start(text, entry.key_span.start) : entry.key_span.start]
        emptied = Edit(Span(colon, max(colon, node.span.end)), "")
        end = line_end(text, emptied.span.end)
        return [emptied, Edit(Span(end, end), list_lines(value, f"{margin}  ", newline))]
    line = written_in_flow(value, as_json=as_json) if in_flow else _like(node, value)
    start, end = node.span
    first_line_end = line_end(text, colon)
    if start <= first_line_end:
        gap = " " if start == colon and line else ""
        return [Edit(Span(start, end), gap + line)]
    # the old value stands on the lines below; a comment behind the colon stays
    added = Edit(Span(colon, colon), f" {line}" if line else "")
    return [added, Edit(Span(first_line_end, end), "")]


def list_lines(values: Sequence[Value], margin: str, newline: str) -> str:
    """Write a list, one item a line, each after a line end."""
    return "".join(f"{newline}{margin}- {written(value) or 'null'}" for value in values)


def line_start(text: str, offset: int) -> int:
    """Return where the line of `offset` begins."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Return where the line of `offset` ends, before its line end."""
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def _relisted(text: str, node: Node, values: list[Value], newline: str) -> list[Edit]:
    """Return the edits for a list of one item a line."""
    olds = [item.value for item in node.items]
    if len(olds) == len(values):
        return [
            Edit(item.span, (" " if item.span.start == item.span.end else "") + _like(item, value))
            for item, value in zip(node.items, values, strict=True)
            if repr(item.value) != repr(value)
        ]
    same = zip(olds, values, strict=False)
    kept = sum(1 for _ in takewhile(lambda pair: repr(pair[0]) == repr(pair[1]), same))
    first_dash = text.rfind("-", 0, node.items[0].span.start)
    margin = " " * (first_dash - line_start(text, first_dash))
    lines = list_lines(values[kept:], margin, newline)
    if kept == 0:
        start, end = first_dash, node.span.end
        return [Edit(Span(start, end), lines.removeprefix(newline + margin))]
    start = line_end(text, node.items[kept - 1].span.end)
    end = line_end(text, node.span.end) if kept < len(olds) else start
    return [Edit(Span(start, end), lines)]


def _like(node: Node, value: Value) -> str:
    """Write a value on one line, quoted as the one it replaces."""
    keeps_plain = node.style == "plain" and isinstance(node.value, str) and is_ambiguous(node.value)
    return written(value, node.style, ambiguous=keeps_plain)
