"""What is kept from one check to the next is never believed wrongly."""

import errno
import os
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changing import EDITS, VAULTS, Edit, edited
from conftest import Knapper, WriteVault
from knapper.app import check as check_module
from knapper.app import keeping
from knapper.app.batch import Texts
from knapper.app.check import check
from knapper.app.workspace import facts, narrowed, open_workspace
from knapper.cli.outputs import FORMATS
from knapper.core.lint import lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.rule import Diagnostic
from knapper.core.vault import Vault
from knapper.shell import disk, listing
from knapper.shell.disk import read_bytes
from knapper.shell.user_folders import cache_folder


class Seen(NamedTuple):
    """What a check finds, as it is printed."""

    diagnostics: list[Diagnostic]
    places: list[tuple[tuple[int, int], str]]
    judged: list[NotePath]


def seen(
    root: Path,
    *,
    kept: bool,
    instead: Mapping[NotePath, str] = {},
    absent: AbstractSet[NotePath] = frozenset(),
) -> Seen:
    """Check a vault, and keep what was found or do without."""
    workspace = narrowed(open_workspace(root, root=root), "all", None)
    with ExitStack() as stack:
        later = stack.callback if kept else None
        found = check(
            workspace, lambda path: path not in absent, instead=instead, absent=absent, later=later
        )
        lines = [(found.notes[one.path].lines, one) for one in found.diagnostics]
        spans = [(of, of.place(one.finding.span.start)) for of, one in lines]
        places = [(place, of.line(place[0])) for of, place in spans]
        return Seen([*found.diagnostics], places, list(found.judged))


@pytest.fixture(autouse=True)
def _everything_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_module, "WORTH_KEEPING", 0)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[NotePath]:
    """The notes that are read, one after the other."""
    paths: list[NotePath] = []
    really = Texts.read

    def reading(texts: Texts, path: NotePath) -> object:
        paths.append(path)
        return really(texts, path)

    monkeypatch.setattr(Texts, "read", reading)
    return paths


# -- the law ---------------------------------------------------------------------------------

CONFIGS = st.sampled_from(
    [
        "",
        'ignore = ["broken-wikilink"]\n',
        'exclude = ["F/"]\n',
        '[severity]\nbroken-wikilink = "info"\n',
        '[[overrides]]\ninclude = ["F/"]\nignore = ["links"]\n',
    ]
)
SETTINGS = st.sampled_from(
    ["", '{"newLinkFormat": "relative"}', '{"userIgnoreFilters": ["F/G/"]}', "{"]
)


class Round(NamedTuple):
    """Edits of the notes, and what configuration and settings say from then on."""

    edits: list[Edit]
    config: str
    obsidian: str


ROUNDS = st.lists(st.builds(Round, EDITS | st.just([]), CONFIGS, SETTINGS), max_size=4)


class Disk:
    """A vault on disk, each writing of which has a time of its own, or all the same."""

    def __init__(self, root: Path, *, same_times: bool) -> None:
        self.root, self.same_times, self.time = root, same_times, 10**18
        self.files: dict[NotePath, str] = {}

    def write(self, path: NotePath, text: str) -> None:
        goal = self.root / path
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_bytes(text.encode())
        self.time += 0 if self.same_times else 10**9
        os.utime(goal, ns=(self.time, self.time))

    def become(self, files: Mapping[NotePath, str]) -> None:
        for path in self.files.keys() - files.keys():
            (self.root / path).unlink()
        for path, text in files.items():
            if self.files.get(path) != text:
                self.write(path, text)
        self.files = dict(files)


