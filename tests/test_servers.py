"""Starting the servers: what they need, and what they leave alone."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

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

PARAMS: dict[str, dict[str, Any]] = {
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
    sent = framed(message) if name == "lsp" else json.dumps(message).encode() + b"\n"
    call = [sys.executable, "-m", "knapper", name]
    environment = {"PYTHONPATH": str(SOURCE)}
    pipe = subprocess.PIPE
    with subprocess.Popen(call, cwd=tmp_path, env=environment, stdin=pipe, stdout=pipe) as server:
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(sent)
        server.stdin.flush()
        assert server.stdout.read(1)  # it has answered, and waits for more
        server.send_signal(number)
        try:
            assert server.wait(20) == 128 + number
        finally:
            server.kill()


ASLEEP = """
import signal, threading
from contextlib import nullcontext
from knapper.cli.signals import ending_on_signals
ending = ending_on_signals(nullcontext())
ending.__enter__()
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
print('asleep', flush=True)
threading.Event().wait()
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals come to one thread")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_need_not_wake_the_main_thread(number: int) -> None:
    call = [sys.executable, "-c", ASLEEP]
    environment = {"PYTHONPATH": str(SOURCE)}
    with subprocess.Popen(call, env=environment, stdout=subprocess.PIPE) as sleeper:
        assert sleeper.stdout is not None
        assert sleeper.stdout.read(1)
        sleeper.send_signal(number)
        try:
            assert sleeper.wait(20) == 128 + number
        finally:
            sleeper.kill()


def framed(message: object) -> bytes:
    """Return a message as the Language Server Protocol sends it."""
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


UNREADABLE: dict[str, object] = {
    "initialize": {
        **PARAMS["lsp"],
        "capabilities": {"textDocument": {"codeAction": {"codeActionLiteralSupport": {}}}},
    },
    "textDocument/hover": {"textDocument": {}},
    "textDocument/definition": {
        "textDocument": {"uri": "file:///A.md"},
        "position": {"line": -1, "character": 0},
    },
    "textDocument/completion": None,
    "textDocument/rename": [],
}


def test_a_request_that_cannot_be_read_is_answered(tmp_path: Path) -> None:
    asked = [*UNREADABLE.items(), ("initialize", PARAMS["lsp"]), ("shutdown", None)]
    sent = [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        for number, (method, params) in enumerate(asked)
    ]
    ran = command(tmp_path, "lsp", stdin=b"".join(map(framed, sent)))
    said = [json.loads(part) for part in re.split(r"Content-.*\s+", ran.out) if part]
    errors = {one["id"]: one["error"] for one in said if "error" in one}
    assert {number: error["code"] for number, error in errors.items()} == dict.fromkeys(
        range(len(UNREADABLE)), -32602
    )
    assert errors[1]["message"] == "the parameters of 'textDocument/hover' cannot be read"
    assert [one["id"] for one in said if "result" in one] == [len(asked) - 2, len(asked) - 1]
    assert not [one for one in said if "id" not in one]  # the user is told nothing


@pytest.mark.parametrize(
    "message",
    [
        b"{bad", b'"\xff"', b"3", b"[1]", b'{"jsonrpc": "2.0", "id": 5}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"x": 1}}',
        b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": {}}',
        b'{"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", '
        b'"params": {"command": "nope"}}',
    ],
    ids=repr,
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_one_line_in_the_log(
    tmp_path: Path, message: bytes
) -> None:
    begin = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": PARAMS["lsp"]}
    end = {"jsonrpc": "2.0", "id": 2, "method": "shutdown", "params": None}
    odd = b"Content-Length: %d\r\n\r\n" % len(message) + message
    ran = command(tmp_path, "lsp", stdin=framed(begin) + odd + framed(end))
    assert ran.status == 0
    assert ran.err.count("\n") == 1
    assert '"id":2,"jsonrpc":"2.0","result":null' in ran.out.replace(" ", "")


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
