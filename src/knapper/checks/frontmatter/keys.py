"""Rules about which keys a note has."""

import re
from collections.abc import Iterator

from knapper.checks.frontmatter.reading import (
    RENAMED,
    has_odd_keys,
    is_channel_note,
    is_video_note,
    opening_line,
    readable_entries,
)
from knapper.core.frontmatter import Entry, NotEditableError, rename_property, set_property
from knapper.core.note import Note
from knapper.core.paths import name_of, stem_of
from knapper.core.rule import Finding, Fix, check
from knapper.core.settings import Settings
from knapper.core.vault import slug

__all__ = [
    "deprecated_key",
    "empty_value",
    "missing_property",
    "tags_type_on_other_key",
    "title_file_name",
]


@check(when="frontmatter")
def missing_property(note: Note, *, required: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Report keys that a note must have; by default those of a note about a video."""
    block = note.frontmatter
    missing = [key for key in required or _VIDEO_KEYS if not block.has(key)]
    if not missing or not (required or (is_video_note(note) and not is_channel_note(note))):
        return
    if not block.valid or block.has_template:
        return
    for key in missing:
        yield Finding(opening_line(note), f"the property '{key}' is missing")


@check(when="frontmatter")
def empty_value(note: Note, *, everywhere: bool = False) -> Iterator[Finding]:
    """Report keys without a value; by default `title` and `videoId` of a video note."""
    data = note.frontmatter.data
    if not any(value in _EMPTY for value in data.values()):
        return
    if not (everywhere or (is_video_note(note) and not is_channel_note(note))):
        return
    for entry in readable_entries(note):
        wanted = everywhere or entry.key.lower() in _VIDEO_NAMES
        if wanted and entry.node.value in _EMPTY:
            yield Finding(entry.key_span, f"the property '{entry.key}' has no value")


@check(when=has_odd_keys)
def deprecated_key(note: Note) -> Iterator[Finding]:
    """Report `tag`, `alias` and `cssclass`, which Obsidian does not read any more.

    Source: Obsidian's release notes 1.9.0.
    """
    block = note.frontmatter
    for old, new in RENAMED.items():
        if not block.has(old):
            continue
        entry = block.entry(old)
        if entry is not None:
            message = f"Obsidian does not read '{entry.key}' any more; expected '{new}'"
            fix = None if block.has(new) or block.has_template else _renaming(note, entry, new)
            yield Finding(entry.key_span, message, fix)


@check(when="frontmatter")
def tags_type_on_other_key(note: Note, settings: Settings) -> Iterator[Finding]:
    """Report keys that have the type of `tags`, which only `tags` can have."""
    types = settings.property_types
    if "tags" not in types.values():
        return
    wrong = {key.lower() for key, name in types.items() if name == "tags"} - {"tags"}
    if wrong.isdisjoint(key.lower() for key in note.frontmatter.data):
        return
    for entry in note.frontmatter.entries:
        if entry.key.lower() in wrong:
            message = f"'{entry.key}' has the type of tags, which only 'tags' can have"
            yield Finding(entry.key_span, f"{message}; expected the type of a list")


@check(when="frontmatter")
def title_file_name(note: Note) -> Iterator[Finding]:
    """Report a title that is not the file's name, both in the form of a slug."""
    title = note.frontmatter.get("title")
    if not isinstance(title, str) or is_channel_note(note) or note.frontmatter.has_template:
        return
    expected = slug(title)
    entry = note.frontmatter.entry("title")
    if expected and entry is not None and expected != slug(stem_of(note.path).replace("_", " ")):
        name = name_of(note.path)
        message = f"this title belongs to a file called '{expected}.md', not to '{name}'"
        yield Finding(entry.value_span, message)


_VIDEO_KEYS = ("title", "videoId")
_VIDEO_NAMES = frozenset(key.lower() for key in _VIDEO_KEYS)
_EMPTY: tuple[object, ...] = (None, "", [], {})
_COMMAS = re.compile(r"\s*+,\s*+")


def _renaming(note: Note, entry: Entry, new: str) -> Fix | None:
    """Return the fix that gives a key its new name, and its one text a list's form.

    A text with commas or, in `tag`, blanks was several values (release notes
    0.9.19); taking it apart is left to the user to confirm.
    """
    value = entry.node.value
    title = f"rename it to '{new}'"
    try:
        edits = rename_property(note.text, entry.key, new)
        if isinstance(value, str) and value.strip():
            parts = _parts(value, new)
            edits += set_property(note.text, entry.key, list(parts))
            return Fix(title, edits, safe=len(parts) == 1)
    except NotEditableError:
        return None
    return Fix(title, edits)


def _parts(value: str, new: str) -> list[str]:
    words = [part for part in _COMMAS.split(value.strip()) if part]
    return [tag for word in words for tag in word.split()] if new == "tags" else words
