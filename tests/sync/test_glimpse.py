"""What was listed before the lock is used only if nobody synced in between."""

from pathlib import Path

import pytest

from knapper.app.resting import glimpse
from knapper.app.sync import statuses, sync


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two folders in sync, at rest."""
    monkeypatch.setenv("KNAPPER_STATE_DIR", str(tmp_path / "state"))
    left, right = tmp_path / "vault", tmp_path / "replica"
    for folder in (left, right):
        folder.mkdir()
    (left / "A.md").write_text("one\n")
    (left / ".knapper.toml").write_text(
        '[[replica]]\nname = "b"\npath = "../replica"\nmode = "two-way"\n'
    )
    tomorrow = 2_000_000_000_000_000_000  # no stamp is too young to be believed
    sync(left, clock=lambda: tomorrow)
    sync(left, clock=lambda: tomorrow)
    assert glimpse(left).is_rest
    return left, right


def test_a_change_is_synced_from_the_listing_of_the_glimpse(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    left, right = pair
    (left / "A.md").write_text("one and two\n")
    seen = glimpse(left)
    assert seen.listings and not seen.is_rest
    monkeypatch.setattr("knapper.shell.source.Source.listing", None)  # nobody lists again
    assert statuses(sync(left, seen=seen)) == 0
    assert (right / "A.md").read_text() == "one and two\n"


def test_a_glimpse_from_before_another_sync_is_not_believed(pair: tuple[Path, Path]) -> None:
    left, right = pair
    (left / "A.md").write_text("one and two\n")
    seen = glimpse(left)
    (right / "New.md").write_text("new\n")
    assert statuses(sync(left)) == 0  # somebody else was faster
    assert statuses(sync(left, seen=seen)) == 0
    for folder in (left, right):
        assert (folder / "New.md").read_text() == "new\n"
        assert (folder / "A.md").read_text() == "one and two\n"
