"""What is being typed at a place of a note, as far as something can be suggested."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from knapper.core.note import Note
from knapper.core.text import Span

__all__ = [
    "BlockTyped",
    "Context",
    "DisplayTyped",
    "HeadingTyped",
    "KeyTyped",
    "NameTyped",
    "TagTyped",
    "ValueTyped",
    "Writing",
    "context_at",
]


class Writing(NamedTuple):
    """The link that is being written.

    `opening` is where it begins (its `[[` or `[`), `span` what is to be replaced, and
    `closed` tells that its end stands right behind. `in_table`: a pipe needs a backslash.
    `sign` is the quote that it stands in, in a property; with `quote` none is there yet.
    """

    kind: str
    opening: int
    span: Span
    closed: bool
    embed: bool
    in_table: bool
    sign: str = ""
    quote: bool = False


class NameTyped(NamedTuple):
    """The name of a note or file."""

    typed: str
    writing: Writing


class HeadingTyped(NamedTuple):
    """A heading of the note that `name` means ("" is this one, None any note).

    `above` are the headings of the chain before it, joined by `#`.
    """

    typed: str
    name: str | None
    above: str
    writing: Writing


class BlockTyped(NamedTuple):
    """A block id of the note that `name` means ("" is this one, None any note)."""

    typed: str
    name: str | None
    writing: Writing


class DisplayTyped(NamedTuple):
    """The text that a link to `name` is to show."""

    typed: str
    name: str
    writing: Writing


class TagTyped(NamedTuple):
    """A tag of the body, without its `#`."""

    typed: str
    span: Span


class KeyTyped(NamedTuple):
    """The name of a property."""

    typed: str
    span: Span


class ValueTyped(NamedTuple):
    """A value of the property `key`, or an item of its list; `in_flow` between brackets."""

    typed: str
    key: str
    span: Span
    in_flow: bool


Context = NameTyped | HeadingTyped | BlockTyped | DisplayTyped | TagTyped | KeyTyped | ValueTyped

_KEY = re.compile(r"([^\s:#\[\]{},\"'-][^:#\[\]{},\"'\n]*+)?\Z")
_PAIR = re.compile(r"([^\s:#\[\]{}\"'-][^:\n]*+):(?:[ \t]++(.*))?\Z", re.DOTALL)
_ITEM = re.compile(r"[ \t]*+-[ \t]++(.*)\Z", re.DOTALL)
_BEGINS_VALUE = re.compile(r"[ \t]*+(?:-|[^\s:]++[^:\n]*+:)[ \t]++\Z")


def context_at(note: Note, offset: int) -> Context | None:
    """Return what is being typed just before an offset, None if nothing is known of it."""
    text = note.text
    start = text.rfind("\n", 0, offset) + 1
    before = text[start:offset]
    end = text.find("\n", offset)
    after = text[offset : len(text) if end < 0 else end].rstrip("\r")
    if not note.is_markdown or _is_hidden(note, offset, before):
        return None
    in_properties = _in_properties(text, start, offset)
    return (
        _wikilink(note, start, before, after, in_properties=in_properties)
        or (None if in_properties else _markdown_link(start, before, after))
        or (_property(text, start, before) if in_properties else _tag(start, before))
    )


def _is_hidden(note: Note, offset: int, before: str) -> bool:
    """Tell whether a place lies in code or the like, where a link would be none."""
    region = note.region_at(max(0, offset - 1)) if before else note.region_at(offset)
    return region is not None and region.kind != "frontmatter" and region.start < offset


def _in_properties(text: str, start: int, offset: int) -> bool:
    """Tell whether a place lies in the frontmatter, also while that is being begun."""
    first = int(text.startswith("\ufeff"))
    if not text.startswith(("---\n", "---\r\n"), first) or offset < first + 4:
        return False
    return text.find("\n---", first + 3, max(start + 2, first + 3)) < 0  # not closed above


def _wikilink(
    note: Note, start: int, before: str, after: str, *, in_properties: bool
) -> Context | None:
    opening = before.rfind("[[")
    if opening < 0 or "]]" in before[opening:]:
        return None
    inner = before[opening + 2 :]
    offset = start + len(before)

    def writing(typed: str) -> Writing:
        embed = before[:opening].endswith("!")
        quote = in_properties and bool(_BEGINS_VALUE.match(before[:opening]))
        sign = '"' if quote else before[opening - 1 : opening] if in_properties else ""
        table = _in_table(note, offset, before)
        span = Span(offset - len(typed), offset)
        closed = after.startswith("]]")
        return Writing("wiki", start + opening, span, closed, embed, table, sign, quote)

    name, pipe, display = inner.partition("|")
    if pipe:
        return DisplayTyped(display, name.rstrip("\\").partition("#")[0], writing(display))
    if inner.startswith("^^"):
        return BlockTyped(inner[2:], None, writing(inner))
    if inner.startswith("##"):
        return HeadingTyped(inner[2:], None, "", writing(inner))
    name, mark, subpath = inner.partition("#")
    if not mark:
        return NameTyped(inner, writing(inner))
    return _subpath(name, subpath, writing)


def _markdown_link(start: int, before: str, after: str) -> Context | None:
    middle = before.rfind("](")
    if middle < 0 or "\n" in before[middle:]:
        return None
    inner = before[middle + 2 :]
    pointed = inner.startswith("<")
    inner = inner[1:] if pointed else inner
    if (")" in inner or " " in inner) if not pointed else ">" in inner:
        return None
    if "://" in inner or inner.startswith("mailto:"):
        return None
    opening = before.rfind("[", 0, middle)
    offset = start + len(before)

    def writing(typed: str) -> Writing:
        embed = before[: max(opening, 0)].endswith("!")
        closed = after.startswith(">" if pointed else ")")
        kind = "pointed" if pointed else "md"
        span = Span(offset - len(typed), offset)
        return Writing(kind, start + max(opening, 0), span, closed, embed, in_table=False)

    path, mark, subpath = inner.partition("#")
    if not mark:
        return NameTyped(inner, writing(inner))._replace(typed=unquote(inner))
    return _subpath(unquote(path), subpath, writing)


def _subpath(name: str, subpath: str, writing: Callable[[str], Writing]) -> Context:
    above, _, last = subpath.rpartition("#")
    if last.startswith("^"):
        return BlockTyped(last[1:], name, writing(last[1:]))
    return HeadingTyped(unquote(last) if "%" in last else last, name, above, writing(last))


def _in_table(note: Note, offset: int, before: str) -> bool:
    if before.lstrip().startswith("|"):
        return True
    return any(table.start <= offset <= table.end for table in note.tables)


def _tag(start: int, before: str) -> TagTyped | None:
    mark = before.rfind("#")
    if mark < 0 or (mark and not before[mark - 1].isspace()):
        return None
    typed = before[mark + 1 :]
    if any(sign.isspace() or sign in "!\"#$%&'()*+,.:;<=>?@^`{|}~[]\\" for sign in typed):
        return None
    return TagTyped(typed, Span(start + mark, start + len(before)))


def _property(text: str, start: int, before: str) -> Context | None:
    offset = start + len(before)
    if item := _ITEM.match(before):
        key = _key_above(text, start)
        return _value(key, item[1], offset, in_flow=False) if key else None
    if pair := _PAIR.match(before):
        value = pair[2] or ""
        in_flow = value.startswith("[")
        typed = value[1:].rpartition(",")[2].lstrip() if in_flow else value
        return _value(pair[1].strip(), typed, offset, in_flow=in_flow)
    if _KEY.match(before):
        return KeyTyped(before, Span(start, offset))
    return None


def _value(key: str, typed: str, offset: int, *, in_flow: bool) -> ValueTyped:
    return ValueTyped(typed.strip("\"'"), key, Span(offset - len(typed), offset), in_flow)


def _key_above(text: str, start: int) -> str:
    """Return the key whose list the line at `start` is an item of."""
    while start > 0:
        end = start - 1
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end].rstrip("\r")
        if line and not line[0].isspace() and not line.startswith("-"):
            pair = _PAIR.match(line)
            return pair[1].strip() if pair and not pair[2] else ""
    return ""
