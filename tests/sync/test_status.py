"""The exit status of `sync` and `status` tells an error from a sync that was halted."""

from pathlib import Path

import pytest

from conftest import Knapper, WriteVault

REPLICA = '[[replica]]\nname = "other"\npath = "../other"\nmode = "two-way"\n'


@pytest.fixture
def root(vault: WriteVault) -> Path:
    """Return a vault that was never in sync with its replica."""
    return vault({".knapper.toml": REPLICA, "A.md": "a\n"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sync", "--nope"], "there is no option '--nope'"),
        (["sync", "--vault", "nowhere"], "nowhere: there is no such folder"),
        (["sync", "nobody"], "no replica is called 'nobody'"),
        (["status", "--nope"], "there is no option '--nope'"),
        (["status", "--vault", "nowhere"], "nowhere: there is no such folder"),
    ],
)
def test_a_mistake_in_the_call_is_an_error(
    root: Path, knapper: Knapper, arguments: list[str], said: str
) -> None:
    """Once some of them were told as 2: a sync that was halted."""
    ran = knapper(root, *arguments)
    assert (ran.status, ran.out) == (3, "")
    assert said in ran.err


@pytest.mark.parametrize("command", ["sync", "status"])
def test_a_vault_that_cannot_be_read_is_an_error(
    root: Path, knapper: Knapper, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def shut(_: Path) -> None:
        raise PermissionError(13, "Permission denied", "vault")

    for module in ("sync", "status"):
        monkeypatch.setattr(f"knapper.app.{module}.config_table", shut)
    ran = knapper(root, command)
    assert (ran.status, ran.err) == (3, "error: vault: permission denied\n")


@pytest.mark.parametrize("pattern", ["[z-a]", "!"])
def test_a_pattern_that_is_none_is_an_error(root: Path, knapper: Knapper, pattern: str) -> None:
    (root / ".knapper.toml").write_text(f'{REPLICA}exclude = ["a", "{pattern}"]\n')
    ran = knapper(root, "sync")
    said = f"error: .knapper.toml: replica.exclude: '{pattern}' is no pattern\n"
    assert (ran.status, ran.err) == (3, said)


def test_a_replica_that_was_never_in_sync_is_not_equal(root: Path, knapper: Knapper) -> None:
    ran = knapper(root, "status")
    assert "other (two-way, ../other): never synced\n" in ran.out
    assert ran.status == 1
    assert knapper(root, "sync").status == 0
    assert knapper(root, "status").status == 0
