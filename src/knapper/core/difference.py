"""What a change of a vault changes for its notes: which of them must be judged again."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from knapper.core.asked import Key, Questions, key_of, name_words
from knapper.core.folders import above
from knapper.core.names import MANY, Kind, Names, renamed
from knapper.core.note import Facts
from knapper.core.paths import NotePath, folded, is_note, name_of, stem_of
from knapper.core.similar import may_be_meant
from knapper.core.spellings import levels_of
from knapper.core.subpaths import changed_parts
from knapper.core.vault import Vault

__all__ = ["Askers", "Difference", "difference"]


class Difference(NamedTuple):
    """Keys of questions that may be answered anew, and what is called otherwise now.

    `renamed` is None where so much is that each sought name counts as changed.
    """

    keys: frozenset[Key] = frozenset()
    renamed: tuple[tuple[Kind, str], ...] | None = ()

    def concerns(self, questions: Questions) -> bool:
        """Tell whether a note with these questions must be judged again."""
        return not self.keys.isdisjoint(array("I", questions.keys)) or any(
            self.concerns_name(*sought) for sought in questions.sought
        )

    def concerns_name(self, kind: Kind, sought: str) -> bool:
        """Tell whether another name may be the nearest one to a sought name now."""
        if self.renamed is None:
            return True
        return any(one == kind and may_be_meant(name, sought) for one, name in self.renamed)


class Askers:
    """Which notes asked what: finds those that a difference concerns."""

    def __init__(self) -> None:
        self._asked: dict[NotePath, Questions] = {}
        self._by_key: dict[Key, NotePath | set[NotePath]] = {}
        """Most are asked by one note: a set for each would be much."""
        self._seeking: set[NotePath] = set()

    def put(self, path: NotePath, questions: Questions) -> None:
        """Say what a note asked when it was judged last."""
        old = set(array("I", self._asked.pop(path, Questions()).keys))
        new = set(array("I", questions.keys))
        for key in old - new:
            askers = self._by_key.pop(key)
            if isinstance(askers, set):
                askers.discard(path)
                self._by_key[key] = askers if len(askers) > 1 else askers.pop()
        for key in new - old:
            askers = self._by_key.setdefault(key, path)
            if isinstance(askers, set):
                askers.add(path)
            elif askers != path:
                self._by_key[key] = {askers, path}
        if new or questions.sought:
            self._asked[path] = questions
        (self._seeking.add if questions.sought else self._seeking.discard)(path)

    def concerned(self, difference: Difference) -> set[NotePath]:
        """Return the notes that must be judged again."""
        found = set[NotePath]()
        for key in difference.keys:
            askers = self._by_key.get(key, ())
            found.update((askers,) if isinstance(askers, str) else askers)
        if difference.renamed != ():
            for path in self._seeking - found:
                if any(difference.concerns_name(*one) for one in self._asked[path].sought):
                    found.add(path)
        return found


def difference(before: Vault, after: Vault, changed: Iterable[NotePath]) -> Difference:
    """Return what differs; `changed` are the notes of which the facts may be others."""
    words = set(_of_names(before.names, after.names))
    for path in changed:
        old, new = before.known(path), after.known(path)
        if old != new:
            if old is None or new is None:
                words.add(f"facts/{path}")
            words.update(_of_facts(path, old or Facts(), new or Facts()))
            words.update(_of_tags(path, before, after))
    if before.was_asked_for_links:
        words.update(f"linked/{path}" for path in before.linked ^ after.linked)
    calls = renamed(before.names, after.names) if before.names is not after.names else {}
    few = tuple(calls) if len(calls) <= MANY else None
    return Difference(frozenset(map(key_of, words)), few)


def _of_names(before: Names, after: Names) -> Iterator[str]:
    """Yield the words of what the names of files answer."""
    changed = before.files ^ after.files
    if changed:
        yield "files"
    for path in changed:
        yield name_words(name_of(path))
        if not is_note(path):
            yield f"stem/{folded(stem_of(path))}"
        for folder in above(path):
            first = before.folders.first_in(folder), after.folders.first_in(folder)
            if first[0] != first[1]:
                yield from (f"first/{folder}/{one}" for one in first)
        for folder in above(folded(path)):
            if before.folders.has(folder) != after.folders.has(folder):
                yield f"folder/{folder}"


def _of_facts(path: NotePath, before: Facts, after: Facts) -> Iterator[str]:
    """Yield the words of what the facts of a note answer."""
    yield "facts"
    if (before.headings, before.views) != (after.headings, after.views):
        yield f"facts/{path}"
    name = name_words(name_of(path))
    yield from (f"{name}#{part}" for part in changed_parts(before, after))
    aliases = Counter(_folded(before)), Counter(_folded(after))
    for alias in (aliases[0] - aliases[1]) | (aliases[1] - aliases[0]):
        yield f"alias/{alias}"


def _of_tags(path: NotePath, before: Vault, after: Vault) -> Iterator[str]:
    """Yield the words of the levels of tags that most notes write otherwise now."""
    tags = [(vault.known(path) or Facts()).tags for vault in (before, after)]
    for tag in tags[0] ^ tags[1]:
        for key, _ in levels_of(tag):
            if before.spellings.usual(key) != after.spellings.usual(key):
                yield f"tag/{key}"


def _folded(facts: Facts) -> Iterator[str]:
    return (folded(alias.strip()) for alias in facts.aliases)
