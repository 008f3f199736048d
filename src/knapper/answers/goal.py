"""Where a link leads: to files, and to which part of them."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from knapper.answers.subject import BlockSubject, HeadingSubject, Subject, heading_span
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, is_note
from knapper.core.subpaths import heading_named, section_end
from knapper.core.text import Span
from knapper.core.vault import Ambiguous, Found, Vault, split_link

__all__ = ["Goal", "Place", "goal_of", "goals", "place_of", "section_of"]


class Goal(NamedTuple):
    """A file, or a part of it: heading `number`, or the block or footnote `name`."""

    path: NotePath
    kind: Literal["file", "heading", "block", "footnote"] = "file"
    number: int = -1
    name: str = ""


class Place(NamedTuple):
    """A range in a file, in code points."""

    path: NotePath
    span: Span


def goal_of(subject: Subject | None, path: NotePath) -> Goal | None:
    """Return what links to a subject of the note at `path` name; None for a link or tag."""
    match subject:
        case HeadingSubject(number, _):
            return Goal(path, "heading", number)
        case BlockSubject(name, _):
            return Goal(path, "block", name=name.lower())
        case None:
            return Goal(path)
        case _:
            return None


def goals(target: str, source: NotePath, vault: Vault) -> Iterator[Goal]:
    """Yield where a link's target leads from a note: nowhere, or several if it is ambiguous.

    A part that its file does not have leads to the file.
    """
    resolved = vault.resolve(target, source)
    paths: tuple[NotePath, ...] = ()
    if isinstance(resolved, Found):
        paths = (resolved.path,)
    elif isinstance(resolved, Ambiguous):
        paths = resolved.candidates
    subpath = split_link(target)[1]
    for path in paths:
        yield _part(path, subpath, vault.known(path))


def place_of(goal: Goal, read: Callable[[NotePath], Note]) -> Place:
    """Return where a goal stands in its file; the start of it where that is not known."""
    if goal.kind == "file" or not is_note(goal.path):
        return Place(goal.path, Span(0, 0))
    note = read(goal.path)
    if goal.kind == "heading" and goal.number < len(note.headings):
        return Place(goal.path, heading_span(note, goal.number))
    for block in note.blocks if goal.kind == "block" else ():
        if block.name.lower() == goal.name:
            return Place(goal.path, Span(block.start, block.end))
    for mark in note.footnotes if goal.kind == "footnote" else ():
        if mark.defines and mark.name == goal.name:
            return Place(goal.path, Span(mark.start, mark.end))
    return Place(goal.path, Span(0, 0))


def section_of(note: Note, index: int) -> Span:
    """Return a heading with all that stands below it."""
    headings = note.headings
    after = section_end([heading.level for heading in headings], index)
    end = len(note.text) if after is None else headings[after].start
    return Span(headings[index].start, end)


def _part(path: NotePath, subpath: str, facts: Facts | None) -> Goal:
    last = subpath.rpartition("#")[2].strip()
    if facts is None or not last or not is_note(path):
        return Goal(path)
    if last.startswith("^"):
        name = last[1:].strip().lower()
        return Goal(path, "block", name=name) if name in facts.blocks else Goal(path)
    if last.startswith("[^"):
        name = last[2:].rstrip("]").lower()
        return Goal(path, "footnote", name=name) if name in facts.footnotes else Goal(path)
    exact = (i for i, (_, text) in enumerate(facts.headings) if text == subpath)
    number = next(exact, None)
    if number is None:
        number = heading_named(facts.headings, subpath)
    return Goal(path) if number is None else Goal(path, "heading", number)
