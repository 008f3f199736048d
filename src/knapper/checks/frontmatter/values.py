"""Rules about values: what YAML makes of them, and what they should be."""

import re
from collections.abc import Iterator, Mapping

from knapper.checks.frontmatter.reading import readable_entries
from knapper.core.frontmatter import Entry, Node, Value, quoted
from knapper.core.note import Note
from knapper.core.properties import mismatch
from knapper.core.rule import Finding, Fix, check
from knapper.core.settings import Settings
from knapper.core.text import Edit, Span
from knapper.core.vault import Vault

__all__ = ["invalid_video_id", "may_be_misread", "type_mismatch", "unquoted_value"]


@check(when="frontmatter")
def type_mismatch(note: Note, settings: Settings) -> Iterator[Finding]:
    """Report values that do not fit the type which the vault gives to their property."""
    names = _types(settings)
    wrong = {
        key: expected
        for key, value in note.frontmatter.data.items()
        if names and (expected := mismatch(value, names.get(key.lower(), "")))
    }
    for entry in readable_entries(note) if wrong else ():
        if entry.key in wrong and not _is_unquoted_link(entry.node):
            message = f"'{entry.key}' is {_kind(entry)}; expected {wrong[entry.key]}"
            yield Finding(entry.value_span, message)


@check(when="frontmatter")
def invalid_video_id(note: Note) -> Iterator[Finding]:
    """Report a `videoId` that is no id of a YouTube video."""
    value = note.frontmatter.get("videoId")
    if value is None or value == "" or (isinstance(value, str) and _VIDEO_ID.fullmatch(value)):
        return
    entry = note.frontmatter.entry("videoId")
    if entry is None or note.frontmatter.has_template:
        return
    raw = note.text[slice(*entry.value_span)]
    message = f"'{_short(raw)}' is no video id; expected 11 of A-Z, a-z, 0-9, '_' and '-'"
    fix = None
    if _VIDEO_ID.fullmatch(raw):
        message = f"YAML does not read '{raw}' as text; expected quotes around it"
        fix = Fix("put the id in quotes", (Edit(entry.value_span, f'"{raw}"'),))
    elif address := _VIDEO_ADDRESS.search(raw):
        edit = Edit(entry.value_span, quoted(address[1]))
        fix = Fix("leave only the id", (edit,), safe=False)
    yield Finding(entry.value_span, message, fix)


def may_be_misread(note: Note, _: Vault) -> bool:
    """Tell whether a closer look at the values of a note is worth its time."""
    block = note.frontmatter
    source = block.source
    if "#" in source and _HASH.search(source):
        return True
    if ("&" in source or "!" in source) and _MARK.search(source):
        return True
    return not all(map(_is_plain_text, block.data.values()))


@check(when=may_be_misread)
def unquoted_value(note: Note, settings: Settings) -> Iterator[Finding]:
    """Report values that mean something else in YAML than they seem to say."""
    for entry in readable_entries(note):
        is_number = _types(settings).get(entry.key.lower()) == "number"
        for node in _scalars_and_links(entry.node):
            if not (is_number and isinstance(node.value, int | float)):
                yield from _misread(note, entry, node)


def _misread(note: Note, entry: Entry, node: Node) -> Iterator[Finding]:
    """Yield what is wrong with one value."""
    raw = note.text[slice(*node.span)]
    if node.style == "flow":
        link = _LINE_END.sub(" ", raw)
        message = f"without quotes {link} is a list in a list, and no link"
        yield Finding(node.span, message, _quoting(link, node.span, safe=True))
    elif node.style != "plain":
        return
    elif comment := _swallowed(note.text, node):
        hidden = note.text[comment.start : comment.end]
        message = f"'{_short(hidden)}' is a comment to YAML; expected quotes around the value"
        span = Span(node.span.start if raw else comment.start, comment.end)
        value = note.text[slice(*span)]
        yield Finding(comment, message, _quoting(value, span, safe=False))
    elif read := _read_as(entry.key, raw, node, note.frontmatter.source):
        message = f"YAML reads '{_short(raw)}' as {read}; expected quotes around it"
        yield Finding(node.span, message, _quoting(raw, node.span, safe=False))


