"""What a note's judgement depends on: the questions that it asked of the vault.

While a note is judged, the vault writes down what it is asked. Each question has a key;
a change of the vault has the keys of those questions that may be answered anew
(`difference`). A note that holds none of them is judged as before, and need not be read.

A key may be held, or changed, without need: that costs time. One that is missing on
either side would cost truth, so what has no key of its own has that of everything.
"""

from array import array
from binascii import crc32
from functools import lru_cache
from typing import NamedTuple

from knapper.core.names import Found, Kind, Names, looked_up
from knapper.core.paths import NotePath, folder_of
from knapper.core.subpaths import has_parts, part_key

__all__ = ["Asked", "Key", "Questions", "key_of"]

Key = int
"""A hash of 32 bits: where two fall together, that costs time, as said."""


class Questions(NamedTuple):
    """What a note asked, as it is kept.

    `keys` are unsigned numbers of 32 bits, in the machine's byte order; `sought` are names
    that were compared with what notes or files are called.
    """

    keys: bytes = b""
    sought: tuple[tuple[Kind, str], ...] = ()


class Asked:
    """What was asked while one note was judged.

    `targets` are those of links, as they are written, with what stands after the `#` or
    without; `about` has all else, by the words of the keys.
    """

    __slots__ = ("about", "sought", "targets")

    def __init__(self) -> None:
        self.targets: set[str] = set()
        self.about: set[str] = set()
        self.sought: set[tuple[Kind, str]] = set()

    def by(self, source: NotePath, names: Names) -> Questions:
        """Return what was asked for the note `source`."""
        folder = folder_of(source)
        keys = {key_of(words) for words in self.about}
        for target in self.targets:
            path, _, subpath = target.partition("#")
            found = _keys_of(path, None)
            keys.update(_keys_of(path, folder) or () if found is None else found)
            if subpath:
                meant = names.resolve(path, folder) if path.strip() else Found(source)
                if isinstance(meant, Found) and has_parts(meant.path):
                    keys.add(key_of(f"part/{part_key(meant.path, subpath)}"))
        return Questions(array("I", keys).tobytes(), tuple(sorted(self.sought)))


def key_of(words: str) -> Key:
    """Return the key of a question; `name/x` asks for the files called x."""
    return crc32(words.encode(errors="surrogatepass"))


@lru_cache(1 << 17)
def _keys_of(path: str, folder: str | None) -> tuple[Key, ...] | None:
    """Return the keys of a link's path, None where that takes the note's folder."""
    names = looked_up(path, folder)
    return None if names is None else tuple(key_of(f"name/{name}") for name in names)
