"""A progress bar on standard error, for long work that somebody watches."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from knapper.cli.terminal import is_terminal

__all__ = ["reporting"]

_PATIENCE = 0.5
"""Seconds before a bar appears."""


@contextmanager
def reporting() -> Iterator[Callable[[int, int], None]]:
    """Give a function (done, all) -> None that draws a bar where one is wanted."""
    quiet = os.environ.get("CI") or os.environ.get("PRE_COMMIT") or not is_terminal(sys.stderr)
    if quiet:
        yield lambda _done, _all: None
        return
    began, drawn = time.monotonic(), False
    length = max(1, min(30, shutil.get_terminal_size().columns - 10))

    def draw(done: int, whole: int) -> None:
        nonlocal drawn
        if whole and time.monotonic() - began > _PATIENCE:
            filled = length * done // whole
            bar = "#" * filled + "." * (length - filled)
            sys.stderr.write(f"\r[{bar}] {100 * done // whole:3} %")
            sys.stderr.flush()
            drawn = True

    try:
        yield draw
    finally:
        if drawn:
            sys.stderr.write("\r" + " " * (length + 8) + "\r")
            sys.stderr.flush()
