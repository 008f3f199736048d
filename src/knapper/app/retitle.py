"""Renaming a heading, and all that names it."""

from knapper.app.referring import Plan, References
from knapper.app.workspace import Workspace
from knapper.core.errors import KnapperError
from knapper.core.note import Note, facts_of
from knapper.core.paths import NotePath, is_note
from knapper.core.references import Rewritten
from knapper.core.relink import may_name
from knapper.core.retitle import retitled
from knapper.core.subpaths import heading_named
from knapper.core.text import Edit, Span, apply_edits
from knapper.core.vault import Vault, reduced_heading

__all__ = ["heading_called", "plan_retitle"]


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

    return References.of(workspace, concerns, edited).plan({})


def heading_called(workspace: Workspace, path: NotePath, said: str) -> int:
    """Return the number of the one heading that `A#B` names; raises `KnapperError`.

    A heading that has a `#` in its text may be named by all of it.
    """
    if not is_note(path) or path in workspace.tree.linked:
        raise KnapperError(f"{path}: only a note's headings can be renamed")
    note = workspace.read(path)
    if note.trouble is not None:
        raise KnapperError(f"{path}: {note.trouble.message}")
    headings = [(heading.level, heading.text) for heading in note.headings]
    whole, last = reduced_heading(said), reduced_heading(said.rpartition("#")[2])
    texts = [reduced_heading(text) for _, text in headings]
    same = [index for index, text in enumerate(texts) if text == whole]
    if not same and heading_named(headings, said) is not None:
        same = [index for index, text in enumerate(texts) if text == last]
    if not same:
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
