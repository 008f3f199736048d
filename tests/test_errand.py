"""Work that is done in a process of its own, which ends with it."""

import os
import signal
import sys
from pathlib import Path

import pytest

from conftest import SOURCE
from knapper.app.sync import replicas_of
from knapper.core.errors import KnapperError
from knapper.shell.errand import errand

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


@pytest.fixture(autouse=True)
def _our_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))


def test_it_brings_back_what_the_work_returns_from_another_process() -> None:
    assert errand(sorted, ["b", "a"], reverse=True) == ["b", "a"]
    assert errand(os.getpid) != os.getpid()


def test_what_a_user_must_mend_is_told_as_if_it_were_done_here(tmp_path: Path) -> None:
    with pytest.raises(KnapperError) as here:
        replicas_of(tmp_path)
    with pytest.raises(KnapperError) as there:
        errand(replicas_of, tmp_path)
    assert str(there.value) == str(here.value)


def test_an_error_of_the_disk_keeps_its_kind_and_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as there:
        errand(os.stat, str(tmp_path / "none"))
    assert there.value.filename == str(tmp_path / "none")


def test_a_mistake_of_ours_is_not_taken_for_an_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="ended with 1"):
        errand(int, "x")
    assert "ValueError: invalid literal" in capfd.readouterr().err


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_that_ends_everything_lets_it_do_its_work(name: str) -> None:
    assert errand(signal.raise_signal, signal.Signals[name]) is None


@posix
def test_a_process_that_is_killed_is_trouble_and_no_mistake() -> None:
    with pytest.raises(KnapperError, match="ended by signal 9"):
        errand(signal.raise_signal, signal.SIGKILL)
