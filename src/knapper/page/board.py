"""What the live page shows: fed by the watcher's events, read by the server's threads."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from knapper.app.opening import opening_of
from knapper.app.status import Standing, standing
from knapper.app.watch import Event, Findings, Mended, Problem, Replicated, Watch
from knapper.app.workspace import load_rules
from knapper.core.errors import KnapperError
from knapper.core.health import Health, Row, rows_of
from knapper.core.opening import Opening
from knapper.core.paths import NotePath
from knapper.core.trend import Reading
from knapper.shell.readings import Readings
from knapper.shell.store import state_folder

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
    problem: str = ""


class Desk:
    """Keeps the board up to date. Boards are values: who reads one needs no lock."""

    def __init__(self, watch: Watch, clock: Callable[[], float] = time.time) -> None:
        self._watch = watch
        self._readings = Readings(state_folder(watch.root))
        self._listeners: list[Callable[[], None]] = []
        self._writing = threading.Lock()
        found = {path: self._rows(path) for path in watch.live.diagnostics}
        self.board = Board(
            version=0,
            opening=opening_of(watch.workspace),
            health=Health(found, len(watch.workspace.checked)),
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
        board = self.board
        match event:
            case Findings():
                board = self._with_findings(board, event)
            case Mended() | Replicated():
                board = replace(board, standing=_standing(self._watch.root), problem="")
            case Problem():
                board = replace(board, problem=event.message)
        self._put(board)

    def stand_again(self) -> None:
        """Look again how sync stands: other commands may have changed it."""
        found = _standing(self._watch.root)
        if found != self.board.standing:
            self._put(replace(self.board, standing=found))

    def _put(self, board: Board) -> None:
        with self._writing:
            self.board = replace(board, version=self.board.version + 1)
        for listener in self._listeners:
            listener()

    def _with_findings(self, board: Board, event: Findings) -> Board:
        rows = dict(board.health.found)
        for path, diagnostics in event.now.items():
            rows.pop(path, None)
            if diagnostics:
                rows[path] = self._rows(path)
        board = replace(
            board,
            health=Health(rows, len(self._watch.workspace.checked)),
            problem="",
            readings=tuple(self._readings.all()),
            opening=opening_of(self._watch.workspace),
            summaries=_summaries(self._watch),
        )
        spoken = (*event.now.values(), *event.before.values())
        if any(one.rule == "conflict-copy" for found in spoken for one in found):
            board = replace(board, standing=_standing(self._watch.root))
        return board

    def _rows(self, path: NotePath) -> list[Row]:
        live = self._watch.live
        return rows_of(live.notes[path], live.diagnostics[path])


def _summaries(watch: Watch) -> dict[str, str]:
    return {rule.name: rule.summary for rule in (*load_rules(), *watch.workspace.own_rules)}


def _standing(root: Path) -> Standing | None:
    """Return how sync stands, None if that cannot be read now."""
    try:
        return standing(root)
    except (KnapperError, OSError):
        return None
