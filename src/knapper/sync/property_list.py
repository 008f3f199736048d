"""A property that is a list, changed on both sides: a set in order."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from knapper.core.frontmatter import Node, Value, written
from knapper.core.frontmatter.writing import written_in_flow
from knapper.sync.order import joined_order

__all__ = ["ListLines", "joined_list"]


class ListLines(NamedTuple):
    """The lines of a key whose value is a list (or nothing).

    `node` is the value. Its places are offsets into `text`, where the key's lines
    begin at `start`.
    """

    lines: tuple[str, ...]
    node: Node
    text: str
    start: int

    @property
    def names(self) -> list[str]:
        """Return the items as what tells them apart: `1` and `"1"` are two things."""
        return [repr(item.value) for item in self.node.items]


def joined_list(
    base: ListLines | None, left: ListLines, right: ListLines
) -> tuple[tuple[str, ...], Value] | None:
    """Return the key's lines and value with what both sides added and removed.

    Items keep their own text where the style of the list stays. None where the
    items are not told apart or cannot be set into the other's lines.
    """
    lists = [side for side in (base, left, right) if side is not None]
    if any(len(set(side.names)) < len(side.names) for side in lists):
        return None
    order = joined_order(base.names if base else [], left.names, right.names)
    pattern, other = (left, right) if _is_pattern(base, left, right) else (right, left)
    written_items = {item.name: item for side in (other, pattern) for item in _items(side)}
    items = [written_items[name] for name in order]
    value: Value = [item.value for item in items]
    lines = _in_flow(pattern, items) if pattern.node.style == "flow" else _in_block(pattern, items)
    return None if lines is None else (lines, value)


class _Item(NamedTuple):
    """An item as it stands: between brackets as `raw`, or on `lines` of its own."""

    name: str
    value: Value
    raw: str | None = None
    lines: tuple[str, ...] | None = None


def _is_pattern(base: ListLines | None, left: ListLines, right: ListLines) -> bool:
    """Tell whether the list is to be written as on the left."""
    if not left.names or not right.names:
        return bool(left.names)
    if base is None or not base.names:
        return True
    return left.node.style != base.node.style or right.node.style == base.node.style


def _items(side: ListLines) -> Iterator[_Item]:
    starts = _first_lines(side)
    ends = [*starts[1:], len(side.lines)]
    for index, (name, node) in enumerate(zip(side.names, side.node.items, strict=True)):
        if side.node.style == "flow":
            yield _Item(name, node.value, raw=side.text[slice(*node.span)])
        elif starts:
            yield _Item(name, node.value, lines=side.lines[starts[index] : ends[index]])
        else:
            yield _Item(name, node.value)


def _first_lines(side: ListLines) -> list[int]:
    """Return the line on which each item begins; none where items share one."""
    if side.node.style == "flow":
        return []
    lines: list[int] = []
    line, position = 0, side.start
    for item in side.node.items:
        line += side.text.count("\n", position, item.span.start)
        position = item.span.start
        if line == (lines[-1] if lines else 0) or not side.lines[line].lstrip(" ").startswith("-"):
            return []
        lines.append(line)
    return lines


def _in_flow(pattern: ListLines, items: Sequence[_Item]) -> tuple[str, ...] | None:
    """Return `key: [a, b]` with these items; None for a list over several lines."""
    if len(pattern.lines) != 1:
        return None
    start, end = (offset - pattern.start for offset in pattern.node.span)
    line = pattern.lines[0]
    raws = [
        item.raw if item.raw is not None else written_in_flow(item.value) or "null"
        for item in items
    ]
    if any("\n" in raw for raw in raws):
        return None
    return (f"{line[:start]}[{', '.join(raws)}]{line[end:]}",)


def _in_block(pattern: ListLines, items: Sequence[_Item]) -> tuple[str, ...] | None:
    """Return the key with one item a line."""
    starts = _first_lines(pattern)
    if not starts:
        return None
    head = pattern.lines[: starts[0]]
    if not items:
        return (f"{head[0].rstrip()} []",) if len(head) == 1 else None
    margin = _margin(pattern.lines[starts[0]])
    lines = list(head)
    for item in items:
        own = item.lines
        if own is not None and (len(own) == 1 or _margin(own[0]) == margin):
            lines += (margin + own[0].lstrip(" "), *own[1:])
        elif isinstance(item.value, list | dict):
            return None
        else:
            lines.append(f"{margin}- {written(item.value) or 'null'}")
    return tuple(lines)


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]
