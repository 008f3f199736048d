"""The frontmatter rules together: conformance, and what hurt the users of other tools."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import knapper.checks  # noqa: F401 - fills the registry
from knapper.core.fix import fix_vault
from knapper.core.frontmatter import frontmatter_span, read_frontmatter, set_property
from knapper.core.lint import lint_note
from knapper.core.note import Note, facts_of
from knapper.core.rule import CHECKS, Check, Finding, Rule
from knapper.core.settings import SETTING_FILES, read_settings
from knapper.core.text import Span, apply_edits
from knapper.core.vault import Vault

CASES = Path(__file__).parents[3] / "shared" / "conformance" / "cases.json"
OFF = {"title-file-name", "aliases-not-a-list"}


def rule(check: Check) -> Rule:
    defaults = {name: option.default for name, option in check.options.items()}
    return Rule(check.name, check, "warning", True, "", "", defaults)


def is_ours(check: Check) -> bool:
    return ".checks.frontmatter." in check.function.__module__


OURS = [rule(check) for check in CHECKS.values() if is_ours(check) and check.name not in OFF]
OTHERS = [rule(check) for check in CHECKS.values() if not is_ours(check)]


def vault_of(note: Note, files: dict[str, str] | None = None) -> Vault:
    files = files or {}
    notes = [Note(path, text) for path, text in files.items() if path.endswith(".md")]
    facts = {one.path: facts_of(one) for one in (*notes, note)}
    texts = {name: files.get(f".obsidian/{name}", "") for name in SETTING_FILES}
    return Vault({*facts, *files}, facts, read_settings(texts))


def said(text: str, rules: list[Rule] = OURS) -> list[tuple[str, int, int]]:
    """Rule, line and column of all that the rules say of a note."""
    note = Note("Note.md", text)
    found = lint_note(note, vault_of(note), rules)
    return [(one.rule, *note.lines.place(one.finding.span.start)) for one in found]


def mended(text: str, rules: list[Rule] = OURS, *, unsafe: bool = False) -> str:
    note = Note("Note.md", text)
    vault = vault_of(note)
    first = {note.path: lint_note(note, vault, rules)}
    done = fix_vault(first, lambda _: note, vault, lambda _: rules, unsafe=unsafe)
    return done.texts.get(note.path, text)


def block_of(text: str) -> str:
    span = frontmatter_span(text)
    return text[slice(*span)] if span else ""


@pytest.mark.skipif(not CASES.exists(), reason="the conformance cases are not here")
def test_each_conformance_case_is_told_by_exactly_its_rules() -> None:
    names = {one.name for one in OURS}
    for case in json.loads(CASES.read_text(encoding="utf-8")):
        expected = case["expect"].get("lint")
        if expected is None or not case["source"].endswith(".md"):
            continue
        note = Note(case["source"], case["text"])
        found = lint_note(note, vault_of(note, case["vault"]), OURS)
        assert {one.rule for one in found} == names & set(expected), case["id"]


def test_a_template_is_no_defect() -> None:
    for text in (
        "---\ntitle: {{title}}\ncreated: {{date}} {{time}}\ntags: [{{a}}, b c]\n---\n",
        "---\naliases: <% tp.file.title %>\nup: [[<% tp.x %>]]\nvideoId: <% x: y %>\n---\n",
        "---\n<%* let x = 1; -%>\ntitle: x\n---\n",
        "---\ncreated: {{date}}\ntags: #a\n---\n",
    ):
        assert said(text) == []


def test_a_long_note_is_judged_in_linear_time() -> None:
    texts = (
        "\n" * 200_000 + "---\na: 1\n---\n",
        "---\na: 1\n---\n" + "\n \t" * 100_000 + "---\n",
        "---\n" + "a: b: c\n" * 20_000 + "---\n",
        "---\ntitle: " + "x: " * 100_000 + "\n---\n",
        "---\ntags: [" + "a b, " * 20_000 + "]\n---\n",
        "---\ntags: " + "a, " * 50_000 + "b\n---\n",
        "---\n" + "".join(f"key{n}: [[x]]\n" for n in range(5_000)) + "---\n",
        "---\n" + "title: x\n" * 50_000,
        " " * 1_000_000 + "---\n",
        "---\nup: " + "[[" * 100_000 + "\n---\n",
        "---\na: x" + " #" * 200_000 + "\n---\n",
    )
    for text in texts:  # so long that what is not linear would not come to an end
        said(text)


LINES = st.sampled_from(
    ["title: Soup", "title: a: b", "tags: a, b", "tag: x", "tags:", "  - two words", "  - #x",
     "up: [[X]]", "  - [[X|y]]", "alias: A", "aliases: A, B", "cssclasses: a, b", "videoId: 123",
     "videoId: 12345678901", "hash: 1e10", "# note", "", "Title: x", "text: |", "  # no: comment",
     "a: 'x", "a: {b: c}", "n: &x 1", "m: *x", "title: Song #1", "x: @y", "\tb: 1", "k: \"\\|\""]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=7), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_law_fixes_settle_and_keep_the_rest(lines: list[str], newline: str, bom: bool) -> None:
    block = "".join(f"{line}\n" for line in ["---", *lines, "---", "body"])
    text = "\ufeff" * bom + block.replace("\n", newline)
    for unsafe in (False, True):
        done = mended(text, unsafe=unsafe)
        assert mended(done, unsafe=unsafe) == done
        assert done.endswith(f"body{newline}")
        assert newline == "\n" or done.count("\n") == done.count("\r\n")
        if read_frontmatter(text).valid:
            assert read_frontmatter(done).valid


# -- what hurt the users of other tools ------------------------------------------------------

HARD_BLOCK = """---
# a comment
"quoted key": 'single' # kept
folded: >-
  some * text
    - with signs
