"""The outline of a note, and the headings and notes of a vault by name."""

from collections.abc import Iterator
from typing import NamedTuple

from knapper.answers.goal import Goal, section_of
from knapper.answers.index import Index
from knapper.answers.subject import heading_span
from knapper.core.note import Note
from knapper.core.paths import folded, stem_of
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = ["Found", "Section", "outline", "sought"]


class Section(NamedTuple):
    """A heading: its level and text, where it stands, and the section that it opens."""

    level: int
    text: str
    name_span: Span
    span: Span


class Found(NamedTuple):
    """A note or heading that was looked for: its name, what holds it, and where it is."""

    name: str
    within: str
    goal: Goal


def outline(note: Note) -> list[Section]:
    """Return the headings of a note in order."""
    return [
        Section(heading.level, heading.text, heading_span(note, index), section_of(note, index))
        for index, heading in enumerate(note.headings)
    ]


def sought(words: str, vault: Vault, index: Index, most: int) -> Iterator[Found]:
    """Yield notes, aliases and headings whose names hold what was typed, notes first."""
    names, _ = index.found(words, most)
    for name in names:
        yield Found(name.alias or stem_of(name.path), name.path, Goal(name.path))
    left, wanted = most - len(names), folded(words.strip())
    for path, facts in vault.facts.items() if wanted else ():
        for number, (_, text) in enumerate(facts.headings):
            if left <= 0:
                return
            if wanted in folded(text):
                left -= 1
                yield Found(text, path, Goal(path, "heading", number))
