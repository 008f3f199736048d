"""What is said of a call that cannot be: one line like every other error, and one to go on."""

from difflib import get_close_matches

import click

__all__ = ["told"]


def told(error: click.UsageError) -> str:
    """Return what is wrong with a call, and where the right ones are listed."""
    said = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return f"{said}\n"
    said = said.rstrip(".")
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        names = [name for one in error.ctx.command.params for name in one.opts if name[:2] == "--"]
        near = get_close_matches(error.option_name, names, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        said = f"there is no option '{error.option_name}'{hint}"
    call = error.ctx.command_path if error.ctx else "knapper"
    return f"error: {said[:1].lower()}{said[1:]}\n'{call} --help' tells how it is called\n"
