"""`knapper status`: what the watcher does, and how the vault stands with its replicas."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from knapper.app.status import Standing, standing
from knapper.cli.help import Command
from knapper.cli.terminal import Paint, number_of, printable, time_of
from knapper.cli.vault import vault_option, vault_root

__all__ = ["command"]


@click.command("status", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@vault_option
def command(as_json: bool, vault: Path | None) -> int:
    """Say how the last syncs ended, and what waits for you.

    \b
    Exit status: 0 all is equal, 1 something is unresolved, was skipped or was
    never synced, 2 halted, 3 an error.

    \b
    Examples:
      knapper status          what waits for you
      knapper status --json   for a program
    """
    found = standing(vault_root(vault))
    if as_json:
        click.echo(json.dumps(found.told(), indent=1))
    else:
        _print(found)
    return found.status


def _print(found: Standing) -> None:
    paint = Paint()
    if found.watcher is None:
        click.echo(_said_of_no_watcher(found.last_watcher))
    else:
        _print_watcher(found.watcher)
    if found.log.exists():
        click.echo(f"its log: {printable(str(found.log))}")
    if not found.replicas:
        click.echo("no replica is configured; [[replica]] in .knapper.toml adds one")
    for one in found.replicas:
        name = paint(printable(str(one["name"])), "bold")
        when = f", last synced {time_of(one['at'])}" if "at" in one else " synced"
        click.echo(f"{name} ({one['mode']}, {printable(str(one['path']))}): {one['status']}{when}")
        for key in ("problem", "halted"):
            if one.get(key):
                click.echo(f"  {key}: {printable(str(one[key]))}")
        for key, what in (("held", "held back"), ("skipped", "skipped")):
            rows = one.get(key)
            for path, reason in rows.items() if isinstance(rows, Mapping) else ():
                click.echo(f"  {printable(path)}: {what}: {printable(str(reason))}")
        if one.get("confirm"):
            click.echo(f"  if it is meant so: knapper sync --confirm {one['confirm']}")
    for conflict in found.conflicts:
        click.echo(f"conflict: {printable(conflict.copy)} ('knapper resolve' settles it)")
    for run in found.runs:
        click.echo(f"run {run.id}: {time_of(run.at)} {printable(run.command)}, "
                   f"{number_of(run.changed, 'change')}")  # fmt: skip


def _said_of_no_watcher(last: Mapping[str, object]) -> str:
    """Say that none is running, and how the last one ended."""
    said = "no watcher is running; 'knapper watch' starts one, 'knapper service install' for good"
    if not last:
        return said
    if "ended" not in last:
        return f"{said}; the last one, since {time_of(last.get('since'))}, was cut short"
    error = f" with {printable(str(last['last_error']))}" if last.get("failed") else ""
    return f"{said}; the last one ended {time_of(last['ended'])}{error}"


def _print_watcher(state: Mapping[str, object]) -> None:
    notes = number_of(int(str(state.get("notes", 0))), "note")
    since, last = time_of(state.get("since")), time_of(state.get("last_lint"))
    observer = state.get("observer", "starting")
    click.echo(f"watching since {since} ({observer}), last lint {last}, {notes}")
    if state.get("page"):
        click.echo(f"page: {state['page']}")
    findings = state.get("findings")
    for rule, count in findings.items() if isinstance(findings, Mapping) else ():
        click.echo(f"  {count:>5}  {printable(str(rule))}")
    problems = state.get("problems")
    for problem in problems if isinstance(problems, list) else ():
        click.echo(f"  problem: {printable(str(problem))}")
    if state.get("last_error") and not problems:
        error = printable(str(state["last_error"]))
        click.echo(f"  last problem, {time_of(state.get('last_error_at'))}: {error}")
