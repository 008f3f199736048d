"""What hurt users of other tools, each as a test named after it.

The pains about frontmatter (2-10) are in `checks/test_frontmatter_rules.py`; those
about watching (26-31) come with the watcher. All rules are on.
"""

import os
import random
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault, command, contents
from knapper.app.act import act
from knapper.app.workspace import load_rules
from knapper.core.fix import fix_vault, fixes_to_make
from knapper.core.guard import harm_of
from knapper.core.lint import lint_note
from knapper.core.note import Note, facts_of
from knapper.core.plan import Write
from knapper.core.rule import Check, Diagnostic, Finding, Fix, Rule
from knapper.core.text import Edit, OverlappingEditsError, Span, apply_edits
from knapper.core.vault import Vault

ALL = list(load_rules())


def mended(text: str, others: dict[str, str] | None = None, *, unsafe: bool = True) -> str:
    """Return a note after all fixes of all rules, in a little vault."""
    notes = {"Note.md": Note("Note.md", text)}
    notes |= {path: Note(path, other) for path, other in (others or {}).items()}
    vault = Vault(notes, {path: facts_of(note) for path, note in notes.items()})
    found = {path: lint_note(note, vault, ALL) for path, note in notes.items()}
    result = fix_vault(found, notes.__getitem__, vault, lambda _: ALL, unsafe=unsafe)
    return result.texts.get("Note.md", text)


def findings(text: str, others: dict[str, str] | None = None, rules: list[Rule] = ALL) -> list[str]:
    notes = {"Note.md": Note("Note.md", text)}
    notes |= {path: Note(path, other) for path, other in (others or {}).items()}
    vault = Vault(notes, {path: facts_of(note) for path, note in notes.items()})
    return [one.rule for one in lint_note(notes["Note.md"], vault, rules)]


ON = [rule for rule in ALL if rule.enabled]
NEEDS_ANOTHER_USER = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another user"
)
PIECES = (
    "[[", "]]", "[", "]", "|", "`", "``", "\n", "\n\n", "- ", "> ", "$", "%%", "<", ">", "\\",
    "text ", "中文", "🙂", "e\u0301", "#tag ", "[[Other]]", "[[Other | ]]", "[[other note | x]]",
    "[[AL]]", '<a class="yt-timestamp" data-t="00:01:02">[00:01:02]</a>', "| a | [[Other | x]] |\n",
    '<a class="yt_timestamp" data-t="1:02">[00:01:02]</a>', "```\n", "---\n", "tag: x\n", "\r\n",
)  # fmt: skip
OTHERS = {"Other.md": "---\naliases: [AL]\n---\n# Head\n", "other_note.md": "x ^b1\n"}


def test_pain_01_bytes_outside_the_declared_edits_never_change() -> None:
    chance = random.Random(1)
    for _ in range(400):
        text = "".join(chance.choices(PIECES, k=chance.randint(3, 40)))
        notes = {"Note.md": Note("Note.md", text)}
        notes |= {path: Note(path, other) for path, other in OTHERS.items()}
        vault = Vault(notes, {path: facts_of(note) for path, note in notes.items()})
        found = lint_note(notes["Note.md"], vault, ALL)
        chosen = fixes_to_make(found, unsafe=True)
        edits = sorted(e for d in chosen if d.finding.fix for e in d.finding.fix.edits)
        result = apply_edits(text, edits)
        kept, position = [], 0
        for edit in edits:
            kept.append(text[position : edit.span.start])
            position = edit.span.end
        kept.append(text[position:])
        at = 0
        for piece, new in zip(kept, [*(edit.text for edit in edits), ""], strict=True):
            assert result.startswith(piece, at)
            at += len(piece) + len(new)
        assert at == len(result)


def test_pain_01_overlapping_edits_are_refused_not_merged() -> None:
    with pytest.raises(OverlappingEditsError):
        apply_edits("abcdef", [Edit(Span(0, 3), "x"), Edit(Span(2, 4), "y")])
    both = [
        Diagnostic("a.md", name, "error", Finding(Span(0, 3), name, Fix(name, (edit,))))
        for name, edit in (("b", Edit(Span(0, 3), "x")), ("a", Edit(Span(2, 4), "y")))
    ]
    assert [one.rule for one in fixes_to_make(both, unsafe=False)] == ["a"]


PROTECTED = (
    "[[Two  blanks]]", "[[中文English]]", "[[中文English|中文English]]", "![[a  b.png]]",
    "[x](https://e.example/a_b__c?d=1&e=2)", "`code  [[x]]`", "$a__b  [[1]]$", "#tag/中文",
    "text ^block-id", "[x](<a  b.md>)", "https://e.example/__init__.py",
)  # fmt: skip
FILES = {"Two  blanks.md": "", "中文English.md": "", "a  b.md": "", "a  b.png": ""}


