"""What halts a sync, in small vaults too."""

import shutil
from pathlib import Path

import pytest

from conftest import Knapper, Ran, WriteVault, contents

NOTES = {"One.md": "one\n", "Two.md": "two\n", "Deep/Three.md": "three\n"}
REPLICA = '[[replica]]\nname = "other"\npath = "../other"\nmode = "two-way"\n'


@pytest.fixture
def pair(vault: WriteVault, knapper: Knapper) -> tuple[Path, Path]:
    """Return a vault of three notes and its replica, settings and all."""
    root = vault({**NOTES, ".obsidian/app.json": "{}", ".knapper.toml": REPLICA})
    other = root.parent / "other"
    other.mkdir()
    assert knapper(root, "sync").status == 0
    return root, other


def confirmed(ran: Ran) -> str:
    return ran.err.rpartition("--confirm ")[2].strip()


@pytest.mark.parametrize("which", [0, 1], ids=["the vault", "the replica"])
def test_where_all_notes_are_gone_and_the_settings_are_not_nothing_is_deleted(
    which: int, pair: tuple[Path, Path], knapper: Knapper
) -> None:
    for name in NOTES:
        (pair[which] / name).unlink()
    before = [contents(side) for side in pair]
    ran = knapper(pair[0], "sync")
    assert ran.status == 2
    assert "is empty, but had 3 files at the last sync" in ran.err
    assert [contents(side) for side in pair] == before
    confirm = confirmed(ran)
    assert knapper(pair[0], "sync", "--confirm", confirm).status == 0
    assert not set(NOTES) & set(contents(pair[1 - which]))


def test_some_notes_of_a_small_vault_may_go(pair: tuple[Path, Path], knapper: Knapper) -> None:
    for name in list(NOTES)[:2]:
        (pair[1] / name).unlink()
    assert knapper(pair[0], "sync").status == 0
    assert set(NOTES) & set(contents(pair[0])) == {"Deep/Three.md"}


def put_in_place(folder: Path, copy: Path) -> None:
    """Let a copy stand where a folder stood, which stays beside it."""
    folder.rename(folder.with_name(f"own {folder.name}"))
    copy.rename(folder)


def changed_since_a_copy(pair: tuple[Path, Path], which: int, knapper: Knapper) -> Path:
    """Return an older copy of a side of the pair, which is in sync."""
    root, copy = pair[0], pair[0].parent / "copy"
    shutil.copytree(pair[which], copy)
    (root / "New.md").write_text("new\n")
    (root / "One.md").write_text("one\ntwo\n")
    assert knapper(root, "sync").status == 0
    return copy


@pytest.mark.parametrize("which", [0, 1], ids=["the vault", "the replica"])
def test_an_older_copy_in_the_place_of_a_side_halts_until_it_is_confirmed(
    which: int, pair: tuple[Path, Path], knapper: Knapper
) -> None:
    root = pair[0]
    put_in_place(pair[which], changed_since_a_copy(pair, which, knapper))
    before = [contents(side) for side in pair]
    for _ in range(2):  # it is not forgotten over the first halt
        ran = knapper(root, "sync")
        assert ran.status == 2, ran.out
        assert "is another folder than at the last sync, and 2 of 5 known files" in ran.err
        assert [contents(side) for side in pair] == before
    confirm = confirmed(ran)
    assert knapper(root, "sync", "--confirm", confirm).status == 0
    (root / "One.md").write_text("three\n")
    assert knapper(root, "sync").status == 0


def test_an_older_copy_is_joined_under_another_name(
    pair: tuple[Path, Path], knapper: Knapper
) -> None:
    root, other = pair
    put_in_place(other, changed_since_a_copy(pair, 1, knapper))
    (root / ".knapper.toml").write_text(REPLICA.replace('"other"', '"new"', 1))
    assert knapper(root, "sync").status == 0
    expected = {**contents(root)}
    expected.pop(".knapper.toml")
    assert contents(other) == expected
    assert expected["New.md"] == b"new\n"
    assert expected["One.md"] == b"one\ntwo\n"


@pytest.mark.parametrize("which", [0, 1], ids=["the vault", "the replica"])
def test_a_copy_with_all_that_was_in_sync_goes_on(
    which: int, pair: tuple[Path, Path], knapper: Knapper
) -> None:
    copy = pair[0].parent / "copy"
    shutil.copytree(pair[which], copy)
    put_in_place(pair[which], copy)
    (pair[which] / "New.md").write_text("new\n")
    (pair[1 - which] / "One.md").unlink()
    assert knapper(pair[0], "sync").status == 0
    assert [(side / "One.md").exists() for side in pair] == [False, False]
    assert [(side / "New.md").exists() for side in pair] == [True, True]


