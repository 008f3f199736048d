"""Renaming notes, folders, attachments and headings, and all that refers to them."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from knapper.app.act import act
from knapper.app.workspace import Workspace
from knapper.core.errors import KnapperError
from knapper.core.note import Note, facts_of
from knapper.core.paths import (
    NotePath,
    extension,
    folded,
    folder_of,
    is_note,
    join,
    name_of,
)
from knapper.core.plan import Change, MakeFolder, Move, Outcome, RemoveFolder, Write, digest
from knapper.core.references import Rewritten
from knapper.core.relink import Renaming, may_name, relinked, renaming, retitled
from knapper.core.subpaths import heading_named
from knapper.core.text import Edit, Span, apply_edits
from knapper.core.vault import Found, Vault, reduced_heading
from knapper.shell.disk import decode_note

__all__ = [
    "Left",
    "Plan",
    "Rewrite",
    "carry_out",
    "mended_links",
    "plan_links",
    "plan_move",
    "plan_rename",
    "plan_retitle",
]

_READ = ("md", "canvas", "base")


class Rewrite(NamedTuple):
    """A reference that is written anew: where (line from 1), what stood there, what will."""

    path: NotePath
    line: int
    old: str
    new: str


class Left(NamedTuple):
    """A reference whose meaning changes, and that could not be written anew, and why."""

    path: NotePath
    line: int
    reason: str


class Plan(NamedTuple):
    """What a renaming will do: in order, and in the user's terms.

    `edits` are the changes of the files' texts, by the path that each has before.
    """

    changes: tuple[Change, ...]
    moved: Mapping[NotePath, NotePath]
    rewrites: tuple[Rewrite, ...]
    left: tuple[Left, ...]
    edits: Mapping[NotePath, tuple[Edit, ...]] = {}


def plan_rename(workspace: Workspace, old: str, new: str, start: Path = Path()) -> Plan:
    """Return what it takes to rename `old` (a note, folder, file, `Note#Heading`).

    A path is seen from `start`, then from the root of the vault. `new` is a name beside
    the old one, or with a `/` a path of the vault; a folder takes the file in. Raises
    `KnapperError` for what cannot be.
    """
    name, mark, heading = old.partition("#")
    path = _existing(workspace, name, start)
    if not mark:
        return plan_move(workspace, path, new)
    return plan_retitle(workspace, path, _heading_called(workspace, path, heading), new)


def plan_move(workspace: Workspace, path: NotePath, new: str) -> Plan:
    """Return what it takes to rename the file or folder at a path; as `plan_rename`."""
    files = set(workspace.tree.files)
    is_folder = path not in files
    goal = _goal(workspace, path, new, is_folder=is_folder)
    if goal == path:
        raise KnapperError(f"{path}: this is its name already")
    if is_folder:
        if goal.startswith(f"{path}/"):
            raise KnapperError(f"{new}: a folder cannot go into itself")
        moved = {one: goal + one[len(path) :] for one in files if one.startswith(f"{path}/")}
        hidden = _others_in(workspace.root, path, moved)
    else:
        moved, hidden = {path: goal}, []
    stuck = sorted({path, *moved} & workspace.tree.linked)
    if stuck:
        raise KnapperError(f"{stuck[0]}: this is reached through a symbolic link")
    edited = _relinked(workspace, {path: goal})
    moves = {**moved, **{one: goal + one[len(path) :] for one in hidden}}
    written = {one.path: digest(one.content) for one in edited.writes}
    return edited.plan(moved, _moves(workspace, moves, written, path if is_folder else ""))


def carry_out(workspace: Workspace, plan: Plan) -> tuple[Outcome, int | None]:
    """Carry out a renaming as one run that can be undone."""
    return act(workspace.root, plan.changes, "rename")


def mended_links(workspace: Workspace, moved: Mapping[NotePath, NotePath]) -> Plan:
    """Return what it takes to mend the links that died when others moved these files."""
    gone = {old: new for old, new in moved.items() if new in workspace.tree.files}
    files = (set(workspace.tree.files) - set(gone.values())) | gone.keys()
    before = Vault(files, {}, workspace.settings)
    after = Vault(workspace.tree.files, {}, workspace.settings)
    change = Renaming(before, after, gone, dead_only=True)
    back = {new: old for old, new in gone.items()}
    return _relink(workspace, change, lambda path: back.get(path, path)).plan(gone)


class _Edited:
    """The files that are edited, and what of them could not be."""

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self.rewrites: list[Rewrite] = []
        self.left: list[Left] = []
        self.edits: dict[NotePath, tuple[Edit, ...]] = {}

    def plan(self, moved: Mapping[NotePath, NotePath], moves: Iterable[Change] = ()) -> Plan:
        """Return the plan of these writes and then of the moves."""
        changes = (*self.writes, *moves)
        return Plan(changes, moved, tuple(self.rewrites), tuple(self.left), self.edits)


# -- files ---------------------------------------------------------------------------------


def _relink(
    workspace: Workspace,
    change: Renaming,
    before_path: Callable[[NotePath], NotePath] = lambda path: path,
) -> _Edited:
    """Write anew what refers to the files that move, note by note."""
    names = {*change.moved, *change.moved.values(), *change.folders}
    moved = {*change.moved, *change.moved.values()}

    def concerns(note: Note) -> bool:
        return note.path in moved or not is_note(note.path) or may_name(note.text, names)

    def edited(note: Note) -> Rewritten:
        return relinked(Note(before_path(note.path), note.text), change)

    return _edited(workspace, concerns, edited)


def _relinked(workspace: Workspace, moved: Mapping[NotePath, NotePath]) -> _Edited:
    """Write anew what refers to files and folders that move."""
    files = workspace.tree.files
    folders = {old: new for old, new in moved.items() if old not in files}
    every = {old: new for old, new in moved.items() if old in files}
    for old, new in folders.items():
        every |= {one: new + one[len(old) :] for one in files if one.startswith(f"{old}/")}
    before = Vault(files, {}, workspace.settings)
    return _relink(workspace, renaming(before, every, folders))


def _edited(
    workspace: Workspace, concerns: Callable[[Note], bool], edit: Callable[[Note], Rewritten]
) -> _Edited:
    found = _Edited()
    left = found.left
    for path in workspace.tree.files:
        if extension(path) not in _READ:
            continue
        try:
            content = workspace.content(path)
        except OSError as error:
            left.append(Left(path, 1, f"it cannot be read: {(error.strerror or '').lower()}"))
            continue
        note = decode_note(path, content)
        if not concerns(note):
            continue
        made = edit(note)
        lines = note.lines
        left += [Left(path, lines.place(one.offset)[0], one.reason) for one in made.left]
        if not made.edits:
            continue
        if note.trouble is not None or path in workspace.tree.linked:
            why = "is not UTF-8" if note.trouble else "is reached through a symbolic link"
            place = lines.place(made.edits[0].span.start)[0]
            left.append(Left(path, place, f"the file {why}, so it is not written"))
            continue
        for one in sorted(made.edits):
            line = lines.place(one.span.start)[0]
            found.rewrites.append(Rewrite(path, line, note.text[slice(*one.span)], one.text))
        text = apply_edits(note.text, made.edits)
        why = "its links follow a renaming"
        found.writes.append(Write(path, text.encode(), digest(content), why))
        found.edits[path] = made.edits
    return found


def _existing(workspace: Workspace, said: str, start: Path) -> NotePath:
    """Return the file or folder that is meant: as a path, or as a link would name it."""
    root, files = workspace.root, set(workspace.tree.files)
    choices = []
    for base in (start, root):
        whole = Path(os.path.normpath(base.absolute() / said))
        if whole.is_relative_to(root.absolute()) and whole != root.absolute():
            path = whole.relative_to(root.absolute()).as_posix()
            choices += [path, f"{path}.md"]
    folders = {folder for path in files for folder in _folders_of(path)}
    for choice in choices:
        if choice in files or choice in folders:
            return choice
    found = Vault(files, {}, workspace.settings).resolve(said, "")
    if isinstance(found, Found):
        return found.path
    if candidates := getattr(found, "candidates", ()):
        raise KnapperError(f"{said}: this can mean {' or '.join(candidates)}")
    raise KnapperError(f"{said}: there is no such file or folder in the vault")


def _folders_of(path: NotePath) -> Iterable[str]:
    while path := folder_of(path):
        yield path


def _goal(workspace: Workspace, path: NotePath, new: str, *, is_folder: bool) -> NotePath:
    """Return where a file is to go; raises `KnapperError` if it cannot stand there."""
    said = new.replace(os.sep, "/")
    folder = folder_of(path) if "/" not in said else ""
    goal = join(folder, said)
    if not goal:
        if goal is None or said.strip("/. "):
            raise KnapperError(f"{new}: this lies outside the vault")
        goal = name_of(path)
    elif said.endswith("/") or ((workspace.root / goal).is_dir() and folded(goal) != folded(path)):
        goal = f"{goal}/{name_of(path)}"
    if not is_folder and extension(path) and not _has_extension(goal, path):
        goal = f"{goal}.{name_of(path).rpartition('.')[2]}"
    for part in goal.split("/"):
        if bad := next((sign for sign in part if sign in "#^|[]\\:" or ord(sign) < 32), None):
            raise KnapperError(f"{new}: a name with {bad!r} cannot be linked to in Obsidian")
        if part.startswith(".") or part != part.strip() or part.endswith("."):
            raise KnapperError(f"{new}: a name cannot begin or end with a dot or a blank")
        if len(part.encode()) > 255:
            raise KnapperError(f"{new}: a name has at most 255 bytes")
    taken = next((one for one in workspace.tree.files if folded(one) == folded(goal)), None)
    if (taken is not None and taken != path) or (
        os.path.lexists(workspace.root / goal) and folded(goal) != folded(path)
    ):
        raise KnapperError(f"{taken or goal}: this is there already")
    return goal


def _has_extension(goal: NotePath, path: NotePath) -> bool:
    """Tell whether a new name says its extension itself: a note's is always `.md`."""
    return extension(goal) == extension(path) or (not is_note(path) and "." in name_of(goal))


