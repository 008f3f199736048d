"""`knapper check --watch`: it checks again whenever something changed."""

import signal
import subprocess
import sys
import threading

import pytest

from conftest import SOURCE, Knapper, WriteVault
from knapper.app.workspace import open_workspace
from knapper.cli.again import _matters


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_each_change_is_followed_by_a_check(vault: WriteVault) -> None:
    root = vault({"A.md": "[[Gone]]\n", "Other/C.md": "[[Gone]]\n"})
    call = [sys.executable, "-m", "knapper", "check", "A.md", "B.md", "--watch",
            "--output-format", "concise"]  # fmt: skip
    (root / "B.md").touch()
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    env = {"PYTHONPATH": str(SOURCE), "HOME": str(root.parent)}
    with subprocess.Popen(call, cwd=root, env=env, stdout=pipe, stderr=both, text=True) as run:
        assert run.stdout is not None

        def until(start: str) -> str:
            assert run.stdout is not None
            return next(line for line in run.stdout if line.startswith(start))

        guard = threading.Timer(60, run.kill)  # if what is waited for never comes
        guard.start()
        try:
            assert until("1 error in 1 note of 2")
            assert until("waiting for changes; Ctrl-C ends")
            (root / "B.md").write_text("[[C]] [[Lost]]\n")
            assert until("B.md:1:7:")
            assert until("2 errors in 2 notes of 2")
            (root / ".knapper.toml").write_text("nothing = 1\n")
            assert "unknown" in until("error: .knapper.toml: nothing")
            (root / ".knapper.toml").write_text("")
            (root / "Other/C.md").unlink()
            assert "no note is called 'C'" in until("B.md:1:1:")
            run.send_signal(signal.SIGINT)
            assert run.wait(60) == 130
        finally:
            guard.cancel()
            run.kill()


MATTERS = [
    ({"N.md"}, True),
    ({"Folder/picture.png"}, True),
    ({".knapper.toml"}, True),
    ({".knapper-baseline.json"}, True),
    ({".obsidian/app.json"}, True),
    ({"../.hidden/Linked/N.md"}, True),
    ({"../Linked/.N.md.swp"}, False),
    (None, True),
    ({".obsidian/workspace.json", ".git/index", "Folder/.N.md.swp", ".trash/N.md"}, False),
    ({".obsidian/workspace.json", "N.md"}, True),
    (set(), False),
]


@pytest.mark.parametrize(("paths", "expected"), MATTERS)
def test_what_can_change_a_report(
    vault: WriteVault, paths: set[str] | None, expected: bool
) -> None:
    root = vault({})
    here = None if paths is None else {str(root / path) for path in paths}
    assert _matters(here, open_workspace(root)) is expected


@pytest.mark.parametrize(
    "options", ["--fix", "--diff", "--staged", "--write-baseline", "-o x.txt", "--since HEAD"]
)
def test_what_is_not_done_again_and_again(
    vault: WriteVault, knapper: Knapper, options: str
) -> None:
    ran = knapper(vault({}), "check", "--watch", *options.split())
    assert (ran.status, ran.output) == (2, b"")
    assert "--watch checks what is on disk, and changes nothing" in ran.err
