"""The watcher, driven by hand: no threads, no waiting, a clock of our own."""

import errno
import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import DEFECT, MENDED, OTHER, SECOND, Desk, fresh_findings

from conftest import Knapper, WriteVault
from knapper.app.events import Findings, Mended, Problem, Reloaded, Replicated
from knapper.app.workspace import Workspace
from knapper.core.note import Note
from knapper.shell.folder import Folder, NewFile
from knapper.shell.store import Store

NewDesk = Callable[..., Desk]


@pytest.fixture
def desk(vault: WriteVault) -> NewDesk:
    return lambda files: Desk(vault(files))


def test_a_save_is_judged_with_what_it_means_to_other_notes(desk: NewDesk) -> None:
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


def test_a_link_into_another_of_many_notes_is_judged(desk: NewDesk) -> None:
    """Once none was in a vault of more notes than are held parsed."""
    files = {f"{number}.md": f"# Head {number}\n" for number in range(60)}
    here = desk({**files, "A.md": "[[1#Head 1]] [[1#None]] [[2#^none]]\n"})
    assert here.rules == [("A.md", "broken-block-link"), ("A.md", "broken-heading-link")]
    for number in range(60):
        (here.root / f"{number}.md").write_text("# None\n\ntext ^none\n")
    here.later(301)
    assert here.rules == [("A.md", "broken-heading-link")]


def test_a_fix_waits_until_the_note_was_left_alone(desk: NewDesk) -> None:
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
    with Store(here.root) as store:
        assert [one.command for one in store.runs()] == ["watch"]


def test_a_pause_brings_one_rewrite_and_our_own_writes_bring_none(desk: NewDesk) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)
    here.later(31)
    number = (here.root / "A.md").stat().st_ino
    here.watch.look([str(here.root / "A.md")])  # the event of our own write
    for _ in range(5):
        here.later(40)
    assert (here.root / "A.md").stat().st_ino == number
    assert len(here.of(Mended)) == 1


def test_a_fix_that_was_taken_back_waits_for_another_text(desk: NewDesk, knapper: Knapper) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)
    here.later(31)
    assert knapper(here.root, "undo").status == 0
    here.hear("A.md")
    here.later(400)
    assert here.read("A.md") == DEFECT
    here.save("A.md", DEFECT + "more\n")  # the same fix, at the same place
    here.later(31)
    assert here.read("A.md") == MENDED + "more\n"


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_was_taken_back_is_known_after_a_restart(
    desk: NewDesk, knapper: Knapper, *, by_hand: bool
) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)
    here.later(31)
    assert here.read("A.md") == MENDED
    if by_hand:
        here.save("A.md", DEFECT)
    else:
        assert knapper(here.root, "undo").status == 0
    (here.root / "B.md").write_text(DEFECT)
    here.start()
    here.later(400)
    assert (here.read("A.md"), here.read("B.md")) == (DEFECT, MENDED)
    here.save("A.md", DEFECT + "more\n")
    here.later(31)
    assert here.read("A.md") == MENDED + "more\n"


@pytest.mark.parametrize("open_end", ["and [[Some no", "and <a class=", "`[[half"])
def test_what_is_half_typed_is_not_touched(desk: NewDesk, open_end: str) -> None:
    here = desk({"A.md": DEFECT})
    here.save("A.md", DEFECT + open_end)
    here.later(600)
    if open_end.startswith("`"):
        return  # in code nothing is open
    assert here.read("A.md") == DEFECT + open_end
    here.save("A.md", DEFECT + "and all is said\n")
    here.later(31)
    assert here.read("A.md") == MENDED + "and all is said\n"


def test_a_broken_configuration_keeps_the_last_good_one(desk: NewDesk) -> None:
    here = desk({".knapper.toml": 'ignore = ["broken-wikilink"]\n', "A.md": "[[none]]\n"})
    assert here.rules == []
    (here.root / ".knapper.toml").write_text("ignore = [")
    here.watch.look([str(here.root / ".knapper.toml")])
    assert here.rules == []
    assert "the last good configuration holds" in here.of(Problem)[0].message
    (here.root / ".knapper.toml").write_text("# nothing is ignored\n")
    here.watch.look([str(here.root / ".knapper.toml")])
    assert here.rules == [("A.md", "broken-wikilink")]


def test_nothing_is_left_for_the_collector(desk: NewDesk) -> None:
    """What refers to itself stays for minutes: once it was all paths of the vault, at each look."""
    here = desk({"A.md": "# Head\n", "B.md": "[[A#Head]] [[New]]\n"})
    here.save("A.md", "# Other\n")
    gc.collect()
    here.save("New.md", "it is [[there]] now\n")
    (here.root / "New.md").rename(here.root / "Newer.md")
    here.hear("New.md", "Newer.md")
    here.save("A.md", DEFECT)
    here.later(400)
    assert here.read("A.md") == MENDED
    here.later(400)
    assert gc.collect() == 0


