"""Work on the second core: one function in a process of its own, while we go on."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

__all__ = ["beside", "end_with"]

_PDEATHSIG = 1
"""`PR_SET_PDEATHSIG` of <linux/prctl.h>."""


def beside(work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Begin `work` in a child process; call the result for what it returns.

    Where there is no fork, or where other threads run (which a fork would leave
    half-done), and if the child fails, the work is done when the result is called.
    """
    if not hasattr(os, "fork") or sys.platform == "darwin" or threading.active_count() > 1:
        return work
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _serve(work, writing)
    os.close(writing)

    def result() -> bytes:
        with os.fdopen(reading, "rb") as file:
            content = file.read()
        _, status = os.waitpid(child, 0)
        return content if status == 0 else work()

    return result


def _serve(work: Callable[[], bytes], writing: int) -> None:
    """Do the work in the child and leave, without any of the parent's endings."""
    status = 1
    try:
        with os.fdopen(writing, "wb") as file:
            file.write(work())
        status = 0
    finally:
        os._exit(status)


def end_with(parent: int) -> None:
    """Let this process, if it is a child of `parent`, not outlive it (Linux: prctl(2))."""
    if os.getpid() == parent:
        return
    import ctypes

    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
