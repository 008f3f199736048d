"""Silencing rules inside a note.

    %% knapper: off broken-wikilink %%        from here on
    %% knapper: on broken-wikilink %%         until here (without names: all)
    %% knapper: off-next-line %%              the next line that is not blank
    knapper-ignore: [broken-wikilink]         in the frontmatter: the whole note

The same words stand in an HTML comment, `<!-- knapper: off -->`, where they are to
show in no view at all. A comment in code silences nothing.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from knapper.core.note import Note
from knapper.core.signs import signs
from knapper.core.text import Span

__all__ = [
    "ABOUT_ITSELF",
    "Suppression",
    "Suppressions",
    "is_mark",
    "may_silence",
    "read_suppressions",
]

ABOUT_ITSELF = "unused-suppression"
"""The rule about suppressions: one that names no rules does not silence it."""

_MARK = re.compile(
    r"(?:%%|<!--)[ \t]*+knapper:[ \t]*+(off-next-line|off|on)\b([^%\n>]*+)(?:%%|-->|>)"
)
_WORD = re.compile(r"[^\s,]+")
_BLANK_LINES = re.compile(r"(?:[ \t]*+\r?+\n)*+")
_COMMENT = (None, "html", "tag")
"""Kinds of region in which an HTML comment is one."""


class Suppression(NamedTuple):
    """Where one rule is silent, "" for all of them; `mark` says so, `named` is the rule in it."""

    start: int
    end: int
    rule: str
    kind: Literal["from here", "next line", "note"]
    mark: Span
    named: Span

    def silences(self, rule: str, offset: int) -> bool:
        """Tell whether a finding of `rule` that begins at `offset` is silenced."""
        if not self.start <= offset < self.end:
            return False
        return rule == self.rule or not (self.rule or rule == ABOUT_ITSELF)


class Suppressions(tuple[Suppression, ...]):
    """Where which rules are silent in a note."""

    __slots__ = ()

    def silence(self, rule: str, offset: int) -> bool:
        """Tell whether a finding of `rule` that begins at `offset` is silenced."""
        return any(one.silences(rule, offset) for one in self)


_NONE = Suppressions()
_COMMENTS = signs("%%", "<!--")


def read_suppressions(note: Note) -> Suppressions:
    """Read the suppressions of a note."""
    if not may_silence(note):
        return _NONE
    return Suppressions((*_whole_note(note), *_marks(note)))


def may_silence(note: Note, _: object = None) -> bool:
    """Tell whether anything in a note looks like a suppression."""
    return "knapper" in note.text and (
        note.text.find("knapper-ignore", 0, note.body) >= 0
        or (note.has(_COMMENTS) and "knapper:" in note.text)
    )


def is_mark(text: str) -> bool:
    """Tell whether a text is one comment that silences, and nothing else: no view shows it."""
    return _MARK.fullmatch(text.strip()) is not None


def _whole_note(note: Note) -> Iterator[Suppression]:
    if "knapper-ignore" not in note.text[: note.body]:
        return
    entry = note.frontmatter.entry("knapper-ignore")
    value = note.frontmatter.data.get("knapper-ignore")
    if entry is None:
        return
    names = value if isinstance(value, list) else [value]
    whole = Span(entry.key_span.start, max(entry.key_span.end, entry.value_span.end))
    items = entry.node.items if isinstance(value, list) else (entry.node,)
    end = len(note.text) + 1
    if value is True or "all" in names:
        yield Suppression(0, end, "", "note", whole, entry.key_span)
        return
    for item in items:
        for word in _words(note.text, *item.span):
            yield Suppression(0, end, note.text[slice(*word)], "note", whole, word)


def _words(text: str, start: int, end: int) -> list[Span]:
    """Return where the names stand, without quotes and the end of a comment."""
    found = (match.span() for match in _WORD.finditer(text, start, end))
    spans = [_bare(text, *span) for span in found]
    return [span for span in spans if span.start < span.end and text[slice(*span)] != "all"]


def _bare(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in "\"'":
        start += 1
    while start < end and text[end - 1] in "\"'":
        end -= 1
    return Span(start, end)


def _marks(note: Note) -> Iterator[Suppression]:
    text, end = note.text, len(note.text) + 1
    open_from: dict[str, Suppression] = {}  # rule ("" for all) -> what is off
    for found in _MARK.finditer(text, note.body):
        region = note.region_at(found.start())
        comments = _COMMENT if text.startswith("<!--", found.start()) else (None,)
        if (region.kind if region else None) not in comments:
            continue
        mark = Span(*found.span())
        names = _names(text, found, mark)
        if found[1] == "off-next-line":
            start, stop = _next_line(text, mark.end)
            for rule, named in names:
                yield Suppression(start, stop, rule, "next line", mark, named)
        elif found[1] == "off":
            for rule, named in names:
                one = Suppression(mark.end, end, rule, "from here", mark, named)
                open_from.setdefault(rule, one)
        else:
            for rule in [rule for rule, _ in names if rule] or list(open_from):
                if rule in open_from:
                    yield open_from.pop(rule)._replace(end=mark.start)
    yield from open_from.values()


def _names(text: str, found: re.Match[str], mark: Span) -> Sequence[tuple[str, Span]]:
    """Return the rules that a mark names, or "" with the mark itself."""
    start, end = found.span(2)
    end -= len(found[2]) - len(found[2].removesuffix("--"))
    return [(text[slice(*span)], span) for span in _words(text, start, end)] or [("", mark)]


def _next_line(text: str, offset: int) -> Span:
    """Return the next line that is not blank, with its line end."""
    start = text.find("\n", offset) + 1
    if not start:
        return Span(len(text), len(text))
    blank = _BLANK_LINES.match(text, start)
    assert blank is not None
    stop = text.find("\n", blank.end())
    return Span(blank.end(), stop + 1 if stop >= 0 else len(text) + 1)
