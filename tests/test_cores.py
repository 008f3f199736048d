"""Work that is spread over processes comes to what it comes to in one."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from conftest import SOURCE
from knapper.shell.cores import cores, spread

UNIX = pytest.mark.skipif(os.name != "posix", reason="signals are sent otherwise there")


def twice(job: int) -> int:
    return 2 * job


def failing(job: int) -> int:
    if job == 3:
        raise ValueError(job)
    return job


def fatal_elsewhere(here: int, job: int) -> int:
    """Do the job, unless it is the fourth and another process is to do it: that one dies."""
    if job == 3 and os.getpid() != here:
        os._exit(1)
    return job


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_results_come_in_the_order_of_the_jobs(processes: int) -> None:
    assert list(spread(twice, range(20), processes)) == [2 * job for job in range(20)]


def test_beside_other_threads_processes_are_not_forked() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert list(spread(twice, range(4), 2)) == [0, 2, 4, 6]
    finally:
        done.set()
        thread.join()


def test_what_is_left_when_a_process_dies_is_done_here() -> None:
    assert list(spread(partial(fatal_elsewhere, os.getpid()), range(20), 2)) == [*range(20)]


def test_a_mistake_in_the_work_is_raised() -> None:
    with pytest.raises(ValueError, match="3"):
        list(spread(failing, range(20), 2))


def run_code(code: str) -> tuple[int, bytes, bytes]:
    """Run Python code until no process of it holds its output any more."""
    env, pipe = {**os.environ, "PYTHONPATH": str(SOURCE)}, subprocess.PIPE
    call = [sys.executable, "-c", code]
    with subprocess.Popen(call, env=env, stdout=pipe, stderr=pipe, process_group=0) as run:
        try:
            out, err = run.communicate(timeout=20)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)  # what there should not be any more
    return run.returncode, out, err


KILLED = """
import os, signal, threading
from pathlib import Path
from knapper.shell.cores import spread
signal.signal(signal.SIGINT, signal.default_int_handler)
if not {forks}:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
try:
    for _ in spread(Path.read_bytes, [Path(os.devnull), *[Path({never!r})] * 4], 2):
        os.kill(os.getpid(), {number})
except KeyboardInterrupt:
    os._exit(130)
"""


@UNIX
@pytest.mark.parametrize("forks", [True, False], ids=["forked", "spawned"])
@pytest.mark.parametrize(
    ("number", "status"), [(15, -15), (9, -9), (2, 130)], ids=["SIGTERM", "SIGKILL", "SIGINT"]
)
def test_processes_end_with_who_began_them(
    tmp_path: Path, number: int, status: int, *, forks: bool
) -> None:
    """Once they waited for ever, and held the output open, so that its reader waited too."""
    never = tmp_path / "never"
    os.mkfifo(never)  # whoever reads it waits for somebody who writes
    code = KILLED.format(forks=forks, never=str(never), number=number)
    assert run_code(code)[0] == status


INTERRUPTED = """
import os, signal, sys
from knapper.shell.cores import spread
signal.signal(signal.SIGINT, signal.default_int_handler)
os.register_at_fork({when}=lambda: signal.raise_signal(signal.SIGINT))
try:
    list(spread(abs, range(20), 2))
except KeyboardInterrupt:
    sys.exit(130)
"""


@UNIX
@pytest.mark.parametrize(
    ("when", "status"), [("before", 130), ("after_in_parent", 130), ("after_in_child", 0)]
)
def test_an_interruption_while_processes_begin_is_one(when: str, status: int) -> None:
    """Once it was lost then, or a process that had just begun told of it with a traceback."""
    assert run_code(INTERRUPTED.format(when=when)) == (status, b"", b"")


def test_no_more_cores_are_used_than_may_be() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
