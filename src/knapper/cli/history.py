"""`knapper history`: the versions of notes that are kept."""

import json
import time
from pathlib import Path

import click

from knapper.app.history import export, found_path, history, name_of
from knapper.cli.help import Command
from knapper.cli.terminal import number_of, printable
from knapper.cli.vault import vault_option, vault_root

__all__ = ["command"]


@click.command("history", cls=Command)
@click.argument("note", required=False)
@click.option("--export", "goal", type=click.Path(path_type=Path), metavar="DIR",
              help="Write every kept version to DIR, which must be empty.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the versions as JSON.")
@vault_option
def command(note: str | None, goal: Path | None, as_json: bool, vault: Path | None) -> int:
    """List the versions that are kept (of NOTE, which may be gone).

    'knapper restore NOTE@VERSION' brings one back.

    \b
    Examples:
      knapper history                 all versions that are kept
      knapper history Home.md         those of one note
      knapper history --export kept   write them all to a folder
    """
    root = vault_root(vault, Path(note) if note else None)
    versions = history(root)
    path = found_path(root, note, (one.path for one in versions)) if note else None
    if goal is not None:
        number = export(root, goal, path)
        click.echo(f"{goal}: {number_of(number, 'version')} written")
        return 0
    versions = [one for one in versions if path is None or one.path == path]
    if as_json:
        rows = [
            {"path": one.path, "version": name_of(one), "modified": _time(one.modified),
             "seen": _time(one.at)}
            for one in versions
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=1))
        return 0
    if not versions:
        click.echo("no version is kept yet: versions come from fixes and syncs")
    for one in versions:
        click.echo(f"{_time(one.modified or one.at)}  {printable(one.path)}@{name_of(one)}")
    return 0


def _time(nanoseconds: int) -> str:
    if not nanoseconds:
        return ""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(nanoseconds / 1e9))
