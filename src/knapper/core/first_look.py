"""Judging notes before the facts of the others are known.

Which files there are is known from the start, and nearly every link to a heading or
block is right. So a note is judged while it is read, as if all of them were; what was
taken for granted is written down, and looked up when all notes were read. Only where
it was wrong is the note judged again, as far as the vault matters for it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from knapper.core.asked import LINKED
from knapper.core.names import Names
from knapper.core.note import Facts
from knapper.core.paths import NotePath, folded
from knapper.core.settings import Settings
from knapper.core.shelf import plainly_has, unfolded
from knapper.core.spellings import Spellings, levels_of
from knapper.core.subpaths import Subpath, part_of, subpath_of
from knapper.core.vault import Vault

__all__ = ["FirstLook", "Granted", "has_part", "is_right"]


class Granted(NamedTuple):
    """What was taken for granted: that notes have these parts, and none these aliases.

    Most notes write the `tags` so, and others link to the `linked` files; with `unsure`
    more was asked than can be taken for granted.
    """

    parts: tuple[tuple[NotePath, str], ...] = ()
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    linked: tuple[NotePath, ...] = ()
    unsure: bool = False


class FirstLook(Vault):
    """A vault of which only the files are known, and the facts of the note in hand."""

    _is_sure = False

    def __init__(self, names: Names, settings: Settings) -> None:
        super().__init__(names, {}, settings)
        names.foresee()
        self.look_at("", Facts())

    def look_at(self, path: NotePath, facts: Facts) -> None:
        """Turn to the next note."""
        self._facts = {path: facts}
        self._parts = set[tuple[NotePath, str]]()
        self._aliases, self._tags, self._links = set[str](), set[str](), set[NotePath]()
        self._is_unsure = False

    def granted(self) -> Granted | None:
        """Return what was taken for granted since, None for nothing."""
        if not any((self._parts, self._aliases, self._tags, self._links, self._is_unsure)):
            return None
        return Granted(
            tuple(self._parts),
            tuple(self._aliases),
            tuple(self._tags),
            tuple(self._links),
            self._is_unsure,
        )

    @property
    def facts(self) -> Mapping[NotePath, Facts]:
        self._is_unsure = True
        return super().facts

    def facts_of(self, path: NotePath) -> Facts:
        self._is_unsure = self._is_unsure or path not in self._facts
        return super().facts_of(path)

    def _part_of(self, path: NotePath, subpath: str) -> Subpath | None:
        if path in self._facts:
            return super()._part_of(path, subpath)
        self._parts.add((path, subpath))
        return Subpath(part_of(path, subpath), found=True)

    @property
    def aliases(self) -> Mapping[str, list[NotePath]]:
        self._is_unsure = True
        return {}

    def aliased(self, name: str) -> Sequence[NotePath]:
        key = folded(name.strip())
        self._asked.about.add(f"alias/{key}")
        self._aliases.add(key)
        return ()

    def usual_tag(self, tag: str) -> str:
        self._asked.about.update(f"tag/{key}" for key, _ in levels_of(tag))
        self._tags.add(tag)
        return tag

    @property
    def spellings(self) -> Spellings:
        self._is_unsure = True
        return Spellings(())

    @property
    def linked(self) -> frozenset[NotePath]:
        self._is_unsure = True
        return frozenset()

    def is_linked(self, path: NotePath) -> bool:
        self._asked.about.update((f"linked/{path}", LINKED))
        self._links.add(path)
        return True


def is_right(granted: Granted, vault: Vault) -> bool:
    """Tell whether what was taken for granted holds in the vault as it is."""
    return not (
        granted.unsure
        or any(not _is_there(*part, vault) for part in granted.parts)
        or any(alias in vault.aliases for alias in granted.aliases)
        or any(vault.usual_tag(tag) != tag for tag in granted.tags)
        or any(path not in vault.linked for path in granted.linked)
    )


def _is_there(path: NotePath, subpath: str, vault: Vault) -> bool:
    facts = vault.known(path)
    return facts is None or subpath_of(path, subpath, facts).found


def has_part(path: NotePath, text: str, subpath: str) -> bool:
    """Tell whether a note of these folded facts has a part; most are named as it is written."""
    return plainly_has(text, subpath) or subpath_of(path, subpath, unfolded(text)).found
