"""The watcher as a program: a process of its own, signals, its log and its state."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from desk import DEFECT, MENDED, OTHER

from conftest import SOURCE, Knapper, WriteVault, contents
from knapper.app.daemon import Daemon
from knapper.app.events import Event, Findings, Problem
from knapper.shell.daemon import Log, last_state
from knapper.shell.store import Store
from knapper.shell.user_folders import state_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

QUICK = "[watch]\nfix-quiet = 0\nsync-quiet = 0\n"


class Running:
    """A watcher in a process of its own, and what it says."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None
        self.events: Iterator[dict[str, Any]] = map(json.loads, process.stdout)

    def until(self, kind: str) -> dict[str, Any]:
        """Wait for an event of a kind; those before it are read over."""
        return next(one for one in self.events if one["event"] == kind)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        assert self.until("ended")
        return self.process.wait(60)


@contextmanager
def watcher(root: Path) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, "-m", "knapper", "watch", "--output-format", "json"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    running = Running(process)
    try:
        running.until("ready")
        yield running
    finally:
        process.kill()
        process.communicate()


def _logged(root: Path) -> list[dict[str, Any]]:
    text = (state_folder(root) / "watch.log").read_text()
    return [json.loads(line) for line in text.splitlines()]


def _status_once(knapper: Knapper, root: Path, holds: Callable[[str], bool]) -> None:
    """Ask how it stands until that holds: the state is left after the events are told."""
    for _ in range(1000):
        said = knapper(root, "status").out
        if holds(said):
            return
        time.sleep(0.01)
    raise AssertionError(said)


def test_the_program_from_start_to_end(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"A.md": "# Head\n", ".knapper.toml": QUICK + OTHER})
    other = root.with_name("other")
    assert "no watcher is running" in knapper(root, "status").out
    with watcher(root) as running:
        (root / "B.md").write_text("[[A#Hea]]\n")
        notes = running.until("findings")["notes"]
        assert notes["B.md"][0]["rule"] == "broken-heading-link"
        (root / "B.md").write_text(DEFECT)
        assert running.until("mended")["paths"] == ["B.md"]
        assert (root / "B.md").read_text() == MENDED
        while _text(other / "B.md") != MENDED:
            running.until("synced")
        (other / "C.md").write_text("from there\n")
        while _text(root / "C.md") != "from there\n":
            running.until("synced")

        second = knapper(root, "watch")
        assert second.status == 2
        assert "a watcher is running on this vault already" in second.err
        status = json.loads(knapper(root, "status", "--json").out)
        assert status["watcher"]["pid"] == running.process.pid
        assert status["watcher"]["observer"] == "native"
        assert "watching since" in knapper(root, "status").out

        (root / ".knapper.toml").write_text("[severity]\nx = 1\n")
        assert "the last good configuration holds" in running.until("problem")["message"]
        _status_once(knapper, root, lambda said: "problem: .knapper.toml" in said)
        (root / ".knapper.toml").write_text(QUICK + OTHER)
        running.until("reloaded")
        running.process.send_signal(signal.SIGHUP)
        running.until("reloaded")
        _status_once(knapper, root, lambda said: "  problem" not in said)
        assert running.end(signal.SIGTERM) == 0
    assert "no watcher is running" in knapper(root, "status").out
    assert "the last one ended" in knapper(root, "status").out
    kinds = [entry["event"] for entry in _logged(root)]
    assert kinds[-1] == "ended"
    assert {"ready", "findings", "mended", "synced", "problem", "reloaded"} <= set(kinds)
    _assert_sound(root)


def test_an_interruption_is_an_orderly_end(vault: WriteVault) -> None:
    root = vault({"A.md": "x\n"})
    with watcher(root) as running:
        assert running.end(signal.SIGINT) == 0


