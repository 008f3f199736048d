"""The baseline: findings that are known and not to be reported again.

A finding is known again by its note, its rule and the words of its line, so that
lines above it may come and go. Each entry excuses one finding.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from knapper.app.check import Checked
from knapper.app.save import save
from knapper.core.errors import ConfigError
from knapper.core.note import Note
from knapper.core.rule import Diagnostic

__all__ = ["apply_baseline", "mark_of", "read_baseline", "save_baseline"]


def save_baseline(checked: Checked, root: Path, path: Path) -> int:
    """Write today's findings as the baseline; return how many they are.

    Raises `KnapperError` if it cannot be written.
    """
    known = Counter(mark_of(one, checked.notes[one.path]) for one in checked.diagnostics)
    text = json.dumps({"version": 1, "known": dict(sorted(known.items()))}, indent=1)
    save(root, path, f"{text}\n".encode())
    return known.total()


def read_baseline(path: Path) -> Callable[[Note, Iterable[Diagnostic]], list[Diagnostic]]:
    """Return the function that leaves out, of a note's findings, those the baseline knows.

    Raises `ConfigError` if it cannot be read.
    """
    known = _read(path)

    def news(note: Note, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        left, seen = [], Counter[str]()
        for diagnostic in diagnostics:
            mark = mark_of(diagnostic, note)
            seen[mark] += 1
            if seen[mark] > known[mark]:
                left.append(diagnostic)
        return left

    return news


def apply_baseline(
    checked: Checked, news: Callable[[Note, Iterable[Diagnostic]], list[Diagnostic]]
) -> Checked:
    """Leave out what the baseline (as `read_baseline` gives it) knows."""
    grouped = groupby(checked.diagnostics, key=attrgetter("path"))
    left = [one for path, found in grouped for one in news(checked.notes[path], found)]
    return checked._replace(diagnostics=left)


def _read(path: Path) -> Counter[str]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Counter({str(mark): int(count) for mark, count in data["known"].items()})
    except OSError as error:
        raise ConfigError(str(path), "", (error.strerror or str(error)).lower()) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(str(path), "", "this is not a baseline of knapper's") from error


def mark_of(diagnostic: Diagnostic, note: Note) -> str:
    """Return what a finding is known by again: its note, its rule, the words of its line."""
    lines = note.lines
    line = lines.line(lines.place(diagnostic.finding.span.start)[0]).strip()
    words = sha256(line.encode(errors="replace")).hexdigest()[:16]
    return f"{diagnostic.path}|{diagnostic.rule}|{words}"
