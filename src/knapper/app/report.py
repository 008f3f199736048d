"""A report on a vault: its health, now and over time, and the timestamps of its notes."""

from collections.abc import Callable
from typing import NamedTuple

from knapper.app.check import check
from knapper.app.opening import opening_of
from knapper.app.workspace import Workspace
from knapper.core.health import Health, Row, rows_of
from knapper.core.note import Note
from knapper.core.opening import Opening
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic
from knapper.core.timestamps import parse_time
from knapper.core.trend import Reading, reading_of
from knapper.shell.readings import Readings
from knapper.shell.store import state_folder

__all__ = ["Report", "Timed", "report"]


class Timed(NamedTuple):
    """A note with timestamps: the times that can be read, in seconds, as they stand there.

    `number` counts the malformed ones too, `faults` is the number of findings about them.
    """

    path: NotePath
    times: tuple[int, ...]
    number: int
    faults: int


class Report(NamedTuple):
    """All that a report says. `readings` end with that of today; `at` is a Unix time."""

    opening: Opening
    health: Health
    timed: list[Timed]
    readings: list[Reading]
    at: int


def report(
    workspace: Workspace, at: int, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Report:
    """Check the whole vault and say how it is; the reading is kept for later reports."""
    checked = check(workspace, lambda _: True, progress=progress)
    by_note: dict[NotePath, list[Diagnostic]] = {}
    for one in checked.diagnostics:
        by_note.setdefault(one.path, []).append(one)
    rows = {path: rows_of(checked.notes[path], found) for path, found in by_note.items()}
    health = Health(rows, len(checked.judged))
    timed = (_timed(checked.notes[path], rows.get(path, [])) for path in checked.judged)
    readings = Readings(state_folder(workspace.root))
    now = reading_of(health, at)
    readings.add(now)
    known = [one for one in readings.all() if one.at < at]
    return Report(
        opening=opening_of(workspace),
        health=health,
        timed=[one for one in timed if one is not None],
        readings=[*known, now],
        at=at,
    )


def _timed(note: Note, rows: list[Row]) -> Timed | None:
    stamps = note.timestamps
    if not stamps:
        return None
    times = (parse_time(stamp.value) for stamp in stamps)
    faults = sum(row.rule.startswith("timestamp-") for row in rows)
    return Timed(note.path, tuple(one.seconds for one in times if one), len(stamps), faults)