_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_VIDEO_ADDRESS = re.compile(
    r"(?:youtu\.be/|youtube\.com/(?:watch\?(?:[^\s#]*&)?v=|embed/|shorts/|live/))"
    r"([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])"
)
_COMMENT = re.compile(r"[ \t]+(#\w[^\r\n]*(?<![ \t]))")
_LINE_END = re.compile(r"[ \t]*+\r?\n[ \t]*+")
_HASH = re.compile(r"[ \t]#\w")
_MARK = re.compile(r"[ \t][&!]\w")
_EXPONENT = re.compile(r"\d+[eE]\d+")
# `01` as a month is 1 all the same; a longer one is a code, a time or a phone number
_LEADING_ZERO = re.compile(r"0\d{3,}")
_LARGEST_EXACT = 2**53


def _types(settings: Settings) -> Mapping[str, str]:
    """Return the types of properties by their keys in lower case."""
    return {key.lower(): name for key, name in settings.property_types.items()}


def _is_plain_text(value: Value) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _scalars_and_links(node: Node) -> Iterator[Node]:
    """Yield the scalars of a value, and the lists that are links without quotes."""
    if _is_unquoted_link(node):
        yield node
    elif node.items:
        for item in node.items:
            yield from _scalars_and_links(item)
    elif node.pairs:
        for _, value in node.pairs:
            yield from _scalars_and_links(value)
    elif node.style == "plain":
        yield node


def _is_unquoted_link(node: Node) -> bool:
    """Tell whether a value is written as `[[…]]` without quotes: a list in a list.

    `[[a, b]]` is rather meant as one; what has a pipe is not (`[[Soup|hot, and good]]`).
    """
    if node.style != "flow" or len(node.items) != 1:
        return False
    inner = node.items[0]
    if len(inner.items) > 1 and not any("|" in str(item.value) for item in inner.items):
        return False
    return (
        inner.style == "flow"
        and inner.span == Span(node.span.start + 1, node.span.end - 1)
        and all(item.style == "plain" or item.pairs for item in inner.items)
        and any(not isinstance(item.value, int | float) for item in inner.items)
    )


def _swallowed(text: str, node: Node) -> Span | None:
    """Return the comment behind a value that was surely meant as part of it.

    Behind a text only a number counts (`Song #1`): other words may be remarks.
    """
    comment = _COMMENT.match(text, node.span.end)
    if comment is None:
        return None
    numbered = isinstance(node.value, str) and comment[1][1].isdigit()
    empty = node.value is None and node.span.start == node.span.end
    return Span(*comment.span(1)) if numbered or empty else None


def _read_as(key: str, raw: str, node: Node, source: str) -> str | None:
    """Say what YAML makes of a value, if nobody can have meant that."""
    value = node.value
    if raw.startswith("&"):
        return None if f"*{raw[1:].split(maxsplit=1)[0]}" in source else "the name of a value"
    if raw.startswith("!") and raw[1:2] != "!":
        return "a tag of YAML"
    if isinstance(value, bool) or value is None:
        of_title = key.lower() == "title" and raw
        return ("no value" if value is None else "true or false") if of_title else None
    if isinstance(value, int) and abs(value) > _LARGEST_EXACT:
        return "a number, of which the last digits are lost"
    is_odd = _LEADING_ZERO.fullmatch(raw) or _EXPONENT.fullmatch(raw)
    is_version = key.lower() == "version" and raw.endswith("0") and "." in raw
    if isinstance(value, int | float) and (is_odd or is_version):
        return f"the number {value:g}" if isinstance(value, float) else f"the number {value}"
    return None


def _quoting(value: str, span: Span, *, safe: bool) -> Fix:
    return Fix("put the value in quotes", (Edit(span, quoted(value)),), safe)


def _kind(entry: Entry) -> str:
    """Name the kind of a value in the user's words."""
    match entry.node.value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a group of properties"


def _short(text: str) -> str:
    """Return a text for a message: on one line, and not too long."""
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:57]}..."