literal: |
  # no comment
  [[Soup]]  and   blanks\x20\x20
anchor: &a [1, 2]
alias: *a
flow: {a: "x, y",
  b: [c, d]}
list:
- "[[Soup]]"
- '*not bold*'
date: 2024-01-01
multi: some
  plain text
---
"""


def test_pain_02_frontmatter_stays_when_no_frontmatter_rule_fires() -> None:
    """OL/1093: line beginnings clipped, `*` put into frontmatter link lists."""
    bodies = (
        "* item\n* [[Soup]]\n\n#Heading\n\n| a | [[b|c]] |\n|---|---|\n",
        "text  \n\n\n<a class='yt-timestamp' data-t='00:01:02'>[00:01:02]</a>\n[[ Soup | soup ]]",
        "[[[[]]]]]] ((( ``` \n~~~\n---\na: 1\n---\n",
    )
    for body in bodies:
        for newline in ("\n", "\r\n"):
            text = (HARD_BLOCK + body).replace("\n", newline)
            assert block_of(mended(text, OTHERS, unsafe=True)) == block_of(text)


def test_pain_03_a_fix_of_yaml_changes_only_the_key_it_means() -> None:
    """OL/958: `tags: book` became `formtags: book`."""
    text = '---\nform: paper\ntags: book, paper\ntitle: "x" # kept\n---\ntags: book\n'
    done = mended(text, unsafe=True)
    assert done == (
        '---\nform: paper\ntags:\n  - book\n  - paper\ntitle: "x" # kept\n---\ntags: book\n'
    )
    assert read_frontmatter(done).data == {
        "form": "paper", "tags": ["book", "paper"], "title": "x",
    }  # fmt: skip
    assert mended("---\ntags: book\n---\n", unsafe=True) == "---\ntags: book\n---\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("---\r\ntag: x\r\n---\r\ntext\r\n", id="CRLF"),
        pytest.param("\ufeff---\ntag: x\n---\ntext\n", id="BOM"),
        pytest.param("\ufeff---\r\ntag: x\r\n---\r\ntext", id="BOM, CRLF, no final newline"),
        pytest.param("---\ntag: x\n---", id="no final newline"),
        pytest.param("---\ntag: x\n---\none\rtwo\r", id="a lone CR in the body"),
        pytest.param("---\ntag: x\r\n---\ntext\r\n", id="mixed line ends"),
    ],
)
def test_pain_04_no_second_block_is_written(text: str) -> None:
    """OL/1537: a second frontmatter block, for CRLF or a file that git had brought."""
    done = mended(text, unsafe=True)
    assert done.count("---") == 2
    assert read_frontmatter(done).data == {"tags": ["x"]}
    span, old = frontmatter_span(done), frontmatter_span(text)
    assert span is not None
    assert old is not None
    assert done[span.end :] == text[old.end :]
    assert done[: span.start] == text[: old.start]
    added = apply_edits(text, set_property(text, "new", "y"))
    assert added.count("---") == 2
    assert read_frontmatter(added).data == {"tag": "x", "new": "y"}


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\n---\na: 1\n---\n", "text\n---\na: 1\n---\n", "***\na: 1\n---\nb: 2\n---\n",
        "- - -\na: 1\n---\n", "Title\n===\n---\na: 1\n---\n", "> ---\n> a: 1\n> ---\n",
        "```\n---\na: 1\n---\n```\n", "a: 1\n---\n",
    ],
)  # fmt: skip
def test_pain_05_a_line_across_the_page_is_no_frontmatter(text: str) -> None:
    """OL/34: a later `---` … `---` was taken for frontmatter and content doubled."""
    assert frontmatter_span(text) is None
    assert not read_frontmatter(text).data
    assert said(text) == []
    with_block = f"---\nb: 2\n---\n{text}"
    assert read_frontmatter(with_block).data == {"b": 2}
    assert mended(with_block, unsafe=True) == with_block


def test_pain_06_what_need_not_change_survives_byte_for_byte() -> None:
    """OL/1563: quotes were written into the prose of block scalars."""
    for newline in ("\n", "\r\n"):
        text = (HARD_BLOCK.replace("---\n#", "---\ntag: x\n#", 1) + "body\n").replace("\n", newline)
        assert "alias: *a" in text  # `alias` is an old name, too: it goes, its value stays
        expected = text.replace("\ntag: x\r", "\ntags:\r\n  - x\r").replace(
            "\ntag: x\n", "\ntags:\n  - x\n"
        )
        expected = expected.replace("alias: *a", "aliases: *a")
        assert mended(text, unsafe=True) == expected
        literal = read_frontmatter(expected).data["literal"]
        assert literal == "# no comment\n[[Soup]]  and   blanks  \n"


@pytest.mark.parametrize(
    "value",
    ["a: b", "- x", "#", "yes", "2024-01-01", "[x]", '"', "'", "a\nb", " x ", "", "😀", "a #b"],
)
def test_pain_07_a_value_we_write_reads_back_the_same(value: str) -> None:
    """OL/840: a title with a colon was written without quotes, which is no YAML."""
    for text in ("body\n", "---\ntitle: old # kept\n---\n", "---\ntitle:\n---\n"):
        done = apply_edits(text, set_property(text, "title", value))
        assert read_frontmatter(done).data == {"title": value}
        source = read_frontmatter(done).source
        assert yaml.safe_load(source) == {"title": value}, "other readers, too"
        assert said(done) == []


def test_pain_08_a_link_without_quotes_is_quoted_in_place() -> None:
    """obsidian-frontmatter-modified-date#70: `- [[note]]` was rewritten as `- - - note`."""
    text = "---\nup: [[A]]\nrelated: # kept\n  - [[note]]\n  - [[b|c]] # too\n---\n"
    assert [name for name, _, _ in said(text)] == ["unquoted-value"] * 3
    assert mended(text, unsafe=True) == (
        '---\nup: "[[A]]"\nrelated: # kept\n  - "[[note]]"\n  - "[[b|c]]" # too\n---\n'
    )


