"""Starting the servers: what they need, and what they leave alone."""

import json
import signal
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

PARAMS = {
    "lsp": {"processId": None, "rootUri": None, "capabilities": {}},
    "mcp": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


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


@pytest.mark.parametrize("name", ["lsp", "mcp"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_server_that_waits(tmp_path: Path, name: str, number: int) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": PARAMS[name]}
    body = json.dumps(message).encode()
    head = b"Content-Length: %d\r\n\r\n" % len(body) if name == "lsp" else b""
    call = [sys.executable, "-m", "knapper", name]
    environment = {"PYTHONPATH": str(SOURCE)}
    pipe = subprocess.PIPE
    with subprocess.Popen(call, cwd=tmp_path, env=environment, stdin=pipe, stdout=pipe) as server:
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(head + body + b"\n" * (name == "mcp"))
        server.stdin.flush()
        assert server.stdout.read(1)  # it has answered, and waits for more
        server.send_signal(number)
        assert server.wait(20) == 128 + number


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
