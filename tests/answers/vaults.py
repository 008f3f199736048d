"""Small vaults made of texts, for tests of what is answered."""

from collections.abc import Mapping
from typing import NamedTuple

from knapper.answers.index import Index, words_of
from knapper.app.workspace import facts
from knapper.core.note import Note
from knapper.core.paths import extension
from knapper.core.settings import Settings
from knapper.core.vault import Vault

__all__ = ["Known", "known"]


class Known(NamedTuple):
    """A vault, its index, and its notes by path."""

    vault: Vault
    names: Index
    notes: dict[str, Note]

    def read(self, path: str) -> Note:
        return self.notes[path]


def known(files: Mapping[str, str], **settings: object) -> Known:
    """Return the vault of these files."""
    notes = {p: Note(p, t) for p, t in files.items() if extension(p) in ("md", "canvas")}
    all_facts = {path: facts(note) for path, note in notes.items()}
    vault = Vault(files, all_facts, Settings()._replace(**settings))  # type: ignore[arg-type]  # by name
    index = Index()
    words = {path: words_of(note, all_facts[path]) for path, note in notes.items()}
    others = {path: words_of(Note(path, ""), facts(Note("x.md", ""))) for path in files}
    index.update({**others, **words}, ())
    return Known(vault, index, notes)