def test_pain_09_invalid_yaml_is_one_finding_with_a_line() -> None:
    """digitalgarden#359: `"[[a\\|b]]"` made the parser throw."""
    text = '---\ntitle: x\nup: "[[a\\|b]]"\ntag: y\n---\nbody\n'
    assert said(text) == [("invalid-frontmatter", 3, 9)]
    assert mended(text) == text
    assert block_of(mended(text, OTHERS, unsafe=True)) == block_of(text)


def body_rule(note: Note) -> Iterator[Finding]:
    yield Finding(Span(note.body, note.body), "the body is read")


@pytest.mark.parametrize(
    "source",
    ["companies:: [[A]], [[B]]", "a: b: c", "- x", "\tx: 1", "? [a]\n: b", "{{x}}: {{y}}", "=: 1",
     "'': 1", "<<: {a: 1}", "[[a]]: 1", "😀: 1", "null: 1", "a b c: 1", "-: 1", "x: \x01"],
)  # fmt: skip
def test_pain_10_odd_keys_leave_the_other_rules_at_work(source: str) -> None:
    """OL/155: odd keys made the tool silently do nothing."""
    text = f"---\n{source}\n---\nbody\n"
    rules = [*OURS, rule(Check("body-rule", body_rule, False, {}))]
    found = said(text, rules)
    assert found[-1] == ("body-rule", text.count("\n"), 1)
    assert len([one for one in found if one[0] == "invalid-frontmatter"]) == int(
        not read_frontmatter(text).valid
    )
    assert "rule-crashed" not in {name for name, _, _ in found}