def test_a_root_that_goes_away_is_waited_for(desk: NewDesk) -> None:
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


def test_what_nobody_told_of_is_seen_at_the_next_rescan(desk: NewDesk) -> None:
    here = desk({"A.md": "x\n"})
    for number in range(300):
        path = here.root / f"new/deep{number % 7}/n{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"[[missing {number}]]\n")
    here.later(301)
    assert len(here.rules) == 300


def test_a_save_reaches_the_replica_after_the_pause(desk: NewDesk) -> None:
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


def test_a_sync_with_two_replicas_is_told_of(desk: NewDesk) -> None:
    here = desk({".knapper.toml": OTHER + OTHER.replace("other", "third"), "A.md": "x\n"})
    here.later(3)
    (told,) = here.of(Replicated)
    assert [len(one.changes) for one in told.found] == [2, 2]  # the folder of settings, the note


# -- what is seen ----------------------------------------------------------------------------


def test_an_edit_that_keeps_size_and_time_is_seen(desk: NewDesk) -> None:
    here = desk({"A.md": "[[none]]\n"})
    path = here.root / "A.md"
    before = path.stat()
    path.write_text("[[A]] ok\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert here.rules == [("A.md", "broken-wikilink")]
    here.later(301)
    assert here.rules == []


def test_what_only_looks_like_a_note_is_told_of_for_good(desk: NewDesk) -> None:
    here = desk({"A.md": "x\n", "B.md/C.md": "x\n"})
    first = here.rules
    assert [path for path, _ in first] == ["B.md"]
    here.save("A.md", "y\n")
    here.later(301)
    assert here.rules == first


def test_a_note_that_goes_away_while_it_is_looked_at_is_no_finding(
    desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk({"A.md": "x\n"})
    (here.root / "B.md").write_text("x\n")
    real = Workspace.read

    def read(self: Workspace, path: str) -> Note:
        (here.root / "B.md").unlink(missing_ok=True)
        return real(self, path)

    monkeypatch.setattr(Workspace, "read", read)
    here.watch.look(None)
    assert here.rules == []
    assert "B.md" not in here.watch.watched.files


def test_notes_behind_a_linked_folder_are_listened_to(desk: NewDesk) -> None:
    here = desk({"A.md": "[[Far#Head]]\n"})
    far = here.root.with_name("far")
    far.mkdir()
    (far / "Far.md").write_text("# Head\n")
    (here.root / "link").symlink_to(far)
    here.hear("link")
    assert here.watch.folders() == [here.root, far]
    assert here.rules == []
    (far / "Far.md").write_text("# Other\n")
    here.watch.look([str(far / "Far.md")])
    assert here.rules == [("A.md", "broken-heading-link")]


def test_looks_that_find_what_no_event_told_of_are_counted(desk: NewDesk) -> None:
    here = desk({"A.md": "x\n"})
    here.later(301)
    for number in (1, 2):
        (here.root / f"unheard {number}.md").write_text("x\n")
        here.later(301)
        here.later(1)
        assert here.watch.missed == number
    here.save("heard.md", "x\n")
    here.later(301)
    here.later(1)
    assert here.watch.missed == 0


@pytest.mark.parametrize("hint", ["late.md", ""])
def test_an_event_may_come_a_moment_after_a_look_has_found_its_cause(
    desk: NewDesk, hint: str
) -> None:
    here = desk({"A.md": "x\n"})
    for text in ("one\n", "two\n", "three\n"):
        (here.root / "late.md").write_text(text)
        here.later(301)
        here.watch.look([str(here.root / hint)])
        here.later(1)
        assert here.watch.missed == 0


def test_the_baseline_is_known_here_too(desk: NewDesk, knapper: Knapper) -> None:
    here = desk({".knapper.toml": 'baseline = "known.json"\n', "A.md": "[[none]]\n", "known.json":
                 '{"version": 1, "known": {}}'})  # fmt: skip
    assert len(here.rules) == 1
    knapper(here.root, "check", "--write-baseline", "--baseline", here.root / "known.json")
    here.hear("known.json")
    assert here.rules == []
    here.save("A.md", "[[none]]\n\n[[neither]]\n")
    assert [one.finding.message for one in here.watch.watched.found["A.md"]] == [
        "no note is called 'neither'"
    ]


# -- the configuration -----------------------------------------------------------------------


def test_a_new_configuration_is_found_without_an_event(desk: NewDesk) -> None:
    here = desk({"A.md": "[[none]]\n"})
    (here.root / ".knapper.toml").write_text('ignore = ["broken-wikilink"]\n')
    here.later(301)
    assert here.rules == []
    assert len(here.of(Reloaded)) == 1


def test_a_configuration_that_is_saved_by_removing_it_first_holds_all_the_time(
    desk: NewDesk,
) -> None:
    config = "[watch]\nfix = false\n"
    here = desk({".knapper.toml": config, "A.md": "x\n"})
    here.save("A.md", DEFECT)
    here.now += 40 * SECOND
    (here.root / ".knapper.toml").unlink()
    here.hear(".knapper.toml")
    here.later(1)
    (here.root / ".knapper.toml").write_text(config)
    here.later(40)
    assert here.read("A.md") == DEFECT
    (here.root / ".knapper.toml").unlink()
    here.hear(".knapper.toml")
    for _ in range(3):
        here.later(1.5)
    assert here.read("A.md") == MENDED  # it is gone for good, so the defaults hold


def test_own_rules_are_followed(desk: NewDesk) -> None:
    rule = "---\ncheck: forbidden-text\nsummary: No TODO.\nseverity: error\ntext: [{}]\n---\nx\n"
    here = desk({".knapper.toml": 'rules = "Rules"\n', "A.md": "TODO FIXME FIXME\n",
                 "Rules/no-todo.md": rule.format("TODO")})  # fmt: skip
    assert here.rules == [("A.md", "no-todo")]
    here.save("Rules/no-todo.md", rule.format("FIXME"))
    assert here.rules == [("A.md", "no-todo")] * 2
    here.save("Rules/no-x.md", rule.format("NEVER"))
    here.save("A.md", "NEVER\n")
    assert here.rules == [("A.md", "no-x")]


# -- when nothing can be done ----------------------------------------------------------------


def test_settings_that_cannot_be_read_are_found_as_a_check_finds_them(desk: NewDesk) -> None:
    here = desk({".obsidian/app.json": '{"x": 1', "A.md": "\n"})
    settings = here.root / ".obsidian/app.json"
    assert here.rules == [(".obsidian/app.json", "invalid-config")]
    assert here.watch.watched.found == fresh_findings(here.root)
    (one,) = here.watch.watched.found[".obsidian/app.json"]
    assert here.watch.place(one) == (1, 8)
    settings.write_text("{}")
    here.hear(".obsidian/app.json")
    assert here.rules == []
    settings.write_text("\n[]")
    here.hear(".obsidian/app.json")
    assert here.watch.watched.found == fresh_findings(here.root) != {}
    assert [list(event.now) for event in here.of(Findings)] == [[".obsidian/app.json"]] * 3


def test_a_vault_that_is_gone_is_not_looked_for_all_the_time(desk: NewDesk) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": DEFECT})
    here.root.rename(here.root.with_name("away"))
    here.later(301)
    assert here.watch.is_gone
    assert 1 < here.watch.due() <= 2


def test_a_full_disk_is_told_of_once_and_tried_again(
    desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)
    with monkeypatch.context() as patch:

        def full(self: NewFile, content: bytes) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(NewFile, "write", full)
        for _ in range(4):
            here.later(61)
    said = [event.message for event in here.of(Problem)]
    assert said == ["A.md: this could not be mended: no space left on device"]
    assert here.watch.problems
    here.later(61)
    assert here.read("A.md") == MENDED
    assert not here.watch.problems


def test_a_failure_is_over_when_there_is_nothing_left_to_mend(
    desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)

    def away(self: NewFile, content: bytes) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(NewFile, "write", away)
    here.later(31)
    assert list(here.watch.problems) == ["mending"]
    here.save("A.md", "mended by hand\n")
    assert not here.watch.problems


def test_where_there_is_no_replica_a_picture_is_no_reason_to_sync(desk: NewDesk) -> None:
    here = desk({"A.md": "x\n", "a.png": "1"})
    here.save("a.png", "2")
    here.later(400)
    assert here.events == []


def test_a_root_that_goes_away_under_a_write_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "gone")
    with pytest.raises(FileNotFoundError), folder.writing("A.md"):
        pass


def test_a_clock_that_is_set_back_delays_nothing(desk: NewDesk) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": "x\n"})
    here.later(3)
    here.save("A.md", DEFECT)
    here.now -= 7200 * SECOND
    here.later(0)
    here.age(here.root / "A.md")
    here.later(31)
    assert here.read("A.md") == MENDED
    here.later(3)
    assert (here.other / "A.md").read_text() == MENDED


# -- sync and who types ----------------------------------------------------------------------


def test_pictures_and_settings_reach_the_replica_as_notes_do(desk: NewDesk) -> None:
    here = desk({".knapper.toml": OTHER, "a.png": b"1", ".obsidian/hotkeys.json": "{}"})
    here.later(3)
    for name in ("a.png", ".obsidian/hotkeys.json"):
        (here.root / name).write_bytes(b"{ }")
        here.age(here.root / name)
        here.hear(name)
        here.later(2.1)
        assert (here.other / name).read_bytes() == b"{ }"


def test_a_sync_goes_round_a_note_in_which_somebody_types(desk: NewDesk) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": "one\n\ntwo\n"})
    here.later(3)
    half = "one\n\ntwo, as in [[some\n"
    here.save("A.md", half)
    here.save("A.md", "zero\n\none\n\ntwo\n", here.other)
    here.later(2.1)
    here.later(400)
    assert here.read("A.md") == half
    here.save("A.md", half.replace("some", "something else]] entirely"))
    here.later(2.1)
    assert here.read("A.md") == "zero\n\none\n\ntwo, as in [[something else]] entirely\n"
    assert (here.other / "A.md").read_text() == here.read("A.md")


def test_both_sides_may_save_over_what_a_sync_has_just_brought(desk: NewDesk) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": "one\n\ntwo\n\nthree\n"})
    here.later(3)
    here.save("A.md", "one\n\nours\n\ntwo\n\nthree\n")
    here.save("A.md", "one\n\ntwo\n\ntheirs\n\nthree\n", here.other)
    here.later(2.1)
    both = "one\n\nours\n\ntwo\n\ntheirs\n\nthree\n"
    assert here.read("A.md") == (here.other / "A.md").read_text() == both
    here.save("A.md", "one, first\n\nours\n\ntwo\n\nthree\n")  # neither editor has seen it
    here.save("A.md", "one\n\ntwo\n\ntheirs\n\nthree, last\n", here.other)
    here.later(2.1)
    both = "one, first\n\nours\n\ntwo\n\ntheirs\n\nthree, last\n"
    assert here.read("A.md") == (here.other / "A.md").read_text() == both


@pytest.mark.parametrize("here_types", [False, True])
def test_who_types_on_and_on_over_what_a_sync_has_brought_loses_nothing(
    desk: NewDesk, here_types: bool
) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": "one\n\ntwo\n"})
    here.later(3)
    here.save("A.md", "one\n\ntwo, and more\n")
    here.save("A.md", "first\n\none\n\ntwo\n", here.other)
    here.later(3)
    assert here.read("A.md") == "first\n\none\n\ntwo, and more\n"
    root = here.root if here_types else here.other
    loaded = "one\n\ntwo, and more\n" if here_types else "first\n\none\n\ntwo\n"
    for number in range(45):
        loaded += f"\nword {number}\n"  # what the sync brought is not noticed
        here.save("A.md", loaded, root)
        here.later(1)
    here.later(3)
    text = here.read("A.md")
    assert text == (here.other / "A.md").read_text()
    assert "first\n" in text
    assert "two, and more\n" in text
    assert "word 0\n" in text
    assert "word 44\n" in text
    here.later(30)
    here.save("A.md", text.replace("first\n\n", ""))  # it was seen, and is not wanted
    here.later(3)
    assert "first" not in here.read("A.md")
    assert "first" not in (here.other / "A.md").read_text()


def test_half_a_sentence_is_carried_to_the_replica(desk: NewDesk) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": "one\n"})
    here.later(3)
    here.save("A.md", "one [[half")
    here.later(2.1)
    assert (here.other / "A.md").read_text() == "one [[half"


def test_what_was_half_typed_before_the_watcher_came_is_not_touched(desk: NewDesk) -> None:
    here = desk({"A.md": DEFECT + "and [[Some no", "old.md": DEFECT + "a [[ never closed\n"})
    os.utime(here.root / "old.md", (1, 1))
    here.start()
    here.later(600)
    assert here.read("A.md").startswith(DEFECT)
    assert here.read("old.md").startswith(MENDED)


def test_a_renamed_note_is_left_alone_as_one_that_was_edited(desk: NewDesk) -> None:
    here = desk({"A.md": "x\n"})
    here.save("A.md", DEFECT)
    here.later(29)
    (here.root / "A.md").rename(here.root / "B.md")
    here.hear("A.md", "B.md")
    here.later(29)
    assert here.read("B.md") == DEFECT
    here.later(2)
    assert here.read("B.md") == MENDED
