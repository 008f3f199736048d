"""The format `sarif`: SARIF 2.1.0, for code scanning.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", and
GitHub Docs, "SARIF support for code scanning". `primaryLocationLineHash` is left to
GitHub's upload, which computes it itself and warns of any other.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from knapper import __version__
from knapper.app.workspace import rule_notes
from knapper.cli.outputs.places import Place, Places
from knapper.cli.outputs.report import Report
from knapper.core.rule import SEVERITIES, Diagnostic, Fix

__all__ = ["MOST", "render"]

MOST = 25_000
"""Findings that GitHub takes in one run; a file with more is refused."""

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_LINKS = re.compile(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]")


def render(report: Report) -> Iterator[str]:
    """Yield the log; paths are seen from the root of the repository.

    Columns count UTF-16 code units. Of more than `MOST` findings the worst are given,
    and a notification says so.
    """
    found = list(zip(report.diagnostics, report.fingerprints(), strict=True))
    if len(found) > MOST:
        found = sorted(found, key=lambda pair: SEVERITIES.index(pair[0].severity))[:MOST]
    names = sorted({one.rule for one, _ in found})
    results = _Results(report, names, report.to_repository(), Places(report.notes, "utf-16"))
    run: dict[str, object] = {
        "tool": {
            "driver": {
                "name": "knapper",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(name, report) for name in names],
            }
        },
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(len(report.diagnostics) - len(found))],
        "results": [results.of(one, mark) for one, mark in found],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    yield f"{json.dumps(log, indent=1, ensure_ascii=False)}\n"


def _invocation(left_out: int) -> Mapping[str, object]:
    if not left_out:
        return {"executionSuccessful": True}
    said = f"{left_out} findings are left out here, since code scanning takes {MOST}"
    notification = {"level": "warning", "message": {"text": said}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [notification]}


def _rule(name: str, report: Report) -> Mapping[str, object]:
    """Return what a rule is about, out of its page."""
    for note in rule_notes():
        if note.name == name:
            why = note.body.partition("\n## ")[0].strip() or note.summary
            return _descriptor(name, note.summary, why, _LEVELS[note.severity], note.family)
    for rule in report.own_rules:
        if rule.name == name:
            return _descriptor(
                name, rule.summary, rule.summary, _LEVELS[rule.severity], rule.family
            )
    return _descriptor(name, "A rule failed.", "This is a mistake of ours.", "error", "knapper")


def _descriptor(name: str, summary: str, why: str, level: str, family: str) -> dict[str, object]:
    plain = _LINKS.sub(r"\1", why)
    return {
        "id": name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": plain, "markdown": _LINKS.sub(r"`\1`", why)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["obsidian", family]},
    }


class _Results(NamedTuple):
    """Turns findings into results."""

    report: Report
    names: Sequence[str]
    prefix: str
    places: Places

    def of(self, one: Diagnostic, fingerprint: str) -> dict[str, object]:
        region = self._region(self.places.of(one.path, one.finding.span), one.path)
        artifact = {"uri": _uri(f"{self.prefix}{one.path}"), "uriBaseId": "%SRCROOT%"}
        result: dict[str, object] = {
            "ruleId": one.rule,
            "ruleIndex": self.names.index(one.rule),
            "level": _LEVELS[one.severity],
            "message": {"text": one.finding.message},
            "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
            "partialFingerprints": {"knapperFinding/v1": fingerprint},
        }
        fix = one.finding.fix
        if fix and fix.edits:
            result["fixes"] = [self._fix(fix, one.path, artifact)]
        return result

    def _fix(self, fix: Fix, path: str, artifact: Mapping[str, str]) -> dict[str, object]:
        replacements = [
            {
                "deletedRegion": self._region(self.places.of(path, edit.span), path),
                "insertedContent": {"text": edit.text},
            }
            for edit in fix.edits
        ]
        title = fix.title if fix.safe else f"{fix.title} (look at it first: it is not safe)"
        change = {"artifactLocation": artifact, "replacements": replacements}
        return {"description": {"text": title}, "artifactChanges": [change]}

    def _region(self, place: Place, path: str) -> dict[str, int]:
        """Return a region; a byte-order mark is no column there."""
        marked = self.report.notes[path].text.startswith("\ufeff")
        start, end = (
            max(1, column - 1) if marked and line == 1 else column
            for line, column in ((place.line, place.column), (place.end_line, place.end_column))
        )
        return {
            "startLine": place.line,
            "startColumn": start,
            "endLine": place.end_line,
            "endColumn": end,
        }


def _uri(path: str) -> str:
    return quote(os.fsencode(path))
