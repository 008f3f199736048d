"""`knapper undo`: take back what a run changed."""

from pathlib import Path

import click

from knapper.app.undo import undo
from knapper.cli.help import Command
from knapper.cli.terminal import number_of, printable, time_of
from knapper.cli.vault import vault_option, vault_root
from knapper.core.errors import KnapperError
from knapper.core.plan import MakeFolder
from knapper.shell.store import Store

__all__ = ["command"]


@click.command("undo", cls=Command)
@click.argument("run", required=False, type=int)
@vault_option
@click.option("--list", "listing", is_flag=True, help="List the runs that can be undone.")
def command(run: int | None, vault: Path | None, listing: bool) -> int:
    """Take back the last run that changed the vault, or run number RUN.

    Notes that were changed since are left as they are, and named.

    \b
    Examples:
      knapper undo          the last run
      knapper undo --list   the runs that can be taken back
      knapper undo 7        one of them
    """
    root = vault_root(vault)
    if listing:
        with Store(root) as store:
            runs = store.runs()
        for one in runs:
            files = number_of(one.changed, "file")
            click.echo(f"{one.id:>5}  {time_of(one.at)}  {printable(one.command)}  ({files})")
        return 0
    try:
        number, called, outcome = undo(root, run)
    except LookupError as error:
        raise KnapperError(str(error.args[0])) from error
    for refused in outcome.refused:
        click.echo(f"{printable(refused.change.path)}: not undone: {refused.reason}", err=True)
    if outcome.refused and all(isinstance(one, MakeFolder) for one in outcome.done):
        click.echo(f"run {number} ({printable(called)}) was not undone")
        return 1
    done = len(outcome.done)
    state = "1 file is as it was" if done == 1 else f"{done} files are as they were"
    click.echo(f"run {number} ({printable(called)}) undone: {state} before it")
    return 1 if outcome.refused else 0
