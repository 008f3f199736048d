"""Bad input of each kind: one clear finding or error, the right status, no byte lost."""

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault, contents
from knapper.app import workspace
from knapper.app.act import act
from knapper.core.plan import Outcome, Plan
from knapper.core.rule import Check, Finding, Rule
from knapper.shell import disk

SOUND = b"# A sound note\n"

CONTENT = [
    pytest.param(b"\xff\xfe text\n", "unreadable-note", (1, 1), id="not UTF-8 at the start"),
    pytest.param(b"# a\nb \xe9 c\n", "unreadable-note", (2, 3), id="not UTF-8 in the middle"),
    pytest.param("# x\n".encode("utf-16"), "unreadable-note", (1, 1), id="UTF-16"),
    pytest.param(b"a\x00b\n", "nul-character", (1, 2), id="a NUL"),
    pytest.param(b"---\na: [1\n---\n", "invalid-frontmatter", None, id="bad YAML"),
    pytest.param(b"---\na: b: c\n---\n", "invalid-frontmatter", (2, 5), id="two colons"),
    pytest.param(b"---\na: !!python/object:os.system x\n---\n", None, None, id="a YAML object"),
    pytest.param(
        b"---\na: &a [x,x]\nb: &b [*a,*a]\n" + b"".join(
            b"%c: &%c [*%c,*%c,*%c]\n" % (i + 1, i + 1, i, i, i) for i in range(98, 118)
        ) + b"---\n",
        "invalid-frontmatter", None, id="a YAML bomb",
    ),
    pytest.param(b"---\na: " + b"[" * 5000 + b"\n---\n", "invalid-frontmatter", None, id="deep"),
    pytest.param(b"x" * 1_000_000 + b"\n", None, None, id="a line of 1 MB"),
    pytest.param(b"[" * 100_000 + b"\n", None, None, id="100,000 brackets"),
    pytest.param(b"", None, None, id="an empty note"),
    pytest.param(b"\xef\xbb\xbf", None, None, id="only a byte-order mark"),
    pytest.param(b"\r\r\r", None, None, id="lone CRs"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "rule", "place"), CONTENT)
def test_odd_content_is_one_finding_and_loses_nothing(
    vault: WriteVault, knapper: Knapper, content: bytes, rule: str | None, place: object
) -> None:
    root = vault({"Odd.md": content, "Sound.md": SOUND + b"[[Odd]]\n"})
    before = contents(root)
    ran = knapper(root, "check", "--output-format", "json")
    assert ran.rules == ([rule] if rule else [])
    assert ran.status == (1 if rule else 0)
    if place is not None:
        assert (ran.json[0]["line"], ran.json[0]["column"]) == place
    fixed = knapper(root, "check", "--fix", "--unsafe-fixes")
    assert "raceback" not in fixed.err
    if rule != "invalid-frontmatter":
        assert contents(root) == before


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def dangling(path: Path) -> None:
    path.symlink_to("nowhere.md")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def listening(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("make", [pipe, folder, dangling, loop, listening])
def test_what_only_looks_like_a_note_is_one_finding(
    vault: WriteVault, knapper: Knapper, make: Callable[[Path], None]
) -> None:
    root = vault({"Sound.md": SOUND})
    make(root / "x.md")
    ran = knapper(root, "check", "--output-format", "json")
    assert [(found["path"], found["rule"]) for found in ran.json] == [("x.md", "unreadable-note")]
    assert ran.status == 1
    named = knapper(root, "check", "x.md", "--output-format", "json")
    assert (named.status, named.rules) == (1, ["unreadable-note"])
    buffer = knapper(root, "check", "--stdin-filename", "x.md", stdin=SOUND)
    assert buffer.out == "1 note checked, nothing found\n"


@pytest.mark.parametrize(
    "call", ["check loop", "facts loop", "config loop", "history loop/N.md", "check -o loop"]
)
def test_a_link_to_itself_that_is_named_is_no_mistake_of_ours(
    vault: WriteVault, knapper: Knapper, call: str
) -> None:
    root = vault({"Sound.md": SOUND})
    loop(root / "loop")
    assert "mistake of ours" not in knapper(root, *call.split()).err


def test_a_link_to_nowhere_is_not_what_was_meant(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"Sound.md": SOUND})
    loop(root / "loop")
    ran = knapper(root, "check", "--vault", "loop")
    assert (ran.status, ran.err) == (2, "error: loop: there is no such folder\n")


def test_a_loop_of_folders_is_walked_once(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"a/N.md": "[[gone]]\n"})
    (root / "a" / "again").symlink_to(root / "a", target_is_directory=True)
    (root / "up").symlink_to(root, target_is_directory=True)
    ran = knapper(root, "check", "--output-format", "json")
    assert [found["path"] for found in ran.json] == ["a/N.md"]


