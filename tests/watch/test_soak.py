"""Weeks of work in seconds: people type on both sides, the watcher mends and syncs.

What `bench/soak.py` does with processes and real time is done here with a clock of our
own, from a seed: typing, missed events, checkouts, renames, full disks, folders that are
away, sleep, and sudden death. Nothing that was typed may be lost.
"""

import errno
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import pytest
from desk import OTHER, SECOND, Desk, fresh_findings
from typist import Typist

from conftest import WriteVault, contents
from knapper.shell.folder import Folder, NewFile

QUIET = "[watch]\nfix-quiet = 10\n"
TICK = 0.25
"""Seconds."""


class Died(BaseException):
    """The process of the watcher ends here, whatever it is doing."""


class Soak:
    """The typists, the watcher, and what befalls them."""

    def __init__(self, root: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chance, self.root = Random(seed), root
        self.luck = Random(seed)  # whatever depends on what the watcher does
        self.full = False
        self.dies_in: int | None = None
        self.deaths = 0
        self._patch(monkeypatch)
        self.desk = Desk(root, now=2_000_000_000 * SECOND)
        self.seconds = 0.0
        self._pass(3)
        words = (f"w{number}w" for number in count())
        self.typists = [
            Typist(folder / f"{name}.md", self.chance, words.__next__, by_rename=name == "B")
            for folder, names in ((root, "ABC"), (self.desk.other, "CDE"))
            for name in names
        ]

    def _patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write, exchange = NewFile.write, Folder.exchange

        def writes(file: NewFile, content: bytes) -> None:
            self._may_die()
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            write(file, content)

        def exchanges(folder: Folder, aside: str, path: str) -> None:
            self._may_die()
            if self.luck.random() < 0.1:  # somebody saves at just that moment
                for typist in self.typists:
                    if typist.path == folder.root / path:
                        self._saved(typist, typist.save(self.seconds))
            exchange(folder, aside, path)
            self._may_die()

        monkeypatch.setattr(NewFile, "write", writes)
        monkeypatch.setattr(Folder, "exchange", exchanges)

    def _may_die(self) -> None:
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in < 0:
                self.dies_in = None
                raise Died

    # -- the course of things ------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let them work."""
        end = self.seconds + seconds
        while self.seconds < end:
            for typist in self.typists:
                self._saved(typist, typist.turn(self.seconds, pauses=(1, 25)))
            if self.chance.random() < 0.01:
                self.chance.choice(
                    (self._checkout, self._rename, self._fill, self._away, self._sleep, self._kill)
                )()
            self._pass(TICK)

    def _saved(self, typist: Typist, saved: bool) -> None:
        if saved:
            self.desk.age(typist.path)
            if self.chance.random() < 0.95:  # else the event is lost
                self._hear(typist.path)

    def _hear(self, *paths: Path) -> None:
        self._watching(lambda: self.desk.watch.look([str(path) for path in paths]))

    def _pass(self, seconds: float) -> None:
        self.seconds += seconds
        self.desk.now += int(seconds * SECOND)
        if self.desk.watch.due() == 0:
            self._watching(self.desk.watch.act)

    def _watching(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Died:
            self.deaths += 1
            self._watching(self.desk.start)

    # -- what befalls them ---------------------------------------------------------------

    def _checkout(self) -> None:
        folder = self.root / "checkout"
        folder.mkdir(exist_ok=True)
        version = self.chance.randint(0, 3)
        for number in range(20):
            path = folder / f"note {number}.md"
            other = f"note {number + version}#Version {number % 4}"
            path.write_text(f"# Version {version}\n\n[[{other}]]\n")
            self.desk.age(path)
        self._hear(folder)

    def _rename(self) -> None:
        folder = self.root / "checkout"
        if folder.exists():
            folder.rename(self.root / f"renamed {self.seconds}")
            self._hear(folder, self.root / f"renamed {self.seconds}")

    def _fill(self) -> None:
        self.full = not self.full

    def _away(self) -> None:
        folder = self.chance.choice((self.root, self.desk.other))
        folder.rename(folder.with_name("away"))
        for _ in range(self.chance.randint(1, 40)):
            for typist in self.typists:
                self._saved(typist, typist.turn(self.seconds))
            self._pass(TICK)
        folder.with_name("away").rename(folder)

    def _sleep(self) -> None:
        self.seconds += 3600
        self.desk.now += 3600 * SECOND
        self._watching(lambda: self.desk.watch.look(None))

    def _kill(self) -> None:
        self.dies_in = self.chance.randint(0, 4)

    # -- the end -------------------------------------------------------------------------

    def rest(self) -> None:
        """Let all of them finish, and the watcher too."""
        self.full, self.dies_in = False, None
        for _ in range(2):
            self._pass(1)
            for typist in self.typists:
                self._saved(typist, typist.finish(self.seconds))
        for _ in range(8):
            self._pass(301)


@pytest.fixture
def soak(vault: WriteVault, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Soak]:
    names = (*"ABCDE", *(f"other/note {number}" for number in range(40)))
    notes = {f"{name}.md": f"# {name}\n\nstart\n" for name in names}
    root = vault({".knapper.toml": QUIET + OTHER, **notes})
    return lambda seed: Soak(root, seed, monkeypatch)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 13, 32, 37])  # the last three once lost words
def test_a_soak_loses_no_word(seed: int, soak: Callable[[int], Soak]) -> None:
    here = soak(seed)
    here.run(180)
    here.rest()
    left, right = contents(here.root), contents(here.desk.other)
    del left[".knapper.toml"]
    texts = b"\n".join(left.values()).decode()
    assert not {word for one in here.typists for word in one.typed if word not in texts}
    assert left == right
    assert here.desk.watch.watched.found == fresh_findings(here.root)
    assert not here.desk.watch.problems
    alone = [one for one in here.typists if one.path.name != "C.md"]
    assert max(max(one.rewrites) for one in alone) <= 1
