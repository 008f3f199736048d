"""The baseline: findings that are known and not to be reported again.

A finding is known again by its note, its rule and the words of its line, so that
lines above it may come and go; where the line was edited, by what is said of it. Each
entry excuses one finding; once that is paid, the entry goes when the baseline is written
again.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from knapper.app.check import Checked
from knapper.app.save import place_for, save
from knapper.app.workspace import Workspace
from knapper.core.config import BASELINE
from knapper.core.errors import ConfigError
from knapper.core.lazy import lazy
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.plan import Write, digest
from knapper.core.rule import Diagnostic

__all__ = ["Baseline", "entries_of", "mark_of", "open_baseline"]

Judged = Callable[[NotePath, str], bool]
"""Tells whether a rule (by name) was asked of a note, one that is gone included."""


@dataclass(frozen=True)
class Baseline:
    """The findings that are known, and where that is written down.

    An entry is a mark, and behind a point what was said, which old ones lack.
    """

    path: Path
    known: Counter[str]

    def news(self, note: Note, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Leave out, of all findings of a note, those that are known."""
        if not self.known:
            return list(diagnostics)
        return self._matched(note, list(diagnostics))[0]

    def applied(self, checked: Checked) -> Checked:
        """Leave out what is known of all that was found."""
        if not self.known:
            return checked  # without reading the notes again
        grouped = groupby(checked.diagnostics, key=attrgetter("path"))
        left = [one for path, found in grouped for one in self.news(checked.notes[path], found)]
        return checked._replace(diagnostics=left)

    def paid(self, found: Checked, judged: Judged) -> Counter[str]:
        """Return the entries that excuse nothing any more, of what was `judged`."""
        if not self.known:
            return Counter()
        left = Counter(self.known)
        for path, some in groupby(found.diagnostics, key=attrgetter("path")):
            left -= self._matched(found.notes[path], list(some))[1]
        return Counter({entry: n for entry, n in left.items() if judged(*_asked(entry))})

    def _matched(
        self, note: Note, found: Sequence[Diagnostic]
    ) -> tuple[list[Diagnostic], Counter[str]]:
        """Return which findings of a note are new, and the entries that excuse the others.

        A finding is known by its line, or, if that was edited, by what is said.
        """
        used = Counter[str]()
        entries = [entry_of(one, note) for one in found]
        new = [*range(len(found))]
        for part in (_whole, _line, _words):
            free: dict[tuple[str, str], list[str]] = {}
            for rule in {found[at].rule for at in new}:
                for entry in self._by_rule.get(f"{note.path}|{rule}", ()):
                    if named := part(entry):
                        times = self.known[entry] - used[entry]
                        free.setdefault((rule, named), []).extend([entry] * times)
            left: list[int] = []
            for at in new:
                if some := free.get((found[at].rule, part(entries[at]))):
                    used[some.pop()] += 1
                else:
                    left.append(at)
            new = left
        return [found[at] for at in new], used

    @lazy
    def _by_rule(self) -> Mapping[str, Sequence[str]]:
        """The entries by their note and rule."""
        grouped: dict[str, list[str]] = {}
        for entry in self.known:
            grouped.setdefault("|".join(_asked(entry)), []).append(entry)
        return grouped

    def with_all(self, found: Checked, judged: Judged) -> "Baseline":
        """Return the baseline in which all that was found is known, and nothing that is paid."""
        kept = {entry: n for entry, n in self.known.items() if not judged(*_asked(entry))}
        return replace(self, known=Counter(kept) + entries_of(found.diagnostics, found.notes))

    def without(self, paid: Counter[str]) -> "Baseline":
        """Return the baseline without entries that are paid."""
        return replace(self, known=self.known - paid)

    def following(
        self, moved: Mapping[NotePath, NotePath], rewritten: Iterable[tuple[Note, str]]
    ) -> "Baseline":
        """Return the baseline after a renaming: its notes by their new paths, with new lines.

        What was `rewritten` are notes as they were, each with its new text.
        """
        lines = {
            (note.path, _digest(old)): _digest(new)
            for note, text in rewritten
            for old, new in _changed_lines(note.text, text)
        }
        known = Counter[str]()
        for entry, times in self.known.items():
            path, rule = _asked(entry)
            line = lines.get((path, _line(entry)), _line(entry))
            rest = entry.rpartition("|")[2].removeprefix(_line(entry))
            known[f"{moved.get(path, path)}|{rule}|{line}{rest}"] += times
        return replace(self, known=known)

    def save(self, root: Path) -> None:
        """Write it down; raises `KnapperError` if that cannot be, or would replace a note."""
        save(root, self.path, self._content())

    def as_change(self, root: Path) -> Write | None:
        """Return what writes it down in a vault, None if it lies elsewhere; raises as `save`."""
        place, vault = place_for(root, self.path), root.resolve()
        if not place.is_relative_to(vault) or (place.exists() and not place.is_file()):
            return None
        expect = digest(place.read_bytes()) if place.exists() else None
        return Write(place.relative_to(vault).as_posix(), self._content(), expect, "baseline")

    def _content(self) -> bytes:
        text = json.dumps({"version": 1, "known": dict(sorted(self.known.items()))}, indent=1)
        return f"{text}\n".encode()


