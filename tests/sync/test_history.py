"""What is kept can be found, seen and brought back; a conflict can be settled."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault


def paired(vault: WriteVault, files: dict[str, str], mode: str = "two-way") -> tuple[Path, Path]:
    root = vault(files)
    other = root.parent / "other"
    (root / ".knapper.toml").write_text(
        f'[[replica]]\nname = "other"\npath = "../other"\nmode = "{mode}"\n'
    )
    return root, other


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".knapper.toml"
    }


def test_every_version_is_listed_exported_and_restored(vault: WriteVault, knapper: Knapper) -> None:
    root, _other = paired(vault, {"Folder/Note.md": "one\n", "Other.md": "other\n"})
    for text in ("two\n", "three\n"):
        assert knapper(root, "sync").status == 0
        (root / "Folder/Note.md").write_text(text)
    assert knapper(root, "sync").status == 0
    (root / "Folder/Note.md").unlink()
    assert knapper(root, "sync").status == 0
    (root / "Folder").rmdir()

    listed = knapper(root, "history", "Folder/Note").out.splitlines()
    assert len(listed) == 3
    assert knapper(root, "history", "--export", "../kept").out == "../kept: 4 versions written\n"
    kept = {path.name: path.read_text() for path in (root.parent / "kept/Folder").iterdir()}
    assert sorted(kept.values()) == ["one\n", "three\n", "two\n"]
    assert all(any(f"@{line.split('@')[1]}.md" in name for name in kept) for line in listed)

    name = next(name for name, text in kept.items() if text == "two\n").removesuffix(".md")
    ran = knapper(root, "restore", f"Folder/{name}")
    assert ran.status == 0, ran.err
    assert (root / "Folder/Note.md").read_text() == "two\n"
    assert "already" in knapper(root, "restore", f"Folder/{name}").out
    assert knapper(root, "undo").status == 0
    assert not (root / "Folder").exists()


@pytest.mark.parametrize(
    "stem", ["x" * 252, "\u00e9" * 126, "x." + "y" * 250],
    ids=["plain", "of two bytes each", "with a point early on"],
)  # fmt: skip
def test_versions_of_notes_with_the_longest_names_are_exported(
    stem: str, vault: WriteVault, knapper: Knapper
) -> None:
    root, _ = paired(vault, {f"{stem}.md": "long\n", "Short.md": "short\n"})
    assert knapper(root, "sync").status == 0
    ran = knapper(root, "history", "--export", "../kept")
    assert (ran.status, ran.out) == (0, "../kept: 2 versions written\n")
    kept = {path.name[:4]: path.read_text() for path in (root.parent / "kept").iterdir()}
    assert kept == {stem[:4]: "long\n", "Shor": "short\n"}


def test_history_says_what_is_wrong(vault: WriteVault, knapper: Knapper) -> None:
    root, _ = paired(vault, {"Note.md": "one\n"})
    assert "no version is kept yet" in knapper(root, "history").out
    for arguments, expected in {
        ("history", "Nothing"): "there is no such note",
        ("history", "--export", "."): "this lies in the vault",
        ("history", "../../etc/passwd"): "there is no such note",
        ("restore", "Note.md"): "expected NOTE@VERSION",
        ("restore", "Note.md@00ff"): "no version '00ff' is kept",
    }.items():
        ran = knapper(root, *arguments)
        assert (ran.status, expected in ran.err) == (2, True), (arguments, ran.err)
        assert "Traceback" not in ran.err


def conflicted(vault: WriteVault, knapper: Knapper) -> tuple[Path, Path, str]:
    root, other = paired(vault, {"Note.md": "one word here\n"})
    assert knapper(root, "sync").status == 0
    (root / "Note.md").write_text("mine\n")
    (other / "Note.md").write_text("theirs\n")
    assert knapper(root, "sync").status == 1
    copies = [path.name for path in root.glob("Note (conflict *.md")]
    assert len(copies) == 1
    return root, other, copies[0]


def test_a_conflict_is_listed_and_settled_for_either(vault: WriteVault, knapper: Knapper) -> None:
    root, other, copy = conflicted(vault, knapper)
    before = tree(root)
    assert f"{copy}: a copy of Note.md" in knapper(root, "resolve").out
    assert f"conflict: {copy}" in knapper(root, "status").out
    assert "conflict-copy" in knapper(root, "check").out
    shown = knapper(root, "resolve", "Note.md").out
    assert "-" + before["Note.md"].decode().strip() in shown
    assert "+" + before[copy].decode().strip() in shown

    assert knapper(root, "resolve", copy, "--keep", "copy").status == 0
    assert tree(root) == {"Note.md": before[copy]}
    assert knapper(root, "undo").status == 0
    assert tree(root) == before
    assert knapper(root, "resolve", "Note.md", "--keep", "note").status == 0
    assert tree(root) == {"Note.md": before["Note.md"]}
    assert knapper(root, "sync").status == 0
    assert tree(root) == tree(other)
    assert knapper(root, "status").status == 0
    assert knapper(root, "resolve").status == 0


def test_status_says_what_waits(vault: WriteVault, knapper: Knapper) -> None:
    root, other = paired(vault, {f"{number}.md": f"{number}\n" for number in range(30)})
    assert "never" in knapper(root, "status").out
    assert knapper(root, "sync").status == 0
    assert "equal" in knapper(root, "status").out
    for path in other.glob("*.md"):
        path.unlink()
    assert knapper(root, "sync").status == 2
    ran = knapper(root, "status")
    assert ran.status == 2
    assert "halted" in ran.out
    assert "knapper sync --confirm" in ran.out


def test_an_undone_sync_restores_both_sides(vault: WriteVault, knapper: Knapper) -> None:
    files = {"A.md": "a\n", "B/C.md": "c\n", "D.md": "d\n", "E.md": "line\n" * 5}
    root, other = paired(vault, files)
    assert knapper(root, "sync").status == 0
    (root / "A.md").write_text("a by me\n")
    (other / "B/C.md").unlink()
    (other / "B").rmdir()
    (other / "D.md").rename(other / "Renamed.md")
    (root / "E.md").write_text("first\n" + "line\n" * 5)
    (other / "E.md").write_text("line\n" * 5 + "last\n")
    before = tree(root), tree(other)
    assert knapper(root, "sync").status == 0
    assert tree(root) == tree(other) != before[0]
    ran = knapper(root, "undo")
    assert ran.status == 0, ran.err
    assert (tree(root), tree(other)) == before
    assert knapper(root, "sync").status == 0
    assert tree(root) == tree(other)


def renamed_by_the_reader(source: Path, reader: Path) -> None:
    (reader / "A.md").rename(reader / "Mine.md")
    (source / "A.md").write_text("one\ntwo\nthree\nfour\nfive, edited\n")


def renamed_on_both(source: Path, reader: Path) -> None:
    (source / "A.md").rename(source / "Theirs.md")
    (source / "Theirs.md").write_text("one\ntwo\nthree\nfour\nfive, edited\n")
    (reader / "A.md").rename(reader / "Mine.md")


def in_conflict(source: Path, reader: Path) -> None:
    (source / "A.md").write_text("ONE\ntwo\nthree\nfour\nfive\n")
    (reader / "A.md").write_text("First\ntwo\nthree\nfour\nfive\n")


def saved_with_an_old_time(source: Path, reader: Path) -> None:
    for side, text in ((source, "zero\n"), (reader, "six\n")):
        one, old = side / "A.md", (side / "A.md").read_text()
        one.write_text(text + old if text == "zero\n" else old + text)
        os.utime(one, (1_000_000_000, 1_000_000_000))


@pytest.mark.parametrize("mode", ["two-way", "pull", "push"])
@pytest.mark.parametrize(
    "change", [renamed_by_the_reader, renamed_on_both, in_conflict, saved_with_an_old_time]
)
def test_a_sync_after_an_undone_one_does_the_same_again(
    change: Callable[[Path, Path], None], mode: str, vault: WriteVault, knapper: Knapper
) -> None:
    root, other = paired(vault, {}, mode)
    source, reader = (other, root) if mode == "pull" else (root, other)
    source.mkdir(exist_ok=True)
    (source / "A.md").write_text("one\ntwo\nthree\nfour\nfive\n")
    assert knapper(root, "sync").status == 0
    change(source, reader)
    before = tree(root), tree(other)
    status = knapper(root, "sync").status
    after = tree(root), tree(other)
    assert knapper(root, "undo").status == 0
    assert (tree(root), tree(other)) == before
    assert knapper(root, "sync").status == status
    assert (tree(root), tree(other)) == after


def test_a_version_that_came_back_before_is_old_again(vault: WriteVault, knapper: Knapper) -> None:
    """Once it counted when a content was seen first, not when it was last in sync."""
    root, other = paired(vault, {"A.md": "one\ntwo\n"})

    def save(side: Path, text: str, day: int) -> None:
        (side / "A.md").write_text(text)
        os.utime(side / "A.md", (1_000_000_000 + day * 86_400,) * 2)
        assert knapper(root, "sync").status == 0

    for day, text in enumerate(("one\ntwo\nthree\n", "one\n", "one\ntwo\nthree\n")):
        save(root, text, day)
    save(other, "one\n", 1)
    for side in (root, other):
        assert (side / "A.md").read_text() == "one\ntwo\nthree\n"


@pytest.mark.parametrize("into", ["", "Inside"])
def test_what_was_not_undone_is_in_sync_as_it_was(
    into: str, vault: WriteVault, knapper: Knapper
) -> None:
    root, other = paired(vault, {"Inside/A.md": "a\n"})
    with (root / ".knapper.toml").open("a") as config:
        config.write(f'into = "{into}"\n')
    side = root / into
    assert knapper(root, "sync").status == 0
    (side / "New.md").write_text("new\n")
    (other / "Theirs.md").write_text("theirs\n")
    assert knapper(root, "sync").status == 0
    (side / "New.md").write_text("new and changed\n")
    assert knapper(root, "sync").status == 0
    ran = knapper(root, "undo", "2")
    assert (ran.status, ran.err) == (1, "New.md: not undone: it was changed meanwhile\n")
    assert not (side / "Theirs.md").exists()
    (side / "New.md").unlink()
    assert knapper(root, "sync").status == 0
    assert not (side / "New.md").exists(), "a deletion was taken back"
    assert not (other / "New.md").exists()
    assert (side / "Theirs.md").exists(), "what is not in the base is new"


def test_what_a_link_takes_the_place_of_can_be_found(vault: WriteVault, knapper: Knapper) -> None:
    root, other = paired(vault, {"A.md": "a\n", "B.md": "b\n"}, "mirror")
    assert knapper(root, "sync").status == 0
    (root / "A.md").unlink()
    (root / "A.md").symlink_to("B.md")
    (other / "A.md").write_text("written in the replica\n")
    assert knapper(root, "sync").status == 0
    assert (other / "A.md").is_symlink()
    assert knapper(root, "history", "--export", "../kept").status == 0
    kept = {path.read_text() for path in (root.parent / "kept").iterdir()}
    assert "written in the replica\n" in kept


def test_each_mode_writes_only_where_it_may(vault: WriteVault, knapper: Knapper) -> None:
    for mode, expected in {
        "push": ({"A.md": "mine", "Own.md": "o"}, {"A.md": "mine", "Own.md": "o", "New.md": "n"}),
        "mirror": ({"A.md": "mine", "Own.md": "o"}, {"A.md": "mine", "Own.md": "o"}),
    }.items():
        root, other = paired(vault, {"A.md": "first"}, mode)
        for path in (*root.rglob("*.md"), *(other.rglob("*.md") if other.exists() else ())):
            path.unlink()
        (root / "A.md").write_text("first")
        (root.parent / "state").exists() and __import__("shutil").rmtree(root.parent / "state")
        assert knapper(root, "sync").status == 0
        (root / "A.md").write_text("mine")
        (root / "Own.md").write_text("o")
        (other / "New.md").write_text("n")
        knapper(root, "sync")
        want = tuple({name: text.encode() for name, text in one.items()} for one in expected)
        assert (tree(root), tree(other)) == want, mode


@pytest.mark.parametrize("mode", ["two-way", "pull", "push"])
def test_a_dry_run_makes_no_folder(mode: str, vault: WriteVault, knapper: Knapper) -> None:
    root, other = paired(vault, {"In/A.md": "a\n"} if mode == "push" else {}, mode)
    with (root / ".knapper.toml").open("a") as config:
        config.write('into = "In"\n')
    if mode == "pull":
        other.mkdir()
        (other / "A.md").write_text("a\n")
    before = sorted(root.parent.rglob("*"))
    ran = knapper(root, "sync", "--dry-run")
    assert (ran.status, ran.err) == (0, "")
    assert f"would make {int(mode != 'two-way')} change" in ran.out
    assert sorted(root.parent.rglob("*")) == before
    assert knapper(root, "sync").status == 0
    assert [path.name for path in (root / "In").iterdir()] == [p.name for p in other.iterdir()]


@pytest.mark.parametrize("mode", ["push", "mirror"])
def test_a_vault_that_is_only_given_away_is_never_written(
    mode: str, vault: WriteVault, knapper: Knapper
) -> None:
    root, other = paired(vault, {"A.md": "some text\n" * 9, "B.md": "[[A]]\n"}, mode)
    assert knapper(root, "sync").status == 0
    (root / "A.md").rename(root / "Renamed.md")
    before = tree(root)
    assert knapper(root, "sync").status == 0
    assert tree(root) == tree(other) == before


def test_a_source_is_read_and_never_written(vault: WriteVault, knapper: Knapper) -> None:
    root, other = paired(vault, {}, "pull")
    other.mkdir()
    (other / "Note.md").write_text("# Title\n\nA [[ link  to\n")
    (other / "Deep.md").write_text("x\n")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in other.iterdir()}
    other.chmod(0o555)
    try:
        assert knapper(root, "sync").status == 0
        (root / "Note.md").write_text("# Title, mended\n\nA [[ link  to\n")
        (root / "Own.md").write_text("mine\n")
        assert knapper(root, "sync").status == 0
    finally:
        other.chmod(0o755)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in other.iterdir()} == before
    (other / "Note.md").write_text("# Title\n\nA [[ link  to\n\nMore from the source.\n")
    assert knapper(root, "sync").status == 0
    mended = (root / "Note.md").read_text()
    assert mended == "# Title, mended\n\nA [[ link  to\n\nMore from the source.\n"


def test_notes_of_a_replica_without_fix_are_not_mended(vault: WriteVault, knapper: Knapper) -> None:
    defect = '# Title\n\n<a class="yt-timestamp" data-t="0:00:16">[00:00:16]</a>\n'
    root = vault({"Sources/Note.md": defect, "Own.md": defect})
    (root / ".knapper.toml").write_text(
        '[[replica]]\nname = "s"\npath = "../s"\nmode = "pull"\ninto = "Sources"\nfix = false\n'
    )
    knapper(root, "check", "--fix")
    assert (root / "Own.md").read_text() != defect
    assert (root / "Sources/Note.md").read_text() == defect
