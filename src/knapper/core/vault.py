"""A vault: which files there are, what their notes say, and what a link in one means.

While a note is judged, the vault writes down what it is asked (`Asked`). What notes
are to be judged by is therefore asked for by a method; what gives away a whole (`files`,
`facts`, `aliases`) writes down that everything was asked for.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar, cast

from knapper.core.asked import LINKED, UNHEARD, Asked, name_words
from knapper.core.lazy import lazy
from knapper.core.names import Ambiguous, Found, Kind, Missing, Names, Resolution
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, folded, folder_of, is_note, name_of, relative
from knapper.core.settings import DEFAULT_SETTINGS, Settings
from knapper.core.shelf import Overlaid, having
from knapper.core.spellings import Spellings, levels_of
from knapper.core.subpaths import Subpath, has_parts, reduced_heading, subpath_of

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

_T = TypeVar("_T")
_MISSING = Missing()

_MOST = 1 << 14
"""Targets that are known to hold: what is linked to most comes early."""


def split_link(target: str) -> tuple[str, str]:
    """Split a link's target at its first `#` into path and subpath (without the `#`)."""
    path, _, subpath = target.partition("#")
    return path, subpath


class Vault:
    """The files of a vault and the facts of its notes.

    `files` are all paths that links may mean (hidden folders are not among them);
    `facts` has an entry for each file that could be read.
    """

    _is_sure = True
    """Whether what it answers stands, so that it can be remembered for other notes."""

    def __init__(
        self,
        files: Iterable[NotePath] | Names,
        facts: Mapping[NotePath, Facts],
        settings: Settings = DEFAULT_SETTINGS,
    ) -> None:
        self._files = files
        self.settings = settings
        self._facts = facts
        self._asked = UNHEARD
        self._judged: dict[object, tuple[Note, object]] = {}
        self._plain: set[str] = set()
        """Targets with a `#` that plainly hold wherever they stand: see `doubtful`."""

    @lazy
    def names(self) -> Names:
        """The files by their names; worked out when they are asked for."""
        return self._files if isinstance(self._files, Names) else Names(self._files)

    def listen(self) -> Asked:
        """Begin to write down what is asked, for a note that will be judged now."""
        self._asked = Asked()
        self._judged.clear()  # what was judged before would ask nothing
        return self._asked

    def updated(
        self,
        changed: Mapping[NotePath, Facts],
        gone: Collection[NotePath] = (),
        files: frozenset[NotePath] | None = None,
    ) -> "Vault":
        """Return the vault with the facts of some notes replaced, of others gone.

        `files` are those that there are now. What was worked out is passed on where it
        stays the same, so this is quick where little changed.
        """
        names = self.names if files is None else self.names.replaced(files)
        after = Vault(names, Overlaid(self._facts, changed, gone), self.settings)
        nothing = Facts()
        pairs = [
            (path, self._facts.get(path, nothing), changed.get(path, nothing))
            for path in {*changed, *gone}
        ]
        if "aliases" in self.__dict__:
            after.aliases = _renamed(self.aliases, pairs)
        if "spellings" in self.__dict__:
            gone_tags = [tag for _, old, new in pairs for tag in old.tags - new.tags]
            new_tags = [tag for _, old, new in pairs for tag in new.tags - old.tags]
            after.spellings = self.spellings.replaced(gone_tags, new_tags)
        if self.was_asked_for_links and after.links_as(self, {*changed, *gone}):
            after.linked = self.linked
        return after

    def known(self, path: NotePath) -> Facts | None:
        """Return the facts of a note, None if there are none; this is written down nowhere."""
        return self._facts.get(path)

    @property
    def files(self) -> frozenset[NotePath]:
        self._asked.about.add("files")
        return self.names.files

    @property
    def facts(self) -> Mapping[NotePath, Facts]:
        self._asked.about.add("facts")
        return self._facts

    # -- links -------------------------------------------------------------------------

    def resolve(self, target: str, source: NotePath) -> Resolution:
        """Find the file that a link of `source` means, as Obsidian would."""
        self._asked.targets.add(target.partition("#")[0])
        return self._meant(target, source)

    def _meant(self, target: str, source: NotePath) -> Resolution:
        path = target.partition("#")[0]
        if not path.strip():
            return Found(source) if "#" in target else _MISSING
        return self.names.resolve(path, folder_of(source))

    def doubtful(self, targets: Collection[str], source: NotePath) -> list[str]:
        """Return those targets of `source` that do not plainly hold.

        Those that do, lead to something, in the letters of its path, that has the heading
        or block they name. Most links of a vault do, and name what others name, too.
        """
        asked = set(targets)
        self._asked.targets |= asked
        rest = asked - self.names.plain - self._plain
        return [target for target in rest if not self._holds(target, source)]

    def _holds(self, target: str, source: NotePath) -> bool:
        name, _, subpath = target.partition("#")
        found = self._meant(target, source)
        if not isinstance(found, Found):
            return False
        written = name.rpartition("./")[2]  # the way up is spelt in no path
        if not found.path.endswith((written, f"{written}.md")) or target == "#":
            return False
        has_part = subpath.strip() and has_parts(found.path)
        held = self._part_of(found.path, subpath) if has_part else None
        if held is not None and not held.found:
            return False
        is_known = not has_part or (held is not None and self._is_sure)
        plain = self._plain if "#" in target else self.names.plain
        holds_anywhere = self.names.anywhere.get(name) is found and is_known
        if holds_anywhere and len(plain) < _MOST:
            plain.add(target)
        return True

    def is_linked(self, path: NotePath) -> bool:
        """Tell whether a link of another file leads, or may lead, to this one."""
        self._asked.about.update((f"linked/{path}", LINKED))
        return path in self.linked

    def links_as(self, other: "Vault", changed: Collection[NotePath]) -> bool:
        """Tell whether all links are plainly those of another vault, but for `changed` notes."""
        nothing = Facts()
        return self.names is other.names and all(
            (self.known(path) or nothing).targets == (other.known(path) or nothing).targets
            for path in changed
        )

    @property
    def was_asked_for_links(self) -> bool:
        """Tell whether the links of all notes were looked up already."""
        return "linked" in self.__dict__

    @lazy
    def linked(self) -> frozenset[NotePath]:
        """The files to which a link of another file leads, or may lead."""
        found: set[NotePath] = set()
        for source, facts in self._facts.items():
            folder = folder_of(source)
            for target in facts.targets:
                path = target.partition("#")[0]
                match self.names.resolve(path, folder) if path.strip() else _MISSING:
                    case Found(path):
                        found |= {path} - {source}
                    case Ambiguous(candidates):
                        found |= set(candidates) - {source}
                    case Missing():
                        pass
        return frozenset(found)

    # -- what notes say ----------------------------------------------------------------

    def facts_of(self, path: NotePath) -> Facts:
        """Return a note's headings or a base's views, and none of their other facts.

        What else changes there concerns nobody who asks this.
        """
        self._asked.about.add(f"facts/{path}")
        facts = self._facts.get(path) or Facts()
        return Facts(headings=facts.headings, views=facts.views)

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
        if not has_parts(path):
            return None
        self._asked.parts.add((path, subpath))
        return self._part_of(path, subpath)

    def _part_of(self, path: NotePath, subpath: str) -> Subpath | None:
        """Tell the same of a note or base, for a target that is written down already."""
        facts = self._facts.get(path)
        if facts is None:
            self._asked.about.add(f"facts/{path}")
            return None
        return subpath_of(path, subpath, facts)

    def aliased(self, name: str) -> Sequence[NotePath]:
        """Return the notes that have this alias, without case."""
        key = folded(name.strip())
        self._asked.about.add(f"alias/{key}")
        return self.aliases.get(key, ())

    def usual_tag(self, tag: str) -> str:
        """Return a tag (with `#`) as most notes of the vault write each of its levels."""
        self._asked.about.update(f"tag/{key}" for key, _ in levels_of(tag))
        return "/".join(self.spellings.usual(key) or level for key, level in levels_of(tag))

    @lazy
    def spellings(self) -> Spellings:
        """How the notes write their tags."""
        return Spellings(tag for _, tags in having(self._facts, "tags") for tag in tags)

    @lazy
    def aliases(self) -> Mapping[str, list[NotePath]]:
        """Aliases, folded, to the notes that have them."""
        names: dict[str, list[NotePath]] = {}
        for path, aliases in having(self._facts, "aliases"):
            for alias in aliases:
                names.setdefault(folded(alias.strip()), []).append(path)
        for paths in names.values():
            paths.sort()
        return names

    # -- names ---------------------------------------------------------------------------

    def has(self, path: NotePath) -> bool:
        """Tell whether there is a file of exactly this path."""
        return path in self.named(name_of(path))

    def twins(self, path: NotePath) -> tuple[NotePath, ...]:
        """Return the other files whose paths differ in case or Unicode form only."""
        same = self.named(name_of(path))
        if len(same) < 2:
            return ()
        key = folded(path)
        return tuple(one for one in same if one != path and folded(one) == key)

    def namesakes(self, path: NotePath) -> tuple[NotePath, ...]:
        """Return the other notes that have the name of this one."""
        return tuple(one for one in self.named(name_of(path)) if one != path)

    def is_first_in(self, folder: str, path: NotePath) -> bool:
        """Tell whether a file is the first of all files under a folder."""
        self._asked.about.add(f"first/{folder}/{path}")
        return self.names.folders.first_in(folder) == path

    def has_folder(self, folder: str) -> bool:
        """Tell whether a folder (folded) holds a file."""
        self._asked.about.add(f"folder/{folder}")
        return self.names.folders.has(folder)

    def titled(self, title: str) -> list[NotePath]:
        """Return the notes whose file name is the slug of this title."""
        name = slug(title)
        return self.named(f"{name}.md") if name else []

    def named(self, name: str) -> list[NotePath]:
        """Return the files of exactly this name (with extension), without case."""
        self._asked.about.add(name_words(name))
        return list(self.names.named(name))

    def with_stem(self, stem: str) -> list[NotePath]:
        """Return the files, notes left out, that have this name but for the extension."""
        key = folded(stem)
        self._asked.about.add(f"stem/{key}")
        return list(self.names.stems.get(key, ()))

    def nearest(self, kind: Kind, name: str) -> str | None:
        """Return the only note (by its stem) or other file that may have been meant."""
        self._asked.sought.add((kind, name))
        return self.names.similar[kind].nearest(name)

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


def _renamed(
    aliases: Mapping[str, list[NotePath]], changed: Iterable[tuple[NotePath, Facts, Facts]]
) -> dict[str, list[NotePath]]:
    """Return the aliases after the facts of some notes changed from the first to the second."""
    found = {**aliases}
    for path, old, new in changed:
        if old.aliases == new.aliases:
            continue
        for alias in {folded(alias.strip()) for alias in (*old.aliases, *new.aliases)}:
            times = sum(folded(one.strip()) == alias for one in new.aliases)
            others = [one for one in found.pop(alias, ()) if one != path]
            if others or times:
                found[alias] = sorted([*others, *[path] * times])
    return found


def slug(title: str) -> str:
    """Return the file name that the seed's family gives to a title.

    Only letters, digits and blanks stay, in lower case, and each blank becomes `_`
    (so the 21,189 notes of github.com/sieve-data/tubegraph are named).
    """
    kept = "".join(c for c in title.strip() if c.isalnum() or c == " ")
    return kept.replace(" ", "_").lower()
