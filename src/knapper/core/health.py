"""The health of a vault: its findings, counted by rule, folder and severity.

A `Row` is a finding as a page or a report shows it: with its place in lines and
columns, and without the text that it was found in.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from knapper.core.note import Note
from knapper.core.paths import NotePath, folder_of
from knapper.core.rule import SEVERITIES, Diagnostic, Severity

__all__ = ["Counts", "Group", "Grouping", "Health", "Missing", "Row", "rows_of"]

Grouping = Literal["rule", "folder"]

_NAMED = re.compile(r"no \w+ is (?:called|at) '(.*)'\Z")


class Row(NamedTuple):
    """One finding; line and column count from 1, columns in code points.

    `target` is what a broken link names, "" where the finding is about something else.
    """

    path: NotePath
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    fix: Literal["", "safe", "unsafe"] = ""
    target: str = ""


class Counts(NamedTuple):
    """How many findings there are of each severity."""

    error: int = 0
    warning: int = 0
    info: int = 0

    @property
    def total(self) -> int:
        return sum(self)

    @property
    def worst(self) -> Severity:
        return next((one for one in SEVERITIES if getattr(self, one)), "info")

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Counts":
        """Count rows."""
        found = Counter(row.severity for row in rows)
        return cls(*(found[one] for one in SEVERITIES))


class Group(NamedTuple):
    """Rows that share a rule, or a folder; in order of path and place."""

    name: str
    counts: Counts
    rows: Sequence[Row]

    @property
    def notes(self) -> int:
        """How many notes have these findings."""
        return len({row.path for row in self.rows})

    @property
    def mendable(self) -> int:
        """How many of them have a safe fix."""
        return sum(row.fix == "safe" for row in self.rows)


class Missing(NamedTuple):
    """What broken links name, and the notes that name it, each with the number of links."""

    target: str
    sources: Mapping[NotePath, int]

    @property
    def links(self) -> int:
        return sum(self.sources.values())


@dataclass(frozen=True)
class Health:
    """The findings of a vault: `found` has the notes with findings only.

    `notes` is the number of notes, canvases and bases that were judged.
    """

    found: Mapping[NotePath, Sequence[Row]]
    notes: int

    @cached_property
    def rows(self) -> list[Row]:
        """All rows, by path and place."""
        return [row for path in sorted(self.found) for row in self.found[path]]

    @cached_property
    def counts(self) -> Counts:
        return Counts.of(self.rows)

    @cached_property
    def mendable(self) -> int:
        """How many findings have a safe fix."""
        return sum(row.fix == "safe" for row in self.rows)

    @cached_property
    def worst_of_notes(self) -> Counts:
        """How many notes have this as the worst of their findings."""
        worst = Counter(Counts.of(rows).worst for rows in self.found.values() if rows)
        return Counts(*(worst[one] for one in SEVERITIES))

    @cached_property
    def rules(self) -> Mapping[str, int]:
        """How often each rule spoke, by name."""
        return dict(sorted(Counter(row.rule for row in self.rows).items()))

    @cached_property
    def by_rule(self) -> list[Group]:
        """The findings of each rule: errors first, the most frequent rule first."""
        groups = _grouped(self.rows, lambda row: row.rule)
        return sorted(groups, key=lambda one: (
            SEVERITIES.index(one.counts.worst), -one.counts.total, one.name))  # fmt: skip

    @cached_property
    def by_folder(self) -> list[Group]:
        """The findings of each folder ("" is the vault's own), most findings first."""
        groups = _grouped(self.rows, lambda row: folder_of(row.path))
        return sorted(groups, key=lambda one: (-one.counts.total, one.name))

    def groups(self, by: Grouping) -> list[Group]:
        """Return the groups by rule or by folder."""
        return self.by_rule if by == "rule" else self.by_folder

    @cached_property
    def missing(self) -> list[Missing]:
        """What broken links name, most links first."""
        named: dict[str, Counter[NotePath]] = {}
        for row in self.rows:
            if row.target:
                named.setdefault(row.target, Counter())[row.path] += 1
        found = [Missing(target, dict(sources)) for target, sources in named.items()]
        return sorted(found, key=lambda one: (-one.links, one.target))

    def narrowed(self, words: str, severities: Collection[str] = SEVERITIES) -> "Health":
        """Return the part that has all of the words, in path, rule or message."""
        wanted = words.lower().split()
        if not wanted and len(severities) == len(SEVERITIES):
            return self
        found: dict[NotePath, list[Row]] = {}
        for row in self.rows:
            text = f"{row.path} {row.rule} {row.message}".lower()
            if row.severity in severities and all(word in text for word in wanted):
                found.setdefault(row.path, []).append(row)
        return Health(found, self.notes)


def _grouped(rows: Iterable[Row], name_of: Callable[[Row], str]) -> Iterator[Group]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(name_of(row), []).append(row)
    for name, held in groups.items():
        yield Group(name, Counts.of(held), held)


def rows_of(note: Note, diagnostics: Iterable[Diagnostic]) -> list[Row]:
    """Return what was found in a note as rows, in the order given."""
    return [_row(note, one) for one in diagnostics]


def _row(note: Note, one: Diagnostic) -> Row:
    line, column = note.lines.place(one.finding.span.start)
    fix = one.finding.fix
    return Row(
        path=one.path,
        line=line,
        column=column,
        rule=one.rule,
        severity=one.severity,
        message=one.finding.message,
        fix="" if fix is None else "safe" if fix.safe else "unsafe",
        target=_target(note, one) if one.rule.startswith("broken-") else "",
    )


def _target(note: Note, one: Diagnostic) -> str:
    """Return what a broken link names: it is read again, alone; a card's is in the message."""
    links = Note("link.md", note.text[slice(*one.finding.span)]).links
    if links:
        return links[0].target
    named = _NAMED.match(one.finding.message.partition("; did you mean")[0])
    return named[1] if named else ""
