"""Reading and judging the notes of a vault in batches, and forgetting them again.

A batch gives back what is kept of its notes: their facts, folded up, and what was found
in them. No more than one note is held at a time.
"""

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from knapper.app.workspace import Workspace, facts
from knapper.core.first_look import FirstLook, Granted
from knapper.core.lint import lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.rule import Diagnostic
from knapper.core.shelf import folded_up, joined
from knapper.core.vault import Vault

__all__ = ["Batch", "Texts", "judge_again", "look"]


class Texts(NamedTuple):
    """Where the notes of a vault are read; `instead` has texts to take for those on disk."""

    workspace: Workspace
    instead: Mapping[NotePath, str]

    def read(self, path: NotePath) -> Note:
        """Read a note, or what is to be taken for it; an attachment is its name alone."""
        if (text := self.instead.get(path)) is not None:
            return Note(path, text)
        if is_attachment(path) and path not in self.workspace.tree.odd:
            settings = (note for note in self.workspace.broken_settings if note.path == path)
            return next(settings, Note(path, ""))
        return self.workspace.read(path)


class Batch(NamedTuple):
    """What is kept of the notes of a batch.

    `facts` are those of all of them, in order; `found` has only notes with findings, and
    `granted` those for which something was taken for granted.
    """

    facts: str
    found: Mapping[NotePath, list[Diagnostic]]
    granted: Mapping[NotePath, Granted]


def look(
    texts: Texts, vault: FirstLook, judged: Container[NotePath], paths: Sequence[NotePath]
) -> Batch:
    """Read notes for the first time, and judge those of `judged` by what is known already."""
    folded: list[str] = []
    found: dict[NotePath, list[Diagnostic]] = {}
    granted: dict[NotePath, Granted] = {}
    for path in paths:
        note = texts.read(path)
        known = facts(note)
        folded.append(folded_up(known))
        if path not in judged:
            continue
        vault.look_at(path, known)
        if diagnostics := lint_note(note, vault, texts.workspace.rules_of(path)):
            found[path] = diagnostics
        if assumed := vault.granted():
            granted[path] = assumed
    return Batch(joined(folded), found, granted)


def judge_again(texts: Texts, vault: Vault, paths: Sequence[NotePath]) -> list[list[Diagnostic]]:
    """Judge notes by all that is known; they are read again for it."""
    rules_of = texts.workspace.rules_of
    return [lint_note(texts.read(path), vault, rules_of(path)) for path in paths]
