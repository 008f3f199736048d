"""What halts a sync, in small vaults too."""

from pathlib import Path

import pytest

from conftest import Knapper, WriteVault, contents

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
    confirm = ran.err.rpartition("--confirm ")[2].strip()
    assert knapper(pair[0], "sync", "--confirm", confirm).status == 0
    assert not set(NOTES) & set(contents(pair[1 - which]))


def test_some_notes_of_a_small_vault_may_go(pair: tuple[Path, Path], knapper: Knapper) -> None:
    for name in list(NOTES)[:2]:
        (pair[1] / name).unlink()
    assert knapper(pair[0], "sync").status == 0
    assert set(NOTES) & set(contents(pair[0])) == {"Deep/Three.md"}
