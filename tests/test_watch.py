"""The watcher, driven by hand: no threads, no waiting, a clock of our own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from conftest import SOURCE, Knapper, WriteVault, contents
from knapper.app.check import check, repair
from knapper.app.watch import Event, Findings, Mended, Problem, Replicated, Watch
from knapper.app.workspace import open_workspace
from knapper.shell.watcher import has_events

SECOND = 1_000_000_000
DEFECT = 'x <a class="yt-timestamp" data-t="00:00:05"></a> y\n'
MENDED = 'x <a class="yt-timestamp" data-t="00:00:05">[00:00:05]</a> y\n'
OTHER = '[[replica]]\nname = "other"\npath = "../other"\nmode = "two-way"\n'


Kind = TypeVar("Kind", Findings, Mended, Problem, Replicated)


class Desk:
    """A vault, its watcher, who types in it, and a clock that runs ahead as told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = time.time_ns() + 3600 * SECOND
        for path in root.rglob("*.md"):
            self.age(path)
        self.events: list[Event] = []
        self.watch = Watch(root, self.events.append, clock=lambda: self.now)
        self.watch.look(None)

    def age(self, path: Path) -> None:
        os.utime(path, ns=(self.now, self.now))

    def save(self, name: str, text: str, root: Path | None = None) -> None:
        """Save a note as Obsidian does, in place, and let the watcher hear of it."""
        path = (root or self.root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        self.age(path)
        self.watch.look([str(path)])

    def later(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)
        self.watch.act()

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def rules(self) -> list[tuple[str, str]]:
        return sorted((one.path, one.rule) for one in self.watch.live.all())


@pytest.fixture
def desk(vault: WriteVault) -> Callable[..., Desk]:
    return lambda files: Desk(vault(files))


def test_a_save_is_judged_with_what_it_means_to_other_notes(desk: Callable[..., Desk]) -> None:
    here = desk({"A.md": "# Head\n", "B.md": "[[A#Head]] [[New]]\n"})
    assert here.rules == [("B.md", "broken-wikilink")]
    here.save("A.md", "# Other\n")
    assert here.rules == [("B.md", "broken-heading-link"), ("B.md", "broken-wikilink")]
    here.save("New.md", "it is there now\n")
    assert here.rules == [("B.md", "broken-heading-link")]
    (here.root / "New.md").unlink()
    here.watch.look([str(here.root / "New.md")])
    assert here.rules == [("B.md", "broken-heading-link"), ("B.md", "broken-wikilink")]
    assert all(set(event.now) == {"B.md"} for event in here.of(Findings)[1:])


def test_names_of_attachments_are_judged_as_they_come_and_go(desk: Callable[..., Desk]) -> None:
    here = desk({"A.md": "", "Figure #1.png": ""})
    here.save("a.PNG", "")
    here.save("A.png", "")
    assert here.rules == [
        ("A.png", "case-collision"),
        ("Figure #1.png", "unlinkable-file-name"),
        ("a.PNG", "case-collision"),
    ]
    (here.root / "A.png").unlink()
    here.watch.look([str(here.root / "A.png")])
    assert here.rules == [("Figure #1.png", "unlinkable-file-name")]


def test_a_fix_waits_until_the_note_was_left_alone(desk: Callable[..., Desk]) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)
    here.later(29)
    assert here.read("A.md") == DEFECT
    here.save("A.md", DEFECT + "more\n")
    here.later(29)
    assert here.read("A.md") == DEFECT + "more\n"
    here.later(1.1)
    assert here.read("A.md") == MENDED + "more\n"
    assert [event.paths for event in here.of(Mended)] == [["A.md"]]


def test_a_pause_brings_one_rewrite_and_our_own_writes_bring_none(
    desk: Callable[..., Desk],
) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)
    here.later(31)
    number = (here.root / "A.md").stat().st_ino
    here.watch.look([str(here.root / "A.md")])  # the event of our own write
    for _ in range(5):
        here.later(40)
    assert (here.root / "A.md").stat().st_ino == number
    assert len(here.of(Mended)) == 1


@pytest.mark.parametrize("open_end", ["and [[Some no", "and <a class=", "`[[half"])
def test_what_is_half_typed_is_not_touched(desk: Callable[..., Desk], open_end: str) -> None:
    here = desk({"A.md": DEFECT})
    here.save("A.md", DEFECT + open_end)
    here.later(600)
    if open_end.startswith("`"):
        return  # in code nothing is open
    assert here.read("A.md") == DEFECT + open_end
    here.save("A.md", DEFECT + "and all is said\n")
    here.later(31)
    assert here.read("A.md") == MENDED + "and all is said\n"


def test_a_broken_configuration_keeps_the_last_good_one(desk: Callable[..., Desk]) -> None:
    here = desk({".knapper.toml": 'ignore = ["broken-wikilink"]\n', "A.md": "[[none]]\n"})
    assert here.rules == []
    (here.root / ".knapper.toml").write_text("ignore = [")
    here.watch.look([str(here.root / ".knapper.toml")])
    assert here.rules == []
    assert "the last good configuration holds" in here.of(Problem)[0].message
    (here.root / ".knapper.toml").write_text("")
    here.watch.look([str(here.root / ".knapper.toml")])
    assert here.rules == [("A.md", "broken-wikilink")]


