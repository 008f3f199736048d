"""The account of a sync in plain values: what `--json` prints and `status` remembers."""

import json
import time
from collections.abc import Sequence
from typing import NamedTuple

from knapper.app.pair import Report
from knapper.core.paths import NotePath
from knapper.core.plan import Change, Copy, Link, MakeFolder, Move, RemoveFolder, Trash, Write
from knapper.core.replicas import Replica
from knapper.shell.store import Store

__all__ = ["STATUS", "Synced", "account", "action_of", "save_accounts", "saved_accounts", "side_of"]

STATUS = ("equal", "unresolved", "halted", "error")
"""The names of the exit statuses of a sync."""


class Synced(NamedTuple):
    """What became of one replica: what was done, or the problem that kept it from being.

    `report` is that of the last pass, `rounds` are those of all passes: what is still
    in the way is in the one, what was done in the others.
    """

    replica: Replica
    report: Report | None
    problem: str = ""
    rounds: Sequence[Report] = ()
    run: int | None = None

    @property
    def status(self) -> int:
        """0: equal, 1: something is unresolved or skipped, 2: halted, 3: an error."""
        if self.report is None:
            return 3
        if self.report.halted:
            return 2
        return 0 if self.report.is_equal and not self.conflicts else 1

    @property
    def changes(self) -> list[tuple[str, Change]]:
        """The changes that were made (or would be), with their sides."""
        return [change for one in self.rounds for change in one.changes]

    @property
    def restored(self) -> dict[NotePath, str]:
        """The notes that were put back, with the reasons."""
        return {path: why for one in self.rounds for path, why in one.restored.items()}

    @property
    def conflicts(self) -> dict[NotePath, NotePath]:
        """The notes of which a conflict copy was made, with the copies."""
        return {path: copy for one in self.rounds for path, copy in one.conflicts.items()}


def account(one: Synced) -> dict[str, object]:
    """Return what became of one replica, as JSON can hold it."""
    report = one.report
    if report is None:
        return {"name": one.replica.name, "status": "error", "problem": one.problem}
    return {
        "name": one.replica.name,
        "mode": one.replica.mode,
        "status": STATUS[one.status],
        "run": one.run,
        "halted": report.halted,
        "confirm": report.hash,
        "actions": [
            {"side": side_of(side, one), **action_of(change), "why": change.why}
            for side, change in one.changes
        ],
        "refused": [
            {"side": side_of(side, one), "path": refused.change.path, "reason": refused.reason}
            for side, refused in report.refused
        ],
        "skipped": report.skipped,
        "held": report.held,
        "restored": one.restored,
        "conflicts": one.conflicts,
    }


def side_of(side: str, one: Synced) -> str:
    """Return the user's name for a side of a pair, "left" or "right"."""
    return "vault" if side == "left" else one.replica.name


def action_of(change: Change) -> dict[str, object]:
    """Return what a change does, where, and where to."""
    match change:
        case Move():
            return {"action": "move", "path": change.path, "to": change.to}
        case Trash():
            return {"action": "delete", "path": change.path}
        case MakeFolder():
            return {"action": "make-folder", "path": change.path}
        case RemoveFolder():
            return {"action": "remove-folder", "path": change.path}
        case Link():
            return {"action": "link", "path": change.path, "to": change.target}
        case Write() | Copy():
            action = "create" if change.expect is None else "replace"
            return {"action": action, "path": change.path}


def save_accounts(store: Store, found: Sequence[Synced]) -> None:
    """Remember what became of each replica, without the single actions."""
    at = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    rows = []
    for one in found:
        kept = {key: value for key, value in account(one).items() if key != "actions"}
        rows.append((one.replica.name, at, json.dumps(kept)))
    with store.transaction() as connection:
        connection.executemany("insert or replace into report values (?, ?, ?)", rows)


def saved_accounts(store: Store) -> dict[str, dict[str, object]]:
    """Return what is remembered of each replica, with the time `at`."""
    if not store.exists:
        return {}
    with store.transaction() as connection:
        rows = connection.execute("select replica, at, data from report").fetchall()
    return {name: {"at": at, **json.loads(data)} for name, at, data in rows}
