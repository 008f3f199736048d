"""Starting the server: what it needs, and what it leaves alone."""

import subprocess
import sys
from pathlib import Path

from conftest import SOURCE, command

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder
class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('pygls', 'lsprotocol'):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
sys.meta_path.insert(0, Absent())
from knapper.cli import main
sys.argv = ['knapper', 'lsp']
main()
"""


def test_without_its_extra_it_says_what_is_missing(tmp_path: Path) -> None:
    call = [sys.executable, "-c", WITHOUT]
    environment = {"PYTHONPATH": str(SOURCE)}
    ran = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr == b"error: this needs the extra 'lsp': pip install 'knapper[lsp]'\n"


def test_it_ends_with_its_editor(tmp_path: Path) -> None:
    ran = command(tmp_path, "lsp", stdin=b"")
    assert (ran.status, ran.output) == (0, b"")


def test_no_other_command_loads_it(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv = ['knapper', 'check', '.']\n"
        "from knapper.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'pygls', 'asyncio', 'mcp'} & sys.modules.keys()))"
    )
    call = [sys.executable, "-c", script]
    environment = {"PYTHONPATH": str(SOURCE), "KNAPPER_STATE_DIR": str(tmp_path / "state")}
    ran = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert ran.stdout.decode().splitlines()[-1] == "[]"
