"""Taking knapper into a vault with old debts: baseline, suppressions, and their end."""

import json
import random
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from cmarkgfm import cmark, github_flavored_markdown_to_html

import knapper.checks  # noqa: F401 - fills the registry
from conftest import Knapper, WriteVault, contents
from knapper.app.workspace import load_rules
from knapper.core.config import Config
from knapper.core.layers import rules_for
from knapper.core.lint import Ruleset, lint_note
from knapper.core.note import Note, facts_of
from knapper.core.rule import Diagnostic
from knapper.core.silencing import silenced
from knapper.core.vault import Vault

BASELINE = ".knapper-baseline.json"
DEBTS = {
    "Para.md": "See [[gone]] and [[lost]].\n\n## See [[gone]]\n",
    "List.md": "- [[gone]]\n- [[lost]]\n\n| [[gone]] |\n| --- |\n\n> [[gone]]\n",
    "Front.md": '---\nup: "[[gone]]"\ntag: x\n---\nfine\n',
    "Board.canvas": '{"nodes": [{"id": "1"}], "edges": []}',
}


def known(root: Path) -> dict[str, int]:
    found = json.loads((root / BASELINE).read_text())["known"]
    assert isinstance(found, dict)
    return found


def test_a_baseline_counts_as_soon_as_it_is_written(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(DEBTS)
    assert knapper(root, "check").status == 1
    made = knapper(root, "check", "--write-baseline")
    assert (made.status, made.output) == (0, b"")
    assert "10 known findings written; they are left out from now on" in made.err
    assert knapper(root, "check").out == "4 notes checked, nothing found\n"
    vault({"New.md": "[[gone]]\n"})
    assert knapper(root, "check", "--output-format", "json").rules == ["broken-wikilink"]
    vault({".knapper.toml": 'baseline = ""\n'})
    assert len(knapper(root, "check", "--output-format", "json").rules) == 11
    vault({".knapper.toml": 'baseline = "other.json"\n'})
    ran = knapper(root, "check")
    assert (ran.status, ran.err) == (2, f"error: {root}/other.json: no such file or directory\n")


def test_one_entry_excuses_one_finding(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"N.md": "[[gone]]\n"})
    knapper(root, "check", "--write-baseline")
    vault({"N.md": "[[gone]]\n\n[[gone]]\n\n[[gone]]\n"})
    assert knapper(root, "check", "--output-format", "json").rules == ["broken-wikilink"] * 2


