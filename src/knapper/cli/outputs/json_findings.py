"""The format `json`: one array of findings, as tools rely on it."""

import json
from collections import Counter
from collections.abc import Iterator
from json.encoder import encode_basestring

from knapper.cli.outputs.places import Places
from knapper.cli.outputs.report import Report
from knapper.core.rule import Diagnostic

__all__ = ["counts", "render"]


def render(report: Report) -> Iterator[str]:
    """Yield the findings as one JSON array, piece by piece, by path, position and rule.

    Lines and columns count from 1, columns in code points; ends are exclusive; paths
    are relative to the vault.
    """
    places = Places(report.notes, "code point")
    before = "[\n "
    for one in report.diagnostics:
        yield f"{before}{_text(_finding(one, places))}"
        before = ",\n "
    yield "\n]\n" if report.diagnostics else "[]\n"


def _text(value: object, margin: str = " ") -> str:
    """Return a value as `json` writes it with an indent of 1, after a margin.

    With an indent `json` does without its encoder in C, which takes longer than all the
    rest of a check in which nothing changed, and leaves what refers to itself behind.
    """
    deeper = f"{margin} "
    match value:
        case str():
            return encode_basestring(value)
        case dict() | list() if not value:
            return "{}" if isinstance(value, dict) else "[]"
        case dict():
            pairs = [f'{deeper}"{key}": {_text(one, deeper)}' for key, one in value.items()]
            return f"{{\n{_AND.join(pairs)}\n{margin}}}"
        case list():
            items = [f"{deeper}{_text(one, deeper)}" for one in value]
            return f"[\n{_AND.join(items)}\n{margin}]"
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
    return str(value)


_AND = ",\n"


def counts(report: Report) -> str:
    """Return how often each rule spoke as a JSON array, the most frequent first."""
    spoken = Counter((one.rule, one.severity) for one in report.diagnostics)
    fixes = Counter(
        (one.rule, one.severity, one.finding.fix.safe)
        for one in report.diagnostics
        if one.finding.fix
    )
    rows = [
        {
            "rule": rule,
            "severity": severity,
            "count": count,
            "safe_fixes": fixes[rule, severity, True],
            "unsafe_fixes": fixes[rule, severity, False],
        }
        for (rule, severity), count in sorted(spoken.items(), key=lambda row: (-row[1], row[0]))
    ]
    return f"{json.dumps(rows, indent=1, ensure_ascii=False)}\n"


def _finding(diagnostic: Diagnostic, places: Places) -> dict[str, object]:
    path, fix = diagnostic.path, diagnostic.finding.fix
    return {
        "path": path,
        **places.of(path, diagnostic.finding.span)._asdict(),
        "rule": diagnostic.rule,
        "severity": diagnostic.severity,
        "message": diagnostic.finding.message,
        "fix": None
        if fix is None
        else {
            "title": fix.title,
            "safe": fix.safe,
            "edits": [
                {**places.of(path, edit.span)._asdict(), "text": edit.text} for edit in fix.edits
            ],
        },
    }
