"""The format `junit`: a suite for each note with findings, a test for each finding.

There is no standard; the shape is that of the Ant task, as Jenkins' xUnit plugin writes it
down (`junit-10.xsd`): no attribute beyond that, as the plugin refuses a report with others.
Infos do not fail. A run that finds nothing is one test that passes, since Jenkins
takes a report without tests for a mistake.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from knapper.cli.outputs.places import Places
from knapper.cli.outputs.report import Report
from knapper.cli.terminal import printable
from knapper.core.rule import Diagnostic

__all__ = ["render"]

_ABSENT = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}
"""Code points that XML 1.0 has not, beside those that `printable` spells out."""


def render(report: Report) -> Iterator[str]:
    """Yield the report as XML; paths are seen from the root of the repository."""
    places, prefix = Places(report.notes, "code point"), report.to_repository()
    whole = Element("testsuites", name="knapper")
    for path, group in groupby(report.diagnostics, key=attrgetter("path")):
        found = list(group)
        name = _text(f"{prefix}{path}")
        suite = SubElement(whole, "testsuite", {"name": name, **_counts(found), "file": name})
        for one in found:
            _test(suite, one, f"{prefix}{path}", places)
    if not report.diagnostics:
        suite = SubElement(whole, "testsuite", {"name": "knapper", **_counts([])})
        SubElement(suite, "testcase", name=f"{report.counted} notes checked", classname="knapper")
    whole.attrib |= _counts(report.diagnostics)
    indent(whole, " ")
    yield f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(whole, encoding="unicode")}\n'


def _counts(found: Sequence[Diagnostic]) -> dict[str, str]:
    failures = sum(one.severity != "info" for one in found)
    return {"tests": str(len(found) or 1), "failures": str(failures), "errors": "0"}


def _test(suite: Element, one: Diagnostic, path: str, places: Places) -> None:
    place = places.of(one.path, one.finding.span)
    where = f"{path}:{place.line}:{place.column}"
    test = SubElement(
        suite,
        "testcase",
        name=_text(f"{one.rule} at {place.line}:{place.column}"),
        classname=_text(path),
    )
    message = _text(one.finding.message)
    if one.severity == "info":
        SubElement(test, "system-out").text = f"{_text(where)}: {message}"
    else:
        failure = SubElement(test, "failure", type=one.severity, message=message)
        failure.text = f"{_text(where)}: {message}"


def _text(text: str) -> str:
    return printable(text).translate(_ABSENT)
