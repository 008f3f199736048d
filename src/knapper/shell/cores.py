"""Doing a list of jobs on several cores at once, in processes of their own."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

__all__ = ["cores", "forks", "spread"]

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")
_MOST = 16

_work: Callable[[object], object] | None = None
"""What a process of the pool does; it is given once, as a job would bring it along each time."""


def cores() -> int:
    """Return how many cores this process may use: by affinity, and by its control group."""
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        allowed = os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        allowed = min(allowed, max(1, int(quota) // int(period)))
    return min(allowed, _MOST)


def forks() -> bool:
    """Tell whether other processes inherit what this one has, so that nothing is handed round."""
    return sys.platform == "linux" and threading.active_count() == 1


def spread(
    work: Callable[[_Job], _Result], jobs: Sequence[_Job], processes: int
) -> Iterator[_Result]:
    """Yield what `work` makes of each job, in order.

    With one process it is done here, and so is what is left when a process dies or none
    can be had. Where processes cannot be forked safely (elsewhere than on Linux, or
    beside other threads), `work` is pickled.
    """
    done = 0
    if processes > 1 and len(jobs) > 1:
        for result in _in_pool(work, jobs, min(processes, len(jobs))):
            done += 1
            yield result
    for job in jobs[done:]:
        yield work(job)


def _in_pool(
    work: Callable[[_Job], _Result], jobs: Sequence[_Job], processes: int
) -> Iterator[_Result]:
    """Yield results as long as there are processes to make them."""
    # imported here: it costs 40 ms. Forking and piping by hand would save 30 of them, 2 % of
    # a run that is long enough for a pool
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
    from multiprocessing import get_context

    context = get_context("fork" if forks() else "spawn")
    begin = partial(_begin, cast(Callable[[object], object], work))
    pool = ProcessPoolExecutor(processes, context, begin)
    try:
        with _uninterrupted():  # here all processes begin
            results = cast(Iterator[_Result], pool.map(_do, jobs))
        yield from results
    except (BrokenExecutor, OSError):
        return
    except (KeyboardInterrupt, GeneratorExit):  # nobody asks any more for what is in hand
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block, and processes that begin in it be deaf to it.

    In the midst of a fork it would be lost, or end in the child as in the parent.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows, where nothing is forked
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(work: Callable[[object], object]) -> None:
    global _work  # noqa: PLW0603 - of this process alone, which does nothing else
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Do not outlive who began this process, however that ended."""
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _do(job: object) -> object:
    assert _work is not None
    return _work(job)
