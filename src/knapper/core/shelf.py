"""The facts of many notes in little room, unfolded when they are asked for.

Facts are folded up to one text: lists of items, each item closed by a sign that no text
has, the lists parted by another. Unfolded they would take five times the room, and few
are ever asked for.
"""

import json
from binascii import crc32
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Literal, cast
from zlib import compress, decompress

from knapper.core.lazy import lazy
from knapper.core.note import Facts
from knapper.core.paths import NotePath

__all__ = [
    "Overlaid",
    "Shelf",
    "bucket_of",
    "folded_up",
    "having",
    "in_buckets",
    "packed_facts",
    "plainly_has",
    "unfolded",
    "unpacked_facts",
]

_NOTE, _PLAIN, _LIST, _ITEM = "\x1c", "\x1d", "\x1e", "\x1f"
Named = Literal["aliases", "tags"]
_HEADINGS, *_OTHERS = Facts._fields
_BLOCKS = 2 + _OTHERS.index("blocks")
_SETS = frozenset(name for name in _OTHERS if isinstance(Facts._field_defaults[name], frozenset))


_LAYER = 1000
"""Changes of facts from which on more are laid over them, and not worked in."""

_HELD = 200
"""Buckets of which the facts are held unpacked: ten thousand notes have not more."""

_BUCKET = 64
"""Notes in a bucket: few enough to look one up, many enough to be handed round at once."""


def folded_up(facts: Facts) -> str:
    """Return facts as one text; equal facts give equal texts."""
    lists = [
        [str(level) for level, _ in facts.headings],
        [text for _, text in facts.headings],
        *(sorted(getattr(facts, name)) if name in _SETS else getattr(facts, name)
          for name in _OTHERS),
    ]  # fmt: skip
    text = _LIST.join([_ITEM.join([*items, ""]) for items in lists])
    if (
        text.count(_ITEM) != sum(map(len, lists))
        or text.count(_LIST) != len(lists) - 1
        or _NOTE in text
        or _PLAIN in text
    ):
        return _PLAIN + json.dumps(lists)  # the note has such a sign
    return text


@lru_cache(8)  # of one note several things are asked in a row
def unfolded(text: str) -> Facts:
    """Return the facts that `folded_up` made this text of."""
    if text.startswith(_PLAIN):
        lists = cast(list[list[str]], json.loads(text[1:]))
    else:
        lists = [items.split(_ITEM)[:-1] for items in text.split(_LIST)]
    levels, texts, *others = lists
    kinds = (frozenset if name in _SETS else tuple for name in _OTHERS)
    headings = tuple(zip(map(int, levels), texts, strict=True))
    return Facts._make(
        (headings, *(kind(items) for kind, items in zip(kinds, others, strict=True)))
    )


class Shelf(Mapping[NotePath, Facts]):
    """The facts of notes by path, folded up, in buckets.

    `paths` gives the notes of all buckets (`bucket_of` tells which one is a note's), and
    `texts` the facts of one bucket in the same order: when they are asked for. Those of
    some buckets are held for who looks up one note and another.
    """

    def __init__(
        self,
        paths: Callable[[], Sequence[Sequence[NotePath]]],
        texts: Callable[[int], Sequence[str]],
    ) -> None:
        self._load, self._texts = paths, texts
        # as bytes: one wide letter in a text doubles the room of all its others
        self._held = lru_cache(_HELD)(lambda bucket: [*map(_narrow, texts(bucket))])

    @lazy
    def _paths(self) -> Sequence[Sequence[NotePath]]:
        return self._load()

    def __getitem__(self, path: NotePath) -> Facts:
        return unfolded(self.text_of(path))

    def __iter__(self) -> Iterator[NotePath]:
        return chain.from_iterable(self._paths)

    def __len__(self) -> int:
        return sum(map(len, self._paths))

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and path in self._paths[bucket_of(path, len(self._paths))]

    def _folded(self) -> Iterator[tuple[NotePath, str]]:
        """Yield all notes with their folded facts, bucket by bucket."""
        for bucket, paths in enumerate(self._paths):
            if paths:
                yield from zip(paths, self._texts(bucket), strict=True)

    def text_of(self, path: NotePath) -> str:
        """Return the folded facts of a note; raises `KeyError`."""
        bucket = bucket_of(path, len(self._paths))
        try:
            place = self._paths[bucket].index(path)
        except ValueError:
            raise KeyError(path) from None
        return self._held(bucket)[place].decode(errors="surrogatepass")

    def having(self, field: Named) -> Iterator[tuple[NotePath, Iterable[str]]]:
        """Yield the notes whose facts have something in a field, and that."""
        at = 2 + _OTHERS.index(field)
        for path, text in self._folded():
            if text.startswith(_PLAIN):
                found: Iterable[str] = tuple(getattr(unfolded(text), field))
            else:
                found = tuple(text.split(_LIST, at + 1)[at].split(_ITEM)[:-1])
            if found:
                yield path, found