def _others_in(root: Path, folder: NotePath, known: Mapping[NotePath, NotePath]) -> list[NotePath]:
    """Return the files of a folder that Obsidian does not show; raises for a link."""
    found = []
    for above, folders, files in os.walk(root / folder):
        for name in (*files, *folders):
            whole = Path(above) / name
            path = whole.relative_to(root).as_posix()
            if whole.is_symlink():
                raise KnapperError(f"{path}: this symbolic link would have to go with the folder")
            if name in files and path not in known:
                found.append(path)
    return found


def _moves(
    workspace: Workspace,
    moved: Mapping[NotePath, NotePath],
    written: Mapping[NotePath, str],
    folder: str,
) -> list[Change]:
    """Return the moves, with the folders that they need and those that they leave empty.

    `written` has the digests of files that are rewritten before they move.
    """
    root, changes = workspace.root, list[Change]()
    there = {""}
    for new in sorted(moved.values()):
        for above in reversed(list(_folders_of(new))):
            if above not in there and not (root / above).is_dir():
                changes.append(MakeFolder(above, "a renamed file goes there"))
            there.add(above)
    changes += [
        Move(old, new, written.get(old) or digest(workspace.content(old)), "renamed")
        for old, new in moved.items()
    ]
    if folder and (root / folder).is_dir():
        empty = [Path(above).relative_to(root).as_posix() for above, _, _ in os.walk(root / folder)]
        empty.sort(key=lambda path: -path.count("/"))
        changes += [RemoveFolder(path, "its files have moved") for path in empty]
    return changes


