"""`knapper facts`: what knapper sees in a note."""

import json
from pathlib import Path

import click

from knapper.app.facts import facts_shown
from knapper.app.workspace import open_workspace
from knapper.cli.help import Command
from knapper.cli.vault import existing, vault_option, vault_root
from knapper.core.errors import KnapperError

__all__ = ["command"]


@click.command("facts", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@vault_option
def command(path: Path, vault: Path | None) -> int:
    """Print as JSON what is read from the note at PATH: links, tags, headings and more.

    \b
    Examples:
      knapper facts Home.md   what knapper sees in a note
    """
    if existing(path).is_dir():
        raise KnapperError(f"{path}: this is a folder; expected a note")
    root = vault_root(vault, path)
    workspace = open_workspace(root, None, root)
    note = workspace.note_path(path)
    if trouble := workspace.read(note).trouble:
        raise KnapperError(f"{path}: {trouble.message}")
    click.echo(json.dumps(facts_shown(workspace, note), indent=1, ensure_ascii=False))
    return 0
