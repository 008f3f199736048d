"""A report on a vault: its health, now and over time, and the timestamps of its notes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from knapper.app.baseline import open_baseline
from knapper.app.check import check
from knapper.app.opening import opening_of
from knapper.app.save import save
from knapper.app.workspace import Workspace
from knapper.core.errors import KnapperError
from knapper.core.health import Health, Row, rows_of
from knapper.core.note import Note
from knapper.core.opening import Opening
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic
from knapper.core.timestamps import parse_time
from knapper.core.trend import Reading, reading_of
from knapper.shell.readings import Readings
from knapper.shell.user_folders import state_folder

__all__ = ["OURS", "Report", "Timed", "report", "save_page"]

OURS = '<meta name="generator" content="knapper">'
"""What the first thousand bytes of a report as a page hold."""


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
    workspace: Workspace,
    at: int,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    processes: int = 1,
) -> Report:
    """Check the whole vault and say how it is; the reading is kept for later reports.

    What the vault's baseline knows is left out, as `check` does it.
    """
    checked = check(workspace, lambda _: True, progress=progress, processes=processes)
    checked = open_baseline(workspace).applied(checked)
    by_note: dict[NotePath, list[Diagnostic]] = {}
    for one in checked.diagnostics:
        by_note.setdefault(one.path, []).append(one)
    rows: dict[NotePath, list[Row]] = {}
    timed: list[Timed] = []
    for path in checked.judged:
        note = checked.notes[path]  # it is read once, here
        if path in by_note:
            rows[path] = rows_of(note, by_note[path])
        timed += _timed(note, rows.get(path, []))
    health = Health(rows, len(checked.judged))
    readings = Readings(state_folder(workspace.root))
    now = reading_of(health, at)
    readings.add(now)
    known = [one for one in readings.all() if one.at < at]
    return Report(
        opening=opening_of(workspace),
        health=health,
        timed=timed,
        readings=[*known, now],
        at=at,
    )


def save_page(root: Path, goal: Path, page: str) -> None:
    """Write a page, over no file but an older report; raises `KnapperError`."""
    if goal.is_file() and goal.stat().st_size:
        with goal.open("rb") as file:
            if OURS.encode() not in file.read(1000):
                raise KnapperError(f"{goal}: this is no report of knapper's; choose another name")
    save(root, goal, page.encode())


def _timed(note: Note, rows: list[Row]) -> Iterator[Timed]:
    stamps = note.timestamps
    if not stamps:
        return
    times = (parse_time(stamp.value) for stamp in stamps)
    faults = sum(row.rule.startswith("timestamp-") for row in rows)
    yield Timed(note.path, tuple(one.seconds for one in times if one), len(stamps), faults)