# -- headings ------------------------------------------------------------------------------


def plan_links(workspace: Workspace, moved: Mapping[NotePath, NotePath]) -> Plan:
    """Return what lets references follow files and folders that somebody else is to move.

    `moved` has their paths before and after; the plan has the edits, and no moves.
    """
    return _relinked(workspace, moved).plan({})


def plan_retitle(workspace: Workspace, path: NotePath, index: int, new: str) -> Plan:
    """Return what it takes to give heading number `index` of a note another text.

    Raises `KnapperError` for a text that no heading can have.
    """
    title = " ".join(new.split())
    if not title or not reduced_heading(title):
        raise KnapperError(f"'{new}': a heading needs a text that a link can name")
    note = workspace.read(path)
    vault = Vault(workspace.tree.files, {path: facts_of(note)}, workspace.settings)
    own = _heading_edit(note, index, title)

    def edited(one: Note) -> Rewritten:
        made = retitled(one, path, index, title, vault)
        return made._replace(edits=(*made.edits, own)) if one.path == path else made

    def concerns(one: Note) -> bool:
        return one.path == path or not is_note(one.path) or may_name(one.text, [path])

    return _edited(workspace, concerns, edited).plan({})


def _heading_called(workspace: Workspace, path: NotePath, said: str) -> int:
    """Return the number of the one heading that `A#B` names; raises `KnapperError`."""
    if not is_note(path) or path in workspace.tree.linked:
        raise KnapperError(f"{path}: only a note's headings can be renamed")
    note = workspace.read(path)
    if note.trouble is not None:
        raise KnapperError(f"{path}: {note.trouble.message}")
    headings = [(heading.level, heading.text) for heading in note.headings]
    last = reduced_heading(said.rpartition("#")[2])
    same = [index for index, (_, text) in enumerate(headings) if reduced_heading(text) == last]
    if not same or heading_named(headings, said) is None:
        names = ", ".join(f"'{text}'" for _, text in headings[:5])
        raise KnapperError(f"{path}: no heading '{said}'; it has {names or 'none'}")
    if len(same) > 1:
        raise KnapperError(f"{path}: {len(same)} headings are called '{said}'; rename by hand")
    return same[0]


def _heading_edit(note: Note, index: int, title: str) -> Edit:
    """Return the edit that replaces a heading's text, its signs and level kept."""
    heading = note.headings[index]
    at = note.text.find(heading.text, heading.start, heading.end)
    if at < 0:
        raise KnapperError(
            f"{note.path}: the heading '{heading.text}' spans lines; edit it by hand"
        )
    edit = Edit(Span(at, at + len(heading.text)), title)
    after = Note(note.path, apply_edits(note.text, [edit])).headings
    was = [(one.level, one.text) for one in note.headings]
    was[index] = heading.level, title
    if [(one.level, one.text) for one in after] != was:
        raise KnapperError(f"'{title}': this would not be read as the text of a heading")
    return edit
