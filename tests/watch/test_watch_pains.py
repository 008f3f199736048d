"""The pains 26 to 29 of users of other tools, which write into notes at the wrong time."""

import os
from collections.abc import Callable

import pytest
from desk import DEFECT, MENDED, OTHER, SECOND, Desk

from conftest import WriteVault
from knapper.app.events import Mended
from knapper.app.repair import repair

NewDesk = Callable[..., Desk]


@pytest.fixture
def desk(vault: WriteVault) -> NewDesk:
    return lambda files: Desk(vault(files))


def test_pain_26_the_smallest_edit_and_mode_and_attributes_stay(desk: NewDesk) -> None:
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


def test_pain_26_nothing_is_written_where_no_byte_differs(desk: NewDesk) -> None:
    here = desk({"A.md": MENDED, "B.md": "[[none]]\n"})
    before = {path: path.stat() for path in here.root.glob("*.md")}
    here.later(301)
    here.later(301)
    assert {path: path.stat() for path in before} == before


def test_pain_27_a_touch_a_checkout_or_a_copy_is_no_edit(desk: NewDesk) -> None:
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


def test_pain_28_our_own_fix_counts_as_one_change(desk: NewDesk) -> None:
    here = desk({".knapper.toml": OTHER, "A.md": "x\n"})
    here.later(3)
    here.save("A.md", DEFECT)
    for _ in range(12):
        here.later(5)
    other = here.root.with_name("other")
    assert (other / "A.md").read_text() == here.read("A.md") == MENDED
    assert len(here.of(Mended)) == 1


def test_pain_29_a_note_that_another_program_writes_is_not_overwritten(
    desk: NewDesk, monkeypatch: pytest.MonkeyPatch
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
