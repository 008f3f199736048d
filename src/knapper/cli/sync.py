"""`knapper sync`: one pass over the vault's sources and replicas."""

from pathlib import Path

import click

from knapper.app.pair import Intent
from knapper.cli.help import Command
from knapper.cli.synced import synced
from knapper.cli.vault import vault_option, vault_root

__all__ = ["command"]


@click.command("sync", cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan or what was done as JSON.")
@click.option("--confirm", metavar="HASH", default="", help="Carry out this plan that was halted.")
@vault_option
def command(
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

    \b
    Examples:
      knapper sync --dry-run   see first what would be done
      knapper sync             with all sources and replicas
      knapper sync laptop      with one of them
    """
    return synced(vault_root(vault), names, Intent(not dry_run, confirm), as_json=as_json)
