"""A vault of many notes: read in several processes, and never held as a whole."""

import gc
import threading
from pathlib import Path

import pytest

from conftest import WriteVault
from knapper.app.check import Checked, check
from knapper.app.repair import repair
from knapper.app.workspace import open_workspace
from knapper.core.note import Note
from knapper.core.plan import Write

MANY = 600
"""More than are read in one process."""

LINKS = (
    "[[Note {other}#Part {other}]]",
    "[[Note {other}#Gone]] #topic",
    "[[Note {other}#^b{other}]] [[Note {other}#^gone]]",
    "[[Alias {other}]] [[#Part {number}]] [[#Gone]]",
    "#Topic #topic [[No note {number}]] ![[View.base#All]] ![[View.base#None]]",
)


@pytest.fixture
def large(vault: WriteVault) -> Path:
    notes = {
        f"Folder {number % 7}/Note {number}.md": f"---\naliases: [Alias {number}]\n---\n"
        f"# Part {number}\n\n{_links(number)}\n\nText. ^b{number}\n"
        for number in range(MANY)
    }
    base = "views:\n  - type: table\n    name: All\n"
    return vault(notes | {"View.base": base, ".knapper.toml": STRICT})


def _links(number: int) -> str:
    return LINKS[number % 5].format(number=number, other=(number * 7) % MANY)


STRICT = 'extend-select = ["orphan-note", "dead-end", "tag-case"]\n'


def found_in(root: Path, processes: int) -> Checked:
    return check(open_workspace(root), lambda _: True, processes=processes)


def test_it_is_judged_the_same_in_one_process_and_in_three(large: Path) -> None:
    one, three = found_in(large, 1), found_in(large, 3)
    assert [*one.diagnostics] == [*three.diagnostics]
    assert {found.rule for found in one.diagnostics} >= {
        "alias-as-target",
        "broken-block-link",
        "broken-heading-link",
        "broken-wikilink",
        "orphan-note",
        "tag-case",
    }
    assert len(one.diagnostics) > MANY


def test_it_is_judged_the_same_by_processes_that_are_not_forked(large: Path) -> None:
    done, found = threading.Event(), found_in(large, 1)
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        workspace = open_workspace(large)
        checked = check(workspace, lambda _: True, processes=2, later=lambda _: None)
    finally:
        done.set()
        thread.join()
    assert [*checked.diagnostics] == [*found.diagnostics]


def test_notes_are_forgotten_when_they_were_judged(large: Path) -> None:
    gc.collect()
    before = sum(isinstance(one, Note) for one in gc.get_objects())
    checked = found_in(large, 1)
    gc.collect()
    assert sum(isinstance(one, Note) for one in gc.get_objects()) - before < 10
    assert checked.notes[checked.judged[0]].text


def test_a_note_that_changed_after_it_was_judged_is_mended_as_it_is_now(
    vault: WriteVault,
) -> None:
    root = vault({"A.md": "[[b]]\n", "B.md": "text\n"})
    checked = found_in(root, 1)
    assert [one.rule for one in checked.diagnostics] == ["link-case"]
    (root / "A.md").write_text("many more words than before, and then [[b]]\n")
    repaired = repair(open_workspace(root), checked, unsafe=False, act=False)
    (change,) = repaired.plan
    assert isinstance(change, Write)
    assert change.content == b"many more words than before, and then [[B|b]]\n"
