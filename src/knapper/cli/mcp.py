"""`knapper mcp`: tools for programs that work with language models."""

import gc
from pathlib import Path

import click

from knapper.app.roots import find_root
from knapper.cli.help import Command
from knapper.cli.protocol import end_on_signals
from knapper.core.errors import KnapperError

__all__ = ["command"]


@click.command("mcp", cls=Command)
@click.option("--vault", type=click.Path(path_type=Path), help="The vault, if not found upward.")
def command(vault: Path | None) -> int:
    """Speak the Model Context Protocol on standard input and output.

    The tools check, fix, facts, backlinks, rename, status and rule work on one vault,
    and change nothing unless they are told to. It needs the extra 'mcp':
    pip install 'knapper[mcp]'.

    \b
    Examples:
      knapper mcp --vault ~/notes   what a client is set up to start
    """
    root = (vault or find_root(Path().absolute())).absolute()
    if not root.is_dir():
        raise KnapperError(f"{root}: there is no such folder")
    try:
        from knapper.mcp.server import make_server
        from knapper.mcp.tools import Tools
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise KnapperError("this needs the extra 'mcp': pip install 'knapper[mcp]'") from error
    gc.enable()  # it lives long
    tools = Tools(root)
    end_on_signals(tools.writing)
    make_server(tools).run("stdio")
    return 0
