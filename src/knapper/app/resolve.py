"""Settling conflicts: the note, its conflict copy, and which of them is to stay."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from knapper.app.act import act
from knapper.app.roots import settings_folder
from knapper.core.copies import original_of
from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath
from knapper.core.plan import Change, Copy, Move, Outcome, Trash
from knapper.shell.disk import scan
from knapper.shell.folder import Folder
from knapper.shell.source import Source
from knapper.sync.tree import is_file, is_local

__all__ = ["Conflict", "Keep", "conflicts", "settle"]

Keep = Literal["note", "copy"]


class Conflict(NamedTuple):
    """A conflict copy and the note that it is of, which may be gone (`is_there`)."""

    note: NotePath
    copy: NotePath
    is_there: bool


def conflicts(root: Path) -> list[Conflict]:
    """Return the conflict copies in a vault, whichever tool made them.

    Among the settings only those that a sync of ours carries along are. Raises `ConfigError`.
    """
    return list(_conflicts({*scan(root).files, *_settings(root)}))


def _settings(root: Path) -> Iterable[NotePath]:
    """Return the files of the configuration folder that take part in a sync."""
    name = settings_folder(root)

    def others(one: str, folder: NotePath, _is_folder: bool) -> bool:
        return is_local(one, folder, name) or (not folder and one != name)

    return Source(root).listing(others).files


def _conflicts(files: Iterable[NotePath]) -> Iterable[Conflict]:
    there = set(files)
    for path in sorted(there):
        note = original_of(path)
        if note is not None:
            yield Conflict(note, path, note in there)


def settle(root: Path, conflict: Conflict, keep: Keep) -> tuple[Outcome, int | None]:
    """Keep the note or the copy under the note's name, as a run that can be undone."""
    folder = Folder(root)
    try:
        note, copy = folder.state(conflict.note), folder.state(conflict.copy)
    finally:
        folder.close()
    if copy is None or not is_file(copy):
        raise KnapperError(f"{conflict.copy}: there is no such file any more")
    away = Trash(conflict.copy, copy, "the conflict is settled")
    changes: list[Change] = [away]
    if keep == "copy" and note is None:
        changes = [Move(conflict.copy, conflict.note, copy, "the conflict is settled")]
    elif keep == "copy" and note != copy:
        why = "the conflict is settled for the copy"
        changes = [Copy(conflict.note, conflict.copy, copy, note, why, own=True), away]
    elif keep == "note" and note is None:
        raise KnapperError(f"{conflict.note}: there is no such note any more; keep the copy")
    return act(root, changes, f"resolve {conflict.note}")
