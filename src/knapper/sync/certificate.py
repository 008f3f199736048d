"""The proof that a merge lost nothing, made anew of every result.

It shares no decision with the merge: it knows only the three versions, the result
and, for lines, which part of each became which. What it does not find proven is a
conflict, so a bug in the merge can cost a copy of a note but never a word of it.

For lines: the pieces lie end to end in all three versions; a piece that at most one
side changed stands as that side has it; in a piece that both changed every word is
there as often as the changes add up to, and what a side added keeps its order.
Over the whole text: every word that was new on a side is there, and no line more
often than the sides together wrote it (a paragraph moved on both sides is not two).
For properties and JSON: the same by key, by item of a list.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from knapper.core.frontmatter import Value, read_frontmatter
from knapper.sync.json_merge import Json, item_names, same_json
from knapper.sync.lines import Piece
from knapper.sync.stamps import is_stamp
from knapper.sync.words import words

__all__ = ["frontmatter_is_kept", "json_is_kept", "lines_are_kept"]

Lines = Sequence[str]


def lines_are_kept(
    base: Lines,
    left: Lines,
    right: Lines,
    merged: Lines,
    pieces: Sequence[Piece],
    *,
    has_base: bool = True,
) -> bool:
    """Tell whether `merged` has what the changes of both sides make of `base`.

    Without a base, `base` is what both have: then nothing may be removed, and no
    line stand more often than on one of the sides.
    """
    return (
        list(chain.from_iterable(piece.lines for piece in pieces)) == list(merged)
        and _lie_end_to_end(base, left, right, pieces)
        and all(_is_kept(base, left, right, piece) for piece in pieces)
        and (has_base or all(_removes_nothing(base, left, right, piece) for piece in pieces))
        and _new_words_are_there(base, left, right, merged)
        and _no_line_too_often(base if has_base else None, left, right, merged)
    )


def frontmatter_is_kept(
    base: Lines, left: Lines, right: Lines, merged: Lines, *, has_base: bool = True
) -> bool:
    """Tell whether each property is what the changes of both sides make of it.

    All four are whole blocks, or empty where there is none.
    """
    if left in (right, base):
        return merged == right
    if right == base:
        return merged == left
    if not merged or not _has_comments_and_common_lines(base, left, right, merged):
        return False
    if not left or not right:
        return not base and merged in (left, right)
    values = [_properties(side) for side in (base, left, right, merged)]
    was, here, there, is_now = (value or {} for value in values)
    return None not in values and all(
        _property_is_kept(key, was, here, there, is_now, has_base=has_base)
        for key in was.keys() | here.keys() | there.keys() | is_now.keys()
    )


def json_is_kept(base: Json, left: Json, right: Json, merged: Json) -> bool:
    """Tell whether each value is what the changes of both sides make of it.

    `base` is None where there is none.
    """
    if same_json(left, right) or same_json(base, right):
        return same_json(merged, left)
    if same_json(base, left):
        return same_json(merged, right)
    if isinstance(left, dict) and isinstance(right, dict) and isinstance(merged, dict):
        old = base if isinstance(base, dict) else {}
        return _members_are_kept(old, left, right, merged)
    if isinstance(left, list) and isinstance(right, list) and isinstance(merged, list):
        lists = (base if isinstance(base, list) else [], left, right, merged)
        named = [_by_name(items) for items in lists]
        return all(part is not None for part in named) and _members_are_kept(
            *(part or {} for part in named)
        )
    return False


def _removes_nothing(base: Lines, left: Lines, right: Lines, piece: Piece) -> bool:
    was = base[slice(*piece.base)]
    return not was or was == left[slice(*piece.left)] == right[slice(*piece.right)]


def _lie_end_to_end(base: Lines, left: Lines, right: Lines, pieces: Iterable[Piece]) -> bool:
    reached = (0, 0, 0)
    for piece in pieces:
        spans = (piece.base, piece.left, piece.right)
        if tuple(span.start for span in spans) != reached:
            return False
        if any(span.end < span.start for span in spans):
            return False
        reached = (piece.base.end, piece.left.end, piece.right.end)
    return reached == (len(base), len(left), len(right))


def _is_kept(base: Lines, left: Lines, right: Lines, piece: Piece) -> bool:
    was, here = list(base[slice(*piece.base)]), list(left[slice(*piece.left)])
    there, merged = list(right[slice(*piece.right)]), list(piece.lines)
    if here in (there, was):
        return merged == there
    if there == was:
        return merged == here
    old, ours, theirs, new = (_words(lines) for lines in (was, here, there, merged))
    counts = Counter(old), Counter(ours), Counter(theirs), Counter(new)
    if not all(_adds_up(word, *counts) for word in set(chain(old, ours, theirs, new))):
        return False
    return all(
        _in_order([word for word in side if word not in counts[0]], new) for side in (ours, theirs)
    )


def _words(lines: Iterable[str]) -> list[str]:
    return words("\n".join(lines))


def _adds_up(
    word: str, base: Counter[str], left: Counter[str], right: Counter[str], merged: Counter[str]
) -> bool:
    """Tell whether a word stands as often as the changes of both sides make it.

    What both added may be one thing or two, and so may be what both removed.
    """
    was, is_now = base[word], merged[word]
    here, there = left[word] - was, right[word] - was
    both = was + here + there
    if here >= 0 and there >= 0:
        return was + max(here, there) <= is_now <= both
    if here <= 0 and there <= 0:
        return both <= is_now <= was + min(here, there)
    return is_now == both


def _in_order(some: Iterable[str], text: Iterable[str]) -> bool:
    rest = iter(text)
    return all(word in rest for word in some)


def _new_words_are_there(base: Lines, left: Lines, right: Lines, merged: Lines) -> bool:
    """Tell whether each word that the base has not stands as often as it was written."""
    known = set(base)
    changed = [[line for line in side if line not in known] for side in (left, right, merged)]
    if not any(changed):
        return True
    for split in (str.split, words):  # the coarse reading suffices but where one line was joined
        old = set(split("\n".join(base)))
        ours, theirs, new = (Counter(split("\n".join(lines))) for lines in changed)
        if all(
            max(ours[word], theirs[word]) <= new[word] <= ours[word] + theirs[word]
            for word in ours.keys() | theirs.keys() | new.keys()
            if word not in old
        ):
            return True
    return False


def _no_line_too_often(base: Lines | None, left: Lines, right: Lines, merged: Lines) -> bool:
    """Tell whether no line that says something stands more often than it was written.

    A task is the same one when it is done: ticked and moved on both sides, it is not two.
    """
    old, ours, theirs, new = (
        Counter(map(_plain_task, side)) for side in (base or (), left, right, merged)
    )
    for line, count in new.items():
        if count == 1 or not (ours[line] or theirs[line]):
            continue
        if base is None:
            most = max(ours[line], theirs[line])
        else:
            was = old[line]
            here, there = max(0, ours[line] - was), max(0, theirs[line] - was)
            # a short line may have been written twice, a long one was written once and copied
            most = was + (here + there if len(line) < _LONG_LINE else max(here, there))
        if count > most and any(map(str.isalnum, line)):
            return False
    return True


def _plain_task(line: str) -> str:
    """Return the text of a task, without its margin and its mark; another line as it is."""
    found = _TASK.match(line)
    return line[found.end() :] if found else line


_TASK = re.compile(r"[\s>]*+(?:[-*+]|\d{1,9}[.)])\s++\[.\](?=\s)")
_LONG_LINE = 20


def _properties(block: Lines) -> Mapping[str, Value] | None:
    if not block:
        return {}
    read = read_frontmatter("".join(f"{line}\n" for line in block))
    return read.data if read.exists and read.valid else None


def _has_comments_and_common_lines(base: Lines, left: Lines, right: Lines, merged: Lines) -> bool:
    """Tell whether the block has the lines that all had, and the comments of both."""
    kept = Counter(left) & Counter(right) & Counter(base or left)
    for side in (left, right):
        kept |= Counter(line for line in side if line.lstrip().startswith("#")) - Counter(base)
    emptied = Counter(line.removesuffix(" []") for line in merged)  # a list that has nothing left
    return kept <= Counter(merged) | emptied


def _property_is_kept(
    key: str,
    base: Mapping[str, Value],
    left: Mapping[str, Value],
    right: Mapping[str, Value],
    merged: Mapping[str, Value],
    *,
    has_base: bool,
) -> bool:
    # by what tells values apart: `1` and `True` are not the same
    was, here, there, is_now = (
        repr(side[key]) if key in side else None for side in (base, left, right, merged)
    )
    if here in (there, was):
        return is_now == there
    if there == was:
        return is_now == here
    if here is None or there is None or is_now is None:
        return False
    if is_stamp(key) and is_now in (here, there):
        return True
    if not has_base or was is None:
        for one, other in ((left[key], there), (right[key], here)):
            if one in (None, "", []) and is_now == other:
                return True
    return _list_is_kept(base.get(key), left[key], right[key], merged[key])


def _list_is_kept(base: Value, left: Value, right: Value, merged: Value) -> bool:
    """Tell whether a list has what was added to it and not what was removed."""
    here, there, is_now = (_items(side) for side in (left, right, merged))
    if here is None or there is None or is_now is None:
        return False
    return len(set(is_now)) == len(is_now) and set(is_now) == _set_merge(
        _items(base) or [], here, there
    )


def _items(value: Value) -> list[str] | None:
    items = [] if value is None else value
    return [repr(item) for item in items] if isinstance(items, list) else None


def _set_merge(base: Iterable[str], left: Iterable[str], right: Iterable[str]) -> set[str]:
    was, here, there = set(base), set(left), set(right)
    return (was & here & there) | (here - was) | (there - was)


def _members_are_kept(
    base: Mapping[str, Json],
    left: Mapping[str, Json],
    right: Mapping[str, Json],
    merged: Mapping[str, Json],
) -> bool:
    if set(merged) != _set_merge(base, left, right):
        return False
    for key in base.keys() | left.keys() | right.keys():
        sides = [side for side in (left, right) if key in side]
        if len(sides) == 2:
            if not json_is_kept(base.get(key), left[key], right[key], merged[key]):
                return False
        elif key in base:
            # removed on a side, so the other must not have changed it
            if sides and not same_json(base[key], sides[0][key]):
                return False
        elif not same_json(merged[key], sides[0][key]):
            return False
    return True


def _by_name(items: list[Json]) -> dict[str, Json] | None:
    names = item_names(items)
    return None if names is None else dict(zip(names, items, strict=True))
