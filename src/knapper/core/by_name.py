"""Files to be found by their names, in little room: eight bytes a file."""

from array import array
from binascii import crc32
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence

from knapper.core.paths import NotePath, folded, name_of

__all__ = ["ByName"]

_PLACE = 32
"""Bits for the place of a file; those above hold the hash of its name."""


class ByName:
    """The files of a vault by their names with extension, folded, each name's in order.

    They never change; `replaced` gives the next ones. Where two names have one hash, the
    names themselves tell.
    """

    def __init__(self, files: Sequence[NotePath]) -> None:
        self._files = files
        self._places = array(
            "Q", sorted(_hash(_name(path)) << _PLACE | at for at, path in enumerate(files))
        )
        self._others: Mapping[str, list[NotePath]] = {}

    def __getitem__(self, name: str) -> list[NotePath]:
        """Return the files of a name (folded), none if there are none."""
        if name in self._others:
            return self._others[name]
        wanted, found = _hash(name), list[NotePath]()
        for at in range(bisect_left(self._places, wanted << _PLACE), len(self._places)):
            number, place = divmod(self._places[at], 1 << _PLACE)
            if number != wanted:
                break
            if _name(self._files[place]) == name:
                found.append(self._files[place])
        return found

    def replaced(self, changed: Collection[NotePath]) -> "ByName":
        """Return the files where these, which are few, have come or gone."""
        after = ByName(())
        after._files, after._places, after._others = self._files, self._places, {**self._others}
        for path in changed:
            after._others[_name(path)] = sorted({*after[_name(path)]} ^ {path})
        return after

    def alone(self) -> Iterator[NotePath]:
        """Yield files that have their name for themselves: nearly all such, and no others."""
        before = -1
        for at, one in enumerate(self._places):
            number, place = divmod(one, 1 << _PLACE)
            after = self._places[at + 1] >> _PLACE if at + 1 < len(self._places) else -1
            if number not in (before, after) and _name(self._files[place]) not in self._others:
                yield self._files[place]
            before = number


def _name(path: NotePath) -> str:
    return folded(name_of(path))


def _hash(name: str) -> int:
    return crc32(name.encode(errors="surrogatepass"))
