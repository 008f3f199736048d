"""Measure the language server on a big vault, as an editor meets it over stdio.

    python bench/lsp.py VAULT [--rounds 20]

Prints medians of milliseconds, on the clock and of the server's processor: from opening
to the first findings (the vault is read meanwhile), from a change to its findings, and
from asking to the suggestions. What is typed: a word, which others cannot know of; a
link and a heading, which they can. The pause that the server waits for more to be typed
is part of the first figure and no part of the second.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any


class Client:
    """The least that speaks the protocol."""

    def __init__(self, vault: Path) -> None:
        command = [sys.executable, "-m", "knapper", "lsp"]
        self.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.vault, self.number, self.version = vault, 0, 0
        folder = {"uri": vault.as_uri(), "name": "vault"}
        capabilities = {
            "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}},
            "textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}},
        }
        self.ask(
            "initialize",
            {"processId": None, "capabilities": capabilities, "workspaceFolders": [folder]},
        )
        self.tell("initialized", {})

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.server.stdout is not None
        length = 0
        while line := self.server.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        found: dict[str, Any] = json.loads(self.server.stdout.read(length))
        return found

    def tell(self, method: str, params: object) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> Any:
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.number and "method" not in message:
                return message.get("result")
            if "id" in message:
                self.send({"id": message["id"], "result": None})

    def findings(self, uri: str) -> int:
        """Wait for the findings of the newest text; return how many they are."""
        while True:
            message = self.receive()
            params = message.get("params", {})
            if "id" in message:
                self.send({"id": message["id"], "result": None})
            elif params.get("uri") == uri and params.get("version") == self.version:
                return len(params["diagnostics"])

    def open(self, uri: str, text: str) -> int:
        self.version = 1
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        return self.findings(uri)

    def change(self, uri: str, text: str) -> int:
        self.version += 1
        document = {"uri": uri, "version": self.version}
        self.tell(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]}
        )
        return self.findings(uri)

    def complete(self, uri: str, text: str) -> int:
        last = text.rpartition("\n")[2]
        at = {"line": text.count("\n"), "character": len(last.encode("utf-16-le")) // 2}
        params = {"textDocument": {"uri": uri}, "position": at}
        return len(self.ask("textDocument/completion", params)["items"])

    def cpu(self) -> float:
        """Return the seconds of processor that the server has used."""
        fields = Path(f"/proc/{self.server.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return the megabytes that the server has used at most."""
        lines = Path(f"/proc/{self.server.pid}/status").read_text().splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024

    def end(self) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vault", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    vault = given.vault.absolute()
    notes = sorted(vault.rglob("*.md"), key=lambda path: path.stat().st_size)
    note = notes[len(notes) // 2]
    uri, text = note.as_uri(), note.read_text(encoding="utf-8")
    begun = time.perf_counter()
    client = Client(vault)
    found = client.open(uri, text)
    print(f"{len(notes)} notes; {note.stat().st_size} bytes in the one that is typed in")
    took = time.perf_counter() - begun
    print(f"first findings ({found}) after {took:.2f} s on the clock, {client.cpu():.2f} s of the "
          f"processor, {client.memory():.0f} MB at most")  # fmt: skip
    print(f"{'':34}  clock ms  processor ms")
    typed = {
        "a word": lambda number: f"{text}\n{'word ' * number}",
        "a link": lambda number: f"{text}\n[[Nothing like this {number}]]",
        "a heading": lambda number: f"{text}\n\n## Heading {number}\n",
    }
    for what, make in typed.items():
        clock, cpu = [], client.cpu()
        for number in range(1, given.rounds + 1):
            changed = make(number)
            begun = time.perf_counter()
            client.change(uri, changed)
            clock.append(time.perf_counter() - begun)
        row(f"findings after {what}", clock, client.cpu() - cpu)
    for what in ("[[", "[[s", "[[the", "[[zzz", "[[##the", "#a", "[x](th"):
        whole = f"{text}\n\n{what}"
        client.change(uri, whole)
        clock, cpu, count = [], client.cpu(), 0
        for _ in range(given.rounds):
            begun = time.perf_counter()
            count = client.complete(uri, whole)
            clock.append(time.perf_counter() - begun)
        row(f"{count} suggestions for '{what}'", clock, client.cpu() - cpu)
    client.change(uri, text)
    start = {"line": 0, "character": 0}
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "references of a note": (
            "textDocument/references",
            {"position": start, "context": {"includeDeclaration": False}},
        ),
        "outline": ("textDocument/documentSymbol", {}),
        "code actions": (
            "textDocument/codeAction",
            {"range": {"start": start, "end": start}, "context": {"diagnostics": []}},
        ),
        "symbols called 'model'": ("workspace/symbol", {"query": "model"}),
    }
    for what, (method, params) in asked.items():
        clock, cpu = [], client.cpu()
        for _ in range(given.rounds):
            begun = time.perf_counter()
            client.ask(method, {"textDocument": {"uri": uri}, **params})
            clock.append(time.perf_counter() - begun)
        row(what, clock, client.cpu() - cpu)
    client.end()


def row(what: str, clock: list[float], cpu: float) -> None:
    print(f"{what:34}  {median(clock) * 1000:8.1f}  {cpu / len(clock) * 1000:8.1f}")


if __name__ == "__main__":
    main()
