"""The files of a vault by their names, and which of them a link means.

Resolution follows Obsidian 1.13.7 as observed by markdown-vault-mcp (issue 1358)
and QuickMemo's recorded oracle: without case, an exact path first, then a file in
the source's own folder, then the shortest path; a tie, and what was not observed,
is left open. Aliases never resolve a link.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from knapper.core.paths import NotePath, folded, folder_of, is_note, join, name_of, stem_of, tidy
from knapper.core.similar import SimilarNames

__all__ = [
    "MANY",
    "Ambiguous",
    "Found",
    "Kind",
    "Missing",
    "Names",
    "Resolution",
    "above",
    "looked_up",
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

_MISSING = Missing()


class Names:
    """The files of a vault. They never change; `replaced` gives the next ones."""

    def __init__(self, files: Iterable[NotePath]) -> None:
        ordered = sorted(files)
        self.files = frozenset(ordered)
        self._by_name: dict[str, list[NotePath]] = {}
        for path in ordered:
            self._by_name.setdefault(folded(name_of(path)), []).append(path)
        self._resolved: dict[tuple[str, str], Resolution] = {}

    def replaced(self, files: frozenset[NotePath]) -> "Names":
        """Return the names of these files; quick where few of them are others."""
        changed = self.files ^ files
        if len(changed) > MANY:
            return Names(files)
        after = Names(())
        after.files, after._by_name = files, dict(self._by_name)
        for path in changed:
            name = folded(name_of(path))
            after._by_name[name] = sorted({*after._by_name.get(name, ())} ^ {path})
        if "similar" in self.__dict__:
            after.similar = {**self.similar}
            for (kind, name), is_there in renamed(self, after).items():
                after.similar[kind] = after.similar[kind].replaced(name, is_there=is_there)
        if "_folders" in self.__dict__:
            after._folders = self._folders.copy()
            for path in changed:
                after._folders.update(dict.fromkeys(above(path), 1 if path in files else -1))
        return after

    # -- what a link means -------------------------------------------------------------

    @cached_property
    def unique(self) -> dict[str, Found]:
        """The names of notes that no other file has, as a link writes them."""
        found: dict[str, Found] = {}
        for paths in self._by_name.values():
            name, _, ending = name_of(paths[0]).partition(".")
            if len(paths) == 1 and ending == "md" and "#" not in name and name == tidy(name):
                found[name] = Found(paths[0])
        return found

    @cached_property
    def anywhere(self) -> dict[str, Resolution]:
        """What a link's path means wherever it stands, as far as it was asked for."""
        return {**self.unique}

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
                self.anywhere[path] = found
                return found
            found = _choose(key, candidates, folder)
        self._resolved[path, folder] = found
        return found

    def _candidates(self, path: str) -> tuple[str, list[NotePath]]:
        """Return the spelling, folded, that files answer to, and those files."""
        for name in _spellings(path):
            key = folded(name)
            candidates = self._by_name.get(name_of(key), [])
            if "/" in key:
                candidates = [c for c in candidates if f"/{folded(c)}".endswith(f"/{key}")]
            if candidates:
                return key, candidates
        return "", []

    def _exact(self, path: NotePath) -> Resolution:
        for name in _spellings(path):
            key = folded(name)
            same = [c for c in self._by_name.get(name_of(key), ()) if folded(c) == key]
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
        names = (one for key in keys for one in self._by_name.get(name_of(key), ()))
        found = sorted({path for path in names if folded(path).endswith(tuple(keys))})
        return Ambiguous(tuple(found)) if found else _MISSING

    # -- names ---------------------------------------------------------------------------

    def named(self, name: str) -> Sequence[NotePath]:
        """Return the files of exactly this name (with extension), without case."""
        return self._by_name.get(folded(name), ())

    def has_folder(self, folder: str) -> bool:
        """Tell whether a folder (folded) holds a file, at whatever depth."""
        return self._folders[folder] > 0

    @cached_property
    def _folders(self) -> Counter[str]:
        """Folders, folded, to the number of files in and below them."""
        return Counter(folder for path in self.files for folder in above(path))

    @cached_property
    def first_files(self) -> dict[str, NotePath]:
        """Folders, as they are written, to the first of all files in and below them."""
        found: dict[str, NotePath] = {}
        for path in sorted(self.files):
            folder = folder_of(path)
            while folder and folder not in found:
                found[folder] = path
                folder = folder_of(folder)
        return found

    @cached_property
    def similar(self) -> dict[Kind, SimilarNames]:
        """What notes and other files are called, to ask for the one that was meant."""
        called: dict[Kind, list[str]] = {"note": [], "file": []}
        for path in self.files:
            kind, name = _called(path)
            called[kind].append(name)
        return {kind: SimilarNames(names) for kind, names in called.items()}

    @cached_property
    def stems(self) -> dict[str, list[NotePath]]:
        """The names of files but notes, without extension and folded, to their paths."""
        found: dict[str, list[NotePath]] = {}
        for path in sorted(self.files):
            if not is_note(path):
                found.setdefault(folded(stem_of(path)), []).append(path)
        return found


def looked_up(path: str, folder: str | None) -> tuple[str, ...] | None:
    """Return the names of files, folded, on which the meaning of a link depends.

    None where that takes the folder of the link's note, and it is not given.
    """
    if folder is None and tidy(path)[:1] == ".":
        return None
    where = _where(path, folder or "")[0]
    return tuple(name_of(folded(one)) for one in _spellings(where)) if where else ()


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


def above(path: NotePath) -> Iterator[str]:
    """Yield the folders, folded, in which a file lies."""
    folder = folder_of(folded(path))
    while folder:
        yield folder
        folder = folder_of(folder)


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