def test_what_a_link_shows_from_outside_is_read_and_never_written(
    vault: WriteVault, knapper: Knapper, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "Far.md").write_text("# Head\n[[some note]]\n")
    root = vault({"some_note.md": "", "N.md": "[[Far#Head]] [[some note]]\n"})
    (root / "linked").symlink_to(outside, target_is_directory=True)
    ran = knapper(root, "check", "--fix")
    assert ran.status == 0
    assert (outside / "Far.md").read_text() == "# Head\n[[some note]]\n"
    assert "some_note" in (root / "N.md").read_text()


CONFIGS = [
    pytest.param(b"preset = ", "not TOML", id="no TOML"),
    pytest.param(b"\xff", "not UTF-8", id="not UTF-8"),
    pytest.param(b"select = " + b"[" * 5000, "nested too deeply", id="deep"),
    pytest.param(b"\xef\xbb\xbfexclude = 3", "expected a list", id="a byte-order mark"),
    pytest.param(b"exclud = []", "did you mean 'exclude'", id="a misspelt key"),
    pytest.param(b"exclude = 3", "expected a list of texts", id="a wrong type"),
    pytest.param(b'ignore = ["broken-wikilnk"]', "did you mean 'broken-wikilink'", id="a rule"),
    pytest.param(b'preset = "strickt"', "did you mean 'strict'", id="a preset"),
    pytest.param(b"[options.broken-wikilink]\nx = 1", "unknown key", id="an option"),
    pytest.param(b'[options.timestamp-shifted]\nmax-hours = "5"', "whole number", id="a value"),
    pytest.param(b'[severity]\nself-link = "bad"', "none of error", id="a severity"),
    pytest.param(b'[[replica]]\nname = "a"\npath = "b"\nmode = "c"', "none of pull", id="a mode"),
    pytest.param(b'[[replica]]\nname = "a"\npath = "b"\ninto = "../c"', "leaves", id="a way out"),
]


@pytest.mark.parametrize(("config", "said"), CONFIGS)
def test_a_broken_configuration_is_one_error_with_a_hint(
    vault: WriteVault, knapper: Knapper, config: bytes, said: str
) -> None:
    root = vault({".knapper.toml": config, "N.md": SOUND})
    ran = knapper(root, "check")
    assert (ran.status, ran.output) == (2, b"")
    assert ".knapper.toml" in ran.err
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("make", [pipe, folder, dangling, loop])
def test_a_configuration_that_is_no_file_is_not_passed_over(
    vault: WriteVault, knapper: Knapper, make: Callable[[Path], None]
) -> None:
    root = vault({"N.md": SOUND})
    (root / ".obsidian").rmdir()
    make(root / ".knapper.toml")
    (root / "Deep").mkdir()
    for call in ("check", "sync"):
        ran = knapper(root / "Deep", call)
        assert ran.status in (2, 3)
        assert ran.err.startswith("error: ../.knapper.toml: ")
    made = knapper(root, "init", ".")
    assert (made.status, made.output) == (2, b"")
    assert ".knapper.toml" in made.err


@pytest.mark.parametrize(
    "baseline", [b"", b"{}", b'{"known": {"a": 1e999}}', b'{"known": ' + b"[" * 100_000], ids=len
)
def test_a_broken_baseline_is_one_error(
    vault: WriteVault, knapper: Knapper, baseline: bytes
) -> None:
    ran = knapper(vault({".knapper-baseline.json": baseline, "N.md": SOUND}), "check")
    assert (ran.status, ran.output, ran.err.count("\n")) == (2, b"", 1)
    assert "this is not a baseline of knapper's" in ran.err


def test_settings_that_are_too_deep_count_as_absent(vault: WriteVault, knapper: Knapper) -> None:
    deep = "[" * 100_000
    root = vault({f".obsidian/{name}.json": deep for name in ("app", "community-plugins")})
    assert knapper(root, "report").err == ""


def test_broken_settings_of_obsidian_count_as_absent(vault: WriteVault, knapper: Knapper) -> None:
    settings = {f".obsidian/{name}.json": "{bad" for name in ("app", "types", "templates")}
    root = vault({**settings, "N.md": "[[gone]]\n"})
    rules = knapper(root, "check", "--output-format", "json").rules
    assert rules == [*["invalid-config"] * 3, "broken-wikilink"]
    one = knapper(root, "check", "--output-format", "json", "N.md")
    assert one.rules == ["broken-wikilink"]
    assert one.err.count("its settings do not count") == 3
    assert (root / ".obsidian/app.json").read_text() == "{bad"


