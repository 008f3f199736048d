"""`knapper sync`: one pass over the vault's sources and replicas."""

import json
from collections.abc import Iterable
from pathlib import Path

import click

from knapper.app.account import STATUS, Synced, account, action_of, side_of
from knapper.app.pair import Intent
from knapper.app.resting import Glimpse
from knapper.app.roots import find_root
from knapper.app.sync import statuses, sync
from knapper.cli.progress import reporting
from knapper.cli.terminal import Paint, number_of, printable
from knapper.core.errors import KnapperError
from knapper.core.plan import Change

__all__ = ["command"]

_SHOWN = 20


@click.command("sync")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan or what was done as JSON.")
@click.option("--confirm", metavar="HASH", default="", help="Carry out this plan that was halted.")
@click.option("--vault", type=click.Path(path_type=Path), help="The vault, if not found upward.")
@click.pass_obj
def command(
    seen: Glimpse | None,
    names: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    confirm: str,
    vault: Path | None,
) -> int:
    """Sync the vault with its sources and replicas (those called NAME) once.

    \b
    Exit status: 0 both sides are equal, 1 something is unresolved or was skipped,
    2 halted (nothing was deleted or overwritten), 3 an error.
    """
    try:
        root = vault or find_root(Path().absolute())
        if not root.is_dir():
            raise KnapperError(f"{root}: there is no such folder")
        with reporting() as progress:
            intent = Intent(not dry_run, confirm)
            found = sync(root, names, intent, seen=seen, progress=progress)
    except KnapperError as error:
        click.echo(f"error: {printable(str(error))}", err=True)
        return 3
    if as_json:
        click.echo(json.dumps({"replicas": [account(one) for one in found]}, indent=1))
    else:
        for one in found:
            _print(one, dry_run)
    return statuses(found)


def _print(one: Synced, dry_run: bool) -> None:
    paint = Paint()
    name = paint(printable(one.replica.name), "bold")
    report = one.report
    if report is None:
        click.echo(f"{name}: error: {printable(one.problem)}", err=True)
        return
    shown = report.changes if dry_run else report.changes[:_SHOWN]
    for side, change in shown:
        click.echo(f"{name}: {_line(side_of(side, one), change)}")
    if len(shown) < len(report.changes):
        click.echo(f"{name}: ... and {len(report.changes) - len(shown)} more (--json shows all)")
    _say(
        name,
        ((f"{r.change.path} ({side_of(s, one)})", r.reason) for s, r in report.refused),
        "not done",
    )
    _say(name, report.skipped.items(), "skipped")
    _say(name, report.held.items(), "held back")
    _say(name, report.restored.items(), "put back")
    _say(name, ((path, _copied(copy)) for path, copy in one.conflicts.items()), "conflict")
    if report.halted:
        click.echo(f"{name}: halted: {printable(report.halted)}", err=True)
    if report.hash:
        click.echo(f"{name}: if it is meant so: knapper sync --confirm {report.hash}", err=True)
    done = "would be done" if dry_run else "done"
    count = number_of(len(report.changes), "change")
    click.echo(f"{name}: {count} {done}, {STATUS[one.status]}")


def _copied(copy: str) -> str:
    return f"the other version is kept as '{copy}'" if copy else "the copy is there already"


def _say(name: str, rows: Iterable[tuple[str, str]], what: str) -> None:
    for path, reason in rows:
        click.echo(f"{name}: {printable(path)}: {what}: {printable(reason)}", err=True)


def _line(side: str, change: Change) -> str:
    action = action_of(change)
    goal = f" -> {printable(str(action['to']))}" if "to" in action else ""
    place = f"{action['action']} {printable(change.path)}{goal} in {printable(side)}"
    return f"{place} ({printable(change.why)})" if change.why else place
