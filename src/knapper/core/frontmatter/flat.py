"""The quick way to read a block: plain lines only, or not at all.

Most blocks are `key: value` lines and simple lists. Reading those here takes a
tenth of the time; whatever looks the least bit special is left to `tree`.
Invariant: where this returns values, `tree` returns the same.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from knapper.core.frontmatter.scalars import Value, plain_value

__all__ = ["QuotedText", "quoted_texts", "read_flat"]


class QuotedText(NamedTuple):
    """A quoted value without escapes: the way to it, and its offset in the source."""

    way: str
    text: str
    offset: int


def read_flat(source: str) -> dict[str, Value] | None:
    """Return the values of a block of plain lines, None for any other block."""
    data: dict[str, Value] = {}
    position, match_line = 0, _LINE.match
    items: list[Value] | None = None
    indent: str | None = None
    key = ""
    while position < len(source):
        line = match_line(source, position)
        if line is None:
            return None
        position = line.end()
        name, margin = line.group(1, 2)
        if name is not None:
            if name in data:
                return None
            key, data[name], indent = name, _value(line), None
            # a list may only follow where the key has no value on its own line
            items = [] if line.lastindex == 1 else None
        elif margin is None:
            continue  # an empty line or a comment
        elif items is None or indent not in (None, margin):
            return None
        else:
            items.append(_value(line))
            indent, data[key] = margin, items
    return data


def quoted_texts(source: str) -> Iterator[QuotedText]:
    """Yield the quoted values of a block that `read_flat` can read, in order."""
    key, index = "", -1
    for line in _LINE.finditer(source):
        if line[1] is not None:
            key, index = line[1], -1
        elif line[2] is not None:
            index += 1
        group = 4 if line[4] is not None else 5
        if line[group] is not None:
            way = key if index < 0 else f"{key}.{index}"
            yield QuotedText(way, line[group], line.start(group))


_ODD = "\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff"
_LINE = re.compile(
    # a key, or the margin of a list item
    r"(?:(?:([^\W\d][\w-]{0,99}+(?: [\w-]{1,99}+){0,9}):|(\ *+)-)"
    # a plain value, which no ': ' and no ' #' may cut short
    rf"(?:\ ++(?:((?:[^-?:,\[\]{{}}\#&*!|>'\"%@`\s{_ODD}]|-(?=\w))"
    rf"[^:\#{_ODD}]*+(?:(?::(?!\s)|(?<!\s)\#)[^:\#{_ODD}]*+)*)"
    # a quoted value without escapes, or a list of words
    rf"|\"([^\"\\{_ODD}]*+)\"|'([^'{_ODD}]*+)'"
    r"|\[((?:\w[\w/.-]*+(?:\ [\w/.-]++)*(?:,\ ?+(?=\w))?)*)\]))?)?"
    # a comment
    rf"\ *+(?:(?:(?<=\ )|(?<![^\n]))\#[^{_ODD}]*+)?\r?\n"
)


def _value(line: re.Match[str]) -> Value:
    """Return the value that stands on a line."""
    plain, double, single, words = line.group(3, 4, 5, 6)
    if plain is not None:
        return plain_value(plain.rstrip(" "))
    if words is not None:
        return [plain_value(word.strip(" ")) for word in words.split(",")] if words else []
    return double if double is not None else single
