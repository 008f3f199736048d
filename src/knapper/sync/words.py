"""One line that both sides changed, joined by its words.

Law: a line is joined only where both sides still say most of what it said, and
where something that neither touched stands between their changes. "10 am" that
became "11 am" here and "10 pm" there is never made "11 pm". In a row of a table
the bar between two cells is enough.
"""

import re
from collections import Counter
from typing import NamedTuple

from knapper.sync.matching import changes

__all__ = ["indent", "is_heading", "likeness", "merged_line", "said", "words"]


def merged_line(base: str, left: str, right: str) -> str | None:
    """Return the line with the changes of both sides, None where they meet."""
    lines = [_parts(line) for line in (base, left, right)]
    merged = []
    for was, here, there in zip(*(line[:-1] for line in lines), strict=True):
        if here not in (there, was) and there != was:
            return None
        merged.append(there if here == was else here)
    texts = [line[-1] for line in lines]
    text = _merged_row(*map(_cells, texts))
    text = _merged_text(*texts) if text is None else text
    return None if text is None else "".join((*merged, text))


def said(line: str) -> Counter[str]:
    """Return the words of a line without its list mark, heading mark and checkbox."""
    return Counter(words(_parts(line)[-1]))


def likeness(old: Counter[str], new: Counter[str]) -> float:
    """Return how much one line, by what is `said`, is the other one changed: 0 to 1.

    A line to which something was only added is the same line.
    """
    if not old or not new:
        return float(old == new)
    common = (old & new).total()
    return 1.0 if common == old.total() else 2 * common / (old.total() + new.total())


def words(text: str) -> list[str]:
    """Return the words of a text: runs of non-blanks, and each sign of CJK scripts.

    How long a line of dashes is says nothing.
    """
    return [_short(token) for token in _tokens(text) if not token.isspace()]


def indent(line: str) -> int:
    """Return how far a line is indented; a tab counts as four."""
    blanks = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blanks.expandtabs(4))


def is_heading(line: str) -> bool:
    """Tell whether a line is an ATX heading."""
    return _HEADING.match(line) is not None


# signs of scripts that set no blanks between words, with the marks that follow one
_CJK = (
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003134f"
)
_CJK_PUNCTUATION = "\u3000-\u303f\uff00-\uff65"
_MARKS = "\u0300-\u036f\u200d\ufe00-\ufe0f\u3099\u309a\U000e0100-\U000e01ef"
_TOKEN = re.compile(
    r"\s++"
    r"|!?\[\[[^\[\]\n]*+\]\]"
    r"|`[^`\n]*+`"
    r"|\$[^$\s][^$\n]*+\$"
    r"|<[^<>\n]*+>"
    rf"|[{_CJK}{_CJK_PUNCTUATION}][{_MARKS}]*+"
    rf"|[^\s{_CJK}{_CJK_PUNCTUATION}\[`$<!]++"
    r"|[^\s]"
)
_PARTS = re.compile(r"([\s>]*+)((?:[-*+]|\d{1,9}[.)]|#{1,6})(?=\s|\Z))?([ \t]*+)(\[.\](?=\s|\Z))?")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\r?\Z)")


class _Change(NamedTuple):
    """Tokens `start` to `end` of the old line became `new`; `side` is 0 or 1."""

    start: int
    end: int
    side: int
    new: tuple[str, ...]


def _parts(line: str) -> tuple[str, str, str, str, str]:
    """Return margin, list or heading mark, blanks, checkbox and the text of a line."""
    found = _PARTS.match(line)
    assert found is not None  # every group may be empty
    margin, mark, blanks, box = found.groups("")
    return margin, mark, blanks, box, line[found.end() :]


def _tokens(text: str) -> list[str]:
    """Return words and the blanks between them; joined they are the text.

    A link, a code span, a formula, an HTML tag is one token: half of it from either
    side would be something that nobody wrote. So is an emoji with all its parts.
    """
    return _TOKEN.findall(text)


def _cells(text: str) -> list[str]:
    """Return what stands between the bars of a table row, [] if it is none."""
    cells = _BAR.split(text)
    is_row = len(cells) > 2 and not cells[0].strip() and not cells[-1].strip()
    return cells if is_row else []


def _merged_row(base: list[str], left: list[str], right: list[str]) -> str | None:
    """Return a table row with the cells that either side changed, None if that is not sure.

    Editors of tables set all columns anew when one of the cells is edited: the blanks
    and dashes that fill a cell are no change. If both sides changed cells, each has left
    half of those that said something, and both a third, else it may be another row by now;
    so may a row that said nothing.
    """
    if not base or not len(base) == len(left) == len(right):
        return None
    merged = []
    filled = 0
    replaced = [0, 0]
    is_changed = [False, False]
    for cells in zip(base, left, right, strict=True):
        was, here, there = (_short(cell.strip()) for cell in cells)
        if here not in (there, was) and there != was:
            return None
        changed = [side for side, now in enumerate((here, there)) if now != was]
        is_filled = any(map(str.isalnum, was))
        filled += is_filled
        if len(changed) == 1:
            is_changed[changed[0]] = True
            replaced[changed[0]] += is_filled
        padded = [cell for cell in cells[1:] if cell != cells[0]]
        merged.append(cells[1 + changed[0]] if changed else max(padded, default=cells[0]))
    is_same_row = filled > 0 and 2 * max(replaced) <= filled and 3 * sum(replaced) <= 2 * filled
    return "|".join(merged) if is_same_row or not all(is_changed) else None


def _short(token: str) -> str:
    """Return a line of dashes (with what it says of columns) as short as can be, else `token`."""
    return token if token.strip("-:|") else _DASHES.sub("---", token)


_BAR = re.compile(r"(?<!\\)\|")
_DASHES = re.compile("-{3,}")


def _merged_text(base: str, left: str, right: str) -> str | None:
    if left in (right, base):
        return right
    if right == base:
        return left
    old = _tokens(base)
    both = []
    for side, text in enumerate((left, right)):
        new = _tokens(text)
        changed = [
            _Change(start, end, side, tuple(new[other:other_end]))
            for start, end, other, other_end in changes(old, new)
        ]
        if not _is_same_line(old, changed):
            return None
        both += changed
    return _applied(old, sorted(both))


def _is_same_line(old: list[str], changed: list[_Change]) -> bool:
    """Tell whether at least half of the words still stand."""
    gone = sum(_weight(old[change.start : change.end]) for change in changed)
    return 2 * gone <= _weight(old)


def _applied(old: list[str], changed: list[_Change]) -> str | None:
    """Return the line with all changes, None where those of two sides meet."""
    pieces: list[str] = []
    position = 0
    last: _Change | None = None
    for change in changed:
        if last is not None and last.side != change.side:
            if last[:2] == change[:2] and last.new == change.new:
                continue
            between = old[last.end : change.start] if last.end <= change.start else []
            if _weight(between) < _WORD:
                return None
        pieces += (*old[position : change.start], *change.new)
        position = change.end
        last = change
    return "".join((*pieces, *old[position:]))


_WORD = 2


def _weight(between: list[str]) -> int:
    """Weigh tokens as words: a word is 2, a CJK sign 1, blanks and dashes nothing."""
    total = 0
    for token in between:
        if any(map(str.isalnum, token)):
            total += 1 if _ONE_SIGN.match(token) else _WORD
    return total


_ONE_SIGN = re.compile(f"[{_CJK}]")
