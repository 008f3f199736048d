"""Rules about the order and the form of properties."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache

from knapper.checks.frontmatter.reading import readable_entries
from knapper.core.frontmatter import Entry, property_lines, read_frontmatter
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, apply_edits

__all__ = ["date_format", "property_order"]


@check(when="frontmatter")
def property_order(note: Note, *, order: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Report the first property that stands behind one that should follow it.

    Properties that `order` does not name may be anywhere.
    """
    places = {name.lower(): place for place, name in enumerate(order)}
    if not note.frontmatter.valid or not _is_out_of_order(note, places):
        return
    entries = [entry for entry in readable_entries(note) if entry.key.lower() in places]
    ordered = sorted(entries, key=lambda entry: places[entry.key.lower()])
    for entry, first in zip(entries, ordered, strict=True):
        if entry != first:
            message = f"'{first.key}' stands behind '{entry.key}'; expected it before"
            yield Finding(first.key_span, message, _reordering(note, entries, ordered))
            return


@check(when="frontmatter")
def date_format(
    note: Note,
    *,
    format: str = "YYYY-MM-DD",  # noqa: A002 - the word that Obsidian has for it
    properties: tuple[str, ...] = ("date", "created", "modified", "updated"),
) -> Iterator[Finding]:
    """Report dates in properties that are written in another form.

    The form is one of momentjs.com/docs, of which YYYY, MM, DD, HH, mm, ss and
    `[text]` are known.
    """
    names = {name.lower() for name in properties}
    if names.isdisjoint(key.lower() for key in note.frontmatter.data):
        return
    for entry in readable_entries(note):
        if entry.key.lower() not in names:
            continue
        written = _written(entry)
        if written and not _pattern(format).fullmatch(written):
            shown = written if len(written) <= 60 else f"{written[:57]}..."
            message = f"'{shown}' is not written as {format}"
            yield Finding(entry.value_span, message, _rewriting(note, entry, written, format))


_TOKENS = {
    "YYYY": r"\d{4}",
    "MM": r"(?:0[1-9]|1[0-2])",
    "DD": r"(?:0[1-9]|[12]\d|3[01])",
    "HH": r"(?:[01]\d|2[0-3])",
    "mm": r"[0-5]\d",
    "ss": r"[0-5]\d",
}
_PIECE = re.compile(r"\[([^\]]*+)\]|" + "|".join(_TOKENS) + "|.", re.DOTALL)
_YEAR_FIRST = re.compile(
    r"(?P<YYYY>\d{4})(?P<sign>[-/.]?)(?P<MM>\d\d?)(?P=sign)(?P<DD>\d\d?)"
    r"(?:[T ](?P<HH>\d\d?):(?P<mm>\d\d)(?::(?P<ss>\d\d))?)?"
)


def _is_out_of_order(note: Note, places: Mapping[str, int]) -> bool:
    found = [places[key.lower()] for key in note.frontmatter.data if key.lower() in places]
    return found != sorted(found)


def _reordering(note: Note, entries: Sequence[Entry], ordered: Sequence[Entry]) -> Fix | None:
    """Return the fix that puts lines into each other's places, if all then reads the same.

    Comments on lines of their own stay where they are, so with any it is not safe.
    """
    text, block = note.text, note.frontmatter
    slots = [property_lines(text, entry) for entry in entries]
    lines = [text[slice(*property_lines(text, entry))] for entry in ordered]
    edits = tuple(
        Edit(slot, line)
        for slot, line in zip(slots, lines, strict=True)
        if text[slice(*slot)] != line
    )
    with suppress(ValueError):  # properties that share a line
        after = read_frontmatter(apply_edits(text, edits))
        if after.valid and after.data == block.data and list(after.data) != list(block.data):
            return Fix("put the properties in order", edits, safe="#" not in block.source)
    return None


def _written(entry: Entry) -> str:
    """Return a value as one line, "" where there is no date to judge: a list, a link."""
    node = entry.node
    if node.value is None or node.items or node.pairs or "[[" in str(node.value):
        return ""
    return " ".join(str(node.value).split())


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Turn a form into a pattern; what is no token stands for itself."""
    pieces = (_TOKENS.get(piece[0]) or re.escape(_literal(piece)) for piece in _pieces(form))
    return re.compile("".join(pieces))


def _pieces(form: str) -> Iterator[re.Match[str]]:
    return _PIECE.finditer(form)


def _literal(piece: re.Match[str]) -> str:
    return piece[0] if piece[1] is None else piece[1]


def _rewriting(note: Note, entry: Entry, written: str, form: str) -> Fix | None:
    """Return the fix that writes a date in the form asked for, in the quotes that it has."""
    value = _rewritten(written, form)
    if not value:
        return None
    raw = note.text[slice(*entry.value_span)]
    quote = raw[0] if raw[0] in "\"'" else ""
    edits = (Edit(entry.value_span, f"{quote}{value}{quote}"),)
    after = read_frontmatter(apply_edits(note.text, edits)).data
    if after != {**note.frontmatter.data, entry.key: value}:
        return None
    return Fix(f"write it as '{value}'", edits, safe=False)


def _rewritten(written: str, form: str) -> str:
    """Return a date in another form, "" if it is not sure or something would be lost."""
    found = _YEAR_FIRST.fullmatch(written)
    if found is None or (not found["sign"] and len(found["MM"] + found["DD"]) < 4):
        return ""
    parts = {name: found[name].zfill(2) for name in _TOKENS if found[name]}
    wanted = {piece[0] for piece in _pieces(form)} & set(_TOKENS)
    real = all(re.fullmatch(_TOKENS[name], part) for name, part in parts.items())
    if not real or parts.keys() != wanted:
        return ""
    return "".join(parts.get(piece[0]) or _literal(piece) for piece in _pieces(form))
