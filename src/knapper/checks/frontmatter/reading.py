"""What the frontmatter rules share."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from knapper.checks.timestamps.reading import read_anchors
from knapper.core.frontmatter import Entry, NotEditableError, Value, set_property
from knapper.core.note import Note
from knapper.core.paths import folder_of, name_of, stem_of
from knapper.core.rule import Fix
from knapper.core.signs import signs
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = [
    "RENAMED",
    "Run",
    "has_from_line",
    "has_odd_keys",
    "is_channel_note",
    "is_video_note",
    "opening_line",
    "property_run",
    "readable_entries",
    "setting",
]


RENAMED = {"tag": "tags", "alias": "aliases", "cssclass": "cssclasses"}
"""Keys that Obsidian does not read any more, with those that it does (release notes 1.9.0)."""


def is_video_note(note: Note) -> bool:
    """Tell whether a note is about a video: it has a timestamp, or a line `From: [[…]] <br/>`.

    Source: the notes of github.com/sieve-data/tubegraph; all but the indexes of a
    channel have both, and the keys `title` and `videoId`.
    """
    anchors = read_anchors(note, list(note.timestamps)) if note.timestamps else ()
    return any(True for _ in anchors) or has_from_line(note)


def has_from_line(note: Note) -> bool:
    """Tell whether a line of the body says which channel the note is from."""
    if not note.has(_FROM_SIGN):
        return False
    return any(not note.region_at(m.start()) for m in _FROM.finditer(note.text, note.body))


def is_channel_note(note: Note) -> bool:
    """Tell whether the note is the index of its folder, as `channel/channel.md` is."""
    return stem_of(note.path).lower() == name_of(folder_of(note.path)).lower()


def has_odd_keys(note: Note, _: Vault) -> bool:
    """Tell whether a key is not read any more, or stands twice if case does not count."""
    return _are_odd(tuple(note.frontmatter.data))


def opening_line(note: Note) -> Span:
    """Return the first `---` of the block, or where it would stand."""
    start = note.frontmatter.span.start
    return Span(start, start + 3) if note.frontmatter.exists else Span(start, start)


def readable_entries(note: Note) -> tuple[Entry, ...]:
    """Return the entries whose values can be judged: none of a template's."""
    block = note.frontmatter
    return () if block.has_template or not block.data else block.entries


def setting(note: Note, title: str, key: str, value: Value, *, safe: bool) -> Fix | None:
    """Return the fix that gives a key another value, None where that cannot be."""
    try:
        return Fix(title, set_property(note.text, key, value), safe)
    except NotEditableError:
        return None


class Run(NamedTuple):
    """Lines that look like properties, and the line after them ("" if there is none)."""

    keys: tuple[str, ...]
    end: int
    last: str


def property_run(text: str, start: int) -> Run:
    """Read lines that look like `key: value` and what belongs to them, from `start`."""
    keys: list[str] = []
    position = start
    for line, following in _lines(text, start):
        key = _PROPERTY.match(line)
        belongs = keys and _BELONGS.match(line) and line.strip() not in ("---", "...")
        if key is None and not belongs:
            return Run(tuple(keys), position, line)
        if key is not None:
            keys.append(key[1])
        position = following
    return Run(tuple(keys), position, "")


_FROM_SIGN = signs("From: [[")
_FROM = re.compile(r"^From: \[\[[^\]\n]++\]\][ \t]*+<br", re.MULTILINE)
_PROPERTY = re.compile(r"(\w[\w -]*+):(?:\s|\Z)")
_BELONGS = re.compile(r"[ \t]*+- |[ \t]++\S")


@lru_cache(1024)  # the notes of a vault have few sets of keys
def _are_odd(keys: tuple[str, ...]) -> bool:
    names = {key.lower() for key in keys}
    return len(names) < len(keys) or not names.isdisjoint(RENAMED)


def _lines(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield each line without its line end, and where the next one begins."""
    while start < len(text):
        end = text.find("\n", start)
        following = len(text) if end < 0 else end + 1
        yield text[start:following].rstrip("\r\n"), following
        start = following
