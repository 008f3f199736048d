"""The command `knapper` and its subcommands, each imported when it is called."""

from importlib import import_module

import click

from knapper import __version__
from knapper.cli.help import Group

__all__ = ["COMMANDS", "knapper"]

SECTIONS = {
    "Looking and mending": {
        "check": "Find what is broken, and mend what is safe to mend.",
        "rule": "Show what a rule is about, or list all rules.",
        "report": "Say how a vault is, in numbers or as a page.",
        "facts": "Show what is read from a note, as JSON.",
        "rename": "Rename a note, folder, file or heading, links too.",
    },
    "Keeping in sync": {
        "watch": "Findings, safe fixes and sync while you write.",
        "service": "Keep 'watch' running, from login to logout.",
        "sync": "Sync with sources and replicas once.",
        "status": "Say what the watcher and the replicas do.",
        "resolve": "List the conflict copies, or settle one.",
    },
    "Taking back": {
        "undo": "Take back what a run changed.",
        "history": "List the versions that are kept.",
        "restore": "Bring back a version of a note.",
    },
    "Setting up": {
        "init": "Make a vault that opens in Obsidian.",
        "config": "Show what holds here, and where it comes from.",
        "lsp": "Serve an editor.",
        "mcp": "Serve a program that speaks MCP.",
    },
}
"""The commands with what each is for, told without importing any of them."""

COMMANDS = {name: said for section in SECTIONS.values() for name, said in section.items()}


class _LazyGroup(Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"knapper.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([*commands.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        formatter.write("\n'knapper COMMAND --help' tells more of each.\n")


@click.command(cls=_LazyGroup)
@click.version_option(__version__, "-V", "--version", message="knapper %(version)s")
def knapper() -> None:
    """Find and mend what is broken in an Obsidian vault.

    \b
    Examples:
      knapper check                  the vault around this folder
      knapper check --fix            mend what is safe to mend
      knapper init my-vault          a new vault, ready to use
      knapper rule broken-wikilink   what a rule is about
    """
