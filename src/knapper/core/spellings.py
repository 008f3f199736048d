"""How the notes of a vault write a tag: each of its levels as most of them do."""

from collections import Counter
from collections.abc import Iterable, Iterator

from knapper.core.paths import folded

__all__ = ["Spellings", "levels_of"]


def levels_of(tag: str) -> Iterator[tuple[str, str]]:
    """Yield each level of a tag (with `#`): what it is known by, folded, and how it is written."""
    levels = tag.split("/")
    for number, level in enumerate(levels):
        yield folded("/".join(levels[: number + 1])), level


class Spellings:
    """The tags of notes, counted by how each level is written."""

    def __init__(self, tags: Iterable[str]) -> None:
        self._usual: dict[str, str | None] = {}
        self._counts: dict[str, Counter[str]] = {}
        for tag, number in Counter(tags).items():
            for key, level in levels_of(tag):
                self._counts.setdefault(key, Counter())[level] += number

    def replaced(self, gone: Iterable[str], come: Iterable[str]) -> "Spellings":
        """Return the spellings after some notes lost tags and others got some."""
        after = Spellings(())
        after._counts = {**self._counts}
        changes = Counter(come)
        changes.subtract(gone)
        for tag, number in changes.items():
            for key, level in levels_of(tag) if number else ():
                counts = Counter(after._counts.pop(key, {}))
                counts[level] += number
                if counts := +counts:  # a tag that is typed is several on its way
                    after._counts[key] = counts
        return after

    def usual(self, key: str) -> str | None:
        """Return how most notes write a level; the first by the alphabet of those alike."""
        if key not in self._usual:
            found = self._counts.get(key, Counter())
            self._usual[key] = min(found, key=lambda one: (-found[one], one), default=None)
        return self._usual[key]
