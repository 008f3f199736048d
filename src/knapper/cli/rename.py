"""`knapper rename`: a new name for a note, folder, file or heading, links and all."""

import json
from pathlib import Path

import click

from knapper.app.rename import Plan, carry_out, part_done, plan_rename
from knapper.app.workspace import open_workspace
from knapper.cli.help import Command
from knapper.cli.terminal import number_of, printable
from knapper.cli.vault import vault_option, vault_root

__all__ = ["command"]


@click.command("rename", cls=Command)
@click.argument("old")
@click.argument("new")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@vault_option
def command(old: str, new: str, dry_run: bool, as_json: bool, vault: Path | None) -> int:
    """Rename OLD to NEW, and rewrite every link, embed and card that means it.

    OLD is a note, a folder, an attachment, or a heading as 'Note#Heading'. NEW is a
    name, or with a '/' a path in the vault, or one of the disk that leads there.
    'knapper undo' takes it back.

    \b
    Exit status: 0 done, 1 some links could not be rewritten, 2 an error.

    \b
    Examples:
      knapper rename "Old name.md" "New name"   a note, and every link to it
      knapper rename "Note#Old" "New"           a heading
      knapper rename Ideas Projects/Ideas       a folder
      knapper rename a.png b.png --dry-run      see first what would be done
    """
    root = vault_root(vault, Path(old.partition("#")[0]))
    workspace = open_workspace(root, root=root)
    plan = plan_rename(workspace, old, new)
    refused: list[tuple[str, str]] = []
    run = None
    if not dry_run:
        outcome, run = carry_out(workspace, plan)
        plan = part_done(plan, outcome)
        refused = [(one.change.path, one.reason) for one in outcome.refused]
    if as_json:
        click.echo(json.dumps(_account(plan, refused, run), indent=1))
    else:
        _print(plan, dry_run, run)
    for path, reason in refused:
        click.echo(f"{printable(path)}: not done: {reason}", err=True)
    return 1 if refused or plan.left else 0


def _account(plan: Plan, refused: list[tuple[str, str]], run: int | None) -> dict[str, object]:
    return {
        "run": run,
        "moved": dict(plan.moved),
        "rewritten": [one._asdict() for one in plan.rewrites],
        "left": [one._asdict() for one in plan.left],
        "refused": [{"path": path, "reason": reason} for path, reason in refused],
    }


def _print(plan: Plan, dry_run: bool, run: int | None) -> None:
    for old, new in plan.moved.items():
        click.echo(f"{printable(old)} -> {printable(new)}")
    for one in plan.rewrites:
        place = f"{printable(one.path)}:{one.line}"
        click.echo(f"{place}: {printable(one.old)} -> {printable(one.new)}")
    for lost in plan.left:
        place = f"{printable(lost.path)}:{lost.line}"
        click.echo(f"{place}: left as it is: {printable(lost.reason)}", err=True)
    moved, rewritten = len(plan.moved), number_of(len(plan.rewrites), "reference")
    if dry_run:
        click.echo(f"would move {number_of(moved, 'file')} and rewrite {rewritten}")
        return
    end = f" ('knapper undo {run}' takes it back)" if run else ""
    click.echo(f"{number_of(moved, 'file')} moved, {rewritten} rewritten{end}")
