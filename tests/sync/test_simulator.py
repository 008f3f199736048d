"""Sync on file systems of all kinds, with users, editors, faults and crashes, from a seed.

Each word that a simulated user types is unique. Whatever happens, no word is lost that
he did not remove himself: it stands in a file of either side, or in the history. And
when the world comes to rest, so does sync, with both sides equal.
"""

import contextlib
import errno
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from unicodedata import normalize

import pytest
from fake_folder import Clock, Died, Disk, FakeFolder, Kind, failure

from knapper.app.act import Runs
from knapper.app.pair import Intent, Pair, Report
from knapper.app.sync_pass import run_pass
from knapper.core.paths import NotePath
from knapper.shell.asides import CHANGED
from knapper.shell.recovery import recover
from knapper.shell.source import is_aside
from knapper.shell.store import Store

NAMES = ("Note.md", "note.md", "Äpfel.md", "b/Note.md", "b/c/Deep.md", "Table.md", "B/other.md")
KINDS = (
    Kind(),
    Kind(),
    Kind(folds_case=True, decomposes=True),
    Kind(folds_case=True, coarse=True, exchanges=False),
    Kind(coarse=True),
    Kind(exchanges=False),
)
START = "---\ntitle: {name}\ntags:\n- a\n---\n# {name}\n\nfirst line\n\nmiddle line\n\nlast line\n"


