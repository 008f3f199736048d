"""A property that is a list, changed on both sides: a set in order."""

from typing import NamedTuple

from knapper.core.frontmatter import Node, Value, written
from knapper.core.frontmatter.writing import written_in_flow
from knapper.sync.order import joined_order

__all__ = ["ListLines", "joined_list"]


class ListLines(NamedTuple):
    """The lines of a key whose value is a list (or nothing), and where they stand.

    `node` is the value; its places are offsets into `text`, whose line number
    `first` is the key's.
    """

    lines: tuple[str, ...]
    node: Node
    text: str
    first: int

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
    if _is_pattern(base, left, right):
        pattern, other = left, right
    else:
        pattern, other = right, left
    owners = {name: (other, item) for name, item in zip(other.names, other.node.items, strict=True)}
    owners |= {
        name: (pattern, item) for name, item in zip(pattern.names, pattern.node.items, strict=True)
    }
    items = [owners[name] for name in order]
    value: Value = [item.value for _, item in items]
    lines = _in_flow(pattern, items) if pattern.node.style == "flow" else _in_block(pattern, items)
    return None if lines is None else (lines, value)


_Items = list[tuple[ListLines, Node]]


def _is_pattern(base: ListLines | None, left: ListLines, right: ListLines) -> bool:
    """Tell whether the list is to be written as on the left."""
    if not left.names or not right.names:
        return bool(left.names)
    if base is None or not base.names:
        return True
    return left.node.style != base.node.style or right.node.style == base.node.style


def _in_flow(pattern: ListLines, items: _Items) -> tuple[str, ...] | None:
    """Return `key: [a, b]` with these items; None for a list over several lines."""
    if len(pattern.lines) != 1:
        return None
    start, end = pattern.node.span
    line_start = pattern.text.rfind("\n", 0, start) + 1
    line = pattern.lines[0]
    written_items = [
        owner.text[slice(*item.span)]
        if owner.node.style == "flow"
        else written_in_flow(item.value) or "null"
        for owner, item in items
    ]
    if any("\n" in text for text in written_items):
        return None
    head, tail = line[: start - line_start], line[end - line_start :]
    return (f"{head}[{', '.join(written_items)}]{tail}",)


def _in_block(pattern: ListLines, items: _Items) -> tuple[str, ...] | None:
    """Return the key with one item a line."""
    spans = _item_lines(pattern)
    if not spans:
        return None
    head = pattern.lines[: spans[0][0]]
    if not items:
        return (f"{head[0].rstrip()} []",) if len(head) == 1 else None
    margin = _margin(pattern.lines[spans[0][0]])
    lines = list(head)
    for owner, item in items:
        own = _own_lines(owner, item) if owner.node.style == "block" else None
        if own is not None and (len(own) == 1 or _margin(own[0]) == margin):
            lines += (margin + own[0].lstrip(" "), *own[1:])
        elif isinstance(item.value, list | dict):
            return None
        else:
            lines.append(f"{margin}- {written(item.value) or 'null'}")
    return tuple(lines)


def _own_lines(owner: ListLines, item: Node) -> tuple[str, ...] | None:
    index = next(place for place, node in enumerate(owner.node.items) if node is item)
    spans = _item_lines(owner)
    return owner.lines[slice(*spans[index])] if spans else None


def _item_lines(side: ListLines) -> list[tuple[int, int]]:
    """Return which lines each item has; none where items do not begin their lines."""
    starts = [side.text.count("\n", 0, item.span.start) - side.first for item in side.node.items]
    if not starts or len(set(starts)) < len(starts) or starts[0] < 1:
        return []
    if not all(side.lines[start].lstrip(" ").startswith("-") for start in starts):
        return []
    return list(zip(starts, (*starts[1:], len(side.lines)), strict=True))


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]
