"""The format `gitlab`: a Code Quality report.

Source: GitLab Docs, "Code Quality report format". A second finding with the same
fingerprint is dropped there, so each has its own.
"""

import json
from collections.abc import Iterator

from knapper.cli.outputs.report import Report

__all__ = ["render"]

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report) -> Iterator[str]:
    """Yield the report; paths are seen from the root of the repository."""
    prefix, found = report.to_repository(), []
    for one, fingerprint in zip(report.diagnostics, report.fingerprints(), strict=True):
        lines, span = report.notes[one.path].lines, one.finding.span
        found.append(
            {
                "type": "issue",
                "check_name": one.rule,
                "description": one.finding.message,
                "categories": ["Style"],
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[one.severity],
                "location": {
                    "path": f"{prefix}{one.path}",
                    "lines": {"begin": lines.place(span.start)[0], "end": lines.place(span.end)[0]},
                },
            }
        )
    yield f"{json.dumps(found, indent=1, ensure_ascii=False)}\n"
