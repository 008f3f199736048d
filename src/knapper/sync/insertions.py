"""What both sides wrote at one place, set one behind the other.

Which comes first depends on what was written, never on whose it is. A log line
goes by its time; what hangs on the line above (a child, a line without a blank
line before it) comes before what begins something new.
"""

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from knapper.sync.matching import Block, matching
from knapper.sync.words import indent, is_heading, likeness, said

__all__ = ["are_separate_entries", "both_inserted", "opens_fence"]

Lines = Sequence[str]


def both_inserted(left: Lines, right: Lines, above: str, below: str) -> list[str] | None:
    """Return the lines of both, those that both have once; None if that is not sure.

    Below a blank line `above`, two paragraphs stay two. A log whose newest line is on
    top goes on so; `below` is the line that tells.
    """
    for part, whole in ((left, right), (right, left)):
        if _is_part(part, whole):
            return list(whole)
    fences = [line for line in (*left, *right) if opens_fence(line)]
    if fences:
        # lines of two code blocks are never mixed, and half a block is never joined
        if any(sum(map(opens_fence, side)) % 2 for side in (left, right)):
            return None
        shared: list[Block] = []
    else:
        shared = _shared(left, right)
    merged: list[str] = []
    here = there = 0
    for block in (*shared, Block(len(left), len(right), 0)):
        merged += _in_order(left[here : block.left], right[there : block.right], above, below)
        here, there = block.left + block.size, block.right + block.size
        merged += left[block.left : here]
    return merged


def are_separate_entries(left: Lines, right: Lines) -> bool:
    """Tell whether the lines are list items and log lines, none a form of another."""
    lines = [line for line in (*left, *right) if line.strip()]
    if not all(_ENTRY.match(line) or indent(line) > 0 for line in lines):
        return False
    if len(left) * len(right) > _MOST_PAIRS:
        return False
    ours, theirs = ([said(line) for line in side if line.strip()] for side in (left, right))
    return not any(likeness(one, other) >= 0.5 for one in ours for other in theirs)


def opens_fence(line: str) -> bool:
    """Tell whether a line opens or closes a code or formula block."""
    return line.lstrip(" \t>").startswith(("```", "~~~", "$$"))


class _Stamp(NamedTuple):
    day: str
    hour: int
    minute: int
    second: int


_MOST_PAIRS = 10_000
_ENTRY = re.compile(r"[\s>]*+(?:[-*+](?=\s)|\d{1,9}[.)]\s|\||[*_`(\[]{0,3}\d{1,2}:\d\d)")
_NOT_PROSE = ("#", ">", "|", "```", "~~~", "$$", "---", "***", "___", "<", "[^")
_STAMP = re.compile(
    r"[\s>]*+(?:[-*+]\s++|\d{1,9}[.)]\s++|#{1,6}\s++)?(?:\[.\]\s++)?[*_`(\[]{0,3}"
    r"(?:(\d{4}-\d\d-\d\d)(?:T|\s++|\Z))?(?:(\d{1,2}):(\d\d)(?::(\d\d))?)?"
)


def _is_part(part: Lines, whole: Lines) -> bool:
    """Tell whether all lines of one stand in the other, in order."""
    rest = iter(whole)
    return all(line in rest for line in part)


def _shared(left: Lines, right: Lines) -> list[Block]:
    """Return the lines that say something and stand in both."""
    return [
        Block(block.left + index, block.right + index, 1)
        for block in matching(left, right)
        for index in range(block.size)
        if any(map(str.isalnum, left[block.left + index]))
    ]


def _in_order(left: Lines, right: Lines, above: str, below: str) -> list[str]:
    if list(left) == list(right):
        return list(left)
    if not left or not right:
        return [*left, *right]
    by_time = _by_time(left, right, below)
    if by_time is not None:
        return by_time
    first, second = sorted((left, right), key=_place)
    if not above.strip() and _is_prose(first[-1]) and _is_prose(second[0]):
        return [*first, "", *second]
    return [*first, *second]


def _is_prose(line: str) -> bool:
    """Tell whether a line would go on a paragraph that stands above it."""
    return (
        bool(line.strip()) and not line.lstrip().startswith(_NOT_PROSE) and not _ENTRY.match(line)
    )


def _place(lines: Lines) -> tuple[object, ...]:
    """Return what decides which of two insertions comes first."""
    said = [line for line in lines if line.strip()]
    first = said[0] if said else ""
    return (
        any(map(is_heading, lines)),
        not lines[0].strip(),
        -indent(first),
        bool(lines[-1].strip()),
        _stamp(first) or _Stamp("", 0, 0, 0),
        list(lines),
    )


def _by_time(left: Lines, right: Lines, below: str) -> list[str] | None:
    """Return two pieces of a log as one, None where they are not that."""
    ours, theirs = _timed(left), _timed(right)
    if ours is None or theirs is None:
        return None
    stamps = [stamp for stamp, _ in (*ours, *theirs)]
    if len({bool(stamp.day) for stamp in stamps}) != 1:
        return None
    next_stamp = _stamp(below)
    newest_first = next_stamp is not None and all(
        bool(stamp.day) == bool(next_stamp.day) and stamp > next_stamp for stamp in stamps
    )
    for side in (ours, theirs):
        if side != sorted(side, key=itemgetter(0), reverse=newest_first):
            return None
    ordered = sorted((*ours, *theirs), key=itemgetter(0), reverse=newest_first)
    return [line for _, entry in ordered for line in entry]


def _timed(lines: Lines) -> list[tuple[_Stamp, list[str]]] | None:
    """Return the entries with their times, None where one has none."""
    timed = []
    for entry in _entries(lines):
        stamp = _stamp(entry[0])
        if stamp is None:
            return None
        timed.append((stamp, entry))
    return timed


def _stamp(line: str) -> _Stamp | None:
    """Return the day and time that a line begins with, None if it has neither."""
    found = _STAMP.match(line)
    assert found is not None  # every group may be empty
    day, hour, minute, second = found.groups("")
    if not day and not hour:
        return None
    return _Stamp(day, int(hour or 0), int(minute or 0), int(second or 0))


def _entries(lines: Lines) -> list[list[str]]:
    """Return the lines as entries, each with the deeper lines that belong to it."""
    margin = indent(lines[0])
    entries: list[list[str]] = []
    for line in lines:
        if entries and (not line.strip() or indent(line) > margin):
            entries[-1].append(line)
        else:
            entries.append([line])
    return entries
