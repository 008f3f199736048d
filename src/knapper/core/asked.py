"""What a note's judgement depends on: the questions that it asked of the vault.

While a note is judged, the vault writes down what it is asked. Each question has a key;
a change of the vault has the keys of those questions that may be answered anew
(`difference`). A note that holds none of them is judged as before, and need not be read.

A key may be held, or changed, without need: that costs time. One that is missing on
either side would cost truth, so what has no key of its own has that of everything.
"""

from array import array
from binascii import crc32
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Self, cast

from knapper.core.names import Kind
from knapper.core.paths import NotePath, folded, is_note, name_of, tidy
from knapper.core.subpaths import part_key, view_key

__all__ = ["LINKED", "UNHEARD", "Asked", "Key", "Questions", "key_of", "name_words", "part_words"]

Key = int
"""A hash of 32 bits: where two fall together, that costs time, as said."""


LINKED = "linked"
"""The words of all questions whether a file is linked: to answer one takes all notes."""


class Questions(NamedTuple):
    """What a note asked, as it is kept.

    `keys` are unsigned numbers of 32 bits, in the machine's byte order, in no order and
    perhaps several times; `sought` are names that were compared with what notes or files
    are called.
    """

    keys: bytes = b""
    sought: tuple[tuple[Kind, str], ...] = ()


class Asked:
    """What was asked while one note was judged.

    `targets` are those of links, as they are written, with what stands after the `#` or
    without; `parts` are files with what stands there; `about` has all else, by the words
    of the keys.
    """

    __slots__ = ("about", "parts", "sought", "targets")

    def __init__(self, one: type[set[object]] = set) -> None:
        self.targets = cast(set[str], one())
        self.parts = cast(set[tuple[NotePath, str]], one())
        self.about = cast(set[str], one())
        self.sought = cast(set[tuple[Kind, str]], one())

    def questions(self) -> Questions:
        """Return what was asked, as it is kept."""
        keys = array("I", chain.from_iterable(map(_keys_of_target, self.targets)))
        if self.about:
            keys.extend(map(key_of, self.about))
        if self.parts:
            keys.extend(key_of(part_words(*part)) for part in self.parts)
        return Questions(keys.tobytes(), tuple(sorted(self.sought)) if self.sought else ())


class _Unheard(set[object]):
    """What nobody writes down: it stays empty."""

    def add(self, _: object) -> None:
        pass

    def update(self, *_: Iterable[object]) -> None:
        pass

    def __ior__(self, _: object) -> Self:
        return self


UNHEARD = Asked(_Unheard)
"""What is asked while nobody wants to know: nothing."""


def key_of(words: str) -> Key:
    """Return the key of a question; `name/x` asks for the files called x."""
    return crc32(words.encode(errors="surrogatepass"))


def name_words(name: str) -> str:
    """Return the words of the question which files have this name.

    A link to `x` may mean `x` or `x.md`; to ask for one is to ask for the other.
    """
    name = folded(name)
    while name.endswith(".md"):
        name = name[:-3]
    return f"name/{name}"


def part_words(path: NotePath, subpath: str) -> str:
    """Return the words of the question whether a file has what `subpath` names.

    Files of one name share them: what a link means is found out when it is asked.
    """
    part = part_key(subpath) if is_note(path) else view_key(subpath)
    return f"{name_words(name_of(path))}#{part}"


@lru_cache(1 << 14)
def _keys_of_target(target: str) -> tuple[Key, ...]:
    """Return the keys of what the target of a link asks, wherever it stands."""
    path, _, subpath = target.partition("#")
    name = name_of(tidy(path))
    if not name and not path.strip():
        return ()  # of the note itself: if it changes, it is judged again anyhow
    if name in ("", ".", ".."):
        return _ALL  # the name is that of some folder above
    words = name_words(name)
    if not subpath:
        return (key_of(words),)
    parts = {part_key(subpath), view_key(subpath)} if "." in name else {part_key(subpath)}
    return key_of(words), *(key_of(f"{words}#{part}") for part in parts)


_ALL = key_of("files"), key_of("facts")
