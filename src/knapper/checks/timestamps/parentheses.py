"""Whose a `)` is: of the words, or of a link or an end tag that is written wrong."""

import re

__all__ = ["closes_slip"]

_SIGNS = re.compile(
    r"(?P<link>\]\((?=<a\b))|(?P<slip></a\))|(?P<open>\()|(?P<close>\))", re.IGNORECASE
)
_NO_SIGN = re.compile(r"\A[\s>*+-]*+\w{1,3}\)|(?<!\S)[:;]['-]?[()]", re.MULTILINE)
"""The number of an item, and faces."""
_NEAR = 400
"""So many characters of a line are looked at on each side."""


def closes_slip(text: str, at: int) -> bool:
    """Tell whether the `)` at an offset goes with what is mended, and closes no `(` of the words.

    It may close a link whose address is an anchor (`[00:01:02](<a …>…</a>)`), which often
    lacks it, or be a slip for `>` (`</a)`).
    """
    nearest = max(0, at - _NEAR)
    start = max(nearest, text.rfind("\n", nearest, at) + 1)
    end = text.find("\n", at, at + _NEAR)
    return at - start in _slips(text[start : end if end >= 0 else at + _NEAR])


def _slips(line: str) -> set[int]:
    """Return the places of such `)` on a line."""
    none = {at for found in _NO_SIGN.finditer(line) for at in range(*found.span())}
    opened: list[tuple[str, int]] = []
    slips: list[int] = []  # in order
    kept: list[int] = []  # what looks like a slip and closes a `(` of the words
    for sign in _SIGNS.finditer(line):
        kind, at = str(sign.lastgroup), sign.end() - 1
        if at in none:
            continue
        if kind in ("link", "open"):
            opened.append((kind, at))
        elif kind == "slip":
            (kept if opened and opened.pop()[0] == "open" else slips).append(at)
        elif opened and opened[-1][0] == "link" and line.endswith("</a>", 0, at):
            opened.pop()
            slips.append(at)
        else:
            while opened and opened[-1][0] == "link":  # which lacks its own
                opened.pop()
            if opened:
                opened.pop()
            elif kept:  # there is one more than the words need
                slips.append(kept.pop())
    for kind, at in reversed(opened):  # the words need one more
        later = [slip for slip in slips if slip > at]
        if kind == "open" and later:
            slips.remove(later[-1])
    return set(slips)
