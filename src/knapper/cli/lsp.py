"""`knapper lsp`: the language server, for editors."""

import gc
import os
from contextlib import nullcontext

import click

from knapper.cli.help import Command
from knapper.cli.protocol import protocol_output
from knapper.cli.signals import ending_on_signals
from knapper.core.errors import KnapperError

__all__ = ["command"]


@click.command("lsp", cls=Command)
def command() -> int:
    """Speak the Language Server Protocol on standard input and output.

    Your editor starts this; docs/editors.md says how to set it up. It needs the extra
    'lsp': pip install 'knapper[lsp]'.

    \b
    Examples:
      knapper lsp   what an editor is set up to start
    """
    try:
        from knapper.lsp.features import make_server
        from knapper.lsp.protocol import log_in_lines
    except ModuleNotFoundError as error:
        if error.name not in ("pygls", "lsprotocol"):
            raise
        raise KnapperError("this needs the extra 'lsp': pip install 'knapper[lsp]'") from error
    gc.enable()  # it lives long
    if not os.environ.get("KNAPPER_DEBUG"):
        log_in_lines()
    with ending_on_signals(nullcontext()):  # it writes nothing that could be left half-done
        make_server().start_io(stdout=protocol_output())
    return 0
