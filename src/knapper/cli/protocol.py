"""Standard output for a protocol: nothing else may be said there."""

import os
import signal
import sys
from contextlib import AbstractContextManager
from types import FrameType
from typing import BinaryIO

__all__ = ["end_on_signals", "protocol_output"]


def protocol_output() -> BinaryIO:
    """Return standard output; whatever prints from now on goes to standard error."""
    sys.stdout.flush()
    kept = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(kept, "wb")


def end_on_signals(busy: AbstractContextManager[object]) -> None:
    """Let Ctrl-C and SIGTERM end the process as soon as `busy` can be entered.

    Nothing else would: a thread that waits for standard input cannot be interrupted.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        with busy:
            os._exit(128 + number)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