@settings(max_examples=30)
@given(VAULTS, ROUNDS, st.booleans(), st.booleans())
def test_after_any_edits_it_is_what_a_fresh_check_finds(
    files: dict[NotePath, str], rounds: list[Round], settled: bool, always_anew: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KNAPPER_STATE_DIR", f"{folder}/state")
        patch.setattr(check_module, "WORTH_KEEPING", 0)
        patch.setattr(keeping, "_PART", 1 if not always_anew else 4)
        if settled:  # as if each note had been left alone since it was written
            patch.setattr(listing, "_GRAIN", -(10**12))
        disk = Disk(Path(folder, "vault"), same_times=not settled)
        disk.root.mkdir()
        for edits, config, obsidian in [Round([], "", ""), *rounds]:
            files = edited(files, edits)
            disk.become(files)
            disk.write(".knapper.toml", config)
            disk.write(".obsidian/app.json", obsidian)
            fresh = seen(disk.root, kept=False)
            assert seen(disk.root, kept=True) == fresh
            assert seen(disk.root, kept=True) == fresh
            instead = {"A.md": "[[A#H]] [[Nowhere]]\n# I"}
            assert seen(disk.root, kept=True, instead=instead) == seen(
                disk.root, kept=False, instead=instead
            )
            absent = frozenset(sorted(files)[::3])
            assert seen(disk.root, kept=True, absent=absent) == seen(
                disk.root, kept=False, absent=absent
            )


@settings(max_examples=60)
@given(VAULTS, st.booleans(), st.booleans())
def test_a_first_look_finds_what_is_found_by_all_that_is_known(
    files: dict[NotePath, str], usual: bool, kept: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KNAPPER_STATE_DIR", f"{folder}/state")
        patch.setattr(check_module, "WORTH_KEEPING", 0 if kept else 10**9)
        disk = Disk(Path(folder, "vault"), same_times=False)
        disk.root.mkdir()
        disk.become(files)
        workspace = open_workspace(disk.root, root=disk.root)
        workspace = workspace if usual else narrowed(workspace, "all", None)
        with ExitStack() as stack:
            found = check(workspace, lambda _: True, later=stack.callback)
        notes = [Note(path, files[path]) for path in sorted(files)]
        known = {note.path: facts(note) for note in notes if not is_attachment(note.path)}
        vault = Vault(files, known, workspace.settings)
        each = (lint_note(note, vault, workspace.rules_of(note.path)) for note in notes)
        assert list(found.diagnostics) == [one for some in each for one in some]


# -- what is read ----------------------------------------------------------------------------


VAULT = {
    **{f"Note {number}.md": f"# Note {number}\n\n[[Note {number + 1}]]\n" for number in range(40)},
    "Broken.md": "[[Note 3#Nothing]]\n",
}


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_GRAIN", -(10**12))


def test_nothing_is_read_again_where_nothing_changed(
    vault: WriteVault, read: list[NotePath], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    root = vault(VAULT)
    first = seen(root, kept=True)
    read.clear()
    assert seen(root, kept=True) == first
    assert read == []


def test_only_what_changed_and_what_that_concerns_is_read(
    vault: WriteVault, read: list[NotePath], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    root = vault(VAULT)
    seen(root, kept=True)
    note = root / "Note 3.md"
    note.write_text(f"{note.read_text(encoding='utf-8')}\n# Nothing\n", encoding="utf-8")
    read.clear()
    seen(root, kept=True)
    assert {*read} == {"Note 3.md", "Broken.md"}


def test_a_note_that_may_still_change_unseen_is_read_again(
    vault: WriteVault, read: list[NotePath]
) -> None:
    root = vault(VAULT)
    seen(root, kept=True)
    note, status = root / "Note 3.md", (root / "Note 3.md").stat()
    note.write_text(note.read_text(encoding="utf-8").replace("Note 4", "Nota 4"), encoding="utf-8")
    os.utime(note, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert note.stat().st_size == status.st_size
    read.clear()
    assert [one.path for one in seen(root, kept=True).diagnostics if one.rule == "broken-wikilink"]
    assert "Note 3.md" in read


def test_a_note_that_was_only_touched_is_not_judged_again(
    vault: WriteVault, read: list[NotePath], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    root = vault(VAULT)
    first = seen(root, kept=True)
    os.utime(root / "Note 3.md", ns=(10**18, 10**18))
    judged: list[object] = []
    monkeypatch.setattr(keeping, "judged", lambda *given, **_: judged.append(given))
    assert seen(root, kept=True) == first
    assert judged == []


def test_what_the_disk_did_not_give_is_tried_again(
    vault: WriteVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    root = vault(VAULT)

    def failing(where: Path, path: NotePath) -> bytes:
        if path == "Note 3.md":
            raise OSError(errno.EIO, "Input/output error")
        return read_bytes(where, path)

    with monkeypatch.context() as patch:
        patch.setattr(disk, "read_bytes", failing)
        assert "cannot be read" in str(seen(root, kept=True).diagnostics)
        assert "cannot be read" in str(seen(root, kept=True).diagnostics)
    assert seen(root, kept=True) == seen(root, kept=False)


# -- damage ----------------------------------------------------------------------------------


def _no_database(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _holes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in range(5000, len(content), 1000):
        content[start : start + 8] = b"\xff" * 8
    path.write_bytes(content)


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("create table survey (other text)")
    connection.close()


def _newer(path: Path) -> None:
    _ask(path, "alter table bucket add column more text not null default ''")
    _ask(path, "pragma user_version = 99")


def _other_stamps(path: Path) -> None:
    _ask(path, "update bucket set stamps = zeroblob(40)")


def _no_buckets(path: Path) -> None:
    _ask(path, "delete from bucket")


def _swapped_facts(path: Path) -> None:
    """Facts that are whole, and are not those of this bucket."""
    _ask(path, "create table other as select number, facts from bucket")
    other = "select facts from other where other.number != bucket.number limit 1"
    _ask(path, f"update bucket set facts = ({other})")


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _ask(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


DAMAGES = (
    _no_database, _cut, _holes, _foreign, _newer, _other_stamps, _no_buckets, _swapped_facts,
    _a_folder,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
@pytest.mark.parametrize("changed", [False, True], ids=["same vault", "changed vault"])
def test_a_damaged_cache_is_made_anew(
    vault: WriteVault,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
    changed: bool,
) -> None:
    settle(monkeypatch)
    root = vault({**VAULT, **{f"More {number}.md": "# More\n" for number in range(160)}})
    seen(root, kept=True)
    path = cache_folder(root) / "notes.sqlite"
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    damage(path)
    if changed:
        (root / "Note 3.md").write_text("# Note 3\n\n# Nothing\n", encoding="utf-8")
    instead = {"Note 5.md": "# Another\n\n[[Broken]]\n"}
    fresh = seen(root, kept=False, instead=instead)
    assert seen(root, kept=True, instead=instead) == fresh
    assert seen(root, kept=True) == seen(root, kept=False)
    assert seen(root, kept=True) == seen(root, kept=False)


def test_it_is_not_kept_where_it_cannot_be(
    vault: WriteVault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder can lie here", encoding="utf-8")
    monkeypatch.setenv("KNAPPER_STATE_DIR", str(tmp_path / "file"))
    root = vault(VAULT)
    assert seen(root, kept=True) == seen(root, kept=False)


def test_what_another_process_saved_meanwhile_stays(
    vault: WriteVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    root = vault(VAULT)
    seen(root, kept=True)
    (root / "Note 3.md").write_text("[[Nowhere]]\n", encoding="utf-8")
    workspace = narrowed(open_workspace(root, root=root), "all", None)
    with ExitStack() as stack:
        check(workspace, lambda _: True, later=stack.callback)
        (root / "Note 4.md").write_text("[[Nowhere]]\n", encoding="utf-8")
        newer = seen(root, kept=True)
    assert seen(root, kept=True) == newer == seen(root, kept=False)


# -- the command -----------------------------------------------------------------------------


def test_the_command_keeps_it_outside_of_the_vault(
    knapper: Knapper, vault: WriteVault, tmp_path: Path
) -> None:
    root = vault(VAULT)
    before = sorted(root.rglob("*"))
    printed = knapper(root, "check", "--no-cache")
    assert not [*tmp_path.rglob("notes.sqlite")]
    assert knapper(root, "check") == printed
    assert [*tmp_path.rglob("notes.sqlite")] == [cache_folder(root) / "notes.sqlite"]
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("output", FORMATS)
def test_what_is_kept_is_printed_as_what_was_found(
    knapper: Knapper, vault: WriteVault, output: str
) -> None:
    root = vault(
        {**VAULT, "Fix.md": "# Fix\n\n[[note 3]] [[Nowhere]] " + "long " * 500 + "[[A]]\n"}
    )
    printed = knapper(root, "check", "--output-format", output, "--no-cache")
    knapper(root, "check")
    assert knapper(root, "check", "--output-format", output) == printed


def test_a_fix_is_seen_by_the_next_check(knapper: Knapper, vault: WriteVault) -> None:
    root = vault({**VAULT, "Fix.md": "# Fix\n\n<a class='yt-timestamp' data-t='0:16'>[0:16]</a>\n"})
    knapper(root, "check")
    assert b"Fix.md" in knapper(root, "check", "--fix").output
    for arguments in ([], ["--select", "links"], ["Fix.md"], []):
        fresh = knapper(root, "check", "--no-cache", *arguments)
        assert knapper(root, "check", *arguments) == fresh
