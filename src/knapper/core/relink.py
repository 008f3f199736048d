"""Keeping the meaning of links when files are renamed.

A link that meant a file before means the same file after, wherever it is then: one
that was found must be found, and no new name takes a link away from another file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import unquote

from knapper.core.note import Note
from knapper.core.paths import (
    NotePath,
    extension,
    folded,
    folder_of,
    is_note,
    join,
    relative,
    stem_of,
    tidy,
)
from knapper.core.references import CannotWriteError, Kind, Rewritten, Unwritable, rewritten
from knapper.core.text import Edit, apply_edits
from knapper.core.vault import Found, Missing, Resolution, Vault

__all__ = ["Renaming", "may_name", "relinked", "renaming"]

_SHOWN = 60
_NBSP = str.maketrans("\u00a0\u202f", "  ")


class Renaming(NamedTuple):
    """Files before and after, and which went where (`moved`: old to new path).

    With `dead_only` only links that lead nowhere afterwards are mended: so it is when
    others, who may have mended links themselves, did the renaming.
    """

    before: Vault
    after: Vault
    moved: Mapping[NotePath, NotePath]
    folders: Mapping[str, str] = {}
    dead_only: bool = False

    def new_path(self, path: NotePath) -> NotePath:
        """Return where a file of before is after."""
        return self.moved.get(path, path)


def renaming(
    before: Vault,
    moved: Mapping[NotePath, NotePath],
    folders: Mapping[str, str] | None = None,
) -> Renaming:
    """Return what it means to a vault that files move."""
    files = (moved.get(path, path) for path in before.files)
    after = Vault(files, {}, before.settings)
    return Renaming(before, after, moved, folders or {})


def may_name(text: str, files: Iterable[NotePath]) -> bool:
    """Tell whether a text may name one of the files; quick, and True when in doubt."""
    if "\\u" in text or "\\x" in text or "''" in text:
        return True  # escapes of JSON and YAML
    stems = {_plain(stem_of(path)) for path in files}
    whole = _plain(text)
    if any(stem in whole for stem in stems):
        return True
    return "%" in whole and any(stem in _plain(unquote(text)) for stem in stems)


def _plain(text: str) -> str:
    return folded(text.translate(_NBSP))


def relinked(note: Note, change: Renaming) -> Rewritten:
    """Return the edits that let the references of a note mean what they meant.

    `note` has its path of before. What is edited is read again: a link that would not
    come out as it should stays as it is, and is told of.
    """
    here = change.new_path(note.path)
    made = rewritten(note, partial(_new_target, change, note.path, here))
    if not made.edits or extension(note.path) == "base":
        return made
    come_out = partial(_come_out, note, partial(_holds, change, note.path, here))
    if come_out(made.edits):
        return made
    kept = tuple(edit for edit in made.edits if come_out((edit,)))
    kept = kept if come_out(kept) else ()
    left = (
        Unwritable(edit.span.start, f"{_begun(edit.text)} would be read otherwise in this place")
        for edit in made.edits
        if edit not in kept
    )
    return Rewritten(kept, (*made.left, *left))


def _begun(text: str) -> str:
    """Return a text in quotes; of a long one, as the card of a canvas, the beginning."""
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}…'"


def _come_out(note: Note, holds: Callable[[str, str], bool], edits: Sequence[Edit]) -> bool:
    """Tell whether after some edits all references of a note are still there and hold."""
    old, new = _targets(note), _targets(Note(note.path, apply_edits(note.text, edits)))
    return len(old) == len(new) and all(map(holds, old, new))


def _targets(note: Note) -> list[str]:
    """Return the targets of a file's references, in order."""
    found = [link.target for link in note.links]
    found += [link.link for link in note.frontmatter_links]
    for node in note.canvas.nodes if note.canvas else ():
        found += [f"/{node.text_of(key)}" for key in ("file", "background") if node.text_of(key)]
        found += _targets(Note("card.md", node.text_of("text")))
    return found


def _holds(change: Renaming, source: NotePath, here: NotePath, old: str, new: str) -> bool:
    """Tell whether a target of before and one of after mean the same."""
    if old == new:
        return True
    was = change.before.resolve(old, source)
    now = change.after.resolve(new, here)
    same_part = old.partition("#")[2] == new.partition("#")[2]
    right = now == (Found(change.new_path(was.path)) if isinstance(was, Found) else Missing())
    return right and same_part


