"""Rules about the net of links: notes that no way leads to, or from."""

from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.paths import extension
from knapper.core.rule import Finding, check
from knapper.core.text import Span
from knapper.core.vault import Found, Vault

__all__ = ["dead_end", "orphan_note", "unused_attachment"]


_ATTACHMENTS = tuple(
    "avif bmp gif jpeg jpg png svg webp flac m4a mp3 ogg wav webm 3gp mkv mov mp4 ogv pdf".split()
)
"""Obsidian Help, "Accepted file formats"."""


@check
def orphan_note(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report notes that no other file links to (as `obsidian orphans` lists them).

    Links of the text, of properties and of canvases count, embeds too.
    """
    if note.is_markdown and not vault.is_linked(note.path):
        yield Finding(_top(note), "no other note links to this one")


@check
def dead_end(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report notes without a link to another file (as `obsidian deadends` lists them).

    A link to what is not there yet does count; one to the web does not.
    """
    if not note.is_markdown or not note.text[note.body :].strip():
        return
    here = Found(note.path)
    targets = (*(link.target for link in note.links), *(one.link for one in note.frontmatter_links))
    if all(vault.resolve(target, note.path) == here for target in targets):
        yield Finding(_top(note), "this note links to no other")


@check(files=True)
def unused_attachment(
    note: Note, vault: Vault, *, extensions: tuple[str, ...] = _ATTACHMENTS
) -> Iterator[Finding]:
    """Report pictures, recordings and PDFs that nothing in the vault shows or links to."""
    if extension(note.path) in extensions and not vault.is_linked(note.path):
        yield Finding(_top(note), "no note shows this file or links to it")


def _top(note: Note) -> Span:
    return Span(note.body, note.body)
