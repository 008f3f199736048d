"""A vault: which files there are, and what a link in one of them means.

Resolution follows Obsidian 1.13.7 as observed by markdown-vault-mcp (issue 1358)
and QuickMemo's recorded oracle: without case, an exact path first, then a file in
the source's own folder, then the shortest path; a tie, and what was not observed,
is left open. Aliases never resolve a link.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar, cast

from knapper.core.note import Facts, Note
from knapper.core.paths import (
    NotePath,
    extension,
    folded,
    folder_of,
    is_note,
    join,
    name_of,
    relative,
    stem_of,
    tidy,
)
from knapper.core.settings import DEFAULT_SETTINGS, Settings
from knapper.core.similar import SimilarNames

__all__ = [
    "Ambiguous",
    "Found",
    "Missing",
    "Resolution",
    "Subpath",
    "Vault",
    "reduced_heading",
    "slug",
    "split_link",
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


class Subpath(NamedTuple):
    """What stands after the `#` of a link, and whether the file has it."""

    type: Literal["heading", "block", "footnote", "base-view"]
    found: bool


_T = TypeVar("_T")
_MISSING = Missing()
_REDUCED = str.maketrans(dict.fromkeys('!"#$%&()*+,.:;<=>?@^`{|}~/[]\\\r\n\t', " "))


def split_link(target: str) -> tuple[str, str]:
    """Split a link's target at its first `#` into path and subpath (without the `#`)."""
    path, _, subpath = target.partition("#")
    return path, subpath


def reduced_heading(text: str) -> str:
    """Return what a heading and a link to it have in common.

    ASCII punctuation but `-`, `_` and `'` becomes a blank, blanks collapse, case
    does not count (Obsidian's `stripHeading`; behaviour seen in public vaults).
    """
    return " ".join(text.translate(_REDUCED).split()).lower()