def test_one_that_was_killed_is_told_of_and_followed_by_another(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({"A.md": "x\n"})
    with watcher(root) as running:
        running.process.kill()
        running.process.wait(60)
        assert "was cut short" in knapper(root, "status").out
    with watcher(root) as running:
        assert running.end(signal.SIGTERM) == 0


def test_a_root_that_comes_back_as_another_folder_is_listened_to(vault: WriteVault) -> None:
    root = vault({"A.md": "x\n"})
    with watcher(root) as running:
        root.rename(root.with_name("away"))
        assert "is not there" in running.until("problem")["message"]
        root.mkdir()
        (root / "B.md").write_text("[[none]]\n")
        assert running.until("findings")["notes"].keys() == {"B.md"}
        (root / "B.md").write_text("[[none]] [[neither]]\n")
        assert len(running.until("findings")["notes"]["B.md"]) == 2


def test_a_failure_of_ours_is_in_the_log(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = vault({"A.md": "x\n"})

    def fails(*_: object) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr("knapper.app.watch.Watch.act", fails)
    assert knapper(root, "watch", "--once").status == 2
    entry = _logged(root)[-1]
    assert (entry["event"], entry["message"]) == ("failed", "ZeroDivisionError: a mistake")
    assert "in fails" in "".join(entry["trace"])
    assert "with ZeroDivisionError: a mistake" in knapper(root, "status").out


def test_a_listener_that_fails_is_cut_off_and_said_so(vault: WriteVault) -> None:
    root = vault({"A.md": "x\n"})
    said: list[Event] = []
    heard: list[Event] = []

    def fails(_: Event) -> None:
        raise ValueError("of no use")

    with Daemon(root, said.append, fix=False, replicate=False) as daemon:
        daemon.listeners["the page"] = fails
        daemon.listeners["another"] = heard.append
        for text in ("[[none]]\n", "[[none]] [[nothing]]\n"):
            (root / "A.md").write_text(text)
            daemon.watch.look([str(root / "A.md")])
        message = "the page is out of date from here on (ValueError: of no use); " \
                  "start the watcher again"  # fmt: skip
        assert list(daemon.watch.problems.values()) == [message]
    kinds = [type(event) for event in said]
    assert kinds == [Findings, Problem, Findings]
    assert {*map(type, heard)} == {Findings, Problem}
    (failed,) = [entry for entry in _logged(root) if entry["event"] == "failed"]
    assert (failed["message"], "ValueError" in failed["trace"][-1]) == (message, True)
    assert last_state(state_folder(root))["last_error"] == message


def test_once_does_what_is_due_and_ends(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"A.md": DEFECT, ".knapper.toml": 'ignore = ["missing-frontmatter"]\n'})
    then = time.time() - 100
    os.utime(root / "A.md", (then, then))
    ran = knapper(root, "watch", "--once", "--output-format", "json")
    kinds = [json.loads(line)["event"] for line in ran.lines()]
    assert kinds[0] == "findings"
    assert "mended" in kinds
    assert (root / "A.md").read_text() == MENDED
    assert ran.status == 0


def test_once_syncs_what_was_left_alone(vault: WriteVault, knapper: Knapper) -> None:
    """Once it ended before the first sync, which waits for whoever may change more."""
    config = OTHER.replace("two-way", "pull") + "[watch]\nsync-quiet = 3600\n"
    root = vault({".knapper.toml": config, "Mine.md": DEFECT})
    old, new = (root.parent / "other" / name for name in ("Old.md", "New.md"))
    old.parent.mkdir()
    old.write_text("old\n")
    new.write_text("new\n")
    then = time.time() - 7200
    for path in (old, root / "Mine.md"):
        os.utime(path, (then, then))
    said = knapper(root, "watch", "--once").out
    assert "other: 1 change done, unresolved" in said
    assert [(root / name).exists() for name in ("Old.md", "New.md")] == [True, False]
    assert (root / "Mine.md").read_text() == MENDED
    assert "other (pull, ../other): unresolved" in knapper(root, "status").out


def test_a_broken_configuration_at_the_start_is_refused(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({".knapper.toml": "ignore = ["})
    ran = knapper(root, "watch")
    assert ran.status == 2
    assert "this is not TOML" in ran.err


def test_the_log_is_rotated_and_a_full_disk_does_not_stop_it(tmp_path: Path) -> None:
    log = Log(tmp_path)
    for number in range(3000):
        log({"event": "findings", "number": number, "words": "é" * 1000})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["watch.log", "watch.log.1", "watch.log.2", "watch.log.3"]
    assert all(path.stat().st_size < 1 << 21 for path in tmp_path.iterdir())
    last = (tmp_path / "watch.log").read_text().splitlines()[-1]
    assert json.loads(last)["number"] == 2999
    log.close()
    nowhere = Log(tmp_path / "watch.log")  # a file stands where the folder would be
    nowhere({"event": "ended"})
    nowhere.close()


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _assert_sound(root: Path) -> None:
    """The state holds together, nothing is half-done, and no file of ours is left."""
    with Store(root) as store, store.transaction() as connection:
        assert connection.execute("pragma integrity_check").fetchone()[0] == "ok"
        assert connection.execute("select count(*) from journal").fetchone()[0] == 0
    for folder in (root, root.with_name("other")):
        assert not [path for path in contents(folder) if ".knapper-" in path]
