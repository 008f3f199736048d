"""`knapper init`: a working vault in one command."""

from pathlib import Path

import click

from knapper.app.init import init
from knapper.core.config import PRESETS

__all__ = ["command"]


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--source", "sources", multiple=True, type=click.Path(path_type=Path),
              help="A folder of notes to pull in (may be given again).")  # fmt: skip
@click.option("--preset", type=click.Choice(tuple(PRESETS)), help="Default: by the notes.")
def command(folder: Path, sources: tuple[Path, ...], preset: str | None) -> int:
    """Make FOLDER a vault that opens in Obsidian, with notes from its sources."""
    made = init(folder, sources, preset)
    click.echo(f"{made.root}: a vault with {made.written} files, preset '{made.preset}'")
    for name, count in made.sources:
        click.echo(f"  Sources/{name}: {count} files pulled in")
    for refused in made.refused:
        click.echo(f"  {refused.change.path}: left as it was: {refused.reason}", err=True)
    click.echo(f"next: knapper check {made.root}")
    return 0
