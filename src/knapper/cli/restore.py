"""`knapper restore`: bring back a version of a note."""

from pathlib import Path

import click

from knapper.app.history import found_path, history, restore
from knapper.cli.help import Command
from knapper.cli.terminal import printable
from knapper.cli.vault import vault_option, vault_root
from knapper.core.errors import KnapperError

__all__ = ["command"]


@click.command("restore", cls=Command)
@click.argument("version", metavar="NOTE@VERSION")
@vault_option
def command(version: str, vault: Path | None) -> int:
    """Bring back a version of a note; 'knapper history' lists them.

    What is there now is kept as a version, and 'knapper undo' takes this back.

    \b
    Examples:
      knapper history Home.md            its versions, each as NOTE@VERSION
      knapper restore Home.md@2b713236   one of them
    """
    note, at, name = version.rpartition("@")
    if not at or not note or not name:
        raise KnapperError(f"{version}: expected NOTE@VERSION, as 'knapper history' lists them")
    root = vault_root(vault, Path(note))
    path = found_path(root, note, (one.path for one in history(root)))
    outcome, run = restore(root, path, name)
    for refused in outcome.refused:
        click.echo(f"{printable(path)}: not restored: {refused.reason}", err=True)
    if outcome.refused:
        return 1
    if run is None:
        click.echo(f"{printable(path)}: this is what it holds already")
    else:
        click.echo(f"{printable(path)}: restored ('knapper undo {run}' takes it back)")
    return 0