def test_paid_debts_are_told_and_taken_out(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(DEBTS)
    knapper(root, "check", "--write-baseline")
    before = known(root)
    (root / "List.md").unlink()
    vault({"Para.md": "See [[gone]] and [[lost]].\n"})
    ran = knapper(root, "check")
    assert (
        ran.err
        == f"{BASELINE}: 5 known findings are paid; --fix or --write-baseline takes them out\n"
    )
    assert (ran.status, known(root)) == (0, before), "a check writes nothing"
    for part in (["Para.md"], ["--select", "timestamps"], ["--select", "graph", "List.md"]):
        if (root / part[-1]).exists() or part[0] == "--select":
            knapper(root, "check", "--fix", *[p for p in part if p != "List.md"])
    assert {mark.split("|")[0] for mark in known(root)} == {
        "Board.canvas", "Front.md", "List.md", "Para.md",
    }, "what was not asked is not paid"  # fmt: skip
    ran = knapper(root, "check", "--fix")
    assert f"{BASELINE}: 4 known findings taken out, since paid" in ran.err
    assert {mark.split("|")[0] for mark in known(root)} == {"Board.canvas", "Front.md", "Para.md"}
    assert knapper(root, "check").err == ""


def test_a_baseline_of_a_part_leaves_the_rest(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(DEBTS)
    knapper(root, "check", "--write-baseline", "--select", "frontmatter")
    vault({"New.md": "[[gone]]\n"})
    knapper(root, "check", "--write-baseline", "New.md")
    ran = knapper(root, "check", "--write-baseline", "Board.canvas")
    assert ran.err.startswith(f"{BASELINE}: 3 known findings written;")
    ran = knapper(root, "check", "--output-format", "json", "Front.md", "New.md", "Board.canvas")
    assert ran.rules == ["broken-frontmatter-link"]


AFTER = """\
<!-- knapper: off-next-line broken-wikilink -->

See [[gone]] and [[lost]].

<!-- knapper: off-next-line broken-wikilink -->

## See [[gone]]
"""


def test_suppressions_are_written_where_they_change_nothing(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault(DEBTS)
    before = contents(root)
    shown = knapper(root, "check", "--add-suppressions", "--diff")
    assert shown.status == 1
    assert knapper(root, "check", "--add-suppressions", "--diff", "--exit-zero").status == 0
    assert shown.out.count("\n+<!-- knapper: off-next-line broken-wikilink -->\n") == 2
    assert contents(root) == before
    ran = knapper(root, "check", "--add-suppressions")
    assert (ran.status, ran.output) == (0, b"")
    assert ran.err == (
        "3 findings silenced in 1 note ('knapper undo 1' takes that back)\n"
        f"7 findings for which no comment can stand written to {BASELINE}\n"
    )
    assert (root / "Para.md").read_text() == AFTER
    after = contents(root)
    assert {path for path in after if after[path] != before.get(path)} == {"Para.md", BASELINE}
    assert knapper(root, "check", "--add-suppressions", "--diff").status == 0
    assert knapper(root, "check").out == "4 notes checked, nothing found\n"
    assert knapper(root, "check", "--add-suppressions").err == "0 findings silenced in 0 notes\n"
    knapper(root, "undo")
    assert contents(root) == before
    assert len(knapper(root, "check", "--output-format", "json").rules) == 10


def test_suppressions_for_a_part_and_for_what_fails_only(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({**DEBTS, "Case.md": "[[para]]\n"})
    knapper(root, "check", "--add-suppressions", "Case.md")
    assert (root / "Case.md").read_text() == "[[para]]\n", "an info fails nothing"
    knapper(root, "check", "--add-suppressions", "--select", "canvas")
    assert {mark.split("|")[0] for mark in known(root)} == {"Board.canvas"}
    assert (root / "Para.md").read_text() == DEBTS["Para.md"]


def test_notes_that_are_not_ours_to_write_go_to_the_baseline(
    vault: WriteVault, knapper: Knapper, tmp_path: Path
) -> None:
    config = '[[replica]]\nname = "r"\npath = "../r"\ninto = "In"\nfix = false\n'
    outside = tmp_path / "outside.md"
    outside.write_text("[[gone]]\n")
    root = vault({".knapper.toml": config, "In/A.md": "[[gone]]\n", "B.md": b"caf\xe9 [[gone]]\n"})
    (root / "Linked.md").symlink_to(outside)
    before = contents(root)
    assert knapper(root, "check", "--add-suppressions").status == 0
    assert {path: one for path, one in contents(root).items() if path != BASELINE} == before
    assert outside.read_text() == "[[gone]]\n"
    assert knapper(root, "check").status == 0


def test_a_debt_that_is_paid_makes_its_comment_idle(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"Para.md": DEBTS["Para.md"]})
    knapper(root, "check", "--add-suppressions")
    vault({"gone.md": "", "lost.md": ""})
    for only in ([], ["--select", "suppressions"], ["--select", "unused-suppression"]):
        ran = knapper(root, "check", "--output-format", "json", *only)
        assert [(one["rule"], one["line"]) for one in ran.json] == [
            ("unused-suppression", 1), ("unused-suppression", 5),
        ]  # fmt: skip
        assert ran.status == 0
    knapper(root, "check", "--fix")
    assert (root / "Para.md").read_text() == DEBTS["Para.md"]


def test_what_is_not_asked_is_not_called_idle(vault: WriteVault, knapper: Knapper) -> None:
    text = "---\nknapper-ignore: [self-link, broken-embed]\n---\n%% knapper: off %% [[gone]]\n"
    root = vault({"N.md": text})
    for options in (["--select", "all"], ["--ignore", "links"], ["--select", "graph,suppressions"]):
        ran = knapper(root, "check", "--output-format", "json", *options)
        said = [one["message"] for one in ran.json if one["rule"] == "unused-suppression"]
        assert said == ["'broken-embed' finds nothing in this note, so there is nothing to silence"]
    vault({".knapper.toml": 'ignore = ["broken-embed"]\n'})
    assert knapper(root, "check", "--output-format", "json").json == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--add-suppressions --fix", "--add-suppressions goes with --diff"),
        ("--add-suppressions --write-baseline", "--add-suppressions goes with --diff"),
        ("--add-suppressions --stdin-filename N.md", "--add-suppressions goes with --diff"),
        ("--write-baseline --fix", "--write-baseline goes with no other"),
        ("--write-baseline --diff", "--write-baseline goes with no other"),
        ("--write-baseline --stdin-filename N.md", "--write-baseline goes with no other"),
    ],
)
def test_ways_out_exclude_each_other(
    vault: WriteVault, knapper: Knapper, options: str, said: str
) -> None:
    root = vault(DEBTS)
    before = contents(root)
    ran = knapper(root, "check", *options.split())
    assert (ran.status, ran.output) == (2, b"")
    assert said in ran.err
    assert contents(root) == before


@pytest.mark.parametrize(
    ("options", "passed_over"),
    [
        ("--write-baseline --statistics", "--write-baseline prints no report, so --statistics"),
        ("--diff --fix --output-format json", "--diff prints no report, so --output-format"),
        ("--add-suppressions -o x.txt", "--add-suppressions prints no report, so --output-file"),
    ],
)
def test_who_asks_for_no_report_is_told_that_it_has_no_form(
    vault: WriteVault, knapper: Knapper, options: str, passed_over: str
) -> None:
    root = vault(DEBTS)
    ran = knapper(root, "check", *options.split())
    assert f"warning: {passed_over} is passed over\n" in ran.err
    assert not (root / "x.txt").exists()


# -- the law of silencing ---------------------------------------------------------------

PIECES = (
    "para [[gone]]\n", "two lines\n[[gone]] here\n", "\n", "\n\n", "# Head [[gone]]\n",
    "- item [[gone]]\n", "- a\n\n- [[lost]]\n", "1. [[gone]]\n   more [[lost]]\n", "> [[gone]]\n",
    "> [!note]\n> [[gone]]\n", "| a | [[gone]] |\n| - | - |\n| [[lost]] | b |\n", "---\n",
    "```\n[[gone]]\n```\n", "    [[gone]]\n", "<div>\n[[gone]]\n\n[[lost]]\n</div>\n",
    "$$\nx\n$$\n", "[^1]: note [[gone]]\n", "[^1] [[gone]]\n", "Setext [[gone]]\n===\n",
    "%% [[gone]] %%\n",
    "<!-- knapper: off-next-line broken-wikilink -->\n[[gone]]\n", "text ^id\n",
    "[[gone]] ^other\n", "**bold\n[[gone]]\nmore**\n", "`code\n[[gone]]\nmore`\n",
    "<b>[[gone]]</b>\n",
    "\\\n[[gone]]\n",
    '<a class="yt-timestamp" data-t="1:2">[1:2]</a> [[gone]]\n', "![[gone.png]] [x](gone.md)\n",
    "term\n: [[gone]]\n", "[ref]: gone.md\n", "[[gone]]  \nhard\n", "a\n<!-- x -->\n[[gone]]\n",
)  # fmt: skip


def notes(seed: int, count: int) -> Iterable[str]:
    dice = random.Random(seed)
    for _ in range(count):
        text = "".join(dice.choices(PIECES, k=dice.randint(1, 9)))
        if dice.random() < 0.2:
            text = "---\ntags: x\n---\n" + text
        yield text.replace("\n", "\r\n") if dice.random() < 0.2 else text


def shown(text: str) -> str:
    """Return what another reader shows: cmark-gfm, without our comments."""
    options = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_FOOTNOTES
    html = github_flavored_markdown_to_html(text, options)
    return re.sub(r"<!-- knapper: [^>]*-->\n?", "", html)


def test_silencing_silences_just_what_it_says_and_changes_nothing_else() -> None:
    ready = Ruleset.of(rules_for(Config(), load_rules(), "N.md", lambda _patterns, _path: False))
    done = 0
    for text in notes(1, 400):
        note = Note("N.md", text)
        vault = Vault(["N.md"], {"N.md": facts_of(note)})

        def judge(note: Note, vault: Vault = vault) -> list[Diagnostic]:
            return lint_note(note, vault, ready)

        found = judge(note)
        made = silenced(note, found, judge)
        after = Note("N.md", made.text)
        assert sorted(made.done + made.left) == sorted(found)
        assert words(judge(after)) == words(made.left), text
        assert facts_of(after) == facts_of(note)
        body = note.text[note.body :], after.text[after.body :]
        assert shown(body[0]) == shown(body[1]), text
        assert after.text[: after.body] == note.text[: note.body]
        done += len(made.done)
    assert done > 200


def words(found: Iterable[Diagnostic]) -> list[tuple[str, str]]:
    return sorted((one.rule, one.finding.message) for one in found)


def test_a_debt_stays_known_when_its_line_is_mended_or_follows_a_renaming(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({"A.md": "see [[dead]] and [[t]]\n\n[[gone]]\n", "T.md": ""})
    knapper(root, "check", "--write-baseline", "--ignore", "link-case")
    assert knapper(root, "check", "--fix").status == 0
    assert "[[T|t]]" in (root / "A.md").read_text()
    assert knapper(root, "rename", "T.md", "U").status == 0
    ran = knapper(root, "check")
    assert (ran.status, ran.err) == (0, "")
    (root / "A.md").write_text("see [[dead]]\n\nand [[dead]], [[gone]]\n")  # one more
    found = knapper(root, "check", "--output-format", "json").json
    assert [(one["rule"], one["line"]) for one in found] == [("broken-wikilink", 3)]


def test_debts_of_and_in_what_is_renamed_stay_known(vault: WriteVault, knapper: Knapper) -> None:
    notes = {"A.md": "see [[B#nope]]\n", "x/B.md": "[[dead]]\n", "x/C.md": "[[dead]]\n"}
    root = vault({**notes, ".obsidian/app.json": "{}"})
    knapper(root, "check", "--write-baseline")
    before = contents(root)
    for old, new in (("x/B.md", "D"), ("x", "y"), ("y/D.md", "y/a.b")):
        assert knapper(root, "rename", old, new).status == 0
        ran = knapper(root, "check")
        assert (ran.status, ran.err) == (0, "")
    vault({"x/B.md": "[[dead]]\n"})
    assert knapper(root, "check", "--output-format", "json").rules == ["broken-wikilink"]
    (root / "x/B.md").unlink()
    for _ in range(3):
        assert knapper(root, "undo").status == 0
    assert contents(root) == before


def test_a_renaming_asks_for_no_baseline(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({".knapper.toml": 'baseline = "none.json"\n', "A.md": "[[B]]\n", "B.md": ""})
    assert knapper(root, "rename", "B.md", "C").status == 0
    assert (root / "A.md").read_text() == "[[C]]\n"
