"""Names of daily notes, as a moment.js format says them."""

import re
from functools import cache

from knapper.core.paths import name_of
from knapper.core.settings import Period, Settings

__all__ = ["is_daily"]

_WORD = r"\d{0,2}+[^\W\d_]++\.?+"  # of a month or day: 'März', 'janv.', '7月'
_NUMBER, _TWO, _ONE_OR_TWO = r"\d{1,13}+", r"\d\d", r"\d\d?+"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_ORDINAL = r"[^\W\d_]*+\.?+"
_TOKENS = {
    "YYYY": r"\d{4}", "YY": _TWO, "gggg": r"\d{4}", "gg": _TWO, "GGGG": r"\d{4}", "GG": _TWO,
    "Qo": rf"[1-4]{_ORDINAL}", "Q": r"[1-4]", "MMMM": _WORD, "MMM": _WORD, "MM": _MONTH,
    "Mo": _ONE_OR_TWO + _ORDINAL, "M": _ONE_OR_TWO,
    "DDDo": r"\d{1,3}+" + _ORDINAL, "Do": _ONE_OR_TWO + _ORDINAL,
    "DDDD": r"\d{3}", "DDD": r"\d{1,3}+", "DD": _DAY, "D": _ONE_OR_TWO,
    "dddd": _WORD, "ddd": _WORD, "dd": _WORD, "do": rf"\d{_ORDINAL}", "d": r"\d",
    "E": r"\d", "e": r"\d", "ww": _TWO, "wo": _ONE_OR_TWO + _ORDINAL, "w": _ONE_OR_TWO,
    "WW": _TWO, "Wo": _ONE_OR_TWO + _ORDINAL, "W": _ONE_OR_TWO,
    "HH": _TWO, "H": _ONE_OR_TWO, "hh": _TWO, "h": _ONE_OR_TWO, "kk": _TWO, "k": _ONE_OR_TWO,
    "mm": _TWO, "m": _ONE_OR_TWO, "ss": _TWO, "s": _ONE_OR_TWO, "SSS": r"\d{3}",
    "A": _WORD, "a": _WORD, "X": _NUMBER, "x": _NUMBER,
}  # fmt: skip
_PIECE = re.compile(r"\[([^\]]*+)\]|" + "|".join(_TOKENS) + "|.", re.DOTALL)
_YEAR = re.compile("YY|gg|GG")


def is_daily(name: str, settings: Settings) -> bool:
    """Tell whether a link's path (without `.md`) is what a note of a day would be called.

    So with weeks and the like where the vault has notes of them. A `/` in the format
    makes folders; then the last part alone is enough where it names the year (Obsidian
    Help, "Daily notes"; formats: momentjs.com/docs).
    """
    if not any(map(str.isdigit, name)):
        return False
    return any(_is_of(period, name.removeprefix("/")) for period in settings.periods)


def _is_of(period: Period, name: str) -> bool:
    if _pattern(period.form).fullmatch(name.removeprefix(f"{period.folder}/")):
        return True
    last = name_of(period.form)
    return bool(_YEAR.search(last) and _pattern(last).fullmatch(name_of(name)))


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Turn a format into a pattern; what is no token stands for itself."""
    return re.compile("".join(map(_piece, _PIECE.finditer(form))), re.IGNORECASE)


def _piece(piece: re.Match[str]) -> str:
    if piece[1] is not None:
        return re.escape(piece[1])
    return _TOKENS.get(piece[0]) or re.escape(piece[0])
