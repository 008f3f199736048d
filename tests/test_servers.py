"""Starting the servers: what they need, and what they leave alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import SOURCE, command

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder
class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('pygls', 'lsprotocol', 'mcp', 'mcp_types', 'pydantic'):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
sys.meta_path.insert(0, Absent())
from knapper.cli import main
main()
"""


@pytest.mark.parametrize("name", ["lsp", "mcp"])
def test_without_its_extra_a_server_says_what_is_missing(tmp_path: Path, name: str) -> None:
    call = [sys.executable, "-c", WITHOUT, name]
    environment = {"PYTHONPATH": str(SOURCE)}
    ran = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, b"")
    said = f"error: this needs the extra '{name}': pip install 'knapper[{name}]'\n"
    assert ran.stderr.decode() == said


@pytest.mark.parametrize("name", ["lsp", "mcp"])
def test_a_server_ends_with_its_client(tmp_path: Path, name: str) -> None:
    ran = command(tmp_path, name, stdin=b"")
    assert (ran.status, ran.output) == (0, b"")


def test_no_other_command_loads_them(tmp_path: Path) -> None:
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
