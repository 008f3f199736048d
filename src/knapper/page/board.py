"""What the live page shows: fed by the watcher's events, read by the server's threads."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from knapper.app.events import Event, Findings, Mended, Problem, Reloaded, Replicated
from knapper.app.opening import opening_of
from knapper.app.status import Standing, standing
from knapper.app.watch import Watch
from knapper.app.workspace import load_rules
from knapper.core.errors import KnapperError
from knapper.core.health import Health, Row, rows_of
from knapper.core.opening import Opening
from knapper.core.paths import NotePath
from knapper.core.trend import Reading
from knapper.shell.readings import Readings
from knapper.shell.user_folders import state_folder

__all__ = ["Board", "Desk"]


@dataclass(frozen=True)
class Board:
    """All that the page shows, at one moment; `version` grows with every change.

    `since` is a Unix time.
    """

    version: int
    opening: Opening
    health: Health
    readings: tuple[Reading, ...]
    summaries: Mapping[str, str]
    standing: Standing | None
    since: float
    problems: tuple[str, ...] = ()


class Desk:
    """Keeps the board up to date. Boards are values: who reads one needs no lock."""

    def __init__(self, watch: Watch, clock: Callable[[], float] = time.time) -> None:
        self._watch = watch
        self._readings = Readings(state_folder(watch.root))
        self._listeners: list[Callable[[], None]] = []
        self._writing = threading.Lock()
        found = {path: self._rows(path) for path in watch.watched.found}
        self.board = Board(
            version=0,
            opening=opening_of(watch.watched.workspace),
            health=Health(found, self._number_of(found)),
            readings=tuple(self._readings.all()),
            summaries=_summaries(watch),
            standing=_standing(watch.root),
            since=clock(),
        )

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener`, from whichever thread it is, after each change."""
        self._listeners.append(listener)

    def take(self, event: Event) -> None:
        """Take in what the watcher tells, in the watcher's thread."""
        match event:
            case Findings():
                self._take_findings(event)
            case Mended() | Replicated():
                self._put(standing=_standing(self._watch.root))
            case Reloaded():
                self._put(
                    standing=_standing(self._watch.root),
                    opening=opening_of(self._watch.watched.workspace),
                    summaries=_summaries(self._watch),
                )
            case Problem():
                self._put()

    def now(self) -> Board:
        """Return the board as it is by now.

        That a note came in which nothing is found, or that a problem is over, is told by
        no event.
        """
        board = replace(self.board, problems=tuple(self._watch.problems.values()))
        notes = self._number_of(board.health.found)
        if notes == board.health.notes:
            return board
        return replace(board, health=Health(board.health.found, notes))

    def stand_again(self) -> None:
        """Look again how sync stands: other commands may have changed it."""
        found = _standing(self._watch.root)
        if found != self.board.standing:
            self._put(standing=found)

    def _put(self, **changes: object) -> None:
        """Change the board; more than one thread may want to."""
        with self._writing:
            self.board = replace(self.board, version=self.board.version + 1, **changes)  # type: ignore[arg-type] # each is one of its fields
        for listener in self._listeners:
            listener()

    def _take_findings(self, event: Findings) -> None:
        rows = dict(self.board.health.found)
        for path, diagnostics in event.now.items():
            rows.pop(path, None)
            if diagnostics:
                rows[path] = self._rows(path)
        spoken = (*event.now.values(), *event.before.values())
        if any(one.rule == "conflict-copy" for found in spoken for one in found):
            self.stand_again()
        self._put(
            health=Health(rows, self._number_of(rows)),
            readings=tuple(self._readings.all()),
        )

    def _number_of(self, found: Mapping[NotePath, object]) -> int:
        return len({*self._watch.watched.workspace.checked, *found})

    def _rows(self, path: NotePath) -> list[Row]:
        watched = self._watch.watched
        return rows_of(watched.note(path), watched.found[path])


def _summaries(watch: Watch) -> dict[str, str]:
    return {rule.name: rule.summary for rule in (*load_rules(), *watch.watched.workspace.own_rules)}


def _standing(root: Path) -> Standing | None:
    """Return how sync stands, None if that cannot be read now."""
    try:
        return standing(root)
    except (KnapperError, OSError):
        return None
