"""Rules of the family `sync`: what syncing leaves behind for a person to settle."""

from collections.abc import Iterator

from knapper.core.copies import original_of
from knapper.core.note import Note
from knapper.core.paths import name_of
from knapper.core.rule import Finding, check
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = ["conflict_copy", "is_copy"]


def is_copy(note: Note, _: Vault) -> bool:
    """Tell whether a note may be called as conflict copies are."""
    return "onflict" in note.path


@check(when=is_copy)
def conflict_copy(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report a conflict copy whose note is there, too.

    The names are those of knapper, Obsidian Sync, Syncthing and Dropbox.
    """
    original = original_of(note.path)
    if original is None or not vault.has(original):
        return
    message = f"this is a conflict copy of '{name_of(original)}'; 'knapper resolve' settles it"
    yield Finding(Span(note.body, min(note.body + 1, len(note.text))), message)
