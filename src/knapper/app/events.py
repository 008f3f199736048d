"""What a watcher has to tell, as values and as JSON has it."""

from collections.abc import Callable
from typing import NamedTuple

from knapper.app.account import Synced, account
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic

__all__ = ["Event", "Findings", "Mended", "Problem", "Reloaded", "Replicated", "event_object"]

Place = Callable[[Diagnostic], tuple[int, int]]
"""Tells line and column of a finding, from 1, columns in code points."""


class Findings(NamedTuple):
    """What is found now in notes in which something else, or elsewhere, was found before."""

    now: dict[NotePath, list[Diagnostic]]
    before: dict[NotePath, list[Diagnostic]]


class Mended(NamedTuple):
    """Notes that were mended, and the run that did it."""

    paths: list[NotePath]
    run: int | None


class Replicated(NamedTuple):
    """What became of the replicas."""

    found: list[Synced]


class Problem(NamedTuple):
    """Something that could not be done; it is tried again."""

    message: str


class Reloaded(NamedTuple):
    """The configuration was read anew from `source`, and holds."""

    source: str


Event = Findings | Mended | Replicated | Problem | Reloaded


def event_object(event: Event, place: Place) -> dict[str, object]:
    """Return an event as `--output-format json` and the log have it."""
    match event:
        case Findings():
            notes = {
                path: [_finding(one, place) for one in found] for path, found in event.now.items()
            }
            return {"event": "findings", "notes": notes}
        case Mended():
            return {"event": "mended", "paths": event.paths, "run": event.run}
        case Replicated():
            return {"event": "synced", "replicas": [account(one) for one in event.found]}
        case Problem():
            return {"event": "problem", "message": event.message}
        case Reloaded():
            return {"event": "reloaded", "source": event.source}


def _finding(one: Diagnostic, place: Place) -> dict[str, object]:
    line, column = place(one)
    return {"line": line, "column": column, "rule": one.rule, "severity": one.severity,
            "message": one.finding.message}  # fmt: skip
