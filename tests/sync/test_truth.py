"""What a sync and `status` tell is so: conflicts wherever they are, and only what was done."""

from pathlib import Path

import pytest

from conftest import Knapper, WriteVault, contents
from knapper.shell.folder import Folder

REPLICA = '[[replica]]\nname = "other"\npath = "../other"\nmode = "two-way"\n'


def paired(vault: WriteVault, knapper: Knapper, files: dict[str, str]) -> tuple[Path, Path]:
    root = vault({**files, ".knapper.toml": REPLICA})
    assert knapper(root, "sync").status == 0
    return root, root.parent / "other"


@pytest.mark.parametrize("path", [".obsidian/app.json", ".obsidian/plugins/one/data.json"])
def test_a_conflict_of_settings_is_told_and_settled(
    path: str, vault: WriteVault, knapper: Knapper
) -> None:
    root, other = paired(vault, knapper, {"A.md": "a\n", path: '{"a": 1}'})
    (root / path).write_text('{"a": 2}')
    (other / path).write_text('{"a": 3}')
    assert knapper(root, "sync").status == 1
    copy = path.removesuffix(".json") + " (conflict "
    assert knapper(root, "resolve").out.startswith(copy)
    ran = knapper(root, "status")
    assert (ran.status, f"conflict: {copy}" in ran.out) == (1, True)
    assert knapper(root, "resolve", path, "--keep", "copy").status == 0
    assert (root / path).read_text() == '{"a": 3}'
    assert knapper(root, "sync").status == 0
    assert knapper(root, "status").status == 0
    assert (other / path).read_text() == '{"a": 3}'


def test_conflict_files_of_other_tools_among_the_settings_are_theirs(
    vault: WriteVault, knapper: Knapper
) -> None:
    name = ".obsidian/workspace.sync-conflict-20260507-123000-ABCDEFG.json"
    root, _ = paired(vault, knapper, {"A.md": "a\n", name: "{}"})
    assert knapper(root, "resolve").status == 0


def test_a_file_that_gives_way_to_a_folder_is_a_conflict(
    vault: WriteVault, knapper: Knapper
) -> None:
    root, other = paired(vault, knapper, {"A.md": "a\n", "B.md": "b\n"})
    (root / "A.md").unlink()
    (root / "A.md").mkdir()
    (root / "A.md/In.md").write_text("in\n")
    (other / "A.md").write_text("edited\n")
    ran = knapper(root, "sync", "--json")
    (copy,) = (path.name for path in root.glob("A (conflict *.md"))
    (account,) = ran.json["replicas"]
    assert (ran.status, account["conflicts"]) == (1, {"A.md": copy})
    assert (other / copy).read_text() == "edited\n"
    assert knapper(root, "status").status == 1


def test_what_was_refused_does_not_count_as_done(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, other = paired(vault, knapper, {"A.md": "a\n", "B.md": "b\n"})
    whole = Folder.rename_new

    def refused(self: Folder, path: str, new: str) -> None:
        if path == "A.md":
            raise PermissionError(1, "Operation not permitted")
        whole(self, path, new)

    (root / "A.md").unlink()
    (other / "B.md").write_text("b\nmore\n")
    planned = knapper(root, "sync", "--dry-run")
    assert "would make 2 changes" in planned.out
    with monkeypatch.context() as patched:
        patched.setattr(Folder, "rename_new", refused)
        ran = knapper(root, "sync", "--json")
        told = knapper(root, "sync")
    (account,) = ran.json["replicas"]
    assert [one["path"] for one in account["actions"]] == ["B.md"]
    assert [one["path"] for one in account["refused"]] == ["A.md"]
    assert (ran.status, told.status) == (1, 1)
    assert told.out == "other: 0 changes done, unresolved\n"
    assert knapper(root, "sync").status == 0
    assert "A.md" not in contents(other)


def test_what_a_halted_sync_left_alone_is_not_told_as_done(
    vault: WriteVault, knapper: Knapper
) -> None:
    notes = {f"{number}.md": f"{number}\n" for number in range(30)}
    root, other = paired(vault, knapper, notes)
    for number in range(12):
        (root / f"{number}.md").unlink()
    (other / "20.md").write_bytes(bytes(3))
    for side in (root, other):
        (side / "21.md").write_text(f"{side.name}\n")
    before = contents(other)
    ran = knapper(root, "sync", "--json")
    (account,) = ran.json["replicas"]
    assert (ran.status, account["status"]) == (2, "halted")
    assert (account["actions"], account["restored"], account["conflicts"]) == ([], {}, {})
    assert contents(other) == before