def test_a_root_that_goes_away_is_waited_for(desk: Callable[..., Desk]) -> None:
    here = desk({"A.md": "[[none]]\n"})
    away = here.root.with_name("away")
    here.root.rename(away)
    here.later(400)
    here.later(3)
    assert ["is not there" in event.message for event in here.of(Problem)] == [True]
    away.rename(here.root)
    here.save("B.md", "[[neither]]\n")
    here.later(3)
    assert here.rules == [("A.md", "broken-wikilink"), ("B.md", "broken-wikilink")]


def test_what_nobody_told_of_is_seen_at_the_next_rescan(desk: Callable[..., Desk]) -> None:
    here = desk({"A.md": "x\n"})
    for number in range(300):
        path = here.root / f"new/deep{number % 7}/n{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"[[missing {number}]]\n")
    here.later(301)
    assert len(here.rules) == 300


def test_a_save_reaches_the_replica_after_the_pause(desk: Callable[..., Desk]) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": "x\n"})
    here.later(3)
    other = here.root.with_name("other")
    assert (other / "A.md").read_text() == "x\n"
    here.save("A.md", "x\n\nfrom the vault\n")
    here.later(1)
    assert (other / "A.md").read_text() == "x\n"
    here.later(1.1)
    assert (other / "A.md").read_text() == "x\n\nfrom the vault\n"
    here.save("A.md", "from the replica\n\nx\n\nfrom the vault\n", other)
    here.later(2.1)
    assert here.read("A.md") == "from the replica\n\nx\n\nfrom the vault\n"
    assert len(here.of(Replicated)) == 3
    here.later(400)
    assert len(here.of(Replicated)) == 3


# -- the pains of other tools ----------------------------------------------------------------


def test_pain_26_the_smallest_edit_and_mode_and_attributes_stay(desk: Callable[..., Desk]) -> None:
    here = desk({"A.md": "x\n"})
    path = here.root / "A.md"
    here.save("A.md", "é\r\n" + DEFECT)
    path.chmod(0o640)
    marked = hasattr(os, "setxattr")
    if marked:
        try:
            os.setxattr(path, "user.label", b"red")
        except OSError:
            marked = False
    here.watch.look([str(path)])
    here.later(31)
    assert path.read_bytes() == ("é\r\n" + MENDED).encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert not marked or os.getxattr(path, "user.label") == b"red"


def test_pain_26_nothing_is_written_where_no_byte_differs(desk: Callable[..., Desk]) -> None:
    here = desk({"A.md": MENDED, "B.md": "[[none]]\n"})
    before = {path: path.stat() for path in here.root.glob("*.md")}
    here.later(301)
    here.later(301)
    assert {path: path.stat() for path in before} == before


def test_pain_27_a_touch_a_checkout_or_a_copy_is_no_edit(desk: Callable[..., Desk]) -> None:
    here = desk({"A.md": "---\nmodified: 2020-01-01\n---\n" + MENDED})
    text = here.read("A.md")
    here.now += 10 * SECOND
    here.save("A.md", text)
    copy = here.root / "A.md.new"
    copy.write_text(text)
    copy.replace(here.root / "A.md")
    here.watch.look([str(here.root / "A.md")])
    here.later(400)
    assert here.read("A.md") == text
    assert not here.of(Mended)


def test_pain_28_our_own_fix_counts_as_one_change(desk: Callable[..., Desk]) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": "x\n"})
    here.later(3)
    here.save("A.md", DEFECT)
    for _ in range(12):
        here.later(5)
    other = here.root.with_name("other")
    assert (other / "A.md").read_text() == here.read("A.md") == MENDED
    assert len(here.of(Mended)) == 1


