"""Rules about the files in which Obsidian keeps the settings of a vault."""

from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.paths import extension, name_of
from knapper.core.rule import Finding, check
from knapper.core.settings import settings_errors
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = ["invalid_config", "is_settings"]


def is_settings(note: Note, _: Vault) -> bool:
    """Tell whether this is a file of settings: the only JSON whose text a check is given."""
    return not note.is_markdown and extension(note.path) == "json" and bool(note.text)


@check(when=is_settings, files=True)
def invalid_config(note: Note) -> Iterator[Finding]:
    """Report settings that cannot be read."""
    for offset, message in settings_errors(name_of(note.path), note.text):
        yield Finding(Span(offset, min(offset + 1, len(note.text))), message)
