"""Measure the watcher on a big vault: how soon it speaks, what it misses, what it costs.

    python bench/watch.py [--notes 10000] [--rounds 50] [--burst 20000] [--idle 60]

- From a save to its finding, and from a save to the replica after the quiet period: the
  medians of so many rounds. The time that the watcher waits by design (0.1 s without an
  event end a batch; 2 s of quiet before a sync) is told apart.
- A burst of so many new files in new nested folders: how many of them no event told of,
  and how many are still not seen after the next look at everything.
- What an idle minute costs (user and system time), and the memory at its end.

Exit status: 0 if findings come within 300 ms, replicas within 1 s, nothing is unseen, and
an idle watcher takes less than 0.5 % of a core.
"""

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from watchdog.events import FileSystemEvent

from knapper.app.watch import Watch
from knapper.shell.watcher import Hints

QUIET = 2.0
SETTLED = 12.0
"""Seconds after which nothing is left to do after a save."""
CONFIG = f"""[watch]
fix = false
sync-quiet = {QUIET:.0f}
[[replica]]
name = "other"
path = "../other"
mode = "two-way"
"""


def make(root: Path, count: int) -> None:
    """Write notes of about 3 kB with links among them."""
    chance = Random(1)
    words = [f"w{number}" for number in range(3000)]
    (root / ".obsidian").mkdir(parents=True)
    (root / ".knapper.toml").write_text(CONFIG)
    for number in range(count):
        path = root / f"area {number % 20}" / f"topic {number % 400}" / f"note {number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        links = " ".join(f"[[note {chance.randrange(count)}]]" for _ in range(6))
        body = "\n\n".join(" ".join(chance.choices(words, k=90)) for _ in range(5))
        path.write_text(f"---\ntitle: note {number}\n---\n# Note {number}\n\n{links}\n\n{body}\n")


class Watcher:
    """The real program, and what it says, with the time at which it was heard."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.said: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.put((time.perf_counter(), json.loads(line)))

    def until(self, holds: str, path: str = "", seconds: float = 300) -> float:
        """Return when it first told of such an event (in which the path is named)."""
        while True:
            at, event = self.said.get(timeout=seconds)
            if event["event"] == holds and (not path or path in json.dumps(event)):
                return at

    def cost(self) -> float:
        """Return the seconds of user and system time that it took so far, with its children."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the memory that it has in hand, in MB."""
        words = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(words[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


@contextmanager
def watching(vault: Path, state: Path) -> Iterator[Watcher]:
    process = subprocess.Popen(
        [sys.executable, "-m", "knapper", "watch", "--output-format", "json"],
        cwd=vault, env={**os.environ, "KNAPPER_STATE_DIR": str(state)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Watcher(process)
    finally:
        process.terminate()
        process.wait()


def save_to_finding(watcher: Watcher, vault: Path, count: int, rounds: int) -> list[float]:
    """Save notes that lead nowhere, one by one, and wait for what is said of each."""
    chance, taken = Random(2), []
    for number in range(rounds):
        path = _note(vault, chance.randrange(count))
        with path.open("a") as file:
            file.write(f"\n[[missing {number}]]\n")
        saved = time.perf_counter()
        taken.append(watcher.until("findings", path.name) - saved)
    return taken


def save_to_replica(watcher: Watcher, vault: Path, count: int, rounds: int) -> list[float]:
    """Save notes, one by one, and wait until the replica has them; less the quiet period."""
    chance, taken = Random(3), []
    for number in range(rounds):
        path = _note(vault, chance.randrange(count))
        there = vault.with_name("other") / path.relative_to(vault)
        words = f"\nsaved {number}\n"
        with path.open("a") as file:
            file.write(words)
        saved = time.perf_counter()
        while not there.read_text().endswith(words):
            time.sleep(0.005)
        taken.append(time.perf_counter() - saved - QUIET)
    while not watcher.said.empty():
        watcher.said.get()
    return taken


def _note(vault: Path, number: int) -> Path:
    return vault / f"area {number % 20}" / f"topic {number % 400}" / f"note {number}.md"


class Names(Hints):
    """Hints that remember every name that an event had."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def on_any_event(self, event: FileSystemEvent) -> None:
        self.names |= {os.fsdecode(event.src_path), os.fsdecode(event.dest_path)}
        super().on_any_event(event)


def burst(vault: Path, number: int) -> tuple[int, int]:
    """Write many files in new nested folders, while a watcher follows the hints.

    Returns how many of them no event named, and how many are not seen after the next look
    at everything.
    """
    watch = Watch(vault, lambda _event: None, fix=False, replicate=False)
    hints = Names()
    hints.start([vault])
    watch.look(None)

    def write() -> None:
        for one in range(number):
            path = vault / f"new {one % 97}" / f"deep {one % 13}" / f"deeper {one % 5}"
            path.mkdir(parents=True, exist_ok=True)
            (path / f"burst {one}.md").write_text("x\n")

    writer = threading.Thread(target=write)
    writer.start()
    found: set[str] | None = None
    while writer.is_alive() or found is None or found:
        found = hints.wait(1.0)
        if found is None or found:
            watch.look(found)
    hints.stop()
    written = {path.relative_to(vault).as_posix(): str(path) for path in vault.rglob("burst *.md")}
    watch.look(None)
    return len(set(written.values()) - hints.names), len(written.keys() - watch.watched.files)


def main() -> None:
    """Measure, and print a table."""
    reader = argparse.ArgumentParser()
    for name, usual in (("notes", 10_000), ("rounds", 50), ("burst", 20_000), ("idle", 60)):
        reader.add_argument(f"--{name}", type=int, default=usual)
    options = reader.parse_args()
    with tempfile.TemporaryDirectory() as place:
        vault, state = Path(place, "vault"), Path(place, "state")
        make(vault, options.notes)
        with watching(vault, state) as watcher:
            started = time.perf_counter()
            ready = watcher.until("ready") - started
            watcher.until("synced")
            time.sleep(SETTLED)
            costs = [watcher.cost()]
            finding = save_to_finding(watcher, vault, options.notes, options.rounds)
            costs.append(watcher.cost())
            replica = save_to_replica(watcher, vault, options.notes, options.rounds)
            costs.append(watcher.cost())
            per_finding, per_replica = (
                (after - before) / options.rounds for before, after in pairwise(costs)
            )
            time.sleep(SETTLED)
            before = watcher.cost()
            time.sleep(options.idle)
            idle = (watcher.cost() - before) / options.idle
            memory = watcher.memory()
        untold, unseen = burst(vault, options.burst)
    rows = (
        ("ready to watch", f"{ready:.1f} s", ""),
        ("save to finding, median", f"{median(finding) * 1e3:.0f} ms", "300 ms"),
        ("of it the pause that ends a batch", "100 ms", ""),
        ("processor time of a save", f"{per_finding * 1e3:.0f} ms", ""),
        ("quiet period to replica, median", f"{median(replica) * 1e3:.0f} ms", "1 s"),
        ("processor time of a save and a sync", f"{per_replica * 1e3:.0f} ms", ""),
        (f"of {options.burst:,} new files, no event named", f"{untold:,}", ""),
        ("not seen after the next look", f"{unseen:,}", "0"),
        ("idle, share of one core", f"{idle:.2%}", "0.5 %"),
        ("memory", f"{memory} MB", ""),
    )
    print(f"{options.notes:,} notes, {options.rounds} rounds\n\n| | | goal |\n| --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    holds = median(finding) <= 0.3 and median(replica) <= 1 and not unseen and idle < 0.005
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
