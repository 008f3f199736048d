"""The frontmatter of a note, joined by key.

Law: what stands under a key that only one side changed stands so afterwards, byte
for byte, and the block is valid with each key once. It is joined as lines: a key
owns its lines and the comments above it; nothing is written anew but a list that
both sides changed.
"""

from collections.abc import Mapping
from typing import NamedTuple

from knapper.core.frontmatter import Node, Value, frontmatter_span, read_frontmatter
from knapper.core.text import Lines, Span
from knapper.sync.clash import ClashError
from knapper.sync.order import joined_order
from knapper.sync.property_list import ListLines, joined_list
from knapper.sync.stamps import is_stamp, later_is_left

__all__ = ["Block", "frontmatter_length", "merged_frontmatter"]

Block = tuple[str, ...]


def frontmatter_length(lines: list[str]) -> int:
    """Return how many lines the frontmatter has, both `---` lines included."""
    if not lines or not lines[0].startswith("---"):
        return 0
    text = _text(tuple(lines))
    span = frontmatter_span(text)
    if span is None:
        return 0
    return text.count("\n", 0, span.end) + (text[span.end - 1] != "\n")


def merged_frontmatter(base: Block, left: Block, right: Block) -> Block:
    """Return the lines of the merged block; no lines mean no block.

    Raises `ClashError`.
    """
    if left in (right, base):
        return right
    if right == base:
        return left
    if not base and not (left and right):
        return left or right
    if not left or not right:
        raise ClashError("one side removed the properties, the other changed them")
    was, here, there = _Keys(base), _Keys(left), _Keys(right)
    _refuse_lost_changes(was, here, there)
    order = joined_order(list(was.owned), list(here.owned), list(there.owned))
    merged: list[str] = []
    expected: dict[str, Value] = {}
    for key in order:
        owned = _merged_key(key, was.owned.get(key), here.owned.get(key), there.owned.get(key))
        if owned is not None:
            merged += (*owned.above, *owned.lines)
            expected[key] = owned.value
    foot = _merged_comment(was.foot, here.foot, there.foot)
    frame = base or left
    block = (frame[0], *merged, *foot, frame[-1])
    _check(block, expected, left, right)
    return block


class _Owned(NamedTuple):
    """The lines of one key, its value, and the comments and blank lines above."""

    above: Block
    lines: Block
    value: Value
    node: Node
    text: str
    start: int  # where `lines` begin in `text`

    @property
    def has_comment(self) -> bool:
        return any(" #" in line or line.lstrip().startswith("#") for line in self.lines)


class _Keys:
    """A block as its keys in order, with what each owns."""

    def __init__(self, block: Block) -> None:
        self.owned: dict[str, _Owned] = {}
        self.foot: Block = ()
        if not block:
            return
        text = _text(block)
        read = read_frontmatter(text)
        root = read.tree.root
        if not read.valid or block[-1].rstrip() != "---":
            raise ClashError("both sides changed properties that cannot be read")
        if root is not None and root.style == "flow":
            raise ClashError("both sides changed properties that stand in braces")
        places, done = Lines(text), 1
        for entry in read.entries:
            first, column = places.place(entry.key_span.start)
            start = entry.key_span.start - column + 1
            if first <= done or text[start : entry.key_span.start].strip():
                raise ClashError(f"the property '{entry.key}' does not begin its line")
            last, _ = places.place(max(entry.value_span.end, entry.key_span.end))
            above, lines = block[done : first - 1], block[first - 1 : last]
            self.owned[entry.key] = _Owned(above, lines, entry.node.value, entry.node, text, start)
            done = last
        self.foot = block[done:-1]


def _text(block: Block) -> str:
    return "".join(f"{line}\n" for line in block)


def _refuse_lost_changes(was: _Keys, here: _Keys, there: _Keys) -> None:
    """Raise where one side removed a key that the other changed."""
    for key, owned in was.owned.items():
        sides = [side.owned[key] for side in (here, there) if key in side.owned]
        if len(sides) == 1 and _is_changed(owned, sides[0]):
            raise ClashError(f"one side removed the property '{key}', the other changed it")


def _is_changed(was: _Owned, side: _Owned) -> bool:
    if repr(was.value) != repr(side.value) or was.above != side.above:
        return True
    return was.lines != side.lines and (was.has_comment or side.has_comment)


def _merged_key(
    key: str, was: _Owned | None, here: _Owned | None, there: _Owned | None
) -> _Owned | None:
    """Return what a key owns after the merge; `joined_order` has dropped removed ones."""
    if here is None or there is None:
        return here or there
    above = _merged_comment(was.above if was else (), here.above, there.above)
    return _merged_value(key, was, here, there)._replace(above=above)


def _merged_comment(base: Block, left: Block, right: Block) -> Block:
    if left in (right, base):
        return right
    if right == base:
        return left
    raise ClashError("both sides changed a comment among the properties")


def _merged_value(key: str, was: _Owned | None, here: _Owned, there: _Owned) -> _Owned:
    if here.lines == there.lines or (was and was.lines == there.lines):
        return here
    if was and was.lines == here.lines:
        return there
    if any(owned.has_comment for owned in (was, here, there) if owned is not None):
        raise ClashError(f"both sides changed the property '{key}', which has a comment")
    old, left, right = (repr(owned.value) if owned else "" for owned in (was, here, there))
    if right in (left, old):
        return here
    if old == left:
        return there
    if is_stamp(key):
        stays = later_is_left(key, here.value, there.value)
        if stays is not None:
            return here if stays else there
    if was is None and (_is_empty(here.value) or _is_empty(there.value)):
        return there if _is_empty(here.value) else here
    return _merged_list(key, was, here, there)


def _is_empty(value: Value) -> bool:
    return value in (None, "", [])


def _merged_list(key: str, was: _Owned | None, here: _Owned, there: _Owned) -> _Owned:
    lists = [_list_lines(owned) for owned in (was, here, there)]
    joined = None
    if lists[1] is not None and lists[2] is not None:
        joined = joined_list(lists[0], lists[1], lists[2])
    if joined is None:
        raise ClashError(f"both sides changed the property '{key}'")
    lines, value = joined
    return here._replace(lines=lines, value=value)


def _list_lines(owned: _Owned | None) -> ListLines | None:
    """Return a key's lines as a list, None where its value is none."""
    if owned is None:
        return None
    if owned.value is None or isinstance(owned.value, list):
        return ListLines(owned.lines, owned.node, owned.text, owned.start)
    return None


def _check(block: Block, expected: Mapping[str, Value], left: Block, right: Block) -> None:
    """Raise unless the block reads as it should, with no key twice in any case."""
    data = _properties(block)
    span = frontmatter_span(_text(block))
    if data is None or span != Span(0, len(_text(block))) or repr(data) != repr(expected):
        raise ClashError("the properties of both sides do not fit together")
    twice = [_keys_twice(_properties(side) or {}) for side in (left, right)]
    if _keys_twice(data) > max(twice):
        raise ClashError("a property stands there twice, in another case")


def _properties(block: Block) -> dict[str, Value] | None:
    """Return the values of a block, None where it cannot be read."""
    read = read_frontmatter(_text(block))
    return read.data if read.valid else None


def _keys_twice(data: Mapping[str, Value]) -> int:
    return len(data) - len({key.lower() for key in data})
