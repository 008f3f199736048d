"""`knapper service`: the watcher from login to logout."""

from pathlib import Path

import click

from knapper.app.service import install, service_of, standing, uninstall
from knapper.cli.help import Group
from knapper.cli.terminal import printable, time_of
from knapper.cli.vault import vault_option, vault_root
from knapper.cli.watch import http_option, needs_http
from knapper.shell.service import file_of, system

__all__ = ["command"]


@click.group("service", cls=Group)
def command() -> None:
    """Keep 'knapper watch' running on a vault, from login to logout.

    It is a service of your own, not of the machine: a systemd user unit on Linux, a launch
    agent on macOS, a task at logon on Windows.

    \b
    Examples:
      knapper service install --dry-run   show the file that would be written
      knapper service install             write it, and start the watcher
      knapper service status              is it there, and at work?
    """


@command.command("install")
@click.option("--dry-run", is_flag=True, help="Only show the file.")
@http_option
@click.option("--no-fix", is_flag=True, help="Let it mend nothing.")
@click.option("--no-sync", is_flag=True, help="Let it sync nothing.")
@vault_option
def install_command(
    dry_run: bool, port: int | None, no_fix: bool, no_sync: bool, vault: Path | None
) -> int:
    """Write the service's file and start it.

    Do it again after an update of Python. With --http it serves the page as well; 'knapper
    status' shows its address.
    """
    root = vault_root(vault).resolve()
    needs_http(port)
    options = [name for name, on in (("--no-fix", no_fix), ("--no-sync", no_sync)) if on]
    options += [] if port is None else [f"--http={port}"]
    if dry_run:
        service = service_of(root, options)
        encoding = "utf-16" if system() == "windows" else "utf-8"
        click.echo(f"{file_of(service)}:")
        click.echo(service.content.decode(encoding, errors="replace").rstrip())
        return 0
    file, problem = install(root, options)
    click.echo(f"{printable(str(file))} written")
    if problem:
        click.echo(f"error: it could not be started: {printable(problem)}", err=True)
        return 1
    click.echo(f"watching {printable(str(root))}; 'knapper status' tells how it stands")
    if system() == "launchd":
        click.echo("a vault in iCloud, Documents or Desktop needs Full Disk Access for its Python")
    if system() == "systemd":
        click.echo("it ends when you log out; 'loginctl enable-linger' keeps it running")
    return 0


@command.command("uninstall")
@vault_option
def uninstall_command(vault: Path | None) -> int:
    """Stop it and remove its file; nothing in the vault changes."""
    was_there, problem = uninstall(vault_root(vault).resolve())
    if not was_there:
        click.echo("no service is installed for this vault")
        return 0
    click.echo("the service is removed")
    if problem:
        click.echo(f"it may still run: {printable(problem)}", err=True)
    return 1 if problem else 0


@command.command("status")
@vault_option
def status_command(vault: Path | None) -> int:
    """Tell whether the service is installed and runs.

    \b
    Exit status: 0 it runs, 1 it does not.
    """
    found = standing(vault_root(vault).resolve())
    if not found.is_installed:
        click.echo("not installed; 'knapper service install' does it")
    else:
        click.echo(f"installed: {printable(str(found.file))}")
        click.echo("running" if found.is_running else "not running")
    if found.watcher is not None:
        click.echo(f"a watcher is at work since {time_of(found.watcher.get('since'))}")
    return 0 if found.is_running else 1
