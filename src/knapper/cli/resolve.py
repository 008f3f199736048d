"""`knapper resolve`: settle conflicts between a note and its conflict copies."""

from difflib import unified_diff
from pathlib import Path
from typing import get_args

import click

from knapper.app.resolve import Conflict, Keep, conflicts, settle
from knapper.cli.help import Command
from knapper.cli.terminal import Paint, number_of, printable
from knapper.cli.vault import vault_option, vault_root
from knapper.core.errors import KnapperError
from knapper.shell.disk import read_text

__all__ = ["command"]


@click.command("resolve", cls=Command)
@click.argument("note", required=False)
@click.option("--keep", type=click.Choice(get_args(Keep)), help="Which of the two is to stay.")
@vault_option
def command(note: str | None, keep: Keep | None, vault: Path | None) -> int:
    """List the conflict copies, show how one differs from NOTE, or settle it.

    What is put away stays in the history, and 'knapper undo' takes it back.

    \b
    Examples:
      knapper resolve                       lists the conflict copies
      knapper resolve Home.md               shows in what its copies differ
      knapper resolve Home.md --keep note   puts the copies away
      knapper resolve "Home (conflict 2026-11-23 laptop).md" --keep copy
                                            gives the note what the copy holds
    """
    root = vault_root(vault)
    found = conflicts(root)
    if note is None:
        if keep:
            raise KnapperError("--keep settles one conflict: say which NOTE")
        for one in found:
            gone = "" if one.is_there else " (which is gone)"
            click.echo(f"{printable(one.copy)}: a copy of {printable(one.note)}{gone}")
        count = number_of(len(found), "conflict copy").replace("copys", "copies")
        click.echo(count if found else "no conflict copies")
        return 1 if found else 0
    chosen = [one for one in found if note in (one.note, one.copy, one.note.removesuffix(".md"))]
    if not chosen:
        raise KnapperError(f"{note}: no conflict copy is, or is of, this note")
    if keep is None:
        for one in chosen:
            _show(root, one)
        return 1
    if keep == "copy" and len(chosen) > 1:
        raise KnapperError(f"{note}: it has {len(chosen)} copies; say which one is to stay")
    status = 0
    for one in chosen:
        outcome, run = settle(root, one, keep)
        for refused in outcome.refused:
            click.echo(f"{printable(refused.change.path)}: not done: {refused.reason}", err=True)
            status = 1
        if not outcome.refused:
            undo = f"'knapper undo {run}' takes it back"
            click.echo(f"{printable(one.note)}: settled, the {keep} stays ({undo})")
    return status


def _show(root: Path, one: Conflict) -> None:
    """Print in what the copy differs from the note."""
    paint = Paint()
    note = read_text(root, one.note).splitlines() if one.is_there else []
    copy = read_text(root, one.copy).splitlines()
    names = printable(one.note), printable(one.copy)
    for line in unified_diff(note, copy, *names, lineterm=""):
        colour = {"+": "good", "-": "error", "@": "info"}.get(line[0], "")
        shown = printable(line)
        click.echo(paint(shown, colour) if colour else shown, color=True)
