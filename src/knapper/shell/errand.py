"""One piece of work in a process of its own, for a program that lasts.

What is made and dropped on the way leaves room between what stays, which the allocators
of a process rarely give back; that of a process goes back when it ends.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from knapper.core.errors import KnapperError
from knapper.shell.beside import end_with

__all__ = ["errand"]

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")

_BEGIN = "from knapper.shell.errand import run; run()"


def errand(work: Callable[_Given, _Result], *given: _Given.args, **named: _Given.kwargs) -> _Result:
    """Call a function of a module in a new process, and return what it returns.

    A process is begun anew, and no fork, which beside threads is not safe. Signals that
    end us let it do its work, for which we wait; where we die, it dies too (on Linux).
    Raises `KnapperError` and `OSError` as the function does; `KnapperError` too if the
    process is killed.
    """
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-P", "-X", f"utf8={sys.flags.utf8_mode}", "-c", _BEGIN],
        input=pickle.dumps((os.getpid(), work, given, named)),
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode < 0:
        raise KnapperError(f"its process was ended by signal {-done.returncode}")
    if done.returncode:
        raise RuntimeError(f"a process of ours ended with {done.returncode}; stderr says why")
    answer: _Result | Exception = pickle.loads(done.stdout)  # noqa: S301 - our own child's
    if isinstance(answer, Exception):
        raise answer
    return answer


def run() -> None:
    """Be the process: do the work that stdin names, and write to stdout what it returns."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)  # who began us waits for us
    gc.disable()  # as for any command
    answer: object
    parent, work, given, named = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent's
    if sys.platform == "linux":  # elsewhere another program may stand between us
        end_with(parent)
    try:
        answer = work(*given, **named)
    except KnapperError as error:
        answer = KnapperError(str(error))  # those that take more than a text cannot be pickled
    except OSError as error:
        answer = error
    pickle.dump(answer, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()
    os._exit(0)
