"""The names of a vault, kept ready to be completed: files, aliases, tags, properties.

It changes with the notes, one note at a time, and is owned by whoever keeps the vault.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from knapper.core.frontmatter import Value, written
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, folded, is_note, name_of, stem_of

__all__ = ["Index", "Name", "Words", "matching", "values_in", "words_of"]

_LONGEST_VALUE = 60
_MOST_VALUES = 2000
"""A property with more values than this (a title, an address) suggests none of them."""


class Name(NamedTuple):
    """A name of a file: its own, or an alias. `key` is what it is compared by."""

    key: str
    path: NotePath
    alias: str = ""


class Words(NamedTuple):
    """What a note gives to the index."""

    aliases: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Its properties, each with its short values as YAML has them."""


def words_of(note: Note, facts: Facts) -> Words:
    """Return what a note gives to the index."""
    held = tuple(
        (key, tuple(values_in(value)))
        for key, value in (note.frontmatter.data.items() if note.is_markdown else ())
    )
    return Words(facts.aliases, facts.tags, held)


class Index:
    """The names, tags and properties of a vault."""

    def __init__(self) -> None:
        self.names: list[Name] = []
        self.tags = Counter[str]()
        self.keys = Counter[str]()
        self.values: dict[str, Counter[str]] = {}
        self._words: dict[NotePath, Words] = {}

    def update(self, fresh: Mapping[NotePath, Words], gone: Iterable[NotePath]) -> None:
        """Take in what files that are new or changed give, and forget those that are gone."""
        for path in gone:
            if path in self._words:
                self._remove_names(_names(path, self._words[path]))
                self._count(self._words.pop(path), -1)
        added: list[Name] = []
        for path, words in fresh.items():
            before = self._words.get(path)
            if before == words:
                continue
            if before is not None:
                self._count(before, -1)
            if before is None or before.aliases != words.aliases:
                self._remove_names(() if before is None else _names(path, before))
                added += _names(path, words)
            self._words[path] = words
            self._count(words, 1)
        if len(added) > 100:
            self.names = sorted([*self.names, *added])
            return
        for name in added:
            insort(self.names, name)

    def found(self, typed: str, most: int) -> tuple[list[Name], bool]:
        """Return at most so many names that may be meant, the best first, and if that is all."""
        word = folded(typed.strip())
        first = bisect_left(self.names, Name(word, ""))
        begin = list(islice(self._beginning(word, first), most + 1))
        if len(begin) > most:
            return begin[:most], False
        words = word.split()
        rest = [
            name
            for name in self.names
            if all(one in name.key for one in words) and not name.key.startswith(word)
        ]
        if "/" in word:
            rest += [name for name in self.names if word in folded(name.path)]
        starts = tuple(f"{sign}{word}" for sign in " -_(/.")
        rest.sort(key=lambda name: not any(one in name.key for one in starts))
        every = [*begin, *dict.fromkeys(rest)]
        return every[:most], len(every) <= most

    def _beginning(self, word: str, first: int) -> Iterator[Name]:
        for number in range(first, len(self.names)):
            if not self.names[number].key.startswith(word):
                return
            yield self.names[number]

    def _remove_names(self, names: Iterable[Name]) -> None:
        for name in names:
            at = bisect_left(self.names, name)
            if at < len(self.names) and self.names[at] == name:
                del self.names[at]

    def _count(self, words: Words, sign: int) -> None:
        _add(self.tags, words.tags, sign)
        for key, texts in words.values:
            _add(self.keys, (key,), sign)
            _add(self.values.setdefault(key.lower(), Counter()), texts, sign)

    def values_of(self, key: str) -> list[str]:
        """Return the values that a property has somewhere, the most frequent first."""
        counted = self.values.get(key.lower(), Counter())
        return [] if len(counted) > _MOST_VALUES else [text for text, _ in counted.most_common()]


def matching(texts: Iterable[str], typed: str, most: int) -> tuple[list[str], bool]:
    """Return at most so many texts that hold what was typed, and if that is all.

    Those that begin with it come first; else the order stays.
    """
    word = folded(typed.strip())
    held = [text for text in texts if word in folded(text)]
    held.sort(key=lambda text: not folded(text).startswith(word))
    return held[:most], len(held) <= most


def _names(path: NotePath, words: Words) -> Iterator[Name]:
    yield Name(folded(stem_of(path) if is_note(path) else name_of(path)), path)
    for alias in dict.fromkeys(words.aliases):
        yield Name(folded(alias.strip()), path, alias.strip())


def _add(counter: "Counter[str]", texts: Iterable[str], sign: int) -> None:
    for text in texts:
        counter[text] += sign
        if counter[text] <= 0:
            del counter[text]


def values_in(value: Value) -> Iterator[str]:
    """Yield the short texts and numbers among the values of a property, as YAML has them."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            continue
        text = written(item, ambiguous=True)
        if text.strip() and len(text) <= _LONGEST_VALUE and "\n" not in text:
            yield text
