"""Obsidian's "Excluded files": beginnings of paths, and regular expressions.

The expressions stand in a file of the vault, and nothing in a vault is trusted: one
like `(a+)+$` could keep a reader busy for years. Those are used of which it is plain
that they cannot.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from unicodedata import normalize

from knapper.core.paths import NotePath

__all__ = ["excluded", "unusable"]


def excluded(path: NotePath, filters: tuple[str, ...]) -> bool:
    """Tell whether one of the filters holds a path; one that is unusable holds none."""
    plain = path if path.isascii() else normalize("NFC", path)
    return any(test(plain) for test in _tests(filters))


def unusable(filters: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the filters that hold nothing, each with the reason."""
    found = [(one, _why_not(one[1:-1])) for one in filters if _is_expression(one)]
    return [(one, reason) for one, reason in found if reason]


@cache
def _tests(filters: tuple[str, ...]) -> tuple[Callable[[str], object], ...]:
    tests: list[Callable[[str], object]] = []
    for one in filters:
        if not _is_expression(one):
            tests += [partial(_begins_with, normalize("NFC", one))] if one else []
        elif not _why_not(one[1:-1]):
            tests.append(_compiled(one[1:-1]).search)
    return tuple(tests)


def _begins_with(beginning: str, path: str) -> bool:
    return path.startswith(beginning)


def _is_expression(one: str) -> bool:
    return len(one) > 2 and one.startswith("/") and one.endswith("/")


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile an expression of JavaScript, which writes the names of groups otherwise."""
    return re.compile(_NAMED.sub("(", _ANY_ENDS.sub("", pattern)), re.ASCII)


def _why_not(pattern: str) -> str:
    if not _ends_soon(pattern):
        return "it could take very long"
    try:
        _compiled(pattern)
    except (re.error, OverflowError, RecursionError):
        return "it is no regular expression"
    return ""


_MOST_REPEATS = 3
"""One less where the pattern may begin anywhere, which is a repetition, too."""

_MOST_WAYS = 1000
_LONGEST = 1000
_NAMED = re.compile(r"(?<!\\)\(\?<[A-Za-z_]\w*+>")
_ANY_ENDS = re.compile(r"^\^?\.\*\??(?![*+?{])|(?<!\\)\.\*\??\$?$")
_PIECE = re.compile(
    r"\\.|\[\^?\]?(?:[^\]\\]++|\\.)*\]|\((?:\?<?[:=!])?|\{\d++,?+\d*+\}|.", re.DOTALL
)


def _ends_soon(pattern: str) -> bool:
    """Tell whether the steps of an expression are at most a small power of a path's length.

    So it is if few parts are repeated, none of them holds a repetition or a choice, and
    there are few ways through the choices. What matches anything at either end costs
    nothing: a search does not need it.
    """
    needed = _ANY_ENDS.sub("", pattern)
    repeats = int(not needed.startswith("^") or "|" in needed)
    ways = 1
    open_groups = [(1, False)]  # choices of each, and whether it holds a repetition or choice
    risky = False  # whether what was read last holds one
    for piece in _PIECE.findall(needed):
        choices, holds = open_groups[-1]
        if piece[0] == "(":
            open_groups.append((1, False))
        elif piece == ")" and len(open_groups) > 1:
            open_groups.pop()
            ways, risky = ways * choices, holds
            open_groups[-1] = open_groups[-1][0], open_groups[-1][1] or holds
        elif piece in ("*", "+") or (piece[0] == "{" and len(piece) > 1):
            if risky:
                return False
            repeats += piece[0] != "{" or "," in piece
            open_groups[-1], risky = (choices, True), True
        elif piece == "|":
            open_groups[-1] = choices + 1, True
        elif piece == "?":
            open_groups[-1], ways = (choices, True), ways * 2
        elif piece[0] == "\\" and piece[1:] in "123456789":
            return False
        else:
            risky = False
    return repeats <= _MOST_REPEATS and ways <= _MOST_WAYS and len(pattern) <= _LONGEST