def test_pain_29_a_note_that_another_program_writes_is_not_overwritten(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)

    def slower(*arguments: object, **named: object) -> object:
        (here.root / "A.md").write_text(DEFECT + "typed meanwhile\n")
        return repair(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("knapper.app.watch.repair", slower)
    here.later(31)
    assert here.read("A.md") == DEFECT + "typed meanwhile\n"
    monkeypatch.undo()
    here.age(here.root / "A.md")
    here.later(301)
    here.later(31)
    assert here.read("A.md") == MENDED + "typed meanwhile\n"


# -- laws ------------------------------------------------------------------------------------

WORDS = ("[[A]]", "[[B#Head]]", "[[c d]]", "# Head", DEFECT, "text", "^block", "![[A#^block]]",
         "---\naliases: [Zed]\n---", "[[Zed]]", "[[gone")  # fmt: skip
NAMES = ("A.md", "B.md", "c d.md", "f/A.md", "f/g/E.md", "pic.png", "x.canvas")


@pytest.mark.parametrize("seed", range(40))
def test_the_live_findings_are_those_of_a_fresh_run(seed: int, desk: Callable[..., Desk]) -> None:
    chance = Random(seed)
    here = desk({"A.md": "[[B]]\n", "B.md": "# Head\n"})
    for _ in range(chance.randint(3, 25)):
        name = chance.choice(NAMES)
        what = chance.choice(("save", "save", "save", "delete", "rename", "later", "silent"))
        text = "\n".join(chance.choices(WORDS, k=chance.randint(0, 6))) + "\n"
        path = here.root / name
        if what == "save":
            here.save(name, text)
        elif what == "silent":  # an event that got lost
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif what == "delete" and path.exists():
            path.unlink()
            here.watch.look([str(path)])
        elif what == "rename" and path.exists():
            goal = here.root / chance.choice(NAMES)
            goal.parent.mkdir(parents=True, exist_ok=True)
            path.replace(goal)
            here.watch.look([str(path), str(goal)])
        elif what == "later":
            here.later(chance.choice((1, 31, 301)))
    here.watch.look(None)
    fresh = check(open_workspace(here.root, root=here.root), lambda _: True)
    assert here.watch.live.all() == sorted(fresh.diagnostics, key=lambda one: one.path)


@pytest.mark.parametrize("seed", range(12))
def test_a_soak_of_typing_fixing_and_syncing_loses_no_word(
    seed: int, desk: Callable[..., Desk]
) -> None:
    chance = Random(seed)
    here = desk({".knapper.toml": OTHER, "A.md": "start\n", "B.md": "start\n", "C.md": "start\n"})
    here.later(3)
    other = here.root.with_name("other")
    typed: set[str] = set()
    rewrites: dict[str, int] = {}
    for number in range(80):
        root, name = chance.choice((here.root, here.root, other)), chance.choice("ABC") + ".md"
        path = root / name
        lines = path.read_text().split("\n")
        word = f"word{number}"
        lines.insert(
            chance.randrange(len(lines)), chance.choice((word, f"{DEFECT.strip()} {word}"))
        )
        typed.add(word)
        mended = len(here.of(Mended))
        here.save(name, "\n".join(lines), root)
        here.later(chance.choice((0.5, 2, 3, 35)))
        rewrites[name] = len(here.of(Mended)) - mended
        assert rewrites[name] <= 2  # one of this note, one of another that was due
    for _ in range(6):
        here.later(60)
    texts = "\n".join(path.read_text() for path in here.root.rglob("*.md"))
    assert not {word for word in typed if word not in texts}
    left, right = contents(here.root), contents(other)
    left.pop(".knapper.toml")
    assert left == right
    fresh = check(open_workspace(here.root, root=here.root), lambda _: True)
    assert here.watch.live.all() == sorted(fresh.diagnostics, key=lambda one: one.path)


# -- as a program ----------------------------------------------------------------------------


def _events(process: "subprocess.Popen[str]") -> Iterator[dict[str, object]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_the_program_from_start_to_end(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"A.md": "# Head\n", ".knapper.toml": "[watch]\nfix-quiet = 0\n"})
    assert "no watcher" in knapper(root, "status").out
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    process = subprocess.Popen(
        [sys.executable, "-m", "knapper", "watch", "--output-format", "json"],
        cwd=root, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        events = _events(process)
        assert next(one for one in events if one["event"] == "ready")
        (root / "B.md").write_text("[[A#Hea]]\n")
        found = next(one for one in events if one["event"] == "findings")
        assert found["notes"]["B.md"][0]["rule"] == "broken-heading-link"  # type: ignore[index]
        (root / "B.md").write_text(DEFECT)
        mended = next(one for one in events if one["event"] == "mended")
        assert mended["paths"] == ["B.md"]
        assert (root / "B.md").read_text() == MENDED

        second = knapper(root, "watch")
        assert second.status == 2
        assert "a watcher is running on this vault already" in second.err
        status = json.loads(knapper(root, "status", "--json").out)
        assert status["watcher"]["pid"] == process.pid

        (root / ".knapper.toml").write_text("[watch]\nfix = false\n[severity]\nx = 1\n")
        problem = next(one for one in events if one["event"] == "problem")
        assert "the last good configuration holds" in str(problem["message"])
        process.send_signal(signal.SIGTERM)
        assert next(one for one in events if one["event"] == "ended")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()
    assert "no watcher" in knapper(root, "status").out


def test_once_does_what_is_due_and_ends(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"A.md": DEFECT, ".knapper.toml": 'ignore = ["missing-frontmatter"]\n'})
    then = time.time() - 100
    os.utime(root / "A.md", (then, then))
    ran = knapper(root, "watch", "--once", "--output-format", "json")
    kinds = [json.loads(line)["event"] for line in ran.lines()]
    assert kinds[0] == "findings"
    assert "mended" in kinds
    assert (root / "A.md").read_text() == MENDED
    assert ran.status == 0


def test_a_local_disk_has_events(tmp_path: Path) -> None:
    assert has_events(tmp_path)
