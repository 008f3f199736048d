"""Footnotes of a note: where one is referred to, and where it is defined.

`[^id]` refers to the footnote that a line `[^id]: text` defines (Obsidian Help, "Basic
formatting syntax"); ids are compared without case. Inline footnotes, `^[text]`, have no id.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Footnote", "read_footnotes"]


class Footnote(NamedTuple):
    """A mark `[^name]`; the span holds the brackets, `name` is in lower case.

    `defines` is True where a colon follows, and nothing stands before it in its line but
    marks of quotes, callouts, list items and tasks, or of another footnote.
    """

    start: int
    end: int
    name: str
    defines: bool


_MARK = re.compile(r"\[\^([^\[\]\n]{1,200}+)\]")


def read_footnotes(
    text: str, start: int, is_hidden: Callable[[int], object]
) -> tuple[Footnote, ...]:
    """Read the marks from `start`, but those at offsets that are hidden (in code, in math)."""
    return tuple(
        Footnote(*mark.span(), mark[1].lower(), _defines(text, *mark.span()))
        for mark in _MARK.finditer(text, start)
        if not text.startswith("\\", mark.start() - 1) and not is_hidden(mark.start())
    )


_MOST_LEAD = 200  # characters; more are not looked through
# obsidian-footnotes, A4, B1, B8 and E2
_LEAD = re.compile(
    r"(?:[>\s]|(?:[-+*]|[0-9]{1,9}[.)])(?=\s)|\[[^\]]\](?=\s)|\[![^\]\n]++\][-+]?(?=\s)"
    r"|\[\^[^\[\]\s]++\]:)*"
)


def _defines(text: str, start: int, end: int) -> bool:
    if not text.startswith(":", end) or any(sign.isspace() for sign in text[start:end]):
        return False
    near = max(0, start - _MOST_LEAD)
    line = text.rfind("\n", near, start) + 1
    if not line and near:
        return False
    return line == start or _LEAD.fullmatch(text, line, start) is not None
