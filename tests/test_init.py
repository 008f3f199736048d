"""`knapper init` where something was before, and where something is in the way."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault, command
from knapper.shell.source import Source


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Return a source of one note."""
    note = tmp_path / "talks/A note.md"
    note.parent.mkdir()
    note.write_text("# A\n")
    return note


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another user")
@pytest.mark.parametrize(
    "arguments", [["vault"], ["new", "--source", "vault"]], ids=["in the vault", "in a source"]
)
def test_a_note_that_cannot_be_read_is_left_to_others(
    vault_for_all: WriteVault, arguments: list[str]
) -> None:
    """Once it was read to choose the preset, and that it could not be was the end."""
    root = vault_for_all({"A.md": "a\n", "Shut.md": "b\n"})
    here = root.parent
    for path in (here, root):
        path.chmod(0o777)
    (root / "Shut.md").chmod(0)
    ran = command(here, "init", *arguments, user="65534", KNAPPER_STATE_DIR=str(here / "state"))
    assert ran.status == 0, ran.err
    assert (here / arguments[0] / ".knapper.toml").exists()
    said = "  Shut.md: skipped: it cannot be read: permission denied\n"
    assert ran.err == (said if "--source" in arguments else "")


@pytest.mark.parametrize("is_begun", [False, True], ids=["nothing is there", "a file is there"])
def test_where_a_vault_once_was_a_new_one_is_made(
    tmp_path: Path, talks: Path, knapper: Knapper, *, is_begun: bool
) -> None:
    """Once its sources were taken for those of the old vault, and nothing was pulled in."""
    made = knapper(tmp_path, "init", "v", "--source", talks.parent)
    shutil.rmtree(tmp_path / "v")
    if is_begun:
        (tmp_path / "v").mkdir()
        (tmp_path / "v/Note.md").write_text("a note\n")
    again = knapper(tmp_path, "init", "v", "--source", talks.parent)
    assert (again.status, again.err) == (0, "")
    assert again.lines()[1:] == made.lines()[1:]
    assert (tmp_path / "v/Sources/talks/A note.md").read_text() == "# A\n"
    assert knapper(tmp_path / "v", "sync").out == "talks: 0 changes done, equal\n"


def test_a_replica_of_a_vault_that_once_was_is_joined_anew(
    tmp_path: Path, knapper: Knapper
) -> None:
    """Once all in it seemed deleted in the new vault, and the sync halted."""
    for name in ("old", "new"):
        assert knapper(tmp_path, "init", "v").status == 0
        (tmp_path / f"v/{name}.md").write_text("a note\n")
        with (tmp_path / "v/.knapper.toml").open("a") as config:
            config.write('[[replica]]\nname = "r"\npath = "../r"\nmode = "two-way"\n')
        assert knapper(tmp_path / "v", "sync").status == 0
        assert (tmp_path / "v/old.md").exists()
        shutil.rmtree(tmp_path / "v")


def test_what_was_pulled_in_and_is_still_there_is_known(
    tmp_path: Path, talks: Path, knapper: Knapper
) -> None:
    knapper(tmp_path, "init", "v", "--source", talks.parent)
    note = tmp_path / "v/Sources/talks/A note.md"
    note.write_text("# A\n\nchanged here\n")
    (tmp_path / "v/.knapper.toml").unlink()
    knapper(tmp_path, "init", "v", "--source", talks.parent)
    talks.write_text("# B\n")
    assert knapper(tmp_path / "v", "sync").status == 0
    assert note.read_text() == "# B\n\nchanged here\n"


def test_where_nothing_can_be_pulled_in_it_fails(
    tmp_path: Path, talks: Path, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Source, "seen", broken)
    ran = knapper(tmp_path, "init", "v", "--source", talks.parent)
    assert ran.status == 2
    assert "A note.md: skipped: it cannot be read: input/output error" in ran.err
