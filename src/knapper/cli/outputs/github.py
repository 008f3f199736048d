"""The format `github`: workflow commands, which become annotations of a pull request.

Source: GitHub Docs, "Workflow commands for GitHub Actions". Only the first ten
errors, warnings and notices of a step are shown, so the worst come first.
"""

from collections.abc import Iterator

from knapper.cli.outputs.places import Places
from knapper.cli.outputs.report import Report
from knapper.cli.terminal import printable
from knapper.core.rule import SEVERITIES, Diagnostic

__all__ = ["render"]

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> Iterator[str]:
    """Yield one command a line; paths are seen from the root of the repository."""
    places, prefix = Places(report.notes, "code point"), report.to_repository()
    worst = sorted(report.diagnostics, key=lambda one: SEVERITIES.index(one.severity))
    for one in worst:
        yield f"{_command(one, f'{prefix}{one.path}', places)}\n"


def _command(diagnostic: Diagnostic, path: str, places: Places) -> str:
    place = places.of(diagnostic.path, diagnostic.finding.span)
    properties: dict[str, object] = {
        "title": f"knapper ({diagnostic.rule})",
        "file": path,
        "line": place.line,
        "endLine": place.end_line,
    }
    if place.line == place.end_line:  # columns of more than one line mean nothing there
        properties |= {"col": place.column, "endColumn": place.end_column}
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = f"{path}:{place.line}:{place.column}: {diagnostic.finding.message}"
    return f"::{_COMMANDS[diagnostic.severity]} {given}::{_value(printable(message))}"


def _value(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _value(text).replace(":", "%3A").replace(",", "%2C")
