"""Work that is spread over processes comes to what it comes to in one."""

import os
import threading
from functools import partial

import pytest

from knapper.shell.cores import cores, spread


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


def test_no_more_cores_are_used_than_may_be() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
