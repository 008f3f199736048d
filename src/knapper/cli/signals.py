"""Signals that are heard at once, whatever the main thread does."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from types import FrameType

__all__ = ["ending_on_signals", "on_signals"]


def ending_on_signals(busy: AbstractContextManager[object]) -> AbstractContextManager[None]:
    """Let Ctrl-C and SIGTERM end the process as soon as `busy` can be entered."""

    def end(number: int) -> None:
        with busy:
            os._exit(128 + number)

    return on_signals({"SIGINT": end, "SIGTERM": end})


@contextmanager
def on_signals(acts: Mapping[str, Callable[[int], object]]) -> Iterator[None]:
    """Let a thread of its own act at signals in the block, by their names where there are such.

    What Python calls at a signal waits for the main thread, and that may just have begun to
    sleep, or wait for standard input for ever. So the number that is written at each signal
    is waited for. It is what the act is called with.
    """
    known = {getattr(signal, name): act for name, act in acts.items() if hasattr(signal, name)}
    heard, told = socket.socketpair()
    told.setblocking(False)

    def tell(number: int, _frame: FrameType | None) -> None:
        if sys.platform == "win32":  # there, asyncio has numbers written to itself
            with suppress(BlockingIOError):
                told.send(bytes([number]))

    def listen() -> None:
        with heard:
            while number := heard.recv(1):
                if act := known.get(number[0]):
                    act(number[0])

    threading.Thread(target=listen, daemon=True).start()
    handlers = {number: signal.signal(number, tell) for number in known}
    written = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(written)
        for number, handler in handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        told.close()
