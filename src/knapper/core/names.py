"""The files of a vault by their names, and which of them a link means.

Resolution follows Obsidian 1.13.7 as observed by markdown-vault-mcp (issue 1358)
and QuickMemo's recorded oracle: without case, an exact path first, then a file in
the source's own folder, then the shortest path; a tie, and what was not observed,
is left open. Aliases never resolve a link.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from knapper.core.by_name import ByName
from knapper.core.folders import Folders
from knapper.core.lazy import lazy
from knapper.core.paths import NotePath, folded, folder_of, is_note, join, name_of, stem_of, tidy
from knapper.core.remembered import remember
from knapper.core.similar import SimilarNames

__all__ = [
    "MANY",
    "Ambiguous",
    "Found",
    "Kind",
    "Missing",
    "Names",
    "Resolution",
    "renamed",
]


class Found(NamedTuple):
    """The link leads to this file."""

    path: NotePath


class Missing(NamedTuple):
    """No file answers to the link."""


class Ambiguous(NamedTuple):
    """Several files answer alike, and Obsidian's choice is not to be relied on."""

    candidates: tuple[NotePath, ...]


Resolution = Found | Missing | Ambiguous
Kind = Literal["note", "file"]
"""A note is called by its stem, any other file by its name with extension."""

MANY = 500
"""More changes than this are not worked in one by one."""

_REMEMBERED = 1 << 14
"""Answers that are remembered."""

_MISSING = Missing()


class Names:
    """The files of a vault. They never change; `replaced` gives the next ones."""

    def __init__(self, files: Iterable[NotePath]) -> None:
        ordered = sorted(files)
        self._all: Collection[NotePath] = ordered
        self._by_name = ByName(ordered)
        self.folders = Folders(ordered)
        self.anywhere: dict[str, Resolution] = {}
        """What a link's path means wherever it stands, as far as it was asked for lately."""
        self.plain: set[str] = set()
        """Targets of links that name a file, and nothing in it, in the letters of its path.

        They lead to it wherever they stand. Not all of them: see `Vault.doubtful`.
        """
        self._resolved: dict[tuple[str, str], Resolution] = {}

    @lazy
    def files(self) -> frozenset[NotePath]:
        """All of them; few ask for it, and it takes as much room as half of their names."""
        return frozenset(self._all)

    def replaced(self, files: frozenset[NotePath]) -> "Names":
        """Return the names of these files; quick where few of them are others."""
        changed = self.files ^ files
        if not changed:
            return self
        if len(changed) > MANY:
            return Names(files)
        after = Names(())
        after._all, after._by_name = files, self._by_name.replaced(changed)
        after.folders = self.folders.replaced(files, changed)
        if "stems" in self.__dict__:
            after.stems = {**self.stems}
            for path in changed:
                if not is_note(path):
                    _toggle(path, after.stems, folded(stem_of(path)))
        if "similar" in self.__dict__:
            after.similar = {**self.similar}
            for (kind, name), is_there in renamed(self, after).items():
                after.similar[kind] = after.similar[kind].replaced(name, is_there=is_there)
        return after

    # -- what a link means -------------------------------------------------------------

    def foresee(self) -> None:
        """Take the names that no other file has as `plain`: for who will ask for most of them.

        Where there are more than are remembered, it is better to see which are asked for.
        """
        if len(self._all) <= _REMEMBERED:
            notes = (path for path in self._by_name.alone() if _is_plain(name_of(path)))
            self.plain.update(map(stem_of, notes))

    def resolve(self, path: str, folder: str) -> Resolution:
        """Find the file that the path of a link means in a note of this folder."""
        found = self.anywhere.get(path)
        if found is None:
            found = self._resolved.get((path, folder)) or self._look_up(path, folder)
        return found

    def _look_up(self, path: str, folder: str) -> Resolution:
        """Resolve a path that was not asked for before, and remember the answer.

        Where at most one file answers, the folder of the source does not matter.
        """
        name, is_whole = _where(path, folder)
        if is_whole:
            found = self._exact(name) if name else _MISSING
        else:
            key, candidates = self._candidates(name)
            if len(candidates) < 2:
                found = Found(candidates[0]) if candidates else self._perhaps(name)
                remember(self.anywhere, path, found, _REMEMBERED)
                return found
            found = _choose(key, candidates, folder)
        remember(self._resolved, (path, folder), found, _REMEMBERED)
        return found

    def _candidates(self, path: str) -> tuple[str, list[NotePath]]:
        """Return the spelling, folded, that files answer to, and those files."""
        for name in _spellings(path):
            key = folded(name)
            candidates = self._by_name[name_of(key)]
            if "/" in key:
                candidates = [c for c in candidates if f"/{folded(c)}".endswith(f"/{key}")]
            if candidates:
                return key, candidates
        return "", []

    def _exact(self, path: NotePath) -> Resolution:
        for name in _spellings(path):
            key = folded(name)
            same = [c for c in self._by_name[name_of(key)] if folded(c) == key]
            if same:
                return Found(same[0]) if len(same) == 1 else Ambiguous(tuple(same))
        return _MISSING

    def _perhaps(self, path: str) -> Resolution:
        """Return the files of which the path, as mere text, ends in the link.

        Whether `b/Note` means `ab/Note.md` was not observed, so it is left open.
        """
        if "/" not in path:
            return _MISSING
        keys = [folded(name) for name in _spellings(path)]
        names = (one for key in keys for one in self._by_name[name_of(key)])
        found = sorted({path for path in names if folded(path).endswith(tuple(keys))})
        return Ambiguous(tuple(found)) if found else _MISSING

    # -- names ---------------------------------------------------------------------------

    def named(self, name: str) -> Sequence[NotePath]:
        """Return the files of exactly this name (with extension), without case."""
        return self._by_name[folded(name)]

    @lazy
    def similar(self) -> dict[Kind, SimilarNames]:
        """What notes and other files are called, to ask for the one that was meant."""
        return {
            "note": SimilarNames(stem_of(path) for path in self._all if is_note(path)),
            "file": SimilarNames(name_of(path) for path in self._all if not is_note(path)),
        }

    @lazy
    def stems(self) -> dict[str, list[NotePath]]:
        """The names of files but notes, without extension and folded, to their paths."""
        found: dict[str, list[NotePath]] = {}
        for path in sorted(self._all):
            if not is_note(path):
                found.setdefault(folded(stem_of(path)), []).append(path)
        return found