def _new_target(
    change: Renaming, source: NotePath, here: NotePath, target: str, kind: Kind
) -> str | None:
    """Return what a target has to be, None if it is right as it is."""
    if kind == "folder":
        return _new_folder(change.folders, target)
    path, mark, subpath = target.partition("#")
    if not path.strip() or kind == "part":
        return None
    was, now = change.before.resolve(target, source), change.after.resolve(target, here)
    if isinstance(was, Missing):
        return _new_missing(change, source, target, kind, now)
    if not isinstance(was, Found):
        if _moved_like(was, now, change) or change.dead_only:
            return None
        raise CannotWriteError(f"'{path}' could mean several files, and means others now")
    goal = change.new_path(was.path)
    if change.dead_only and not isinstance(now, Missing):
        return None
    if now == Found(goal) and not (_is_spelt(path, was.path) and not _is_spelt(path, goal)):
        return None  # else only the case of letters is another one, and it follows
    for text in _forms(path.strip(), goal, here, change.after):
        if change.after.resolve(text, here) == Found(goal):
            return f"{text}{mark}{subpath}"
    raise CannotWriteError(f"no link can tell '{goal}' from the other files of its name")


def _new_missing(
    change: Renaming, source: NotePath, target: str, kind: Kind, now: Resolution
) -> str | None:
    """Return what a target has to be that leads to no note: it keeps its place."""
    path, mark, subpath = target.partition("#")
    here = change.new_path(source)
    if kind == "md" and (place := _place(path, source, change.before)):
        new = _to_place(path.strip(), place, source, change)
        return f"{new}{mark}{subpath}" if new != path.strip() else None
    if change.dead_only:
        return None
    if tidy(path).startswith(("./", "../")) and folder_of(source) != folder_of(here):
        return f"{_same_place(path.strip(), source, change)}{mark}{subpath}"
    if isinstance(now, Found):
        raise CannotWriteError(f"'{path}' led nowhere and leads to '{now.path}' now")
    return None


def _place(path: str, source: NotePath, vault: Vault) -> str | None:
    """Return the folder, or file without an extension, to which a Markdown link leads.

    In Obsidian it leads nowhere, and yet it works in other tools.
    """
    name = tidy(path).rstrip("/")
    for place in (join(folder_of(source), name), name.strip("/")):
        inside = f"{place}/"
        if place and (place in vault.files or any(one.startswith(inside) for one in vault.files)):
            return place
    return None


def _to_place(path: str, place: str, source: NotePath, change: Renaming) -> str:
    """Return the path by which a folder or such a file is named after the renaming."""
    here = change.new_path(source)
    new = change.moved.get(place) or _new_folder(change.folders, place) or place
    if new == place and folder_of(source) == folder_of(here):
        return path
    slash = "/" if path.endswith("/") else ""
    if path.startswith("/"):
        return f"/{new}{slash}"
    if join(folder_of(source), tidy(path)) != place:
        return f"{new}{slash}"
    way = relative(folder_of(here), new)
    return f"{'./' if path.startswith('./') and not way.startswith('..') else ''}{way}{slash}"


def _is_spelt(written: str, path: NotePath) -> bool:
    """Tell whether a link is written in the letters of the path that it leads to."""
    name = normalize("NFC", tidy(written.strip()).rpartition("./")[2].lstrip("/"))
    return f"/{normalize('NFC', path)}".endswith((f"/{name}", f"/{name}.md"))


def _same_place(path: str, source: NotePath, change: Renaming) -> str:
    """Return a relative path that leads where `path` led before its `source` moved.

    A place in a folder that moves goes with it. It may lead out of the vault, where
    nothing is known.
    """
    here = change.new_path(source)
    parts = folder_of(source).split("/") if folder_of(source) else []
    ups = 0
    for part in tidy(path).split("/"):
        if part not in ("..", "."):
            parts.append(part)
        elif part == ".." and parts:
            parts.pop()
        elif part == "..":
            ups += 1
    if ups:
        depth = len(folder_of(here).split("/")) if folder_of(here) else 0
        return "/".join([".."] * (depth + ups) + parts)
    place = "/".join(parts)
    way = relative(folder_of(here), _new_folder(change.folders, place) or place)
    return way if way.startswith("..") else f"./{way}"


def _moved_like(was: Resolution, now: Resolution, change: Renaming) -> bool:
    """Tell whether a link that could mean several files still could mean just these."""
    names = tuple(getattr(was, "candidates", ()))
    return tuple(sorted(map(change.new_path, names))) == getattr(now, "candidates", ())


def _forms(written: str, goal: NotePath, here: NotePath, after: Vault) -> Iterable[str]:
    """Yield the ways to write a link to `goal`, that of `written` first."""
    ending = goal[-3:] if is_note(goal) and is_note(written) else ""
    whole = goal[:-3] if is_note(goal) else goal
    if written.startswith(("./", "../")):
        way = relative(folder_of(here), whole)
        yield (way if way.startswith("../") else f"./{way}") + ending
    if written.startswith("/"):
        yield f"/{whole}{ending}"
    yield after.link_to(goal, here) + ending
    yield after.shortest_name(goal, here) + ending
    yield whole + ending
    yield goal
    yield f"/{goal}"


def _new_folder(folders: Mapping[str, str], folder: str) -> str | None:
    for old, new in folders.items():
        if folder == old or folder.startswith(f"{old}/"):
            return new + folder[len(old) :]
    return None
