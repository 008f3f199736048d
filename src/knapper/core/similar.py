"""Names that a misspelt one was probably meant to be.

Comparing is rapidfuzz's work; it is imported when the first name is looked for, so
that a vault without a broken link never loads it.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from string import ascii_lowercase

from knapper.core.paths import folded
from knapper.core.remembered import remember

__all__ = ["SimilarNames", "may_be_meant"]

_REMEMBERED = 1 << 12
"""Names of which the answer is remembered."""
_END, _NAMES = "\0", b"\n"
"""No name of a file has the first (others that have it are never meant), no plain one the second.
"""


class SimilarNames:
    """Names to choose from; asked for a misspelt one, they give the one that is near.

    Signs and case do not count, so `my_note` is nearest to `My note`. Figures do:
    `Chapter 12` is no slip of the pen for `Chapter 13`. They never change; `replaced`
    gives the next ones.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._sought: dict[str, str | None] = {}
        rows: dict[str, bytearray] = {}
        for name in names:
            plain = _plain(name)
            if plain and _END not in name:
                row = f"{_END}{plain}{_END}{name}".encode(errors="surrogatepass")
                rows.setdefault(_shape(plain), bytearray()).extend(row)
        self._by_shape: dict[str, bytes] = {}
        """Figures and length to names, as only few are worth comparing: packed by `_in_one`."""
        while rows:  # of a large vault it is much, and not to be there twice
            shape, some = rows.popitem()
            self._by_shape[shape] = _in_one(_rows(some))

    def replaced(self, name: str, *, is_there: bool) -> "SimilarNames":
        """Return these names with, or without, this one."""
        plain = _plain(name)
        if plain and _END not in name:
            after, shape = SimilarNames(()), _shape(plain)
            same = {*self._names_at(shape)} - {name} | ({name} if is_there else set())
            rows = ((_plain(one), one) for one in same)
            after._by_shape = {**self._by_shape, shape: _in_one(rows)}
            return after
        return self

    def nearest(self, name: str) -> str | None:
        """Return the name that `name` was meant to be, None unless it is the only one."""
        if name not in self._sought:  # many links may lead to what is not there
            remember(self._sought, name, self._nearest(name), _REMEMBERED)
        return self._sought[name]

    def _nearest(self, name: str) -> str | None:
        plain = _plain(name)
        allowed = _slips(len(plain))
        if allowed < 0:
            return None
        same = self._written(plain)
        if not same:
            figures, length = _figures(plain), len(plain)
            near = range(length - allowed, length + allowed + 1)
            candidates = [one for size in near for one in self._plain_at(f"{figures} {size}")]
            found = _nearest(plain, candidates, allowed) if candidates else None
            same = self._written(found) if found else []
        return same[0] if len(same) == 1 else None

    def _written(self, plain: str) -> list[str]:
        """Return the names that are plainly this."""
        shape = _shape(plain)
        plains = self._plain_at(shape)
        if plain not in plains:
            return []
        first = end = plains.index(plain)
        while plains[end : end + 1] in ([plain], [""]):
            end += 1
        return self._names_at(shape)[first:end]

    def _plain_at(self, shape: str) -> list[str]:
        return _split(self._by_shape.get(shape, b"").partition(_NAMES)[0])

    def _names_at(self, shape: str) -> list[str]:
        return _split(self._by_shape.get(shape, b"").partition(_NAMES)[2])


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


def _in_one(rows: Iterable[tuple[str, str]]) -> bytes:
    """Return names in a quarter of the room: first all as they are plainly, then as they are.

    Of those that are plainly the same, the first alone has that.
    """
    kept, plains, before = sorted({*rows}), list[str](), ""
    for plain, _ in kept:
        plains.append(plain if plain != before else "")
        before = plain
    texts = _END.join(plains), _END.join(name for _, name in kept)
    return _NAMES.join(text.encode(errors="surrogatepass") for text in texts)


def _rows(some: bytearray) -> Iterator[tuple[str, str]]:
    parts = _split(some)[1:]
    return zip(parts[::2], parts[1::2], strict=True)


def _split(texts: bytes | bytearray) -> list[str]:
    return texts.decode(errors="surrogatepass").split(_END) if texts else []


def _shape(plain: str) -> str:
    return f"{_figures(plain)} {len(plain)}"


def _plain(name: str) -> str:
    """Return a name without case and signs, its words parted by one blank."""
    return _SIGNS.sub(" ", folded(name)).strip(" ")


_plain_again = lru_cache(1 << 14)(_plain)
"""The same for names that are compared many times: each with all that are sought."""


def _figures(plain: str) -> str:
    if plain.isascii():
        return plain.translate(_LETTERS)
    return "".join(filter(str.isdigit, plain))


_SIGNS = re.compile(r"[\W_]++")
_LETTERS = str.maketrans(dict.fromkeys(f"{ascii_lowercase} "))


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
