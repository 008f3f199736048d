"""Help with its options in groups, the examples at the bottom, 80 columns wide at most."""

from collections.abc import Callable
from typing import Any

import click

__all__ = ["Command", "option"]

_WIDEST = 80


class _Option(click.Option):
    """An option that stands in a group of the help."""

    def __init__(self, *arguments: Any, group: str = "", **settings: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*arguments, **settings)
        self.group = group


def option(*names: str, group: str = "", **settings: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - as click.option
    """Declare an option as `click.option` does, in a group of the help."""
    return click.option(*names, cls=_Option, group=group, **settings)


class Command(click.Command):
    """A command whose help ends in `examples`, one line each: the call, and what it does."""

    def __init__(self, *arguments: Any, examples: str = "", **settings: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **settings)
        self.examples = examples
        self.context_settings.setdefault("max_content_width", _WIDEST)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each group under its name."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and not isinstance(parameter, click.Argument):
                group = getattr(parameter, "group", "") or "Options"
                groups.setdefault(group, []).append(record)
        for group, records in groups.items():
            with formatter.section(group):
                formatter.write_dl(records, col_max=26)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.strip().splitlines():
                    formatter.write(f"{'':>{formatter.current_indent}}{line.strip()}\n")
