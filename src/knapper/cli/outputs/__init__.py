"""What `knapper check` prints, one module a format, imported when it is asked for.

A format for programs is UTF-8 whatever the terminal's encoding is, and valid when
nothing was found; one for people ends in a line that sums up.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import islice

from knapper.cli.outputs.report import Report
from knapper.cli.terminal import Paint
from knapper.core.errors import KnapperError

__all__ = ["FORMATS", "Report", "as_bytes", "is_for_people", "rendered", "summed_up"]

_FOR_PEOPLE = {"text": "render", "concise": "concise", "grouped": "grouped"}
_FOR_PROGRAMS = {
    "json": "json_findings",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "rdjson": "rdjson",
}
_AT_ONCE = 1000
"""Lines or findings that are printed in one go: all those of a large vault take much room."""

FORMATS = (*_FOR_PEOPLE, *_FOR_PROGRAMS)


def rendered(report: Report, output_format: str, paint: Paint, *, counts: bool) -> Iterator[str]:
    """Yield the report in one of `FORMATS`; with `counts` only how often each rule spoke.

    Raises `KnapperError` for a format that cannot say that.
    """
    if output_format in _FOR_PEOPLE:
        lines = _for_people(report, output_format, paint, counts=counts)
        yield from _together(f"{line}\n" for line in lines)
        return
    module = import_module(f"knapper.cli.outputs.{_FOR_PROGRAMS[output_format]}")
    if counts and not hasattr(module, "counts"):
        raise KnapperError(f"--statistics has no form as {output_format}; take text or json")
    yield from _together([module.counts(report)] if counts else module.render(report))


def is_for_people(output_format: str) -> bool:
    """Tell whether a format is for people, in the encoding of their terminal."""
    return output_format in _FOR_PEOPLE


def as_bytes(text: str) -> bytes:
    """Return text for a program or a file: UTF-8, what is not Unicode spelt out."""
    return text.encode(errors="backslashreplace")


def summed_up(report: Report, paint: Paint) -> str:
    """Return one line: how many findings, in how many notes, and what can be mended."""
    from knapper.cli.outputs.text import summary

    return summary(report.diagnostics, report.counted, paint)


def _for_people(report: Report, output_format: str, paint: Paint, *, counts: bool) -> Iterator[str]:
    """Yield the lines of the report; the last one sums up."""
    from knapper.cli.outputs import text

    if report.diagnostics:
        render = text.counts if counts else getattr(text, _FOR_PEOPLE[output_format])
        yield from render(report, paint)
    yield summed_up(report, paint)


def _together(pieces: Iterable[str]) -> Iterator[str]:
    rest = iter(pieces)
    while some := [*islice(rest, _AT_ONCE)]:
        yield "".join(some)
