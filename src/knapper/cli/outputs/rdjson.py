"""The format `rdjson`: reviewdog's Diagnostic Format, with its suggestions.

Source: reviewdog's `proto/rdf/reviewdog.proto`: columns count bytes of UTF-8 from 1,
ends are exclusive; a path is seen from the folder that reviewdog is run in.
"""

import json
from collections.abc import Iterator

from knapper.cli.outputs.places import Place, Places
from knapper.cli.outputs.report import Report
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic, Fix
from knapper.core.text import Edit, Span, apply_edits

__all__ = ["render"]

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def render(report: Report) -> Iterator[str]:
    """Yield one object with all findings; paths are seen from the working folder."""
    places, prefix = Places(report.notes, "utf-8"), report.to_here()
    found = [_diagnostic(one, report, prefix, places) for one in report.diagnostics]
    whole = {"source": {"name": "knapper"}, "diagnostics": found}
    yield f"{json.dumps(whole, indent=1, ensure_ascii=False)}\n"


def _diagnostic(one: Diagnostic, report: Report, prefix: str, places: Places) -> dict[str, object]:
    said: dict[str, object] = {
        "message": one.finding.message,
        "location": {
            "path": f"{prefix}{one.path}",
            "range": _range(places.of(one.path, one.finding.span)),
        },
        "severity": _SEVERITIES[one.severity],
        "code": {"value": one.rule},
    }
    if one.finding.fix and one.finding.fix.edits:
        text = report.notes[one.path].text
        said["suggestions"] = [_suggestion(one.finding.fix, text, one.path, places)]
    return said


def _suggestion(fix: Fix, text: str, path: NotePath, places: Places) -> dict[str, object]:
    """Return the edits as one: a suggestion is taken or left by itself."""
    start = min(edit.span.start for edit in fix.edits)
    end = max(edit.span.end for edit in fix.edits)
    edits = [Edit(Span(e.span.start - start, e.span.end - start), e.text) for e in fix.edits]
    return {
        "range": _range(places.of(path, Span(start, end))),
        "text": apply_edits(text[start:end], edits),
    }


def _range(place: Place) -> dict[str, object]:
    return {
        "start": {"line": place.line, "column": place.column},
        "end": {"line": place.end_line, "column": place.end_column},
    }