class Vault:
    """The files of a vault and the facts of its notes.

    `files` are all paths that links may mean (hidden folders are not among them);
    `facts` has an entry for each file that could be read.
    """

    def __init__(
        self,
        files: Iterable[NotePath],
        facts: Mapping[NotePath, Facts],
        settings: Settings = DEFAULT_SETTINGS,
    ) -> None:
        self.files = frozenset(files)
        self.facts = facts
        self.settings = settings
        self._resolved: dict[tuple[str, str], Resolution] = {}
        self._headings: dict[NotePath, list[tuple[int, str]]] = {}
        self._judged: dict[object, tuple[Note, object]] = {}

    @property
    def property_types(self) -> Mapping[str, str]:
        return self.settings.property_types

    @cached_property
    def _by_name(self) -> dict[str, list[NotePath]]:
        """File names, folded, to the paths that have them."""
        names: dict[str, list[NotePath]] = {}
        for path in sorted(self.files):
            names.setdefault(folded(name_of(path)), []).append(path)
        return names

    # -- links -------------------------------------------------------------------------

    @cached_property
    def _anywhere(self) -> dict[str, Resolution]:
        """What a link's path means wherever it stands, as far as it is known by now.

        It begins with the names of notes that no other file has, as they are written.
        """
        known: dict[str, Resolution] = {}
        for paths in self._by_name.values():
            name, _, ending = name_of(paths[0]).partition(".")
            if len(paths) == 1 and ending == "md" and "#" not in name and name == tidy(name):
                known[name] = Found(paths[0])
        return known

    @cached_property
    def _plain(self) -> set[str]:
        """Targets that plainly hold wherever they stand: see `doubtful`."""
        return set(self._anywhere)

    def resolve(self, target: str, source: NotePath) -> Resolution:
        """Find the file that a link means, as Obsidian would."""
        path = target.partition("#")[0]
        if not path.strip():
            return Found(source) if "#" in target else _MISSING
        found = self._anywhere.get(path)
        if found is None:
            folder = folder_of(source)
            found = self._resolved.get((path, folder)) or self._look_up(path, folder)
        return found

    def doubtful(self, targets: Collection[str], source: NotePath) -> list[str]:
        """Return those targets of `source` that do not plainly hold.

        Those that do, lead to something, in the letters of its path, that has the heading
        or block they name. Most links of a vault do, and name what others name, too.
        """
        unknown = set(targets).difference(self._plain)
        return [target for target in unknown if not self._holds(target, source)]

    def _holds(self, target: str, source: NotePath) -> bool:
        name, _, subpath = target.partition("#")
        found = self.resolve(target, source)
        if not isinstance(found, Found):
            return False
        written = name.rpartition("./")[2]  # the way up is spelt in no path
        if not found.path.endswith((written, f"{written}.md")) or target == "#":
            return False
        held = self.subpath_in(found.path, subpath) if subpath.strip() else None
        if held is not None and not held.found:
            return False
        if self._anywhere.get(name) is found:
            self._plain.add(target)
        return True

    def _look_up(self, path: str, folder: str) -> Resolution:
        """Resolve a path that was not asked for before, and remember the answer.

        Where at most one file answers, the folder of the source does not matter.
        """
        name = tidy(path)
        if name.startswith(("./", "../")) or name in (".", ".."):
            joined = join(folder, name)
            found = self._exact(joined) if joined else _MISSING
        elif name.startswith("/"):
            found = self._exact(name.strip("/"))
        else:
            key, candidates = self._candidates(name)
            if len(candidates) < 2:
                found = Found(candidates[0]) if candidates else self._perhaps(name)
                self._anywhere[path] = found
                return found
            found = self._choose(key, candidates, folder)
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

    @staticmethod
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

    @cached_property
    def linked(self) -> frozenset[NotePath]:
        """The files to which a link of another file leads, or may lead."""
        found: set[NotePath] = set()
        for source, facts in self.facts.items():
            for target in facts.targets:
                match self.resolve(target, source):
                    case Found(path):
                        found |= {path} - {source}
                    case Ambiguous(candidates):
                        found |= set(candidates) - {source}
                    case Missing():
                        pass
        return frozenset(found)

    # -- headings, blocks, views -----------------------------------------------------

    def subpath(self, target: str, source: NotePath) -> Subpath | None:
        """Tell what the part after `#` names in the file that the link means.

        None where there is no such part, the file is not known, or the part is no
        anchor (a PDF's page, a time in a recording).
        """
        subpath = split_link(target)[1]
        resolved = self.resolve(target, source)
        if not subpath.strip() or not isinstance(resolved, Found):
            return None
        return self.subpath_in(resolved.path, subpath)

    def subpath_in(self, path: NotePath, subpath: str) -> Subpath | None:
        """Tell whether a file has what `subpath` (without its first `#`) names."""
        facts = self.facts.get(path)
        if facts is None:
            return None
        if extension(path) == "base":
            views = {view.lower() for view in facts.views}
            return Subpath("base-view", subpath.strip().lower() in views)
        if not is_note(path):
            return None
        last = subpath.rpartition("#")[2].strip()
        if last.startswith("^"):
            return Subpath("block", last[1:].strip().lower() in facts.blocks)
        if last.startswith("[^"):
            return Subpath("footnote", last[2:].rstrip("]").lower() in facts.footnotes)
        return Subpath("heading", self._has_heading(path, subpath))

    def _has_heading(self, path: NotePath, subpath: str) -> bool:
        """Tell whether the note has the headings `A#B#…`, each below the one before.

        Levels may be skipped (Quartz issue 1458; order by Obsidian Help).
        """
        if any(text == subpath for _, text in self.facts[path].headings):
            return True  # written as it stands: as nearly every link, and cheap
        parts = [part for part in map(reduced_heading, subpath.split("#")) if part]
        headings = self.headings(path)
        if len(parts) < 2:
            return bool(parts) and any(text == parts[0] for _, text in headings)
        reached = [False] * len(headings)  # this heading can be the part before
        for number, part in enumerate(parts):
            nearest: list[int] = []  # levels of the open sections that were reached
            now = [False] * len(headings)
            for index, (level, text) in enumerate(headings):
                nearest = [above for above in nearest if above < level]
                now[index] = text == part and (number == 0 or bool(nearest))
                if reached[index]:
                    nearest.append(level)
            reached = now
        return any(reached)

    def headings(self, path: NotePath) -> list[tuple[int, str]]:
        """Return level and reduced text of a note's headings."""
        found = self._headings.get(path)
        if found is None:
            facts = self.facts.get(path, Facts())
            found = [(level, reduced_heading(text)) for level, text in facts.headings]
            self._headings[path] = found
        return found

    # -- names ---------------------------------------------------------------------------

    @cached_property
    def aliases(self) -> Mapping[str, list[NotePath]]:
        """Aliases, folded, to the notes that have them."""
        names: dict[str, list[NotePath]] = {}
        for path in sorted(self.facts):
            for alias in self.facts[path].aliases:
                names.setdefault(folded(alias.strip()), []).append(path)
        return names

    def titled(self, title: str) -> list[NotePath]:
        """Return the notes whose file name is the slug of this title."""
        name = slug(title)
        return self.named(f"{name}.md") if name else []

    def named(self, name: str) -> list[NotePath]:
        """Return the files of exactly this name (with extension), without case."""
        return list(self._by_name.get(folded(name), ()))

    def twins(self, path: NotePath) -> tuple[NotePath, ...]:
        """Return the other files whose paths differ in case or Unicode form only."""
        same = self._by_name.get(folded(name_of(path)), ())
        if len(same) < 2:
            return ()
        key = folded(path)
        return tuple(one for one in same if one != path and folded(one) == key)

    def namesakes(self, path: NotePath) -> tuple[NotePath, ...]:
        """Return the other notes that have the name of this one."""
        return tuple(one for one in self.named(name_of(path)) if one != path)

    def first_in(self, folder: str) -> NotePath:
        """Return the first of all files under a folder, "" if there is none."""
        return self._first_files.get(folder, "")

    @cached_property
    def _first_files(self) -> Mapping[str, NotePath]:
        found: dict[str, NotePath] = {}
        for path in sorted(self.files):
            folder = folder_of(path)
            while folder and folder not in found:
                found[folder] = path
                folder = folder_of(folder)
        return found

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders that hold a file, folded."""
        found: set[str] = set()
        for path in self.files:
            folder = folder_of(folded(path))
            while folder and folder not in found:
                found.add(folder)
                folder = folder_of(folder)
        return frozenset(found)

    @cached_property
    def note_names(self) -> SimilarNames:
        """The names of all notes, to ask for the one that was meant."""
        return SimilarNames(stem_of(path) for path in sorted(self.files) if is_note(path))

    @cached_property
    def file_names(self) -> SimilarNames:
        """The names of all files but notes, with their extensions."""
        return SimilarNames(name_of(path) for path in sorted(self.files) if not is_note(path))

    @cached_property
    def file_stems(self) -> Mapping[str, list[NotePath]]:
        """The names of files but notes, without extension and folded, to their paths."""
        found: dict[str, list[NotePath]] = {}
        for path in sorted(self.files):
            if not is_note(path):
                found.setdefault(folded(stem_of(path)), []).append(path)
        return found

    def link_to(self, path: NotePath, source: NotePath) -> str:
        """Return the text of a link from `source` to `path`, in the form the vault wants.

        "New link format" decides: shortest, relative to the source's folder, or from
        the root (Obsidian Help: Settings). Notes lose their `.md`.
        """
        text = path[:-3] if is_note(path) else path
        match self.settings.new_link_format:
            case "relative":
                text = relative(folder_of(source), text)
            case "shortest":
                return self.shortest_name(path, source)
        if self.resolve(text, source) == Found(path):
            return text
        return self.shortest_name(path, source)

    def shortest_name(self, path: NotePath, source: NotePath) -> str:
        """Return the shortest link text that leads from `source` to `path`.

        The name alone where that is enough, else the whole path ("shortest path
        when possible", Obsidian Help: Settings). Notes lose their `.md`.
        """
        whole = path[:-3] if is_note(path) else path
        short = name_of(whole)
        return short if self.resolve(short, source) == Found(path) else whole

    def shortest_path(self, path: NotePath, source: NotePath) -> str:
        """Return the shortest end of a path that means no other file from `source`."""
        whole = path[:-3] if is_note(path) else path
        start = len(whole)
        while (start := whole.rfind("/", 0, start)) >= 0:
            if self.resolve(whole[start + 1 :], source) == Found(path):
                return whole[start + 1 :]
        return whole

    def once(self, note: Note, judge: Callable[[Note, "Vault"], _T]) -> _T:
        """Return `judge(note, self)`; rules that ask in a row for one note share it."""
        held = self._judged.get(judge)
        if held is None or held[0] is not note:
            held = self._judged[judge] = (note, judge(note, self))
        return cast(_T, held[1])

    def backlinks(self, targets: Mapping[NotePath, Iterable[str]]) -> Iterator[NotePath]:
        """Yield the file behind each of the links that lead somewhere."""
        for source, links in targets.items():
            for link in links:
                resolved = self.resolve(link, source)
                if isinstance(resolved, Found):
                    yield resolved.path


def slug(title: str) -> str:
    """Return the file name that the seed's family gives to a title.

    Only letters, digits and blanks stay, in lower case, and each blank becomes `_`
    (so the 21,189 notes of github.com/sieve-data/tubegraph are named).
    """
    kept = "".join(c for c in title.strip() if c.isalnum() or c == " ")
    return kept.replace(" ", "_").lower()


def _spellings(path: str) -> tuple[str, ...]:
    """Return the file names that a link may mean: as it is if it has a dot, or a note."""
    return (path, f"{path}.md") if "." in name_of(path) else (f"{path}.md",)
