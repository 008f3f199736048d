"""Help with its options in groups, the examples at the bottom, 80 columns wide at most."""

from collections.abc import Callable
from inspect import cleandoc
from typing import Any

import click

__all__ = ["Command", "Group", "option"]

_WIDEST = 80
_EXAMPLES = "\b\nExamples:\n"


class _Option(click.Option):
    """An option that stands in a group of the help."""

    def __init__(self, *arguments: Any, group: str = "", **settings: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(*arguments, **settings)
        self.group = group


def option(*names: str, group: str = "", **settings: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - click's
    """Declare an option as `click.option` does, in a group of the help."""
    return click.option(*names, cls=_Option, group=group, **settings)


class Command(click.Command):
    """A command whose options stand in groups, and whose examples come last.

    The examples are the end of its docstring, after a paragraph of `\\b` and `Examples:`.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(*arguments, **settings)
        self.context_settings.setdefault("max_content_width", _WIDEST)
        self.context_settings.setdefault("help_option_names", ["-h", "--help"])
        said, _, examples = cleandoc(self.help or "").partition(_EXAMPLES)
        self.help, self.examples = said.rstrip(), examples.rstrip()

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each group under its name, and those without one last."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and not isinstance(parameter, click.Argument):
                groups.setdefault(getattr(parameter, "group", ""), []).append(record)
        for group, records in sorted(groups.items(), key=lambda item: not item[0]):
            with formatter.section(group or "Options"):
                formatter.write_dl(records, col_max=26)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            formatter.write(f"\nExamples:\n{self.examples}\n")


class Group(Command, click.Group):
    """A group of commands with the same kind of help."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; says which was meant if there is none."""
        name = args[0]
        if ctx.resilient_parsing:  # a shell asks how a line can go on, be it wrong so far
            return super().resolve_command(ctx, args)
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            from difflib import get_close_matches

            near = get_close_matches(name, self.list_commands(ctx), 1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"there is no command '{name}'{hint}", ctx)
        return super().resolve_command(ctx, args)
