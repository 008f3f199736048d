"""The command `knapper` and its subcommands, each imported when it is called."""

from importlib import import_module

import click

from knapper import __version__

__all__ = ["knapper"]

COMMANDS = {
    "check": "knapper.cli.check",
    "config": "knapper.cli.config",
    "facts": "knapper.cli.facts",
    "init": "knapper.cli.init",
    "rule": "knapper.cli.rule",
    "service": "knapper.cli.service",
    "sync": "knapper.cli.sync",
    "history": "knapper.cli.history",
    "lsp": "knapper.cli.lsp",
    "mcp": "knapper.cli.mcp",
    "rename": "knapper.cli.rename",
    "report": "knapper.cli.report",
    "resolve": "knapper.cli.resolve",
    "restore": "knapper.cli.restore",
    "status": "knapper.cli.status",
    "undo": "knapper.cli.undo",
    "watch": "knapper.cli.watch",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            if near := get_close_matches(args[0], COMMANDS, 1):
                said = f"{error.message} Did you mean '{near[0]}'?"
                raise click.UsageError(said, ctx) from error
            raise


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="knapper %(version)s")
def knapper() -> None:
    """Find and mend what is broken in an Obsidian vault.

    \b
    Examples:
      knapper check                  check the vault around the current folder
      knapper check --fix            and make the safe fixes (undo takes them back)
      knapper init my-vault          a new vault, ready to use
      knapper rule broken-wikilink   what a rule is about
    """
