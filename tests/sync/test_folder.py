"""Folders on a real disk: what is held open, and new contents written by two processes."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from knapper.app.sync import sync
from knapper.core.plan import Change
from knapper.shell import asides
from knapper.shell.birth import birth
from knapper.shell.folder import Folder


@pytest.fixture(autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNAPPER_STATE_DIR", str(tmp_path_factory.mktemp("state")))


def test_a_file_moves_between_folders_however_many_are_held_open(tmp_path: Path) -> None:
    names = [f"folder {number}" for number in range(200)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "note.md").write_text(name)
    folder = Folder(tmp_path)
    for old, new in pairwise(names):
        folder.rename_new(f"{old}/note.md", f"{new}/moved.md")
    folder.close()
    for old, new in pairwise(names):
        assert (tmp_path / new / "moved.md").read_text() == old


def test_paths_deeper_than_what_is_held_open_are_moved(tmp_path: Path) -> None:
    deep = ["/".join([name] * 90) for name in "ab"]
    folder = Folder(tmp_path)
    for path in deep:
        folder.make_folder(path)
        with folder.writing(f"{path}/note.md") as file:
            file.write(path.encode())
    folder.rename_new(f"{deep[0]}/note.md", f"{deep[1]}/moved.md")
    assert folder.read(f"{deep[1]}/moved.md") == deep[0].encode()
    assert folder.read(f"{deep[1]}/note.md") == deep[1].encode()
    folder.close()


def test_a_folder_that_is_made_anew_was_made_later(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    made = birth(first)
    (first / "note.md").write_text("it changes the folder\n")
    second.mkdir()
    assert made == birth(first)
    assert made <= birth(second)
    assert not made or abs(made - first.stat().st_mtime_ns) < 60_000_000_000  # 0: nobody knows


def a_pair(tmp_path: Path, count: int) -> tuple[Path, Path]:
    vault, replica = tmp_path / "vault", tmp_path / "replica"
    for number in range(count):
        folder = vault / f"area {number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        note = folder / f"note {number}.md"
        note.write_bytes(b"word \xf0\x9f\x8e\xbe\n" * number)
        os.utime(note, (1_700_000_000 + number,) * 2)
    replica.mkdir()
    config = f'[[replica]]\nname = "b"\npath = "{replica}"\nmode = "two-way"\n'
    (vault / ".knapper.toml").write_text(config)
    return vault, replica


def contents(root: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file() and path.name != ".knapper.toml"
    }


@pytest.mark.parametrize("dies", [False, True])
def test_many_copies_are_written_by_two_processes(
    dies: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, replica = a_pair(tmp_path, 3 * asides._MANY)
    ours = os.getpid()

    def written_and_dead(self: asides.Asides, change: Change, aside: str) -> asides.Written:
        found = written(self, change, aside)
        if os.getpid() != ours:
            os._exit(9)
        return found

    if dies:  # then we do its part again
        written = asides.Asides._written
        monkeypatch.setattr(asides.Asides, "_written", written_and_dead)
    (done,) = sync(vault)
    assert done.status == 0
    assert contents(vault) == contents(replica)
    (rest,) = sync(vault)
    assert rest.report is not None
    assert not rest.report.changes


def test_what_cannot_be_written_is_refused_in_both_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, replica = a_pair(tmp_path, 3 * asides._MANY)
    whole = Folder.writing

    def full(self: Folder, path: str) -> object:
        if path.startswith("area 3/"):
            raise OSError(28, "No space left on device")
        return whole(self, path)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "writing", full)
        (done,) = sync(vault)
    assert done.status == 1
    assert done.report is not None
    refused = {one.change.path: one.reason for _, one in done.report.refused}
    there = contents(vault)
    assert refused == {
        path: "no space left on device" for path in there if path.startswith("area 3/")
    }
    assert contents(replica) == {p: it for p, it in there.items() if not p.startswith("area 3/")}
    (again,) = sync(vault)
    assert again.status == 0
    assert contents(vault) == contents(replica)
