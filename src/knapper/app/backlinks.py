"""Who links to a note, or to a heading or block of it."""

from typing import NamedTuple

from knapper.answers.backlinks import backlinks
from knapper.answers.goal import Goal, goals
from knapper.app.workspace import CHECKED, Workspace, facts
from knapper.core.errors import KnapperError
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension, is_note
from knapper.core.relink import may_name
from knapper.core.vault import Ambiguous, Found, Vault

__all__ = ["Backlink", "backlinks_to", "file_called"]


class Backlink(NamedTuple):
    """A link that leads there: its note, place (from 1), text, and the line around it."""

    path: NotePath
    line: int
    column: int
    link: str
    context: str


def file_called(workspace: Workspace, said: str) -> NotePath:
    """Return the file of the vault that a path from its root means, or a link's text.

    Raises `KnapperError` where there is none, or several.
    """
    files = set(workspace.tree.files)
    for path in (said, f"{said}.md"):
        if path in files:
            return path
    match Vault(files, {}, workspace.settings).resolve(said.partition("#")[0], ""):
        case Found(path):
            return path
        case Ambiguous(candidates):
            raise KnapperError(f"{said}: this can mean {' or '.join(candidates)}")
        case _:
            raise KnapperError(f"{said}: there is no such file in the vault")


def backlinks_to(workspace: Workspace, said: str) -> list[Backlink]:
    """Return the links that lead to `said`: a file, `Note#Heading` or `Note#^block`.

    Raises `KnapperError` for what is not there.
    """
    name, mark, subpath = said.partition("#")
    path = file_called(workspace, said if said in workspace.tree.files else name)
    notes = {path: workspace.read(path)} if extension(path) in CHECKED else {}
    for other in workspace.tree.files:
        if extension(other) in CHECKED:
            note = workspace.read(other)
            if not is_note(other) or may_name(note.text, [path]):
                notes[other] = note
    known = {other: facts(note) for other, note in notes.items()}
    vault = Vault(workspace.tree.files, known, workspace.settings)
    goal = Goal(path)
    if mark and path != said:
        (goal,) = goals(f"/{path}#{subpath}", "", vault)
        if goal.kind == "file":
            raise KnapperError(f"{path}: there is no '#{subpath}' in it")
    found = backlinks(goal, vault, notes.__getitem__)
    return [_told(notes[place.path], *place.span) for place in found]


def _told(note: Note, start: int, end: int) -> Backlink:
    line, column = note.lines.place(start)
    return Backlink(note.path, line, column, note.text[start:end], note.lines.line(line))