class World:
    """Two file systems, those who write on them, and what they wrote."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = Random(seed)
        self.clock = Clock()
        self.disks = [Disk(self.clock, self.chance.choice(KINDS)) for _ in range(2)]
        self.folders = [FakeFolder(disk, name) for disk, name in zip(self.disks, "lr", strict=True)]
        self.pair = Pair(
            "other", self.folders[0], self.folders[1], "two-way", "",
            lambda name, *_: is_aside(name), lambda _: False, "2026-01-02 host",
        )  # fmt: skip
        self.root = folder / "vault"
        self.words: set[str] = set()
        for name in self.chance.sample(NAMES, 4):
            if not any(disk.exists(name) for disk in self.disks):
                self.disks[0].put(name, START.format(name=name).encode())

    # -- users ---------------------------------------------------------------------------

    def typed(self) -> str:
        word = f"word{len(self.words)}x{self.chance.randrange(10**6)}"
        self.words.add(word)
        return word

    def act(self, disk: Disk) -> None:
        """Do one thing that a user or an editor does."""
        notes = [path for path in disk.contents() if not is_aside(path.rpartition("/")[2])]
        what = self.chance.choice(("edit",) * 6 + ("new", "new", "rename", "delete", "touch"))
        if what == "new" or not notes:
            name = self.chance.choice(NAMES)
            if not disk.exists(name):
                disk.put(name, f"new\n\n{self.typed()}\n".encode())
            return
        path = self.chance.choice(sorted(notes))
        if what == "edit":
            self.edit(disk, path)
        elif what == "touch":
            disk.put(path, disk.contents()[path])
        elif what == "rename":
            to = self.chance.choice(NAMES)
            if not disk.exists(to) or disk.key(to) == disk.key(path):
                disk.move(path, to)
        else:
            self.forget(disk.contents()[path])
            disk.files.pop(disk.key(path))

    def edit(self, disk: Disk, path: NotePath) -> None:
        lines = disk.contents()[path].decode().split("\n")
        at = self.chance.randrange(len(lines))
        if self.chance.random() < 0.3 and lines[at] not in ("---", ""):
            self.forget(lines[at].encode())
            lines[at] = f"- {self.typed()}" if lines[at].startswith("- ") else self.typed()
        else:
            lines.insert(max(at, 6), self.typed())
        disk.put(path, "\n".join(lines).encode(), anew=self.chance.random() < 0.5)

    def forget(self, content: bytes) -> None:
        """The user took these words away himself."""
        self.words -= {word for word in self.words if word.encode() in content}

    # -- sync ----------------------------------------------------------------------------

    def sync(self, confirm: str = "") -> Report:
        """Do what a run of `knapper sync` does with a pair."""
        with Store(self.root) as store:
            runs = Runs(store, "sync")
            recover(self.folders[0], store, "")
            recover(self.folders[1], store, "other")
            for _ in range(5):
                report = run_pass(self.pair, store, runs, Intent(confirm=confirm), clock=self.clock)
                if not any(one.reason == CHANGED for _, one in report.refused):
                    break
            return report

    def under(self, fault: Callable[[str, NotePath], None]) -> None:
        for disk in self.disks:
            disk.before = fault

    def settled(self) -> Report:
        """Sync until nothing is left to do; what is held is confirmed."""
        self.under(lambda _step, _path: None)
        confirm = ""
        for _ in range(8):
            self.clock.now += 7_200_000_000_000  # long enough for what was left aside to be swept
            report = self.sync(confirm)
            confirm = report.hash
            if not report.changes and not report.hash:
                return report
        raise AssertionError(f"no rest: {report}")

    # -- judging -------------------------------------------------------------------------

    def everything(self) -> Iterator[bytes]:
        for disk in self.disks:
            yield from disk.contents().values()
        with Store(self.root) as store:
            if store.exists:
                for version in store.versions(None):
                    yield b"".join(store.pieces(version.digest))

    def lost(self) -> set[str]:
        found = b"\n".join(self.everything())
        return {word for word in self.words if word.encode() not in found}

    def live(self) -> bytes:
        return b"\n".join(content for disk in self.disks for content in disk.contents().values())


def faults(world: World) -> Callable[[str, NotePath], None]:
    """Return what goes wrong during a run, chosen by the seed."""
    chance = world.chance
    kind = chance.choice(("none", "crash", "crash", "errors", "full", "editor", "editor"))
    last = chance.randrange(1, 60)
    busy = False

    def before(step: str, path: NotePath) -> None:
        nonlocal last, busy
        if busy:
            return
        last -= 1
        if kind == "crash" and last <= 0:
            raise Died
        if kind == "errors" and chance.random() < 0.1:
            raise failure(chance.choice((errno.EIO, errno.EACCES)), path)
        if kind == "full" and step in ("create", "write") and last < 30:
            raise failure(errno.ENOSPC, path)
        if step == "replace":
            return  # without an exchange nobody can be noticed between the last look and this
        if kind == "editor" and chance.random() < 0.15:
            busy = True
            world.act(chance.choice(world.disks))
            busy = False

    return before


def folded(names: Iterable[str]) -> list[str]:
    """Return names as a file system that folds them has them."""
    return sorted(normalize("NFC", name).lower() for name in names)


def run(seed: int, folder: Path) -> World:
    world = World(seed, folder)
    for _ in range(world.chance.randint(2, 5)):
        for _ in range(world.chance.randint(0, 6)):
            world.act(world.chance.choice(world.disks))
        world.clock.now += world.chance.choice((1, 10**7, 10**10))
        world.under(faults(world))
        with contextlib.suppress(Died, OSError):
            world.sync()
        world.under(lambda _step, _path: None)
        assert not world.lost(), "a word is nowhere any more"
    return world


@pytest.mark.parametrize("seed", range(150))
def test_no_word_is_lost_and_both_sides_come_to_rest(seed: int, tmp_path: Path) -> None:
    world = run(seed, tmp_path)
    report = world.settled()
    assert not world.lost()
    left, right = (disk.contents() for disk in world.disks)
    if not report.skipped:
        assert folded(left) == folded(right)
        assert sorted(left.values()) == sorted(right.values())
    live = world.live()
    gone = {word for word in world.words if word.encode() not in live}
    assert not gone, "a word that nobody removed is in the history only"
    assert not [name for name in (*left, *right) if is_aside(normalize("NFC", name))]
