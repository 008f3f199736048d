"""What a sync with several replicas says it did is what it did."""

import errno
import os
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault
from knapper.app.carried import made_by
from knapper.app.sync import sync
from knapper.core.plan import digest

REPLICAS = "".join(
    f'[[replica]]\nname = "{name}"\npath = "../{name}"\nmode = "two-way"\ninto = "{name}"\n'
    for name in ("one", "two")
)


@pytest.fixture
def root(vault: WriteVault, tmp_path: Path) -> Path:
    """Return a vault with two replicas, nothing of which is pulled in yet."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.md").write_text(f"{name}\n")
    return vault({".knapper.toml": REPLICAS})


def test_what_is_done_is_said(root: Path, knapper: Knapper) -> None:
    """Once it was forgotten when all replicas were looked at again, and came to 0 changes."""
    assert knapper(root, "sync").lines() == [
        "one: create one.md in vault (new in the replica)",
        "one: 1 change done, equal",
        "two: create two.md in vault (new in the replica)",
        "two: 1 change done, equal",
    ]


def test_what_is_done_is_told_to_programs(root: Path, knapper: Knapper) -> None:
    told = knapper(root, "sync", "--json").json["replicas"]
    assert [[one["path"] for one in replica["actions"]] for replica in told] == [
        ["one.md"],
        ["two.md"],
    ]


def test_what_was_decided_is_said_with_its_reason(
    root: Path, tmp_path: Path, knapper: Knapper
) -> None:
    (tmp_path / "one/other.md").write_text("other\n")
    knapper(root, "sync")
    (tmp_path / "one/one.md").write_text("")
    (tmp_path / "one/other.md").unlink()
    (root / "one/other.md").write_text("changed here\n")
    ran = knapper(root, "sync")
    assert ran.err == "one: one.md: put back: it was emptied (a crashed save?) in 'one'\n"
    why = "deleted in the replica, changed in the vault: the change wins"
    assert f"one: create other.md in one ({why})" in ran.lines()


def test_what_could_not_be_done_is_not_counted_as_done(
    root: Path, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("knapper.shell.folder.os.fsync", full)
    ran = knapper(root, "sync")
    assert ran.lines() == ["one: 0 changes done, unresolved", "two: 0 changes done, unresolved"]
    assert "one.md (vault): not done: no space left on device" in ran.err


def test_a_watcher_learns_what_its_own_sync_wrote(root: Path) -> None:
    assert made_by(sync(root)) == {
        "one/one.md": digest(b"one\n"),
        "two/two.md": digest(b"two\n"),
    }


def test_init_counts_what_it_pulled_in(root: Path, tmp_path: Path, knapper: Knapper) -> None:
    made = knapper(tmp_path, "init", "new", "--source", "one", "--source", "two")
    assert made.lines()[1:3] == [
        "  Sources/one: 1 file pulled in",
        "  Sources/two: 1 file pulled in",
    ]
