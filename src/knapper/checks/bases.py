"""Rules about bases, after Obsidian Help ("Bases syntax", "Functions")."""

from collections.abc import Iterator

from knapper.core.base import base_references
from knapper.core.frontmatter import YamlError
from knapper.core.note import Note
from knapper.core.paths import folded
from knapper.core.rule import Finding, check
from knapper.core.text import Span
from knapper.core.vault import Missing, Vault

__all__ = ["base_duplicate_view", "base_reference", "base_unknown_key", "invalid_base"]


@check(when="bases")
def invalid_base(note: Note) -> Iterator[Finding]:
    """Report bases, in a file or in a code block of a note, that are not YAML."""
    for base in note.bases:
        if base.error is not None:
            yield Finding(_at(base.error, note), f"this base cannot be read: {base.error.message}")


@check(when="bases")
def base_duplicate_view(note: Note) -> Iterator[Finding]:
    """Report views with a name that another view of the base has already."""
    for base in note.bases:
        seen: set[str] = set()
        for view in base.views:
            name = folded(view.name)
            if name in seen:
                message = f"a view called '{view.name}' stands above; a link can mean only one"
                yield Finding(view.span, message)
            seen.add(name)


@check(when="base")
def base_reference(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report notes and folders that a formula or filter names and that are not there."""
    for kind, name, span in base_references(note.text):
        folder = folded(name.strip("/"))
        if kind == "folder" and folder and not vault.has_folder(folder):
            yield Finding(span, f"no folder is called '{name}'")
        elif kind == "link" and _is_missing(name, note, vault):
            yield Finding(span, f"no note is called '{name}'")


@check(when="bases")
def base_unknown_key(note: Note) -> Iterator[Finding]:
    """Report keys at the top of a base that its syntax does not name."""
    for base in note.bases:
        for key in base.keys:
            if key.name not in _KEYS:
                message = f"a base has no '{key.name}'; expected one of {', '.join(_KEYS)}"
                yield Finding(key.span, message)


_KEYS = ("filters", "formulas", "properties", "summaries", "views")


def _is_missing(name: str, note: Note, vault: Vault) -> bool:
    return "://" not in name and isinstance(vault.resolve(name, note.path), Missing)


def _at(error: YamlError, note: Note) -> Span:
    """Return the sign that is in the way, or the last one where something is missing."""
    start = error.offset
    if not note.text[start : start + 1].strip():
        start = max(len(note.text[:start].rstrip()) - 1, 0)
    return Span(start, min(start + 1, len(note.text)))
