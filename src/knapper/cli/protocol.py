"""Standard output for a protocol: nothing else may be said there."""

import os
import signal
import socket
import sys
import threading
from contextlib import AbstractContextManager, suppress
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

    Nothing else would: a thread that waits for standard input cannot be interrupted. And
    what Python calls at a signal waits for the main thread, which may just have begun to
    sleep; so a thread of its own waits for the number that is written at each signal.
    """
    heard, told = socket.socketpair()
    told.setblocking(False)
    numbers = (signal.SIGINT, signal.SIGTERM)

    def tell(number: int, _frame: FrameType | None) -> None:
        with suppress(BlockingIOError):  # it was told more than often enough
            told.send(bytes([number]))

    def end() -> None:
        while (number := heard.recv(1)[0]) not in numbers:
            pass
        with busy:
            os._exit(128 + number)

    for number in numbers:
        signal.signal(number, tell)  # on Windows, asyncio takes the place of the next line
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=end, daemon=True).start()
