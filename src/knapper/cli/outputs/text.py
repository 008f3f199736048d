"""The formats for people: `text`, `concise`, `grouped`, the counts and the last line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from knapper.cli.outputs.report import Report
from knapper.cli.terminal import Paint, columns_of, head, number_of, printable, tail
from knapper.core.rule import SEVERITIES, Diagnostic
from knapper.core.text import Lines

__all__ = ["concise", "counts", "grouped", "render", "summary"]

_NARROWEST = 20
"""Columns of a source line that are shown on the narrowest screen."""


def render(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the lines of each finding with its place, rule and message, the line and a caret."""
    for diagnostic in report.diagnostics:
        lines = report.notes[diagnostic.path].lines
        line, column = lines.place(diagnostic.finding.span.start)
        yield _one_line(diagnostic, diagnostic.path, report, paint)
        yield from _excerpt(lines, line, column, diagnostic, paint)
    yield ""


def concise(report: Report, paint: Paint) -> Iterator[str]:
    """Yield one line a finding; its path is seen from the working folder, as editors want it."""
    prefix = report.to_here()
    for one in report.diagnostics:
        yield _one_line(one, f"{prefix}{one.path}", report, paint)


def grouped(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the lines of the findings of each note below its path."""
    for path, group in groupby(report.diagnostics, key=attrgetter("path")):
        found = list(group)
        lines = report.notes[path].lines
        places = ["{}:{}".format(*lines.place(one.finding.span.start)) for one in found]
        widths = [max(map(len, column)) for column in (
            places, [one.severity for one in found], [one.rule for one in found]
        )]  # fmt: skip
        yield paint.link(paint(printable(path), "bold"), report.root / path)
        for place, one in zip(places, found, strict=True):
            severity = paint(f"{one.severity:<{widths[1]}}", one.severity)
            rule = f"{one.rule:<{widths[2]}}"
            yield f"  {place:<{widths[0]}}  {severity}  {rule}  {_said(one, paint)}"
        yield ""


def counts(report: Report, paint: Paint) -> Iterator[str]:
    """Yield how often each rule spoke, the most frequent first."""
    spoken = Counter((one.rule, one.severity) for one in report.diagnostics)
    fixable = Counter(
        one.rule for one in report.diagnostics if one.finding.fix and one.finding.fix.safe
    )
    rows = sorted(spoken.items(), key=lambda row: (-row[1], row[0]))
    wide, long = (max((len(row[0][at]) for row in rows), default=0) for at in (0, 1))
    for (rule, severity), count in rows:
        fix = f"({fixable[rule]} with a safe fix)" if fixable[rule] else ""
        kind = f"{severity:<{long if fix else 0}}"
        said = f"{count:>6}  {paint(f'{rule:<{wide}}', 'bold')}  {paint(kind, severity)}"
        yield f"{said}  {fix}" if fix else said


def summary(diagnostics: Iterable[Diagnostic], counted: int, paint: Paint) -> str:
    """Return one line: how many findings, in how many notes, and what can be mended."""
    kinds, fixes, paths = Counter[str](), Counter[bool](), set[str]()
    for one in diagnostics:
        kinds[one.severity] += 1
        paths.add(one.path)
        if one.finding.fix:
            fixes[one.finding.fix.safe] += 1
    if not paths:
        return paint(f"{number_of(counted, 'note')} checked, nothing found", "good")
    amounts = ", ".join(
        number_of(kinds[kind], kind) if kind != "info" else f"{kinds[kind]} info"
        for kind in SEVERITIES
        if kinds[kind]
    )
    safe, unsafe = fixes[True], fixes[False]
    lines = [f"{amounts} in {number_of(len(paths), 'note')} of {counted}"]
    if safe:
        lines.append(f"{safe} can be mended with --fix")
    if unsafe:
        also = f"{unsafe} more" if safe else f"{unsafe} can be mended"
        lines.append(f"{also} with --fix --unsafe-fixes")
    return "; ".join(lines)


def _one_line(diagnostic: Diagnostic, path: str, report: Report, paint: Paint) -> str:
    line, column = report.notes[diagnostic.path].lines.place(diagnostic.finding.span.start)
    place = f"{printable(path)}:{line}:{column}"
    if paint.links:
        place = paint.link(place, report.root / diagnostic.path)
    word = paint(diagnostic.severity, diagnostic.severity)
    return f"{place}: {word} {paint(diagnostic.rule, 'bold')}: {_said(diagnostic, paint)}"


def _said(diagnostic: Diagnostic, paint: Paint) -> str:
    fix = diagnostic.finding.fix
    mark = "" if fix is None else paint(" [fix]" if fix.safe else " [unsafe fix]", "good")
    return f"{printable(diagnostic.finding.message)}{mark}"


def _excerpt(
    lines: Lines, line: int, column: int, diagnostic: Diagnostic, paint: Paint
) -> list[str]:
    """Return the source line, cut to the width of the screen, with a caret line below."""
    text, number = lines.line(line), f"{line:>5} | "
    if not text.strip():
        return []
    room = max(_NARROWEST, paint.width - len(number))
    start, length = column - 1, max(1, diagnostic.finding.span.end - diagnostic.finding.span.start)
    marked = printable(text[start : start + min(length, room)])
    after = printable(text[start + length : start + length + room])
    left = room - columns_of(marked) - columns_of(after)
    before = tail(printable(text[max(0, start - room) : start]), max(room // 2, left))
    room -= columns_of(before)
    marked = head(marked, room)
    after = head(after, room - columns_of(marked))
    carets = " " * columns_of(before) + "^" * max(1, columns_of(marked))
    return [
        paint(number, "dim") + before + marked + after,
        paint(" " * (len(number) - 2) + "| ", "dim") + paint(carets, diagnostic.severity),
    ]