def renamed(before: Names, after: Names) -> dict[tuple[Kind, str], bool]:
    """Return what is called so only before (False) or only after (True)."""
    found = {}
    for path in before.files ^ after.files:
        called, name = _called(path), name_of(path)
        was, is_now = (
            any(_called(one) == called for one in n.named(name)) for n in (before, after)
        )
        if was != is_now:
            found[called] = is_now
    return found


def _called(path: NotePath) -> tuple[Kind, str]:
    return ("note", stem_of(path)) if is_note(path) else ("file", name_of(path))


def _toggle(path: NotePath, groups: dict[str, list[NotePath]], key: str) -> None:
    """Put a path in its group, or take it out; a group that is empty goes."""
    group = sorted({*groups.pop(key, ())} ^ {path})
    if group:
        groups[key] = group


def _is_plain(name: str) -> bool:
    """Tell whether a link writes the name of a note as it is, but for its extension."""
    stem, _, ending = name.partition(".")
    return ending == "md" and "#" not in stem and stem == tidy(stem)


def _where(path: str, folder: str) -> tuple[str, bool]:
    """Return the path of a link as it is looked up, and whether it is a whole path.

    It is "" where the link leads out of the vault.
    """
    name = tidy(path)
    if name.startswith(("./", "../")) or name in (".", ".."):
        return join(folder, name) or "", True
    if name.startswith("/"):
        return name.strip("/"), True
    return name, False


def _choose(key: str, candidates: Iterable[NotePath], folder: str) -> Resolution:
    """Choose among files whose path ends in the link, in Obsidian's order.

    Whether a folder below the source's counts as its own was not observed: a file
    there and a shorter path elsewhere answer alike.
    """
    ordered = sorted(candidates, key=len)
    exact = [path for path in ordered if folded(path) == key]
    best = exact or [path for path in ordered if folder_of(path) == folder]
    if not best:
        below = [path for path in ordered if path.startswith(f"{folder}/")]
        best = [path for path in ordered if len(path) == len(ordered[0])]
        best += [path for path in below if len(path) == len(below[0]) and path not in best]
    return Found(best[0]) if len(best) == 1 else Ambiguous(tuple(sorted(best)))


def _spellings(path: str) -> tuple[str, ...]:
    """Return the file names that a link may mean: as it is if it has a dot, or a note."""
    return (path, f"{path}.md") if "." in name_of(path) else (f"{path}.md",)
