"""Events of the file system, gathered: only hints, but none is missed."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import Desk
from watchdog.events import DirCreatedEvent, FileModifiedEvent, FileMovedEvent
from watchdog.observers import Observer

from conftest import WriteVault
from knapper.shell import watcher
from knapper.shell.watcher import Hints, has_events


@pytest.fixture
def hints() -> Iterator[Hints]:
    made = Hints()
    yield made
    made.stop()


def test_a_batch_has_both_names_of_a_save_by_rename(hints: Hints) -> None:
    hints.on_any_event(FileModifiedEvent("/v/A.md.tmp"))
    hints.on_any_event(FileMovedEvent("/v/A.md.tmp", "/v/A.md"))
    assert hints.wait(0) == {"/v/A.md.tmp", "/v/A.md"}
    assert hints.wait(0) == set()


def test_a_folder_or_a_flood_asks_for_a_look_at_everything(hints: Hints) -> None:
    hints.on_any_event(DirCreatedEvent("/v/new"))
    assert hints.wait(0) is None
    for number in range(2001):
        hints.on_any_event(FileModifiedEvent(f"/v/{number}.md"))
    assert hints.wait(0) is None
    assert hints.wait(0) == set()


def test_events_that_were_lost_ask_for_it_too(hints: Hints, tmp_path: Path) -> None:
    hints.start([tmp_path])
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    assert hints.wait(0) is None
    hints.stop()
    assert not logging.getLogger("watchdog").handlers


def test_what_an_observer_says_while_it_ends_is_for_us(
    hints: Hints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it was printed, as nobody else took it in."""
    hints.start([tmp_path])
    warn = logging.getLogger("watchdog.observers.inotify").warning
    monkeypatch.setattr(hints._observers[0], "join", lambda: warn("called when inactive"))
    hints.stop()
    assert hints.wait(0) is None


def test_a_wait_can_be_ended(hints: Hints) -> None:
    threading.Thread(target=hints.wake).start()
    assert hints.wait(60) == set()


def _heard(hints: Hints, path: Path) -> bool:
    """Wait until something is heard of a path, or of everything."""
    for _ in range(200):
        found = hints.wait(0.1)
        if found is None or str(path) in found:
            return True
    return False


@pytest.mark.parametrize("observer", ["auto", "native", "polling"])
def test_a_save_is_heard_by_each_observer(
    hints: Hints, observer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "_POLLED", 0.02)
    assert hints.start([tmp_path], observer) == observer.replace("auto", "native")
    (tmp_path / "A.md").write_text("x\n")
    assert _heard(hints, tmp_path / "A.md")


def test_a_folder_without_events_is_polled_and_the_others_are_not(
    hints: Hints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = tmp_path / "near", tmp_path / "far"
    near.mkdir()
    far.mkdir()
    monkeypatch.setattr(watcher, "has_events", lambda folder: folder == near)
    monkeypatch.setattr(watcher, "_POLLED", 0.02)
    assert hints.start([near, far, tmp_path / "absent"]) == "native and polling"
    for folder in (near, far):
        (folder / "A.md").write_text("x\n")
        assert _heard(hints, folder / "A.md")


def test_no_more_watches_to_be_had_means_polling(
    hints: Hints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object) -> None:
        raise OSError("inotify watch limit reached")

    monkeypatch.setattr(Observer, "start", refused)
    assert hints.start([tmp_path]) == "polling"


def test_another_folder_in_the_place_of_one_is_noticed(hints: Hints, tmp_path: Path) -> None:
    root = tmp_path / "vault"
    hints.start([root])
    assert not hints.is_deaf
    root.mkdir()
    assert hints.is_deaf
    hints.start([root])
    assert not hints.is_deaf
    root.rename(tmp_path / "away")
    assert hints.is_deaf
    root.mkdir()
    assert hints.is_deaf


MOUNTS = r"""overlay / overlay rw 0 0
proc /proc proc rw 0 0
server:/notes /mnt/my\040notes nfs4 rw 0 0
/dev/sda1 /mnt/my\040notes/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/home/me/vault", True),
        ("/mnt/my notes/vault", False),
        ("/mnt/my notes", False),
        ("/mnt/my notes/local/vault", True),
        ("/mnt/my notes elsewhere", True),
    ],
)
def test_the_kind_of_file_system_tells_whether_there_are_events(
    folder: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: MOUNTS)
    monkeypatch.setattr(os.path, "realpath", str)
    assert has_events(Path(folder)) is expected


def test_a_burst_in_new_nested_folders_is_seen_whole(hints: Hints, vault: WriteVault) -> None:
    here = Desk(vault({"A.md": "x\n"}))
    hints.start([here.root])

    def burst() -> None:
        for number in range(1500):
            folder = here.root / f"new {number % 30}" / f"deep {number % 7}" / "deeper"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"note {number}.md").write_text(f"[[missing {number}]]\n")

    writer = threading.Thread(target=burst)
    writer.start()
    _until_quiet(hints, here, writer.is_alive)
    here.later(1.1)  # what is new is looked at once more
    assert len(here.rules) == 1500


def _until_quiet(hints: Hints, here: Desk, is_busy: Callable[[], bool]) -> None:
    while True:
        found, busy = hints.wait(0.2), is_busy()
        if found is None or found:
            here.watch.look(found)
        elif not busy:
            return