NAMES = [
    b"new\nline.md", b"tab\t.md", b"esc\x1b[31m.md", b"bad\xff\xfe.md",
    "e\u0301.md".encode(), b"n" * 252 + b".md", b"100% [x] #y.md", b" blank .md",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:20]))
def test_odd_names_are_shown_safely(vault: WriteVault, knapper: Knapper, name: bytes) -> None:
    root = vault({})
    Path(os.fsdecode(os.fsencode(root) + b"/" + name)).write_bytes(b"[[gone]]\n")
    for arguments in (("check",), ("check", "--output-format", "json"), ("check", "--fix")):
        ran = knapper(root, *arguments)
        assert ran.status == 1
        assert "\x1b" not in ran.out
    assert ran.out.count("broken-wikilink") == 1


@pytest.mark.skipif(os.name != "posix", reason="names are no bytes here")
@pytest.mark.parametrize("path", [b"bad\xff.md", b"bad\xff/N.md"], ids=repr)
def test_a_note_whose_name_is_not_utf_8_is_mended_and_kept(
    vault: WriteVault, knapper: Knapper, path: bytes
) -> None:
    name = os.fsdecode(path)
    root = vault({name: "[[Sound|]]\n", "Sound.md": SOUND})
    for call in ("check --fix", "undo", "check --fix"):
        assert knapper(root, *call.split()).status == 0
    assert (root / name).read_text() == "[[Sound]]\n"
    assert len(knapper(root, "history", name).lines()) == 2
    refused = knapper(root, "rename", "Sound.md", os.fsdecode(b"bad\xff"))
    assert (refused.status, refused.err.count("cannot be linked to")) == (2, 1)
    top = name.partition("/")[0]
    assert knapper(root, "rename", top, "good").status == 0
    assert not (root / top).exists()


def test_no_vault_and_nothing_in_it(tmp_path: Path, knapper: Knapper) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = knapper(empty, "check")
    assert ran.status == 0
    assert ran.out.startswith("0 notes checked")


@pytest.mark.parametrize(
    "arguments", [("nowhere",), ("--vault", "nowhere"), ("--config", "no.toml")]
)
def test_a_path_that_is_not_there(
    vault: WriteVault, knapper: Knapper, arguments: tuple[str, ...]
) -> None:
    ran = knapper(vault({}), "check", *arguments)
    assert ran.status == 2
    assert arguments[-1] in ran.err
    assert "no such" in ran.err


def test_a_note_that_vanishes_while_we_read(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = vault({"A.md": SOUND, "B.md": SOUND})
    listed = disk.scan(root)
    (root / "B.md").unlink()
    monkeypatch.setattr("knapper.app.workspace.scan", lambda _: listed)
    ran = knapper(root, "check", "--output-format", "json")
    assert ran.status == 1
    assert [(found["path"], found["rule"]) for found in ran.json] == [("B.md", "unreadable-note")]


def test_a_note_changed_since_it_was_judged_is_not_overwritten(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = vault({"N.md": "[[some note]]\n", "some_note.md": ""})

    def edited_meanwhile(root: Path, plan: Plan, name: str) -> tuple[Outcome, int | None]:
        (root / "N.md").write_text("typed meanwhile\n")
        return act(root, plan, name)

    monkeypatch.setattr("knapper.app.repair.carry_out", edited_meanwhile)
    ran = knapper(root, "check", "--fix")
    assert ran.status == 1
    assert "changed meanwhile" in ran.err
    assert (root / "N.md").read_text() == "typed meanwhile\n"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_disk_that_refuses_leaves_the_old_note_whole(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    root = vault({"N.md": "[[some note]]\n", "some_note.md": ""})
    before = contents(root)

    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("knapper.shell.folder.os.fsync", refuse)
    ran = knapper(root, "check", "--fix")
    monkeypatch.undo()
    assert ran.status == 1
    assert os.strerror(number).lower() in ran.err
    assert contents(root) == before


def test_a_crash_of_a_rule_costs_only_that_rule(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> list[Finding]:
        raise ZeroDivisionError("oh")

    bad = Check("bad-rule", broken, False, {})
    rules = (*workspace.load_rules(), Rule("bad-rule", bad, "error", True, "", ""))
    monkeypatch.setattr(workspace, "load_rules", lambda: rules)
    ran = knapper(vault({"N.md": "[[gone]]\n"}), "check", "--output-format", "json")
    assert sorted(ran.rules) == ["broken-wikilink", "rule-crashed"]
    assert ran.status == 1
