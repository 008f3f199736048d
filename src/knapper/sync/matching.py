"""What two sequences have in common, in order.

Items that stand once on either side are matched first, for they are what a reader
would see as the same; only what lies between them is searched for its longest
common part. So a long note costs what its changes cost.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

__all__ = ["Block", "changes", "matching"]


class Block(NamedTuple):
    """`size` items are the same from `left` on one side and `right` on the other."""

    left: int
    right: int
    size: int


def matching(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[Block]:
    """Return the blocks that both sequences have, in order and not touching."""
    pairs: list[Block] = []
    todo = [(0, len(left), 0, len(right))]
    while todo:
        low, high, other_low, other_high = todo.pop()
        start, other_start = low, other_low
        while low < high and other_low < other_high and left[low] == right[other_low]:
            low, other_low = low + 1, other_low + 1
        if low > start:
            pairs.append(Block(start, other_start, low - start))
        end = high
        while low < high and other_low < other_high and left[high - 1] == right[other_high - 1]:
            high, other_high = high - 1, other_high - 1
        if end > high:
            pairs.append(Block(high, other_high, end - high))
        if low == high or other_low == other_high:
            continue
        anchors = _anchors(left, low, high, right, other_low, other_high)
        if not anchors:
            pairs += _longest(left[low:high], right[other_low:other_high], low, other_low)
        for index, other in anchors:
            if low < index and other_low < other:
                todo.append((low, index, other_low, other))
            pairs.append(Block(index, other, 1))
            low, other_low = index + 1, other + 1
        if anchors:
            todo.append((low, high, other_low, other_high))
    return _joined(sorted(pairs))


def changes(
    left: Sequence[Hashable], right: Sequence[Hashable]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield what differs as `(start, end, other start, other end)`, in order."""
    start = other = 0
    for block in (*matching(left, right), Block(len(left), len(right), 0)):
        if (start, other) != (block.left, block.right):
            yield start, block.left, other, block.right
        start, other = block.left + block.size, block.right + block.size


# the table of the longest common part has a bit for each pair: 25 MB at most
_MOST_PAIRS = 200_000_000


def _anchors(
    left: Sequence[Hashable], low: int, high: int, right: Sequence[Hashable], start: int, end: int
) -> list[tuple[int, int]]:
    """Return the most items in order that stand once on both sides."""
    places: dict[Hashable, int] = {}
    for index in range(low, high):
        places[left[index]] = -1 if left[index] in places else index
    others: dict[Hashable, int] = {}
    for index in range(start, end):
        if places.get(right[index], -1) >= 0:
            others[right[index]] = -1 if right[index] in others else index
    pairs = sorted((places[item], other) for item, other in others.items() if other >= 0)
    return _rising(pairs)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a longest part of the pairs in which the second numbers rise too."""
    lasts: list[int] = []
    tips: list[int] = []
    before: list[int] = []
    for index, (_, other) in enumerate(pairs):
        length = bisect_left(lasts, other)
        before.append(tips[length - 1] if length else -1)
        lasts[length : length + 1] = [other]
        tips[length : length + 1] = [index]
    rising = []
    index = tips[-1] if tips else -1
    while index >= 0:
        rising.append(pairs[index])
        index = before[index]
    return rising[::-1]


def _longest(
    left: Sequence[Hashable], right: Sequence[Hashable], start: int, other_start: int
) -> list[Block]:
    """Return a longest common part, by the bits of one whole number a row.

    After Hyyrö, "Bit-parallel LCS-length computation revisited" (2004). What is too
    large for the table has nothing in common here: that costs a merge, never a word.
    """
    if len(left) * len(right) > _MOST_PAIRS:
        return []
    where: dict[Hashable, int] = {}
    for index, item in enumerate(right):
        where[item] = where.get(item, 0) | 1 << index
    full = (1 << len(right)) - 1
    row, rows = full, [full]
    for item in left:
        common = row & where.get(item, 0)
        row = ((row + common) | (row - common)) & full
        rows.append(row)
    pairs = []
    index, other = len(left), len(right)
    while index and other:
        if rows[index] >> (other - 1) & 1:
            other -= 1
        elif not rows[index - 1] >> (other - 1) & 1:
            index -= 1
        else:
            index, other = index - 1, other - 1
            pairs.append(Block(start + index, other_start + other, 1))
    return pairs


def _joined(blocks: list[Block]) -> list[Block]:
    """Return the blocks, those that touch as one."""
    joined: list[Block] = []
    start = other_start = size = 0
    for left, right, more in (*blocks, Block(-1, -1, 0)):
        if (start + size, other_start + size) == (left, right):
            size += more
            continue
        if size:
            joined.append(Block(start, other_start, size))
        start, other_start, size = left, right, more
    return joined
