"""A process that is killed at any call of the system, and a state that is damaged."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from conftest import SOURCE, Knapper, WriteVault, contents

STRACE = shutil.which("strace") or ""
CALLS = (
    "openat,write,pwrite64,fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,unlinkat,"
    "mkdir,mkdirat,link,linkat,symlinkat,ftruncate,utimensat,close"
)
FILES = {
    "Note.md": "---\ntags:\n- a\n---\nfirst\n\nmiddle word0\n\nlast\n",
    "Both.md": "one\n\ntwo\n\nthree\n",
    "Gone.md": "to be deleted\n",
    "Old name.md": "to be renamed " * 20 + "\n",
}


def scene(vault: WriteVault, knapper: Knapper) -> tuple[Path, Path]:
    """Return a vault and its replica, in sync once and changed on both sides since."""
    root = vault(FILES)
    (root / ".knapper.toml").write_text(
        '[[replica]]\nname = "other"\npath = "../other"\nmode = "two-way"\n'
    )
    assert knapper(root, "sync").status == 0
    other = root.parent / "other"
    (root / "Note.md").write_text(FILES["Note.md"] + "word1\n")
    (root / "New.md").write_text("word2\n")
    (root / "Gone.md").unlink()
    (root / "Both.md").write_text("one word3\n\ntwo\n\nthree\n")
    (other / "Both.md").write_text("one\n\ntwo\n\nthree word4\n")
    (other / "Old name.md").rename(other / "New name.md")
    (other / "Folder").mkdir()
    (other / "Folder/Deep.md").write_text("word5\n")
    return root, other


def words(*roots: Path) -> set[bytes]:
    whole = b"\n".join(text for root in roots for text in contents(root).values())
    return set(re.findall(rb"word\d", whole))


def whole_versions(root: Path, other: Path, known: set[bytes]) -> None:
    """Each note is an old or a new version, never something between."""
    for folder in (root, other):
        for path, text in contents(folder).items():
            if path.endswith(".md"):
                assert text in known, path


@pytest.mark.skipif(not STRACE, reason="needs strace")
def test_a_sync_that_is_killed_at_any_call_loses_nothing(
    vault: WriteVault, knapper: Knapper, tmp_path: Path
) -> None:
    root, other = scene(vault, knapper)
    saved = tmp_path / "saved"
    places = {name: tmp_path / name for name in ("vault", "other", "state")}
    for name, place in places.items():
        shutil.copytree(place, saved / name, symlinks=True)

    def again() -> None:
        for name, place in places.items():  # the folders stay: in others no sync would go on
            for one in place.iterdir():
                shutil.rmtree(one) if one.is_dir() else one.unlink()
            shutil.copytree(saved / name, place, symlinks=True, dirs_exist_ok=True)

    before = {text for place in (root, other) for text in contents(place).values()}
    assert knapper(root, "sync").status == 0
    goal = contents(root)
    known = before | set(goal.values())
    call = [sys.executable, "-m", "knapper", "sync"]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}
    again()
    log = tmp_path / "calls"
    subprocess.run(
        [STRACE, "-f", "-qq", "-o", log, "-e", f"trace={CALLS}", *call],
        cwd=root, env=environment, check=False, capture_output=True,
    )  # fmt: skip
    lines = log.read_text().splitlines()
    named = [line for line in lines if str(tmp_path) in line or ".knapper-" in line]
    first = lines.index(named[0])
    last = len(lines) - 1 - lines[::-1].index(named[-1])
    step = int(os.environ.get("KNAPPER_KILL_EVERY", "60"))
    assert last - first > 60
    for at in range(first, last + 30, step):
        again()
        subprocess.run(
            [STRACE, "-f", "-qq", "-o", os.devnull, "-e", f"trace={CALLS}",
             "-e", f"inject={CALLS}:signal=KILL:when={at}", *call],
            cwd=root, env=environment, check=False, capture_output=True,
        )  # fmt: skip
        whole_versions(root, other, known)
        for _ in range(2):
            ran = knapper(root, "sync")
        assert ran.status == 0, (at, ran.out, ran.err)
        left, right = contents(root), contents(other)
        left.pop(".knapper.toml")
        assert left == right, at
        assert words(root, other) == {b"word%d" % number for number in range(6)}, at
        assert not [path for path in left if ".tmp" in path], at


@pytest.mark.parametrize("seed", range(int(os.environ.get("KNAPPER_DAMAGES", "12"))))
def test_a_damaged_state_costs_no_word(seed: int, vault: WriteVault, knapper: Knapper) -> None:
    root, other = scene(vault, knapper)
    chance = Random(seed)
    for path in (root.parent / "state").rglob("*"):
        if path.is_file() and path.stat().st_size:
            damaged = bytearray(path.read_bytes())
            if seed == 0:
                damaged = bytearray()
            elif seed == 1:
                damaged = damaged[: len(damaged) // 2]
            else:
                for _ in range(chance.choice((1, 20, 400))):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            path.write_bytes(damaged)
    before = words(root, other)
    for _ in range(3):
        ran = knapper(root, "sync")
        assert "Traceback" not in ran.err
        assert "mistake of ours" not in ran.err
    assert before <= words(root, other)
    assert before == {b"word%d" % number for number in range(6)}