class Overlaid(Mapping[NotePath, Facts]):
    """Facts of which some are others by now, or gone; nothing of the rest is unfolded."""

    def __init__(
        self,
        base: Mapping[NotePath, Facts],
        changed: Mapping[NotePath, Facts],
        gone: Collection[NotePath] = (),
    ) -> None:
        self._base, self._changed, self._gone = base, {**changed}, frozenset(gone)
        if isinstance(base, Overlaid) and len(base._changed) < _LAYER:
            self._base = base._base  # a day's changes are one layer
            left = {path: one for path, one in base._changed.items() if path not in self._gone}
            self._changed = left | self._changed
            self._gone |= base._gone
        self._gone -= self._changed.keys()

    def __getitem__(self, path: NotePath) -> Facts:
        found = self._changed.get(path)
        if found is not None:
            return found
        if path in self._gone:
            raise KeyError(path)
        return self._base[path]

    def __iter__(self) -> Iterator[NotePath]:
        yield from self._changed
        for path in self._base:
            if path not in self._changed and path not in self._gone:
                yield path

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def having(self, field: Named) -> Iterator[tuple[NotePath, Iterable[str]]]:
        """Yield the notes whose facts have something in a field, and that."""
        yield from having(self._changed, field)
        for path, found in having(self._base, field):
            if path not in self._changed and path not in self._gone:
                yield path, found


def having(
    facts: Mapping[NotePath, Facts], field: Named
) -> Iterator[tuple[NotePath, Iterable[str]]]:
    """Yield the notes that have aliases or tags, and those; a shelf unfolds nothing else."""
    if isinstance(facts, Shelf | Overlaid):
        return facts.having(field)
    return ((path, found) for path, one in facts.items() if (found := getattr(one, field)))


def plainly_has(text: str, subpath: str) -> bool:
    """Tell whether folded facts have a heading of just these words, or a block of this id.

    Nothing is unfolded for it. It may be False without cause.
    """
    if text.startswith(_PLAIN):
        return False
    is_block = subpath.startswith("^")
    at, item = (_BLOCKS, subpath[1:].lower()) if is_block else (1, subpath)
    items = text.split(_LIST, at + 1)[at]
    return f"{_ITEM}{item}{_ITEM}" in f"{_ITEM}{items}"


def packed_facts(texts: Iterable[str]) -> bytes:
    """Return folded facts in a third of the room."""
    return compress(_narrow(_NOTE.join(texts)), 3)


def unpacked_facts(content: bytes) -> list[str]:
    """Return what was `packed_facts`, which was something."""
    return decompress(content).decode(errors="surrogatepass").split(_NOTE)


def in_buckets(paths: Iterable[NotePath]) -> list[list[NotePath]]:
    """Return the paths in buckets of a good size, each in its own, in order."""
    ordered = list(paths)
    buckets: list[list[NotePath]] = [[] for _ in range(len(ordered) // _BUCKET + 1)]
    for path in ordered:
        buckets[bucket_of(path, len(buckets))].append(path)
    return buckets


def bucket_of(path: NotePath, buckets: int) -> int:
    """Return in which of so many buckets a note lies; it always lies there."""
    return crc32(path.encode(errors="surrogatepass")) % buckets


def _narrow(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
