"""Silencing rules inside a note.

    %% knapper: off broken-wikilink %%        from here on
    %% knapper: on broken-wikilink %%         until here (without names: all)
    %% knapper: off-next-line %%              the next line only
    knapper-ignore: [broken-wikilink]         in the frontmatter: the whole note

The same words stand in an HTML comment, `<!-- knapper: off -->`, where they are to
show in no view at all. A comment in code silences nothing.
"""

import re
from typing import NamedTuple

from knapper.core.note import Note

__all__ = ["Suppressions", "read_suppressions"]

_MARK = re.compile(
    r"(?:%%|<!--)[ \t]*+knapper:[ \t]*+(off-next-line|off|on)\b([^%\n>]*+)(?:%%|-->|>)"
)


class _Range(NamedTuple):
    start: int
    end: int
    rules: frozenset[str]  # empty: all


class Suppressions(NamedTuple):
    """Where which rules are silent in a note."""

    ranges: tuple[_Range, ...] = ()

    def silence(self, rule: str, offset: int) -> bool:
        """Tell whether a finding of `rule` that begins at `offset` is silenced."""
        return any(
            area.start <= offset < area.end and (not area.rules or rule in area.rules)
            for area in self.ranges
        )


_NONE = Suppressions()


def read_suppressions(note: Note) -> Suppressions:
    """Read the suppressions of a note."""
    ranges = list(_whole_note(note))
    if "knapper:" in note.text:
        ranges += _marks(note)
    return Suppressions(tuple(ranges)) if ranges else _NONE


def _whole_note(note: Note) -> list[_Range]:
    if "knapper-ignore" not in note.text[: note.body]:
        return []
    value = note.frontmatter.data.get("knapper-ignore")
    names = value if isinstance(value, list) else [value]
    if value is True or "all" in names:
        return [_Range(0, len(note.text) + 1, frozenset())]
    rules = frozenset(word for name in names if isinstance(name, str) for word in _names(name))
    return [_Range(0, len(note.text) + 1, rules)] if rules else []


def _names(words: str) -> list[str]:
    return words.removesuffix("--").replace(",", " ").split()


def _marks(note: Note) -> list[_Range]:
    text, end = note.text, len(note.text) + 1
    ranges: list[_Range] = []
    open_from: dict[str, int] = {}  # rule ("" for all) -> since where
    for mark in _MARK.finditer(text, note.body):
        region = note.region_at(mark.start())
        if region is not None and not text.startswith("<!--", mark.start()):
            continue
        rules = _names(mark.group(2))
        if mark.group(1) == "off-next-line":
            start = text.find("\n", mark.end()) + 1
            stop = text.find("\n", start) if start else -1
            if start:
                ranges.append(_Range(start, stop if stop >= 0 else end, frozenset(rules)))
        elif mark.group(1) == "off":
            for rule in rules or [""]:
                open_from.setdefault(rule, mark.end())
        else:
            for rule in rules or list(open_from):
                if rule in open_from:
                    names = frozenset((rule,)) if rule else frozenset[str]()
                    ranges.append(_Range(open_from.pop(rule), mark.start(), names))
    for rule, start in open_from.items():
        ranges.append(_Range(start, end, frozenset((rule,)) if rule else frozenset()))
    return ranges
