"""`knapper init`: a working vault in one command."""

from pathlib import Path
from shlex import quote

import click

from knapper.app.init import init
from knapper.app.pair import Report
from knapper.cli.help import Command
from knapper.cli.progress import reporting
from knapper.cli.terminal import number_of, printable
from knapper.core.config import PRESETS
from knapper.core.plan import Copy

__all__ = ["command"]


@click.command("init", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--source", "sources", multiple=True, type=click.Path(path_type=Path),
              help="A folder of notes to pull in (may be given again).")  # fmt: skip
@click.option("--preset", type=click.Choice(tuple(PRESETS)), help="Default: by the notes.")
def command(folder: Path, sources: tuple[Path, ...], preset: str | None) -> int:
    """Make FOLDER a vault that opens in Obsidian, with notes from its sources.

    What is there is left as it is; a vault of Obsidian's gets a '.knapper.toml' only.

    \b
    Examples:
      knapper init my-vault                    a new vault
      knapper init .                           a configuration for the vault here
      knapper init my-vault --source ~/talks   with notes pulled in from a folder
    """
    with reporting() as progress:
        made = init(folder, sources, preset, progress=progress)
    written = number_of(made.written, "file")
    click.echo(f"{made.root}: a vault, {written} written, preset '{made.preset}'")
    for one in made.pulled:
        count = sum(isinstance(change, Copy) for _, change in one.changes)
        click.echo(f"  {one.replica.into}: {number_of(count, 'file')} pulled in")
        report = one.report or Report()
        if why := one.problem or report.halted:
            click.echo(f"  {one.replica.into}: {printable(why)}", err=True)
        for path, reason in report.skipped.items():
            click.echo(f"  {printable(path)}: skipped: {printable(reason)}", err=True)
        for _, refused in report.refused:
            click.echo(f"  {printable(refused.change.path)}: not done: {refused.reason}", err=True)
    for refused in made.refused:
        click.echo(f"  {refused.change.path}: left as it was: {refused.reason}", err=True)
    click.echo(f"next: knapper check {quote(str(made.root))}")
    return made.status
