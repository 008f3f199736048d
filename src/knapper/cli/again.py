"""`knapper check --watch`: check again whenever something changed."""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import click

from knapper.app.watched import real_folders
from knapper.app.workspace import Workspace
from knapper.cli import CUT_OFF, outcome
from knapper.cli.signals import ending_on_signals
from knapper.cli.terminal import is_terminal
from knapper.shell.watcher import Hints

__all__ = ["check_again"]

_PULSE = 30.0
"""In so many seconds, at most, it looks whether the folders are still there."""


def check_again(check: Callable[[], object], workspace: Workspace) -> int:
    """Check, and once more after each change in the vault, until a signal ends the process.

    If nobody reads any more what is said, the status that tells of it is returned. What goes
    wrong in a check (a configuration that is half written) is told, and the next change waited
    for. A terminal is cleared before each check.
    """
    gc.enable()  # it lives long
    hints = Hints()
    folders = [workspace.root, *real_folders(workspace.root, workspace.tree.linked)]
    with ending_on_signals(nullcontext()):  # it writes nothing that could be left half-done
        hints.start(folders)
        while True:
            if is_terminal(sys.stdout):
                click.clear()
            if (status := outcome(check)) == CUT_OFF:
                return status
            click.echo("waiting for changes; Ctrl-C ends", err=True)
            while not _matters(hints.wait(_PULSE), workspace):
                if hints.is_deaf:
                    hints.start(folders)
                    break


def _matters(paths: set[str] | None, workspace: Workspace) -> bool:
    """Tell whether one of some paths can change what is found; None stands for all.

    Obsidian writes down all the time which notes are open, and git has its own folder.
    """
    if paths is None:
        return True
    settings = workspace.config.config_folder

    def matters(path: str) -> bool:
        parts = Path(os.path.relpath(path, workspace.root)).parts
        if parts[0] == settings:
            return "workspace" not in parts[-1]
        if parts[0] == "..":  # a linked folder, which may itself lie in a hidden one
            parts = parts[-1:]
        hidden = [part for part in parts if part.startswith(".")]
        return all(part.startswith(".knapper") for part in hidden)

    return any(map(matters, paths))