@pytest.mark.parametrize("construct", PROTECTED)
def test_pain_11_no_fix_alters_a_target_url_code_math_tag_or_block_id(construct: str) -> None:
    anchor = '<a class="yt_timestamp" data-t="00:00:01">[00:00:01]</a>'
    text = f"Before {construct}\n\n[[two words | ]] {anchor}\n"
    result = mended(text, FILES | {"two_words.md": ""})
    assert construct in result
    assert result != text  # the fixers were at work beside it


def test_pain_12_names_in_chinese_are_not_spaced_out() -> None:
    text = "中文[[中文English]]中文 [[中文 English]]\n"
    assert mended(text, FILES) == text


@pytest.mark.parametrize("link", ["[[Other | text]]", "[[Other| text]]", "[[Other |text]]"])
def test_pain_13_blanks_round_the_pipe_are_left_or_made_even(link: str) -> None:
    on = [rule for rule in ALL if rule.enabled]
    vault = Vault(["Note.md", "Other.md"], {})
    assert lint_note(Note("Note.md", link + "\n"), vault, on) == []
    assert mended(link + "\n", OTHERS) in (f"{link}\n", "[[Other|text]]\n", "[[Other | text]]\n")


def test_pain_14_no_placeholder_leaks_into_a_note() -> None:
    chance = random.Random(14)
    words = {word for piece in (*PIECES, *OTHERS) for word in piece.split()}
    for _ in range(200):
        text = "".join(chance.choices(PIECES, k=chance.randint(3, 40)))
        result = mended(text, OTHERS)
        assert "laceholder" not in result
        assert not any("\ue000" <= sign <= "\uf8ff" for sign in result), words


def test_pain_15_one_command_settles(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(
        {
            "a b.md": "",
            "a_b.md": "",
            "N.md": '[[a_b | ]] [[A B | ]] <a class="yt_timestamp" data-t="1:02:03]">1:02:03</a>\n',
        }
    )
    knapper(root, "check", "--fix", "--unsafe-fixes")
    first = contents(root)
    knapper(root, "check", "--fix", "--unsafe-fixes")
    assert contents(root) == first


def undoing_rules() -> list[Rule]:
    """Two rules that undo each other: the one wants 'left', the other 'right'."""

    def wants(word: str, other: str) -> Rule:
        def function(note: Note) -> list[Finding]:
            at = note.text.find(other)
            if at < 0:
                return []
            span = Span(at, at + len(other))
            return [Finding(span, f"wants {word}", Fix(f"write {word}", (Edit(span, word),)))]

        check = Check(f"wants-{word}", function, False, {})
        return Rule(check.name, check, "error", True, "", "")

    return [wants("left", "right"), wants("right", "left")]


def test_pain_16_rules_that_undo_each_other_are_named_and_the_note_stays() -> None:
    rules = undoing_rules()
    note = Note("Note.md", "go left now\n")
    vault = Vault(["Note.md"], {})
    found = {"Note.md": lint_note(note, vault, rules)}
    result = fix_vault(found, lambda _: note, vault, lambda _: rules)
    assert result.texts == {}
    assert [set(one.rules) for one in result.dropped] == [{"wants-left", "wants-right"}]


STRUCTURE = (
    ("# Head\n\ntext\n", Edit(Span(0, 8), "")),
    ("- a\n\ntext\n\n- b\n", Edit(Span(3, 9), "")),
    ("> quote\n\ntext `x` y\n", Edit(Span(9, 9), "```\n")),
    ("para\n    cont\n", Edit(Span(4, 4), "\n")),
    ("text\n", Edit(Span(0, 0), "    ")),
    ("1. a\n   ```\n   code\n   ```\n", Edit(Span(5, 8), "")),
    ("a `b` c `d`\n", Edit(Span(4, 5), "")),
    ("- one\n- two\n", Edit(Span(6, 8), "* ")),
)


@pytest.mark.parametrize(("text", "edit"), STRUCTURE)
def test_pain_17_18_19_a_fix_that_changes_the_structure_is_refused(text: str, edit: Edit) -> None:
    assert harm_of(text, [Fix("harmful", (edit,))])


@pytest.mark.parametrize("old", ["Target", "alias"])
@pytest.mark.parametrize(
    "around", ["{}\n", "- {}\n", "> {} x\n", "# {}\n", "| a | {} |\n|---|---|\n| b | c |\n"]
)
def test_pain_17_a_small_fix_in_place_passes(old: str, around: str) -> None:
    text = around.format("[[Target]] alias")
    at = text.index(old)
    assert harm_of(text, [Fix("small", (Edit(Span(at, at + len(old)), "other"),))]) == ""


@NEEDS_ANOTHER_USER
def test_pain_20_a_fix_that_fails_is_a_failing_status(vault_for_all: WriteVault) -> None:
    root = vault_for_all({"other_note.md": "", "N.md": "[[other note]]\n"})
    (root / "N.md").chmod(0o444)
    root.chmod(0o555)
    state = root.parent / "state of nobody"
    state.mkdir()
    state.chmod(0o777)
    nobody = command(root, "check", "--fix", user="65534", KNAPPER_STATE_DIR=str(state))
    assert nobody.status == 1
    assert "N.md: not mended" in nobody.err
    assert (root / "N.md").read_text() == "[[other note]]\n"


def test_pain_21_creating_a_note_never_overwrites_one(tmp_path: Path) -> None:
    (tmp_path / "N.md").write_text("mine")
    outcome, _ = act(tmp_path, (Write("N.md", b"", None),), "test")
    assert outcome.refused
    assert (tmp_path / "N.md").read_text() == "mine"


def test_pain_22_reference_definitions_stay() -> None:
    text = "[used]\n\n[used]: https://e.example\n[unused]: https://f.example\n"
    assert mended(text) == text


@pytest.mark.parametrize("text", ["[[Other]]\n", "and [[Other|a very long text]]" * 40 + "\n"])
def test_pain_23_links_are_neither_escaped_nor_broken_over_lines(text: str) -> None:
    assert mended(text, OTHERS) == text


@pytest.mark.parametrize("link", ["[[Other#Head]]", "[[Other#head]]", "[[other_note#^b1]]"])
def test_pain_24_a_link_that_resolves_is_never_repaired(link: str) -> None:
    text = f"{link} [[Othre]]\n"
    assert mended(text, OTHERS, unsafe=True) == text  # and a near miss is only suggested


def test_pain_25_check_writes_nothing(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"N.md": "[[other note | ]]\n", "other_note.md": ""})
    before = {path: path.stat() for path in sorted(root.rglob("*"))}
    ran = knapper(root, "check")
    assert ran.status == 1
    after = {path: path.stat() for path in sorted(root.rglob("*"))}
    assert list(before) == list(after)
    for path, old in before.items():
        assert (old.st_mtime_ns, old.st_size) == (after[path].st_mtime_ns, after[path].st_size)


