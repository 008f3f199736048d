"""What the names of a renaming mean: the file that is there, and where it is to go."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from knapper.app.workspace import Workspace
from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath, extension, folded, folder_of, is_note, join, name_of
from knapper.core.vault import Found, Vault

__all__ = ["existing", "folders_above", "goal_of"]


def existing(workspace: Workspace, said: str, start: Path) -> NotePath:
    """Return the file or folder that is meant: as a path, or as a link would name it."""
    root, files = workspace.root, set(workspace.tree.files)
    choices = []
    for base in (start, root):
        whole = Path(os.path.normpath(base.absolute() / said))
        if whole.is_relative_to(root.absolute()) and whole != root.absolute():
            path = whole.relative_to(root.absolute()).as_posix()
            choices += [path, f"{path}.md"]
    folders = _folders(files)
    for choice in choices:
        if choice in files or choice in folders:
            return choice
    found = Vault(files, {}, workspace.settings).resolve(said, "")
    if isinstance(found, Found):
        return found.path
    if candidates := getattr(found, "candidates", ()):
        raise KnapperError(f"{said}: this can mean {' or '.join(candidates)}")
    raise KnapperError(f"{said}: there is no such file or folder in the vault")


def goal_of(workspace: Workspace, path: NotePath, new: str, *, is_folder: bool) -> NotePath:
    """Return where a file is to go; raises `KnapperError` if it cannot stand there."""
    said = _in_the_vault(workspace, new)
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
    if not is_folder:
        goal = _as_spelt(goal, workspace.tree.files)
    _must_be_possible(goal, new)
    taken = next((one for one in workspace.tree.files if folded(one) == folded(goal)), None)
    if (taken is not None and taken != path) or (
        os.path.lexists(workspace.root / goal) and folded(goal) != folded(path)
    ):
        raise KnapperError(f"{taken or goal}: this is there already")
    return goal


def _in_the_vault(workspace: Workspace, new: str) -> str:
    """Return a new name as the vault has it, a path of the disk as one with `/` before it.

    Such a beginning means the root of the vault as well: what begins with a folder that is
    there on the disk, and not in the vault, lies outside of it. So does a home folder.
    """
    path, said = Path(new), new.replace(os.sep, "/")
    if path.is_absolute():
        with suppress(KnapperError):
            return f"/{workspace.note_path(path)}" + ("/" if said.endswith("/") else "")
    first, *rest = path.relative_to(path.anchor).parts or [""]
    is_elsewhere = first == "~" or (path.is_absolute() and Path(path.anchor, first).is_dir())
    if rest and is_elsewhere and not (workspace.root / first).is_dir():
        raise KnapperError(f"{new}: this lies outside the vault")
    return said


def folders_above(path: NotePath) -> Iterator[str]:
    """Yield the folders of a path, the innermost first."""
    while path := folder_of(path):
        yield path


def _folders(files: Iterable[NotePath]) -> set[str]:
    return {folder for path in files for folder in folders_above(path)}


def _as_spelt(goal: NotePath, files: Iterable[NotePath]) -> NotePath:
    """Return a goal with its folders as they are spelt already.

    On a disk that ignores case `Notes/` and `notes/` are one folder.
    """
    known = {folded(folder): folder for folder in sorted(_folders(files), reverse=True)}
    for folder in folders_above(goal):
        if there := known.get(folded(folder)):
            return there + goal[len(folder) :] if folder not in known.values() else goal
    return goal


def _must_be_possible(goal: NotePath, said: str) -> None:
    """Raise `KnapperError` for a path that no file can have, or to which no link can lead."""
    for part in goal.split("/"):
        if bad := next(filter(_cannot_be_linked, part), None):
            raise KnapperError(f"{said}: a name with {bad!r} cannot be linked to in Obsidian")
        if part.startswith(".") or part != part.strip() or part.endswith("."):
            raise KnapperError(f"{said}: a name cannot begin or end with a dot or a blank")
        if len(part.encode()) > 255:
            raise KnapperError(f"{said}: a name has at most 255 bytes")


def _cannot_be_linked(sign: str) -> bool:
    """Tell whether no link can hold a sign of a name; a byte that is not UTF-8 is one too."""
    return sign in "#^|[]\\:" or sign < " " or "\ud800" <= sign <= "\udfff"


def _has_extension(goal: NotePath, path: NotePath) -> bool:
    """Tell whether a new name says its extension itself: a note's is always `.md`."""
    return extension(goal) == extension(path) or (not is_note(path) and "." in name_of(goal))
