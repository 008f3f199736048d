"""`knapper mcp`: tools for programs that work with language models."""

import gc
from pathlib import Path

import click

from knapper.cli.help import Command
from knapper.cli.signals import ending_on_signals
from knapper.cli.vault import vault_option, vault_root
from knapper.core.errors import KnapperError

__all__ = ["command"]


@click.command("mcp", cls=Command)
@vault_option
def command(vault: Path | None) -> int:
    """Speak the Model Context Protocol on standard input and output.

    The tools check, fix, facts, backlinks, rename, status and rule work on one vault,
    and change nothing unless they are told to. It needs the extra 'mcp':
    pip install 'knapper[mcp]'.

    \b
    Examples:
      knapper mcp --vault ~/notes   what a client is set up to start
    """
    root = vault_root(vault).absolute()
    try:
        from knapper.mcp.server import make_server
        from knapper.mcp.tools import Tools
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise KnapperError("this needs the extra 'mcp': pip install 'knapper[mcp]'") from error
    gc.enable()  # it lives long
    tools = Tools(root)
    with ending_on_signals(tools.writing):
        make_server(tools).run("stdio")
    return 0
