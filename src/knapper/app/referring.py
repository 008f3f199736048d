"""Writing anew the references in the files of a vault: the plan, and what cannot be."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from knapper.app.workspace import Workspace
from knapper.core.note import Note
from knapper.core.paths import READ, NotePath, extension
from knapper.core.plan import Change, Write, digest
from knapper.core.references import Rewritten
from knapper.core.text import Edit, apply_edits
from knapper.shell.disk import decode_note

__all__ = ["Left", "Plan", "References", "Rewrite"]


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

    What is `needed`, folders and moves, comes first; without it nothing is done. `edits`
    are the changes of the files' texts, by the path that each has before.
    """

    changes: tuple[Change, ...]
    moved: Mapping[NotePath, NotePath]
    rewrites: tuple[Rewrite, ...]
    left: tuple[Left, ...]
    edits: Mapping[NotePath, tuple[Edit, ...]] = {}
    needed: tuple[Change, ...] = ()


class References:
    """What is written anew in the files of a vault, and what of it could not be."""

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self.rewrites: list[Rewrite] = []
        self.left: list[Left] = []
        self.edits: dict[NotePath, tuple[Edit, ...]] = {}

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        concerns: Callable[[Note], bool],
        edit: Callable[[Note], Rewritten],
    ) -> "References":
        """Ask `edit` of each file of a vault that `concerns` does not rule out."""
        found = cls()
        for path in workspace.tree.files:
            if extension(path) in READ:
                found._take(workspace, path, concerns, edit)
        return found

    def plan(self, moved: Mapping[NotePath, NotePath]) -> Plan:
        """Return the plan of these writes, by the paths that the files have now."""
        left = tuple(dict.fromkeys(self.left))
        return Plan(tuple(self.writes), moved, tuple(self.rewrites), left, self.edits)

    def _take(
        self,
        workspace: Workspace,
        path: NotePath,
        concerns: Callable[[Note], bool],
        edit: Callable[[Note], Rewritten],
    ) -> None:
        try:
            content = workspace.content(path)
        except OSError as error:
            self.left.append(Left(path, 1, f"it cannot be read: {(error.strerror or '').lower()}"))
            return
        note = decode_note(path, content)
        if not concerns(note):
            return
        made = edit(note)
        lines = note.lines
        self.left += [Left(path, lines.place(one.offset)[0], one.reason) for one in made.left]
        if not made.edits:
            return
        if note.trouble is not None or path in workspace.tree.linked:
            why = "is not UTF-8" if note.trouble else "is reached through a symbolic link"
            place = lines.place(made.edits[0].span.start)[0]
            self.left.append(Left(path, place, f"the file {why}, so it is not written"))
            return
        for one in sorted(made.edits):
            line = lines.place(one.span.start)[0]
            self.rewrites.append(Rewrite(path, line, note.text[slice(*one.span)], one.text))
        text = apply_edits(note.text, made.edits)
        why = "its links follow a renaming"
        self.writes.append(Write(path, text.encode(), digest(content), why))
        self.edits[path] = made.edits
