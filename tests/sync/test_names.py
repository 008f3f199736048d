"""Which names take part: what cannot, or is not to, is left where it is and stops nothing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault

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
