"""Names that a misspelt one was probably meant to be.

Comparing is rapidfuzz's work; it is imported when the first name is looked for, so
that a vault without a broken link never loads it.
"""

from collections.abc import Iterable
from functools import lru_cache

from knapper.core.lazy import lazy
from knapper.core.paths import folded

__all__ = ["SimilarNames", "may_be_meant"]


class SimilarNames:
    """Names to choose from; asked for a misspelt one, they give the one that is near.

    Signs and case do not count, so `my_note` is nearest to `My note`. Figures do:
    `Chapter 12` is no slip of the pen for `Chapter 13`. They never change; `replaced`
    gives the next ones.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._sought: dict[str, str | None] = {}

    def replaced(self, name: str, *, is_there: bool) -> "SimilarNames":
        """Return these names with, or without, this one."""
        after, plain = SimilarNames(()), _plain(name)
        same = {*self._by_plain.get(plain, ())} - {name} | ({name} if is_there else set())
        after._by_plain = {**self._by_plain, plain: sorted(same)}
        after._by_shape = self._by_shape
        if bool(same) != (plain in self._by_plain):
            figures, length = _figures(plain), len(plain)
            lengths = self._by_shape.get(figures, {})
            alike = {*lengths.get(length, ())} ^ {plain}
            after._by_shape = {**self._by_shape, figures: {**lengths, length: sorted(alike)}}
        if not same:
            del after._by_plain[plain]
        return after

    def nearest(self, name: str) -> str | None:
        """Return the name that `name` was meant to be, None unless it is the only one."""
        if name not in self._sought:  # many links may lead to what is not there
            self._sought[name] = self._nearest(name)
        return self._sought[name]

    def _nearest(self, name: str) -> str | None:
        plain = _plain(name)
        allowed = _slips(len(plain))
        if allowed < 0:
            return None
        same = self._by_plain.get(plain)
        if same is not None:
            return same[0] if len(same) == 1 else None
        lengths = self._by_shape.get(_figures(plain), {})
        near = range(len(plain) - allowed, len(plain) + allowed + 1)
        candidates = [one for length in near for one in lengths.get(length, ())]
        found = _nearest(plain, candidates, allowed) if candidates else None
        return self._by_plain[found][0] if found and len(self._by_plain[found]) == 1 else None

    @lazy
    def _by_plain(self) -> dict[str, list[str]]:
        """Plain names to the names that are written so."""
        found: dict[str, list[str]] = {}
        for name in self._names:
            found.setdefault(_plain(name), []).append(name)
        return found

    @lazy
    def _by_shape(self) -> dict[str, dict[int, list[str]]]:
        """Figures and length to plain names: only few are worth comparing."""
        found: dict[str, dict[int, list[str]]] = {}
        for plain in self._by_plain:
            found.setdefault(_figures(plain), {}).setdefault(len(plain), []).append(plain)
        return found


def may_be_meant(name: str, asked: str) -> bool:
    """Tell whether a name that comes or goes may change what is nearest to `asked`."""
    plain, other = _plain_again(asked), _plain_again(name)
    allowed = _slips(len(plain))
    if allowed < 0 or plain == other:
        return allowed >= 0
    if abs(len(plain) - len(other)) > allowed or _figures(plain) != _figures(other):
        return False
    from rapidfuzz.distance import OSA

    return OSA.distance(plain, other, score_cutoff=allowed) <= allowed


def _plain(name: str) -> str:
    """Return a name without case and signs, its words parted by one blank."""
    return " ".join("".join(c if c.isalnum() else " " for c in folded(name)).split())


_plain_again = lru_cache(1 << 14)(_plain)
"""The same for names that are compared many times: each with all that are sought."""


def _figures(plain: str) -> str:
    return "".join(filter(str.isdigit, plain))


def _slips(length: int) -> int:
    """Return how many letters may differ; -1 where a name is too short to tell."""
    return -1 if length < 4 else 1 if length < 9 else 2 if length < 20 else 3


def _nearest(plain: str, candidates: list[str], allowed: int) -> str | None:
    """Return the candidate with the fewest slips, None where two have as few."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    best = extract(plain, candidates, scorer=OSA.distance, score_cutoff=allowed, limit=2)
    if not best or (len(best) > 1 and best[1][1] == best[0][1]):
        return None
    return str(best[0][0])
