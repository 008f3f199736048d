"""What somebody has left open while typing: a link, a tag, the frontmatter."""

from collections.abc import Callable
from typing import Literal

from knapper.core.frontmatter import frontmatter_span

__all__ = ["Openness", "openness"]

Openness = Literal["closed", "inside", "open"]
"""`inside`: within a link that is closed behind the cursor (Obsidian pairs brackets)."""


def openness(before: str | None, after: str) -> Openness:
    """Tell what the edit that made `after` of `before` has left open.

    It is looked for on the line where the edit ended, up to there: an unclosed `[[` or
    `<tag`. Frontmatter that does not end is open wherever the edit was. Where the
    edit is not known (`before` is None), an unclosed `[[` on any line counts.
    """
    if _is_unfinished(after):
        return "open"
    if before is None:
        lines = after.split("\n")
        return "open" if any(_link_openness(one, len(one)) == "open" for one in lines) else "closed"
    end = _edit_end(before, after)
    start = after.rfind("\n", 0, end) + 1
    if _is_tag_open(after[start:end]):
        return "open"
    return _link_openness(after[start : (after + "\n").index("\n", end)], end - start)


def _link_openness(line: str, end: int) -> Openness:
    """Tell of the links that begin before `end` whether one is open, or ends behind it."""
    left: Openness = "closed"
    begin = line.find("[[")
    while 0 <= begin < end:
        following, closing = line.find("[[", begin + 2), line.find("]]", begin + 2)
        if closing < 0 or 0 <= following < closing:
            return "open"
        left = "inside" if closing >= end else "closed"
        begin = following
    return left


def _is_unfinished(text: str) -> bool:
    start = int(text.startswith("\ufeff"))
    opened = text.startswith(("---\n", "---\r\n"), start) or text[start:] == "---"
    return opened and frontmatter_span(text) is None


def _is_tag_open(line: str) -> bool:
    tag = line.rfind("<")
    return tag > line.rfind(">") and line[tag + 1 : tag + 2].isalpha()


def _edit_end(before: str, after: str) -> int:
    """Return where the text that is new in `after` ends.

    Where it may have been typed in several places (one more of two equal letters), it
    is the last of them, unless that is the beginning of another line.
    """
    start = _common(before, after, _beginning, 0)
    last = len(after) - _common(before, after, _ending, start)
    if after[last - 1 : last] != "\n":
        return last
    return len(after) - _common(before, after, _ending, 0)


def _beginning(text: str, length: int) -> str:
    return text[:length]


def _ending(text: str, length: int) -> str:
    return text[len(text) - length :]


def _common(before: str, after: str, part: Callable[[str, int], str], used: int) -> int:
    """Return how long the common beginning or ending is, found by halving."""
    low, high = 0, min(len(before), len(after)) - used
    while low < high:
        middle = (low + high + 1) // 2
        if part(before, middle) == part(after, middle):
            low = middle
        else:
            high = middle - 1
    return low
