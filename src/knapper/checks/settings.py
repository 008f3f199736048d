"""Rules about the files in which Obsidian keeps the settings of a vault."""

from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.paths import extension
from knapper.core.rule import Finding, check
from knapper.core.settings import settings_error
from knapper.core.text import Span

__all__ = ["invalid_config"]


@check(when="text", files=True)
def invalid_config(note: Note) -> Iterator[Finding]:
    """Report settings that cannot be read (the only JSON whose text a check is given)."""
    error = settings_error(note.text) if extension(note.path) == "json" else None
    if error is not None:
        message = f"{error.message}; the settings in it do not count"
        yield Finding(Span(error.offset, min(error.offset + 1, len(note.text))), message)
