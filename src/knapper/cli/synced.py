"""What `knapper sync` does and prints; without click, which takes 12 ms to import."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from knapper.app.account import STATUS, Synced, account, action_of, side_of
from knapper.app.pair import Intent
from knapper.app.resting import Glimpse
from knapper.app.sync import statuses, sync
from knapper.cli.progress import reporting
from knapper.cli.terminal import Paint, number_of, printable
from knapper.core.plan import Change

__all__ = ["synced"]

_SHOWN = 20


def synced(
    root: Path,
    names: Sequence[str] = (),
    intent: Intent = Intent(),  # noqa: B008 - it is a value
    *,
    as_json: bool = False,
    seen: Glimpse | None = None,
) -> int:
    """Sync the vault at `root`, say what was done, and return the exit status.

    `seen` is what a glimpse showed a moment ago.
    """
    with reporting() as progress:
        found = sync(root, names, intent, seen=seen, progress=progress)
    if as_json:
        _print(json.dumps({"replicas": [account(one) for one in found]}, indent=1))
    else:
        for one in found:
            _print_account(one, dry_run=not intent.act)
    return statuses(found)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _complain(line: str) -> None:
    sys.stdout.flush()  # so that both come in their order
    sys.stderr.write(f"{line}\n")


def _print_account(one: Synced, *, dry_run: bool) -> None:
    paint = Paint()
    name = paint(printable(one.replica.name), "bold")
    report, changes = one.report, one.changes
    shown = changes if dry_run else changes[:_SHOWN]
    for side, change in shown:
        _print(f"{name}: {_line(side_of(side, one), change)}")
    if len(shown) < len(changes):
        _print(f"{name}: ... and {len(changes) - len(shown)} more (--json shows all)")
    if report is None:
        _complain(f"{name}: error: {printable(one.problem)}")
        return
    _say(
        name,
        ((f"{r.change.path} ({side_of(s, one)})", r.reason) for s, r in report.refused),
        "not done",
    )
    _say(name, report.skipped.items(), "skipped")
    _say(name, report.held.items(), "held back")
    _say(name, one.restored.items(), "put back")
    _say(name, ((path, _copied(copy)) for path, copy in one.conflicts.items()), "conflict")
    if report.halted:
        _complain(f"{name}: halted: {printable(report.halted)}")
    if report.hash:
        _complain(f"{name}: if it is meant so: knapper sync --confirm {report.hash}")
    count = number_of(len(changes), "change")
    done = f"would make {count}" if dry_run else f"{count} done"
    _print(f"{name}: {done}, {STATUS[one.status]}")


def _copied(copy: str) -> str:
    return f"the other version is kept as '{copy}'" if copy else "the copy is there already"


def _say(name: str, rows: Iterable[tuple[str, str]], what: str) -> None:
    for path, reason in rows:
        _complain(f"{name}: {printable(path)}: {what}: {printable(reason)}")


def _line(side: str, change: Change) -> str:
    action = action_of(change)
    goal = f" -> {printable(str(action['to']))}" if "to" in action else ""
    place = f"{action['action']} {printable(change.path)}{goal} in {printable(side)}"
    return f"{place} ({printable(change.why)})" if change.why else place