def open_baseline(
    workspace: Workspace, given: Path | None = None, *, anew: bool = False
) -> Baseline:
    """Return the baseline at `given`, or that of the configuration; it may be empty.

    One that is named has to be there, unless it is made `anew`. Raises `ConfigError`.
    """
    name = workspace.config.baseline
    path = given or workspace.root / (name or BASELINE)
    is_named = given is not None or name not in ("", BASELINE)
    if (not name and given is None) or not (path.exists() or (is_named and not anew)):
        return Baseline(path, Counter())
    return Baseline(path, _read(path))


def mark_of(diagnostic: Diagnostic, note: Note) -> str:
    """Return what a finding is known by again: its note, its rule, the words of its line."""
    lines = note.lines
    line = lines.line(lines.place(diagnostic.finding.span.start)[0])
    return f"{diagnostic.path}|{diagnostic.rule}|{_digest(line)}"


@lru_cache(maxsize=1)  # a long line may have many findings, and they come one after the other
def _digest(line: str) -> str:
    return sha256(line.strip().encode(errors="replace")).hexdigest()[:16]


def entry_of(diagnostic: Diagnostic, note: Note) -> str:
    """Return how a finding is written down: its mark, and what is said of it, hints left out."""
    said = diagnostic.finding.message.partition("; ")[0]
    return f"{mark_of(diagnostic, note)}.{sha256(said.encode(errors='replace')).hexdigest()[:8]}"


def entries_of(diagnostics: Iterable[Diagnostic], notes: Mapping[NotePath, Note]) -> Counter[str]:
    """Return how findings are written down, and how often each is there."""
    return Counter(entry_of(one, notes[one.path]) for one in diagnostics)


def _changed_lines(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield the lines that are otherwise, if it is clear which became which."""
    old, new = before.split("\n"), after.split("\n")
    if len(old) == len(new):
        yield from (pair for pair in zip(old, new, strict=True) if pair[0] != pair[1])


def _whole(entry: str) -> str:
    return entry


def _line(entry: str) -> str:
    return entry.rpartition("|")[2].partition(".")[0]


def _words(entry: str) -> str:
    return entry.rpartition("|")[2].partition(".")[2]


def _asked(mark: str) -> tuple[NotePath, str]:
    path, rule, _ = mark.rsplit("|", 2) if mark.count("|") > 1 else (mark, "", "")
    return path, rule


def _read(path: Path) -> Counter[str]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Counter({str(mark): int(count) for mark, count in data["known"].items()})
    except OSError as error:
        raise ConfigError(str(path), "", (error.strerror or str(error)).lower()) from error
    except (
        ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError
    ) as error:  # fmt: skip
        raise ConfigError(str(path), "", "this is not a baseline of knapper's") from error