def test_a_source_that_is_made_anew_is_merged_and_deletes_nothing_unasked(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({".knapper.toml": REPLICA.replace("two-way", "pull")})
    source, anew = root.parent / "other", root.parent / "anew"
    for folder, extra in ((source, ""), (anew, "more\n")):
        folder.mkdir()
        for name in ("One.md", "Two.md"):
            (folder / name).write_text(f"{name}\n{extra}")
    assert knapper(root, "sync").status == 0
    put_in_place(source, anew)
    assert knapper(root, "sync").status == 0
    assert (root / "One.md").read_text() == "One.md\nmore\n"
    shutil.copytree(source, anew)
    (anew / "Two.md").unlink()
    source.rename(source.with_name("second"))
    anew.rename(source)
    assert knapper(root, "sync").status == 2
    assert (root / "Two.md").exists()


def test_a_halted_plan_can_be_confirmed_though_what_is_new_went_on(
    vault: WriteVault, knapper: Knapper
) -> None:
    notes = {f"{number}.md": f"{number}\n" for number in range(30)}
    root = vault({**notes, ".knapper.toml": REPLICA})
    other = root.parent / "other"
    assert knapper(root, "sync").status == 0
    for number in range(12):
        (root / f"{number}.md").unlink()
    (root / "Folder").mkdir()
    (root / "Folder/New.md").write_text("new\n")
    planned, ran = knapper(root, "sync", "--dry-run"), knapper(root, "sync")
    assert ran.status == 2
    assert (other / "Folder/New.md").exists() and (other / "0.md").exists()
    confirm = confirmed(ran)
    assert confirm == confirmed(planned) == confirmed(knapper(root, "sync"))
    (root / "12.md").unlink()
    ran = knapper(root, "sync", "--confirm", confirm)
    assert ran.status == 2, "this is another plan"
    assert knapper(root, "sync", "--confirm", confirmed(ran)).status == 0
    assert not {*notes} - {*contents(other)} ^ {f"{number}.md" for number in range(13)}


def test_what_is_held_can_be_confirmed_though_the_rest_went_on(
    pair: tuple[Path, Path], knapper: Knapper
) -> None:
    root, other = pair
    (root / "One.md").write_text("")
    (other / "Two.md").write_bytes(bytes(4))  # this is put back, whatever is confirmed
    (root / "Deep/Three.md").write_text("three\nfour\n")
    ran = knapper(root, "sync")
    assert (ran.status, (other / "One.md").read_text()) == (1, "one\n")
    assert knapper(root, "sync", "--confirm", confirmed(ran)).status == 0
    assert (other / "One.md").read_text() == ""
    assert (root / "Two.md").read_text() == (other / "Two.md").read_text() == "two\n"


def test_what_is_held_is_confirmed_beside_what_is_put_back(
    pair: tuple[Path, Path], knapper: Knapper
) -> None:
    root, other = pair
    (root / "One.md").write_text("")
    confirm = confirmed(knapper(root, "sync"))
    (other / "Two.md").write_bytes(bytes(4))
    assert knapper(root, "sync", "--confirm", confirm).status == 0
    assert (other / "One.md").read_text() == ""
    assert (root / "Two.md").read_text() == (other / "Two.md").read_text() == "two\n"


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        pytest.param(b"one\nt\0\0\0\0\0\0", "put back", id="what is left is old: it is put back"),
        pytest.param(
            b"one\ntwo\nthree\n" + bytes(9), "put back", id="what is lost was never written"
        ),
        pytest.param(b"one\ntwo\nnew \0\n", "held back", id="there is something new: it stays"),
        pytest.param("on\n".encode("utf-16-le"), "held back", id="another encoding is new"),
    ],
)
@pytest.mark.parametrize("which", [0, 1], ids=["the vault", "the replica"])
def test_what_is_new_in_a_note_with_nul_bytes_is_nobodys_loss(
    which: int, spoilt: bytes, told: str, pair: tuple[Path, Path], knapper: Knapper
) -> None:
    (pair[0] / "One.md").write_bytes(b"one\ntwo\nthree\n")
    assert knapper(pair[0], "sync").status == 0
    (pair[which] / "One.md").write_bytes(spoilt)
    (pair[1 - which] / "One.md").write_bytes(b"one\ntwo, edited\nthree\n")
    ran = knapper(pair[0], "sync")
    assert (ran.status, told in ran.out + ran.err) == (int(told == "held back"), True)
    stays = told == "held back"
    assert ((pair[which] / "One.md").read_bytes() == spoilt) is stays
    assert (pair[1 - which] / "One.md").read_bytes() == b"one\ntwo, edited\nthree\n"


@pytest.mark.parametrize("is_lost", [False, True], ids=["the first sync", "the state is lost"])
def test_a_mirror_deletes_and_overwrites_nothing_unasked_in_what_it_never_saw(
    is_lost: bool, vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({**NOTES, ".knapper.toml": REPLICA.replace("two-way", "mirror")})
    other = root.parent / "other"
    if is_lost:
        assert knapper(root, "sync").status == 0
        shutil.rmtree(root.parent / "state")
        (root / "New.md").write_text("new\n")
    other.mkdir(exist_ok=True)
    own = {"One.md": "theirs\n", "Own.md": "own\n", "Own folder/Own.md": "own\n"}
    (other / "Own folder").mkdir()
    for name, text in own.items():
        (other / name).write_text(text)
    for _ in range(2):
        ran = knapper(root, "sync")
        assert ran.status == 2
        assert "'other' was never in sync with this vault" in ran.err
        assert "2 files in it would be deleted and 1 replaced" in ran.err
        assert {name: (other / name).read_text() for name in own} == own
    assert (other / "Two.md").exists(), "what is new goes on"
    assert knapper(root, "sync", "--confirm", confirmed(ran)).status == 0
    mirrored = contents(root)
    mirrored.pop(".knapper.toml")
    assert contents(other) == mirrored
    (other / "Own.md").write_text("own\n")
    assert knapper(root, "sync").status == 0
    assert contents(other) == mirrored, "it is a mirror by now"
