"""Notes that were renamed, or replaced by something else, stand once and lose nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault

Sides = tuple[Path, Path]
Paired = Callable[..., Sides]


@pytest.fixture
def paired(vault: WriteVault, knapper: Knapper) -> Paired:
    """Return the function that makes a vault and its replica, in sync, with some notes."""

    def make(*names: str, mode: str = "two-way") -> Sides:
        root = vault({})
        other = root.parent / "other"
        (root / ".knapper.toml").write_text(
            f'[[replica]]\nname = "other"\npath = "../other"\nmode = "{mode}"\n'
        )
        first = other if mode == "pull" else root
        for name in names:
            (first / name).parent.mkdir(parents=True, exist_ok=True)
            (first / name).write_text(note(name))
        ran = knapper(root, "sync")
        assert ran.status == 0, ran.err
        return root, other

    return make


def by_role(mode: str, root: Path, other: Path) -> Sides:
    """Return the side that reads, and the one that it reads from."""
    return (root, other) if mode == "pull" else (other, root)


def note(name: str) -> str:
    return "".join(f"{name} line {number}\n" for number in range(1, 21))


def notes(root: Path) -> dict[str, str]:
    """Return what stands in a folder, "/" for a folder; settings are not looked at."""
    return {
        path.relative_to(root).as_posix(): "/" if path.is_dir() else path.read_text()
        for path in sorted(root.rglob("*"))
        if not path.relative_to(root).parts[0].startswith(".")
    }


def edit(path: Path, number: int, line: str) -> None:
    lines = path.read_text().splitlines()
    lines[number - 1] = line
    path.write_text("\n".join(lines) + "\n")


# -- what only one side may change ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("y.md", "yy.md", id="a note"),
        pytest.param("y.md", "Y.md", id="only the case"),
        pytest.param("Old/Deep/y.md", "New/Deep/y.md", id="a folder"),
    ],
)
@pytest.mark.parametrize("mode", ["pull", "push"])
def test_a_note_renamed_where_it_is_read_keeps_its_name_and_goes_on_being_given_edits(
    mode: str, old: str, new: str, paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("x.md", old, mode=mode)
    reader, source = by_role(mode, root, other)
    (reader / old.partition("/")[0]).rename(reader / new.partition("/")[0])
    edit(source / old, 1, "edited in the same pass")
    for _ in range(2):
        assert knapper(root, "sync").status == 0
    edit(reader / new, 20, "edited by the reader")
    for number in range(2, 5):
        edit(source / old, number, f"edit {number} of the source")
        assert knapper(root, "sync").status == 0
    assert "0 changes done, equal" in knapper(root, "sync").out
    shown = notes(reader)
    assert (new in shown, old in shown) == (True, False)
    text = (source / old).read_text().replace(f"{old} line 20", "edited by the reader")
    assert shown[new] == text


def test_a_renamed_note_is_known_however_little_of_it_is_left(
    paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("x.md", "y.md", mode="pull")
    (root / "y.md").rename(root / "yy.md")
    assert knapper(root, "sync").status == 0
    (root / "yy.md").unlink()
    (root / "yy.md").write_text(note("y.md") + "one line more\n" * 90)
    assert knapper(root, "sync").status == 0
    edit(other / "y.md", 1, "edited in the source")
    assert knapper(root, "sync").status == 0
    assert set(notes(root)) == {"x.md", "yy.md"}
    assert notes(root)["yy.md"].startswith("edited in the source\n")


def test_a_renamed_note_may_be_renamed_again_on_either_side_or_go(
    paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("x.md", "y.md", mode="pull")
    (root / "y.md").rename(root / "yy.md")
    assert knapper(root, "sync").status == 0
    (root / "yy.md").rename(root / "mine.md")
    (other / "y.md").rename(other / "theirs.md")
    assert knapper(root, "sync").status == 0
    assert set(notes(root)) == {"x.md", "mine.md"}
    edit(other / "theirs.md", 1, "edited in the source")
    assert knapper(root, "sync").status == 0
    assert notes(root)["mine.md"] == notes(other)["theirs.md"]
    (root / "mine.md").unlink()
    for _ in range(2):
        assert knapper(root, "sync").status == 0
    assert set(notes(root)) == {"x.md"}


def test_what_is_new_in_a_folder_renamed_in_the_vault_is_given_once(
    paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("x.md", "Old/a.md", "Old/b.md", mode="pull")
    (root / "Old").rename(root / "New")
    (other / "Old/c.md").write_text(note("c"))
    for _ in range(2):
        assert knapper(root, "sync").status == 0
    edit(other / "Old/c.md", 1, "edited in the source")
    for _ in range(2):
        assert knapper(root, "sync").status == 0
    assert set(notes(root)) == {"x.md", "New", "New/a.md", "New/b.md", "New/c.md"}
    assert notes(root)["New/c.md"] == notes(other)["Old/c.md"]


def test_a_note_that_was_renamed_in_the_vault_is_not_emptied_by_its_source(
    paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("x.md", "y.md", mode="pull")
    (root / "y.md").rename(root / "yy.md")
    assert knapper(root, "sync").status == 0
    (other / "y.md").write_text("")
    ran = knapper(root, "sync")
    assert (ran.status, "yy.md: held back: it was emptied" in ran.err) == (1, True)
    assert notes(root)["yy.md"] == note("y.md")


# -- renamed here, replaced by something else there ----------------------------------------------


def by_a_folder(path: Path) -> None:
    path.mkdir()
    (path / "in.md").write_text("inner\n")


def by_a_link(path: Path) -> None:
    path.symlink_to("y.md")


@pytest.mark.parametrize("new", ["m.md", "z.md", "Deep/m.md"])
@pytest.mark.parametrize("replace", [by_a_folder, Path.mkdir, by_a_link])
@pytest.mark.parametrize("which", [0, 1], ids=["renamed in the vault", "in the replica"])
def test_a_note_renamed_on_one_side_and_replaced_on_the_other_stays_beside_what_is_new(
    which: int, replace: Callable[[Path], None], new: str, paired: Paired, knapper: Knapper
) -> None:
    sides = paired("n.md", "y.md")
    here, there = sides[which], sides[1 - which]
    (here / new).parent.mkdir(exist_ok=True)
    (here / "n.md").rename(here / new)
    (there / "n.md").unlink()
    replace(there / "n.md")
    before = [notes(side) for side in sides]
    ran = knapper(sides[0], "sync")
    assert ran.status == 0, ran.err
    assert notes(here) == notes(there) == before[0] | before[1]
    assert (here / "n.md").is_symlink() == (there / "n.md").is_symlink()
    assert "0 changes done, equal" in knapper(sides[0], "sync").out
    assert knapper(sides[0], "undo").status == 0
    assert [notes(side) for side in sides] == before


@pytest.mark.parametrize("which", [0, 1], ids=["renamed in the vault", "in the source"])
def test_a_note_of_a_source_that_was_renamed_and_replaced_stays_beside_what_is_new(
    which: int, paired: Paired, knapper: Knapper
) -> None:
    sides = paired("n.md", "y.md", mode="pull")
    (sides[which] / "n.md").rename(sides[which] / "m.md")
    (sides[1 - which] / "n.md").unlink()
    by_a_folder(sides[1 - which] / "n.md")
    for _ in range(2):
        ran = knapper(sides[0], "sync")
        assert ran.status == 0, ran.err
        assert set(notes(sides[0])) == {"y.md", "m.md", "n.md", "n.md/in.md"}
        assert notes(sides[0])["m.md"] == note("n.md")
    assert "0 changes done, equal" in ran.out


# -- renamed here, edited on both sides at one place ---------------------------------------------


@pytest.mark.parametrize("which", [0, 1], ids=["renamed in the vault", "in the replica"])
def test_a_renamed_note_in_conflict_has_one_copy_after_one_sync(
    which: int, paired: Paired, knapper: Knapper
) -> None:
    sides = paired("Old/n.md", "Old/y.md", "z.md")
    (sides[which] / "Old").rename(sides[which] / "New")
    edits = ("AAA", "BBB")
    for name in ("n.md", "y.md"):
        for side, line in zip(sides, edits, strict=True):
            edit(side / ("New" if side is sides[which] else "Old") / name, 3, line)
    assert knapper(sides[0], "sync").status == 1
    shown = notes(sides[0])
    assert notes(sides[1]) == shown
    copies = sorted(name for name in shown if "(conflict" in name)
    assert len(copies) == 2
    assert set(shown) == {"z.md", "New", "New/n.md", "New/y.md", *copies}
    assert all("BBB" in shown[copy] for copy in copies)
    ran = knapper(sides[0], "sync")
    assert (ran.status, "0 changes done, equal" in ran.out) == (0, True)


def test_a_copy_that_could_not_be_made_on_one_side_is_not_made_again_under_another_name(
    paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("n.md", "y.md")
    edit(root / "n.md", 3, "AAA")
    edit(other / "n.md", 3, "BBB")
    assert knapper(root, "sync", "--dry-run").status == 1
    (root / "n (conflict 2026-01-02 host).md").write_bytes((other / "n.md").read_bytes())
    assert knapper(root, "sync").status == 1
    shown = notes(root)
    assert notes(other) == shown
    assert set(shown) == {"n.md", "n (conflict 2026-01-02 host).md", "y.md"}
    assert knapper(root, "sync").status == 0


# -- a folder renamed here, many of its notes edited there ---------------------------------------


@pytest.mark.parametrize("which", [0, 1], ids=["renamed in the vault", "in the replica"])
def test_many_edits_of_notes_whose_folder_was_renamed_are_no_mass_change(
    which: int, paired: Paired, knapper: Knapper
) -> None:
    names = [f"n{number}.md" for number in range(14)]
    sides = paired(*(f"Old/{name}" for name in names))
    (sides[which] / "Old").rename(sides[which] / "New")
    for name in names[:12]:
        edit(sides[1 - which] / "Old" / name, 20, "edited")
    ran = knapper(sides[0], "sync")
    assert ran.status == 0, ran.err
    shown = notes(sides[0])
    assert notes(sides[1]) == shown
    assert set(shown) == {"New", *(f"New/{name}" for name in names)}
    assert all(shown[f"New/{name}"].endswith("edited\n") for name in names[:12])


def test_notes_whose_folder_was_renamed_are_guarded_against_other_texts(
    paired: Paired, knapper: Knapper
) -> None:
    names = [f"n{number}.md" for number in range(14)]
    root, other = paired(*(f"Old/{name}" for name in names))
    (other / "Old").rename(other / "New")
    for name in names[:12]:
        (root / "Old" / name).write_text("something else\n")
    ran = knapper(root, "sync")
    assert (ran.status, "would be replaced by something else in 'other'" in ran.err) == (2, True)
    assert notes(other)["New/n0.md"] == note("Old/n0.md")


# -- a folder replaced here, something edited in it there ----------------------------------------


def by_a_link_to_a_folder(path: Path) -> None:
    path.symlink_to("Y")


def by_a_file(path: Path) -> None:
    path.write_text("plain\n")


@pytest.mark.parametrize("replace", [by_a_link_to_a_folder, by_a_file])
@pytest.mark.parametrize("which", [0, 1], ids=["replaced in the vault", "in the replica"])
def test_what_replaces_a_folder_is_kept_under_another_name_if_something_in_it_was_edited(
    which: int, replace: Callable[[Path], None], paired: Paired, knapper: Knapper
) -> None:
    sides = paired("X/n.md", "X/unchanged.md", "Y/y.md")
    here, there = sides[which], sides[1 - which]
    shutil.rmtree(here / "X")
    replace(here / "X")
    edit(there / "X/n.md", 20, "edited")
    ran = knapper(sides[0], "sync")
    assert ran.status == 1, ran.err  # there is a conflict now
    shown = notes(sides[0])
    assert notes(sides[1]) == shown
    (copy,) = (name for name in shown if "conflict" in name)
    assert set(shown) == {"X", "X/n.md", "Y", "Y/y.md", copy}
    assert (here / copy).is_symlink() == (there / copy).is_symlink() == (replace is not by_a_file)
    assert not (here / "X").is_symlink()
    assert shown["X/n.md"].endswith("edited\n")
    assert "0 changes done, equal" in knapper(sides[0], "sync").out
    assert knapper(sides[0], "undo").status == 0
    assert (here / "X").is_symlink() == (replace is not by_a_file)


@pytest.mark.parametrize("replace", [by_a_link_to_a_folder, by_a_file])
@pytest.mark.parametrize("mode", ["pull", "push"])
def test_what_replaces_a_folder_where_it_is_read_stays_while_its_source_rests(
    mode: str, replace: Callable[[Path], None], paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("X/n.md", "Y/y.md", mode=mode)
    reader, source = by_role(mode, root, other)
    shutil.rmtree(reader / "X")
    replace(reader / "X")
    before = notes(reader)
    assert "0 changes done, equal" in knapper(root, "sync").out
    assert notes(reader) == before
    edit(source / "X/n.md", 20, "edited")
    for status in (1, 0):
        ran = knapper(root, "sync")
        assert ran.status == status, ran.err
    assert notes(reader)["X/n.md"] == notes(source)["X/n.md"]
    assert sum("conflict" in name for name in notes(reader)) == 1
    assert "0 changes done, equal" in ran.out


@pytest.mark.parametrize("mode", ["pull", "push"])
def test_what_replaces_a_folder_of_the_source_is_given_once_beside_what_was_edited_in_it(
    mode: str, paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("X/n.md", "y.md", mode=mode)
    reader, source = by_role(mode, root, other)
    edit(reader / "X/n.md", 20, "edited")
    shutil.rmtree(source / "X")
    by_a_file(source / "X")
    for status in (1, 0):
        ran = knapper(root, "sync")
        assert ran.status == status, ran.err
    assert sum("conflict" in name for name in notes(reader)) == 1
    assert notes(reader)["X/n.md"].endswith("edited\n")


@pytest.mark.parametrize("mode", ["pull", "push"])
def test_a_folder_that_was_deleted_where_it_is_read_goes_again_with_what_brought_it_back(
    mode: str, paired: Paired, knapper: Knapper
) -> None:
    root, other = paired("X/n.md", "y.md", mode=mode)
    reader, source = by_role(mode, root, other)
    shutil.rmtree(reader / "X")
    before = notes(reader)
    (source / "X/new.md").write_text("new\n")
    assert knapper(root, "sync").status == 0
    assert (reader / "X/new.md").exists()
    assert knapper(root, "undo").status == 0
    assert notes(reader) == before


def test_what_could_not_be_done_is_not_told_as_done(paired: Paired, knapper: Knapper) -> None:
    root, other = paired("X/n.md", "y.md")
    (other / "X/.hidden").write_text("mine\n")
    shutil.rmtree(root / "X")
    for done in ("delete X/n.md in other", ""):
        ran = knapper(root, "sync")
        assert (ran.status, "X (other): not done: directory not empty" in ran.err) == (1, True)
        assert "remove-folder" not in ran.out
        assert done in ran.out
    assert ran.out == "other: 0 changes done, unresolved\n"
