"""Findings as text for people and as JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from unicodedata import combining, east_asian_width

from knapper.cli.terminal import Paint, number_of, printable
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.rule import SEVERITIES, Diagnostic
from knapper.core.text import Lines

__all__ = ["as_json", "as_text", "statistics", "summary"]

_WIDTH = 100
"""Columns of a source line that are shown."""

Notes = Mapping[NotePath, Note]


def as_json(diagnostics: Iterable[Diagnostic], notes: Notes) -> str:
    """Return the diagnostics as one JSON array, as DESIGN's contract has it.

    Lines and columns count from 1, columns in code points; ends are exclusive.
    """
    return json.dumps([_object(one, notes[one.path].lines) for one in diagnostics], indent=1,
                      ensure_ascii=False)  # fmt: skip


def _object(diagnostic: Diagnostic, lines: Lines) -> dict[str, object]:
    fix = diagnostic.finding.fix
    return {
        "path": diagnostic.path,
        **_place(lines, *diagnostic.finding.span),
        "rule": diagnostic.rule,
        "severity": diagnostic.severity,
        "message": diagnostic.finding.message,
        "fix": None
        if fix is None
        else {
            "title": fix.title,
            "safe": fix.safe,
            "edits": [{**_place(lines, *edit.span), "text": edit.text} for edit in fix.edits],
        },
    }


def _place(lines: Lines, start: int, end: int) -> dict[str, object]:
    line, column = lines.place(start)
    end_line, end_column = lines.place(end)
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}


def as_text(diagnostics: Sequence[Diagnostic], notes: Notes, root: Path, paint: Paint) -> str:
    """Return the diagnostics for a person: place, rule, message, the line and a caret."""
    shown = []
    for diagnostic in diagnostics:
        lines = notes[diagnostic.path].lines
        line, column = lines.place(diagnostic.finding.span.start)
        place = paint.link(f"{printable(diagnostic.path)}:{line}:{column}", root / diagnostic.path)
        word = paint(diagnostic.severity, diagnostic.severity)
        fix = diagnostic.finding.fix
        mark = "" if fix is None else paint(" [fix]" if fix.safe else " [unsafe fix]", "good")
        name = paint(diagnostic.rule, "bold")
        shown.append(f"{place}: {word} {name}: {printable(diagnostic.finding.message)}{mark}")
        shown += _excerpt(lines, line, column, diagnostic, paint)
    return "\n".join(shown)


def _excerpt(
    lines: Lines, line: int, column: int, diagnostic: Diagnostic, paint: Paint
) -> list[str]:
    """Return the source line, cut to the width of a screen, with a caret line below."""
    text = lines.line(line)
    if not text.strip():
        return []
    first = max(0, column - 1 - _WIDTH // 2) if len(text) > _WIDTH else 0
    first = min(first, max(0, len(text) - _WIDTH))
    start, end = diagnostic.finding.span
    before = printable(text[first : column - 1])
    marked = printable(text[column - 1 : min(column - 1 + max(end - start, 1), first + _WIDTH)])
    after = printable(text[column - 1 + max(end - start, 1) : first + _WIDTH])
    number = f"{line:>5} | "
    carets = " " * _columns(before) + "^" * max(1, _columns(marked))
    return [
        paint(number, "dim") + before + marked + after,
        paint(" " * (len(number) - 2) + "| ", "dim") + paint(carets, diagnostic.severity),
    ]


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def summary(diagnostics: Sequence[Diagnostic], counted: int, paint: Paint) -> str:
    """Return one line: how many findings, in how many notes, and what can be mended."""
    notes = number_of(counted, "note")
    if not diagnostics:
        return paint(f"{notes} checked, nothing found", "good")
    kinds = Counter(diagnostic.severity for diagnostic in diagnostics)
    counts = ", ".join(
        number_of(kinds[kind], kind) if kind != "info" else f"{kinds[kind]} info"
        for kind in SEVERITIES
        if kinds[kind]
    )
    fixes = [one.finding.fix for one in diagnostics if one.finding.fix]
    safe, unsafe = sum(fix.safe for fix in fixes), sum(not fix.safe for fix in fixes)
    lines = [
        f"{counts} in {number_of(len({one.path for one in diagnostics}), 'note')} of {counted}"
    ]
    if safe:
        lines.append(f"{safe} can be mended with --fix")
    if unsafe:
        lines.append(f"{unsafe} with --fix --unsafe-fixes")
    return "; ".join(lines)


def statistics(diagnostics: Sequence[Diagnostic], paint: Paint) -> str:
    """Return how often each rule spoke, the most frequent first."""
    counts = Counter((one.rule, one.severity) for one in diagnostics)
    fixable = Counter(one.rule for one in diagnostics if one.finding.fix and one.finding.fix.safe)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return "\n".join(
        f"{count:>6}  {paint(rule, 'bold')}  {paint(severity, severity)}"
        + (f"  ({fixable[rule]} with a safe fix)" if fixable[rule] else "")
        for (rule, severity), count in rows
    )
