"""Which names take part: what cannot, or is not to, is left where it is and stops nothing."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault, contents

REPLICA = '[[replica]]\nname = "other"\npath = "../other"\nmode = "two-way"\n'
BAD = os.fsdecode(b"bad\xff")


def a_folder(root: Path) -> None:
    (root / BAD).mkdir()
    (root / BAD / "In.md").write_text("in\n")


@pytest.mark.skipif(os.name != "posix", reason="names are no bytes here")
@pytest.mark.parametrize("which", ["vault", "other"])
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (a_folder, "the name is not UTF-8"),
        (lambda root: (root / BAD).write_text(""), "the name is not UTF-8"),
        (lambda root: (root / BAD).symlink_to("A.md"), "the name is not UTF-8"),
        (lambda root: (root / "L.md").symlink_to(BAD), "where it leads is not UTF-8"),
        (lambda root: os.mkfifo(root / BAD), "the name is not UTF-8"),
    ],
    ids=["a folder", "a file", "a link", "where a link leads", "a pipe"],
)  # fmt: skip
def test_a_name_that_is_not_utf8_is_skipped_and_named(
    make: Callable[[Path], object],
    said: str,
    which: str,
    vault: WriteVault,
    knapper: Knapper,
) -> None:
    root = vault({"A.md": "a\n", ".knapper.toml": REPLICA})
    other = root.parent / "other"
    other.mkdir()
    make(root if which == "vault" else other)
    for _ in range(2):
        ran = knapper(root, "sync")
        assert ran.status == 1, ran.err
        assert f"skipped: {said}" in ran.err
    assert knapper(root, "watch", "--once").status < 2
    assert knapper(root, "status").status == 1
    assert (other / "A.md").read_text() == "a\n"


@pytest.mark.parametrize(
    ("exclude", "files", "carried"),
    [
        (["Private/"], ["Private", "In/Private/A.md", "Private A.md"], ["Private", "Private A.md"]),
        (["Daily/*", "!Daily/keep/"], ["Daily/A.md", "Daily/keep/B.md"], ["Daily/keep/B.md"]),
        (["*.png", "!In/"], ["In/A.md", "In/A.png"], ["In/A.md"]),
        (["In", "!In/"], ["In/A.md", "To/In"], ["In/A.md"]),
        (["/A.md", "!/In/A.md"], ["A.md", "In/A.md"], ["In/A.md"]),
        (["*", "!*/", "!*.md"], ["A.md", "In/A.md", "In/A.png"], ["A.md", "In/A.md"]),
    ],
    ids=["a folder, not a file", "but for a folder in it", "a file in a folder that is let in",
         "a file, not a folder", "at the top only", "all but one kind"],
)  # fmt: skip
def test_what_is_excluded_is_told_as_by_git(
    exclude: list[str], files: list[str], carried: list[str], vault: WriteVault, knapper: Knapper
) -> None:
    config = f"{REPLICA}exclude = {exclude}\n"
    root = vault({**dict.fromkeys(files, "text\n"), ".knapper.toml": config})
    for _ in range(2):
        assert knapper(root, "sync").status == 0
    assert sorted(contents(root.parent / "other")) == sorted(carried)


def test_what_is_excluded_by_now_stays_and_is_not_asked_for_again(
    vault: WriteVault, knapper: Knapper
) -> None:
    notes = {"P/In.md": "in\n", "P/Deep/In.md": "deep\n", "Q.md": "q\n"}
    root = vault({**notes, ".knapper.toml": REPLICA})
    other = root.parent / "other"
    assert knapper(root, "sync").status == 0
    (root / ".knapper.toml").write_text(f'{REPLICA}exclude = ["P/"]\n')
    (other / "Q.md").write_text("q\nmore\n")
    ran = knapper(root, "sync")
    assert (ran.status, ran.err) == (0, "")
    (root / "P/In.md").write_text("mine\n")
    shutil.rmtree(other / "P/Deep")
    ran = knapper(root, "sync")
    assert (ran.status, ran.err) == (0, "")
    assert (other / "P/In.md").read_text() == "in\n"
    assert (root / "Q.md").read_text() == "q\nmore\n"
    (root / ".knapper.toml").write_text(REPLICA)
    knapper(root, "sync")
    kept = {text for path, text in contents(other).items() if path.startswith("P/")}
    assert kept == {b"in\n", b"mine\n", b"deep\n"}, "they are joined as if they were new"
