"""People write for minutes beside the real watcher, and much goes wrong meanwhile.

    python bench/soak.py [--minutes 10] [--kills 0] [--seed 1] [--pace 1]

Typists (`tests/watch/typist.py`: they load, type, save every two seconds, in place and by
a rename, as Obsidian does) work on six notes of a vault and of its replica, while
`knapper watch` mends and syncs. Beside them: checkouts of 500 files, folders renamed, a
full disk (a small tmpfs, if we may mount one), roots that go away and come back, a process
that is stopped and goes on, and with `--kills` as many deaths by SIGKILL at random moments,
each followed by a new start. With `--pace 4` four times as much goes wrong: memory that
grows shows in three minutes. At the end must hold:

- no word that was saved is missing, and both folders are equal;
- nobody's note was rewritten more than once in a pause;
- the findings are those of a fresh check, and the state holds together;
- memory is within a tenth of what it was after the first minute (of one process).

Exit status: 0 if all of it holds.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "watch"))

from typist import Typist

CONFIG = """[watch]
fix-quiet = 6
rescan = 20
[[replica]]
name = "other"
path = "../other"
mode = "two-way"
"""
TICK = 0.1
NOTES, FILES = 1200, 500


class World:
    """The folders, who works in them, and the watcher."""

    def __init__(self, place: Path, records: Path, seed: int) -> None:
        self.records, self.chance = records, Random(seed)
        self.vault, self.other = place / "vault", place / "other"
        self.state = place / "state"
        self.environment = {
            **os.environ,
            "KNAPPER_STATE_DIR": str(self.state),
            "PYTHONFAULTHANDLER": "1",
        }
        self.started, self.stopped = time.monotonic(), 0.0
        self.watcher: subprocess.Popen[bytes] | None = None
        self.memory: list[tuple[float, int]] = []
        self.happened: Counter[str] = Counter()
        self.ballast: Path | None = None
        self.typists: list[Typist] = []
        self.failures: list[str] = []
        self._make()

    @property
    def now(self) -> float:
        return time.monotonic() - self.started

    def _make(self) -> None:
        (self.vault / ".obsidian").mkdir(parents=True)
        for number in range(NOTES):
            path = self.vault / f"area {number % 30}" / f"note {number}.md"
            path.parent.mkdir(exist_ok=True)
            text = f"# Note {number}\n\nto [[note {number * 7 % NOTES}]]\n"
            if number % 10 == 0:  # a link that holds after one checkout in ten
                text += f"\nor [[file {number % FILES}#Version {number // 10 % 10}]]\n"
            path.write_text(text)
        for name in "ABCDEF":
            (self.vault / f"{name}.md").write_text(f"# {name}\n\nstart\n")
        (self.vault / ".knapper.toml").write_text(CONFIG)
        self.checkout()  # so that the vault is as big in the first minute as at the end

    # -- the watcher ---------------------------------------------------------------------

    def start(self) -> None:
        command = [sys.executable, "-m", "knapper", "watch", "--output-format", "json"]
        self.watcher = subprocess.Popen(
            command, cwd=self.vault, env=self.environment,
            stdout=subprocess.PIPE, stderr=(self.records / "stderr").open("ab"),
        )  # fmt: skip
        ready = threading.Event()
        threading.Thread(target=self._hear, args=(self.watcher, ready), daemon=True).start()
        if not ready.wait(60):
            self.failures.append("the watcher did not get ready within a minute")

    def _hear(self, watcher: "subprocess.Popen[bytes]", ready: threading.Event) -> None:
        assert watcher.stdout is not None
        with (self.records / "said.jsonl").open("ab") as said:
            for line in watcher.stdout:
                said.write(line)
                event = json.loads(line)["event"]
                self.happened[event] += 1
                if event == "ready":
                    ready.set()

    def kill(self) -> None:
        assert self.watcher is not None
        self.watcher.send_signal(signal.SIGKILL)
        self.watcher.wait()
        self.happened["killed"] += 1
        self.start()

    def measure(self) -> None:
        assert self.watcher is not None
        if self.watcher.poll() is not None:
            self.failures.append(f"the watcher ended by itself, with {self.watcher.returncode}")
            self.start()
        with suppress(OSError):
            words = Path(f"/proc/{self.watcher.pid}/statm").read_text().split()
            self.memory.append((self.now, int(words[1]) * os.sysconf("SC_PAGE_SIZE") >> 10))

    # -- what befalls them ---------------------------------------------------------------

    def checkout(self) -> None:
        version = self.chance.randint(0, 9)
        folder = self.vault / "checkout"
        for number in range(FILES):
            path = folder / f"{number % 10}" / f"file {number}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # as git does
            other = (number + version) % FILES
            path.write_text(f"# Version {version}\n\nto [[file {other}#Version {version}]]\n")

    def rename(self) -> None:
        """Rename a folder there, with all that is in it."""
        root = self.chance.choice((self.vault, self.other))
        areas = sorted(path for path in root.glob("area*") if path.is_dir())
        if areas:
            old = self.chance.choice(areas)
            old.rename(old.with_name(f"area {int(self.now * 10)} renamed"))

    def away(self) -> None:
        root = self.chance.choice((self.vault, self.other))
        aside = root.with_name("away")
        root.rename(aside)
        self.work(self.chance.uniform(1, 6))
        aside.rename(root)

    def pause(self) -> None:
        assert self.watcher is not None
        self.watcher.send_signal(signal.SIGSTOP)
        self.work(self.chance.uniform(2, 10))
        self.watcher.send_signal(signal.SIGCONT)

    def fill(self) -> None:
        """Fill the disk (only if it is one of our own), and make room again."""
        if self.ballast is None:
            return
        with suppress(OSError), self.ballast.open("wb") as file:
            while True:
                file.write(bytes(1 << 16))
        self.work(self.chance.uniform(3, 10))
        self.ballast.unlink()

    def note(self, what: str) -> None:
        """Write down what happens, for whoever has to find out why."""
        with (self.records / "diary").open("a") as diary:
            diary.write(f"{time.strftime('%H:%M:%S')} {self.now:7.1f} {what}\n")

    # -- the course of things ------------------------------------------------------------

    def work(self, seconds: float) -> None:
        """Let everybody type for a while."""
        end = self.now + seconds
        while self.now < end:
            for typist in self.typists:
                if typist.turn(self.now, pauses=(1, 15)):
                    self.note(f"{typist.path} was saved with {typist.last}")
            time.sleep(TICK)

    def run(self, seconds: float, kills: int, pace: float) -> None:
        self.start()
        while not (self.other / "A.md").exists():
            time.sleep(TICK)
        words = (f"w{number}w" for number in count())
        self.typists = [
            Typist(root / f"{name}.md", self.chance, words.__next__, by_rename=name in "BE")
            for root, names in ((self.vault, "ABC"), (self.other, "CDE"))
            for name in names
        ]
        deaths = sorted(self.chance.uniform(5, seconds) for _ in range(kills))
        things = (self.checkout, self.rename, self.away, self.pause, self.fill)
        next_thing, next_look = 15.0, 5.0
        while self.now < seconds or deaths:
            self.work(TICK)
            if self.now >= next_look:
                next_look = self.now + 5
                self.measure()
            if deaths and self.now >= deaths[0]:
                deaths.pop(0)
                self.kill()
            if self.now >= next_thing:
                thing = self.chance.choice(things)
                self.happened[thing.__name__] += 1
                self.note(thing.__name__)
                thing()
                self.note(f"{thing.__name__} is over")
                next_thing = self.now + self.chance.uniform(4, 20) / pace

    def rest(self) -> None:
        """Let everybody finish, and wait until the watcher has nothing more to do."""
        for _ in range(2):
            for typist in self.typists:
                typist.finish(self.now)
            self.still(1)
        for _ in range(20):
            before = self.bytes_of(self.vault), self.bytes_of(self.other)
            self.still(22)  # longer than everything is left alone, and looked at again
            same = before == (self.bytes_of(self.vault), self.bytes_of(self.other))
            if same and not self.standing()["problems"]:  # what failed is tried again, too
                break
        self.measure()

    def still(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            for typist in self.typists:
                typist.look(self.now)
            time.sleep(TICK)

    def standing(self) -> dict[str, Any]:
        """Return how the watcher says that it stands."""
        found: dict[str, Any] = json.loads(next(self.state.glob("vault-*/watch.json")).read_text())
        return found

    @staticmethod
    def bytes_of(root: Path) -> dict[str, bytes]:
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != ".knapper.toml"
        }

    # -- the judgement -------------------------------------------------------------------

    def judge(self, kills: int) -> list[str]:
        failures = self.failures
        left, right = self.bytes_of(self.vault), self.bytes_of(self.other)
        texts = b"\n".join(left.values()).decode()
        typed = {word for one in self.typists for word in one.typed}
        if lost := sorted(word for word in typed if word not in texts):
            kept = self._history()
            gone = [word for word in lost if word not in kept]
            notes = sorted({str(one.path) for one in self.typists if one.typed & {*lost}})
            failures.append(f"{len(lost)} of {len(typed)} words are lost, {len(gone)} of them "
                            f"also from the history: {lost[:20]} of {notes}")  # fmt: skip
        if left != right:
            names = [name for name in {*left, *right} if left.get(name) != right.get(name)]
            failures.append(f"{len(names)} files differ: {sorted(names)[:5]}")
        alone = [one for one in self.typists if one.path.name != "C.md"]
        rewrites = Counter(number for one in alone for number in one.rewrites)
        if not kills and max(rewrites) > 1:
            failures.append(f"a note was rewritten {max(rewrites)} times in a pause")
        failures += self._judge_watcher(kills)
        print(f"{len(typed)} words typed, {sum(len(one.rewrites) - 1 for one in self.typists)} "
              f"saves, pauses by their rewrites {dict(sorted(rewrites.items()))}")  # fmt: skip
        print(", ".join(f"{name} {number}" for name, number in self.happened.most_common()))
        copies = sum("(conflict " in name for name in left)
        print(f"{len(left)} files, {copies} conflict copies")
        return failures

    def _history(self) -> str:
        command = [sys.executable, "-m", "knapper", "history", "--export", str(self.records / "h")]
        subprocess.run(
            command, cwd=self.vault, env=self.environment, capture_output=True, check=False
        )
        kept = (path for path in (self.records / "h").rglob("*.md"))
        return "\n".join(path.read_text(errors="replace") for path in kept)

    def _judge_watcher(self, kills: int) -> list[str]:
        failures = []
        state = self.standing()
        fresh = subprocess.run(
            [sys.executable, "-m", "knapper", "check", "--output-format", "json", "--exit-zero"],
            cwd=self.vault, env=self.environment, capture_output=True, check=True,
        )  # fmt: skip
        found = Counter(one["rule"] for one in json.loads(fresh.stdout))
        if dict(found) != state["findings"]:
            failures.append(f"found {state['findings']}, a fresh check finds {dict(found)}")
        if state["problems"]:
            failures.append(f"problems at the end: {state['problems']}")
        assert self.watcher is not None
        self.watcher.send_signal(signal.SIGTERM)
        try:
            status = self.watcher.wait(60)
        except subprocess.TimeoutExpired:
            self.watcher.send_signal(signal.SIGABRT)  # it says on stderr where it is
            status = self.watcher.wait()
        if status:
            failures.append(f"the watcher ended with {status}")
        if said := (self.records / "stderr").read_text().strip():
            failures.append(f"it said on stderr: {said[-3000:]}")
        if asides := [p for r in (self.vault, self.other) for p in r.rglob(".knapper-*")]:
            failures.append(f"{len(asides)} files of ours are left: {asides[:3]}")
        failures += _judge_store(next(self.state.glob("vault-*/state.sqlite")))
        first = [size for at, size in self.memory if 55 <= at <= 75]
        if first and not kills:
            last = self.memory[-1][1]
            minutes = [next((s for at, s in self.memory if at >= 60 * m), last)
                       for m in range(1, int(self.memory[-1][0] // 60) + 1)]  # fmt: skip
            print(f"memory by the minute, kB: {' '.join(map(str, minutes))}, at the end {last}")
            if last > 1.1 * first[0]:
                failures.append("memory has grown by more than a tenth")
        return failures


def _judge_store(path: Path) -> list[str]:
    import sqlite3

    with sqlite3.connect(path) as connection:
        whole = connection.execute("pragma integrity_check").fetchone()[0]
        open_steps = connection.execute("select count(*) from journal").fetchone()[0]
    failures = [] if whole == "ok" else [f"the store: {whole}"]
    return failures + ([f"{open_steps} steps are open in the journal"] if open_steps else [])


def _own_disk(place: Path) -> bool:
    """Mount a small disk of our own; tell whether that could be done."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def main() -> None:
    """Soak, and say what does not hold."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--minutes", type=float, default=10)
    reader.add_argument("--kills", type=int, default=0)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--pace", type=float, default=1)
    reader.add_argument("--keep", type=Path, help="where to keep all of it if something fails")
    options = reader.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))  # nothing is left behind
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as records:
        place = Path(name)
        mounted = _own_disk(place)
        world = World(place, Path(records), options.seed)
        try:
            if mounted:
                world.ballast = place / "ballast"
            world.run(options.minutes * 60, options.kills, options.pace)
            world.rest()
            failures = world.judge(options.kills)
            if failures and options.keep:
                shutil.copytree(place, options.keep / "world", symlinks=True)
                shutil.copytree(records, options.keep / "records")
        finally:
            if world.watcher is not None and world.watcher.poll() is None:
                world.watcher.kill()
            if mounted:
                subprocess.run(["umount", "-l", str(place)], check=False)
    for failure in failures:
        print(f"FAILED: {failure}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