@NEEDS_ANOTHER_USER
def test_pain_25_check_needs_no_right_to_write(vault_for_all: WriteVault) -> None:
    root = vault_for_all({"N.md": "[[gone]]\n"})
    for path in (root, *root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    ran = command(root, "check", user="65534", HOME="/nonexistent", KNAPPER_STATE_DIR="")
    assert ran.status == 1
    assert "broken-wikilink" in ran.out


@NEEDS_ANOTHER_USER
def test_a_note_that_may_not_be_read_is_a_finding_also_where_it_is_named(
    vault_for_all: WriteVault,
) -> None:
    root = vault_for_all({"N.md": "[[gone]]\n", "Secret.md": "", "no/Deep.md": ""})
    (root / "Secret.md").chmod(0)
    (root / "no").chmod(0)
    ran = command(root, "check", "no", "Secret.md", "N.md", "--output-format", "json",
                  user="65534", HOME="/nonexistent", KNAPPER_STATE_DIR="")  # fmt: skip
    assert (ran.status, ran.rules) == (1, ["broken-wikilink", *["unreadable-note"] * 2])
    (root / "no").chmod(0o755)


def test_pain_32_wikilinks_are_looked_up_in_the_whole_vault() -> None:
    others = {"deep/er/Microsoft.md": "## Windows OS\n"}
    assert findings("[[Microsoft#Windows OS]]\n", others, ON) == []


def test_pain_33_a_path_beats_a_name_and_parts_of_names_never_match() -> None:
    others = {"SPEC.md": "", "sub/X.md": "# SPEC.md\n", "riding-horses.md": ""}
    assert findings("[a](./SPEC.md)\n", others, ON) == []
    assert findings("[[horses]]\n", others, ON) == ["broken-wikilink"]


def test_pain_34_what_git_or_the_config_ignores_still_resolves(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault(
        {
            ".gitignore": "private/\n",
            ".knapper.toml": 'exclude = ["private/"]\n',
            "private/Secret.md": "[[gone]]\n",
            "N.md": "[[Secret]]\n",
        }
    )
    assert knapper(root, "check", "--output-format", "json").json == []


SPELLINGS = ("[x](Gone)", "[x](Gone.md)", "[x](<Gone away.md>)", "[x](Gone%20away.md)",
             "[x](sub/Gone)", "[x](./Gone.md)", "[x](sub/../Gone.md)", "[x](/Gone.md)")  # fmt: skip


@pytest.mark.parametrize("link", SPELLINGS)
def test_pain_35_no_spelling_of_a_missing_markdown_link_is_skipped(link: str) -> None:
    assert findings(f"{link}\n", {}, ON) == ["broken-markdown-link"]


def test_pain_35_every_spelling_of_a_note_that_is_there_is_silent() -> None:
    others = {"Here.md": "", "Here too.md": "", "sub/Deep.md": ""}
    text = (
        "[x](Here) [x](Here.md) [x](<Here too.md>) [x](Here%20too.md) [x](Deep) [x](sub/Deep.md)\n"
    )
    assert findings(text, others, ON) == []


FRAGMENTS: tuple[tuple[str, list[str]], ...] = (
    ("[[T#H1]]", []), ("[[T#H1#H2]]", []), ("[[T#What is it]]", []), ("[[T#^b]]", []),
    ("[[T#^c]]", ["broken-block-link"]), ("[[T#Nope]]", ["broken-heading-link"]),
    ("[[T#H1#Nope]]", ["broken-heading-link"]), ("[t](T.md#H1)", []),
    ("[t](T.md#Nope)", ["broken-heading-link"]), ("[[T#[^1]]]", []),
)  # fmt: skip


@pytest.mark.parametrize(("link", "rules"), FRAGMENTS)
def test_pain_36_headings_blocks_and_footnotes_are_looked_up(link: str, rules: list[str]) -> None:
    target = "# H1\n\n## H2\n\n## What is it?\n\ntext ^b\n\nmore[^1]\n\n[^1]: foot\n"
    assert findings(f"{link}\n", {"T.md": target}, ON) == rules


SOUND = (
    "![[Other]]", "[[Other.md]]", "| a |\n|---|\n| [[Other\\|x]] |", "![[pic.png|300]]",
    "```\n[[gone]]\n```", "`[[gone]]`", "<!-- [[gone]] -->", "$$A[[1,2]]$$", "[[Other | x]]",
    "text\n\n    [[gone]]", "> [!note] T\n> [[Other]]", "[x](<pic.png>)", "![](pic.png)",
)  # fmt: skip


@pytest.mark.parametrize("text", SOUND)
def test_pain_37_what_is_sound_is_not_flagged(text: str) -> None:
    assert findings(f"{text}\n", {**OTHERS, "pic.png": ""}, ON) == []


def test_pain_38_ambiguity_names_the_notes_and_the_safe_path(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({"aa/Tie.md": "", "bb/Tie.md": "", "N.md": "[[Tie]]\n"})
    (found,) = knapper(root, "check", "--output-format", "json").json
    assert found["rule"] == "ambiguous-wikilink"
    assert "aa/Tie" in found["message"]
    assert "bb/Tie" in found["message"]


DANGLING = (
    ("[[Old]]", "broken-wikilink"), ("[[Old#h]]", "broken-wikilink"),
    ("[[Old|x]]", "broken-wikilink"), ("![[Old]]", "broken-embed"),
    ("[x](Old.md)", "broken-markdown-link"), ("[[folder/Note2]]", "broken-wikilink"),
    ("[[New#Old heading]]", "broken-heading-link"),
    ('---\nup: "[[Old]]"\n---', "broken-frontmatter-link"),
)  # fmt: skip


@pytest.mark.parametrize(("link", "rule"), DANGLING)
def test_pain_39_what_a_rename_by_hand_leaves_dangling_is_reported(link: str, rule: str) -> None:
    others = {"New.md": "# New heading\n", "moved/Note2.md": ""}
    assert findings(f"{link}\n", others, ON) == [rule]


def test_pain_39_a_canvas_that_a_rename_left_behind_is_reported(
    vault: WriteVault, knapper: Knapper
) -> None:
    node = '{"id": "1", "type": "file", "x": 0, "y": 0, "width": 1, "height": 1, "file": "Old.md"}'
    root = vault({"Board.canvas": f'{{"nodes": [{node}]}}', "New.md": ""})
    assert knapper(root, "check", "--output-format", "json").rules == ["broken-canvas-file"]


QUIET = (
    "- [ ] open\n- [x] done\n- [-] cancelled\n- [>] moved",
    "text[^1] and [@smith2020, p. 3]\n\n[^1]: foot",
    "<% tp.date.now() %> <%* code %> [[<% tp.file.title %>]]",
    "key:: value\n[key:: value] (key:: value)",
)


@pytest.mark.parametrize("text", QUIET)
def test_pain_40_tasks_footnotes_citations_and_plugins_are_silent(text: str) -> None:
    assert findings(f"{text}\n", {}, ON) == []
