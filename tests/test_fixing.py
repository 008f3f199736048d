"""Laws of fixing, over vaults made of good and broken pieces with all rules on."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import cmarkgfm
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import Knapper, WriteVault, contents
from knapper.app import workspace
from knapper.app.workspace import load_rules
from knapper.core.fix import MOST_PASSES, Mended, fix_vault, fixes_to_make
from knapper.core.lint import Ruleset, lint_note
from knapper.core.note import Note, facts_of
from knapper.core.rule import Check, Diagnostic, Finding, Fix, Rule, Severity
from knapper.core.text import Edit, Span, apply_edits, edits_overlap
from knapper.core.vault import Vault

RULES = Ruleset.of(rule for rule in load_rules() if rule.name != "missing-final-newline")
"""All rules but the one that is there to change how a note ends."""

TIME = '<a class="yt-timestamp" data-t="00:01:02">[00:01:02]</a>'
LINES = st.sampled_from(
    [
        "# Head", "## Head", "text and more text", "", "- item", "> quote", "```", "    code",
        "🙂 e\u0301 中文", "[x](gone.md)", "| a | [[b | x]] |", "|---|---|",
        "[[b]]", "[[b#Head]]", "[[B | x]]", "[[Beta]]", "[[some note]]", "[[some note#Head|x]]",
        "[[b | ]]", "[[gone]]", "![[b]]", "[x](b.md)",
        "[[a|b|c]]", "[[b [[some_note]] x]]", "[[b", "[[]]", "[[00:01:02]]", "[[https://e.example|u]]",
        TIME, TIME[:-4] + ">, " + TIME, TIME.replace("yt-", "yt_"),
        TIME.replace('00:01:02"', '1:02"'),
        TIME.replace("[00:01:02]", ""), TIME.replace("[00:01:02]", "[[00:01:02]]"),
        TIME.replace("00:01:02\"", "00:01:02]\""), TIME.replace("[00:01:02]", "00:01:02"),
        f"[00:01:02]({TIME})", "[00:01:02]", TIME.replace('"00:01:02"', "'00:01:02'"),
        "| [[Beta]] | [[some note]] |\n|---|---|\n| [[Beta]] | [[b \\| ]] |",
        "- [[Beta]]\n  ```\n  [[Beta]]\n  ```", "1. a\n\n   > [[some note]]\n   > " + TIME[:-4],
        "``` " + TIME, "$x$ #tag ^id", "%% c %%", "<div>", "[b | x]",
    ]
)  # fmt: skip
PROPERTIES = st.sampled_from(
    [
        "title: A", "title: a: b", "videoId: kbjO2ykaAKQ", "videoId: 12345678901", "tag: x",
        "alias: Q", "aliases: [Q, R]", "up: [[b]]", 'up: "[[gone]]"', "Title: B", "title: A",
        "empty:", "tags: a, b",
        "cssclasses: a b", "# comment", "duration: 60", "list:\n  - [[b]]",
    ]
)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    properties = draw(st.lists(PROPERTIES, max_size=4))
    lines = draw(st.lists(LINES, max_size=10))
    front = ["---", *properties, "---"] if properties else []
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    text = ending.join("\n".join([*front, *lines]).split("\n"))
    return draw(st.sampled_from(["", "\ufeff"])) + text + draw(st.sampled_from(["", ending]))


Texts = Mapping[str, str]
FIXED = {"b.md": "---\naliases: [Beta]\n---\n# Head\n", "some_note.md": "# Head\n"}


def judge(files: Texts) -> tuple[dict[str, Note], Vault, dict[str, list[Diagnostic]]]:
    notes = {path: Note(path, text) for path, text in files.items()}
    vault = Vault(notes, {path: facts_of(note) for path, note in notes.items()})
    return notes, vault, {path: lint_note(note, vault, RULES) for path, note in notes.items()}


def mend(files: Texts, *, unsafe: bool) -> tuple[Texts, Mended]:
    notes, vault, found = judge(files)
    mended = fix_vault(found, notes.__getitem__, vault, lambda _: RULES, unsafe=unsafe)
    return {**files, **mended.texts}, mended


@given(texts(), st.booleans())
def test_fixing_twice_is_fixing_once(text: str, unsafe: bool) -> None:
    once, _ = mend({**FIXED, "a.md": text}, unsafe=unsafe)
    twice, again = mend(once, unsafe=unsafe)
    assert twice == once
    assert not again.made


@given(texts())
def test_nothing_that_can_safely_be_mended_is_left(text: str) -> None:
    files, mended = mend({**FIXED, "a.md": text}, unsafe=False)
    refused = {rule for dropped in mended.dropped for rule in dropped.rules}
    left = [d.rule for found in judge(files)[2].values() for d in found
            if d.finding.fix and d.finding.fix.safe and d.finding.fix.edits]  # fmt: skip
    assert set(left) <= refused


UNCOVERING = frozenset(
    ("blank-before-frontmatter", "duplicate-key", "invalid-frontmatter", "timestamp-after-fence")
)
"""What these mend kept properties, or the rest of the note, from being read at all."""


SERIES = frozenset(("timestamp-order", "timestamp-repeated", "timestamp-shifted-note"))
"""They compare the times of a note; one that can be read again counts from then on."""


@given(texts())
@example("[[Beta]]\n|---|---|")
def test_fixing_adds_no_finding(text: str) -> None:
    files = {**FIXED, "a.md": text}
    result, mended = mend(files, unsafe=False)
    if any(d.rule in UNCOVERING or (d.finding.fix and d.finding.fix.restructures)
           for d in mended.made):  # fmt: skip
        return
    before, after = (Counter(d.rule for d in judge(f)[2]["a.md"]) for f in (files, result))
    assert not {rule for rule in after - before if rule not in SERIES}


@given(texts())
def test_line_ends_and_byte_order_mark_stay(text: str) -> None:
    result = mend({**FIXED, "a.md": text}, unsafe=True)[0]["a.md"]
    assert result.startswith("\ufeff") == text.startswith("\ufeff")
    if "\r\n" in text:
        assert result.replace("\r\n", "").count("\n") == text.replace("\r\n", "").count("\n")
    if text and not text.endswith("\n"):
        assert not result.endswith("\n") or not result.strip()


LINE_END = re.compile("\r\n|\r|\n")


@given(st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"])), max_size=10))
def test_mixed_line_ends_stay_each_where_it_is(lines: list[tuple[str, str]]) -> None:
    text = "".join(line + end for line, end in lines)
    result = mend({**FIXED, "a.md": text}, unsafe=True)[0]["a.md"]
    before, after = LINE_END.findall(text), LINE_END.findall(result)
    assert len(after) != len(before) or after == before


BLOCK = re.compile(r"</?(?:h[1-6]|p|ul|ol|li|pre|blockquote|table|tr|t[hd]|hr)\b")


def blocks(text: str) -> list[str]:
    """The blocks of a note without their words, by a reader that is not the guard's."""
    body = text[Note("a.md", text).body :]
    html = cmarkgfm.github_flavored_markdown_to_html(body)
    assert isinstance(html, str)
    return BLOCK.findall(html)


@given(texts())
@example("[[b | ]]\n|---|---|")
@example("| [[b | x]] |\n|---|---|\n")
def test_safe_fixes_keep_the_blocks(text: str) -> None:
    result, mended = mend({**FIXED, "a.md": text}, unsafe=False)
    if not any(d.finding.fix and d.finding.fix.restructures for d in mended.made):
        assert blocks(result["a.md"]) == blocks(text)


@given(texts(), texts())
@settings(max_examples=30)
def test_equal_facts_mean_equal_findings_elsewhere(one: str, other: str) -> None:
    if facts_of(Note("x.md", one)) != facts_of(Note("x.md", other)):
        return
    reader = "[[x]] [[x#Head]] [[x#^id]] ![[x]] [[Q]]\n"
    found = [judge({**FIXED, "x.md": text, "r.md": reader})[2]["r.md"] for text in (one, other)]
    assert found[0] == found[1]


# -- choosing fixes, and giving up -----------------------------------------------------


def said(rule: str, edits: Iterable[Edit]) -> Diagnostic:
    fix = Fix("", tuple(edits))
    return Diagnostic("a.md", rule, "error", Finding(min(e.span for e in fix.edits), "", fix))


EDITS = st.builds(
    lambda start, length, text: Edit(Span(start, min(start + length, 200)), text),
    st.integers(0, 200), st.integers(0, 4), st.text("xy", max_size=2),
)  # fmt: skip


@given(st.lists(st.lists(EDITS, min_size=1, max_size=3), max_size=60))
def test_fixes_of_one_pass_never_meet(fixes: list[list[Edit]]) -> None:
    chosen = fixes_to_make((said(f"r{n:02}", one) for n, one in enumerate(fixes)), unsafe=False)
    edits = [edit for one in chosen if one.finding.fix for edit in one.finding.fix.edits]
    assert not edits_overlap(edits)
    apply_edits("." * 200, edits)


def test_fixes_that_all_write_at_the_end_do_not_hide_a_neighbour() -> None:
    far = [
        said("far", [Edit(Span(2 * n, 2 * n + 1), "x"), Edit(Span(900 + 3 * n, 901 + 3 * n), "y")])
        for n in range(100)
    ]
    near = said("near", [Edit(Span(198, 199), "z")])
    chosen = fixes_to_make([*far, near], unsafe=False)
    assert not edits_overlap([e for d in chosen if d.finding.fix for e in d.finding.fix.edits])


def replacing(
    name: str, old: str, new: str, severity: Severity = "error", *, once: bool = True
) -> Rule:
    """A rule that wants another word in place of one, the first or all of them."""

    def function(note: Note) -> list[Finding]:
        found = list(re.finditer(re.escape(old), note.text))[: 1 if once else None]
        fix = f"write {new}"
        return [
            Finding(Span(*m.span()), f"expected {new}", Fix(fix, (Edit(Span(*m.span()), new),)))
            for m in found
        ]

    return Rule(name, Check(name, function, False, {}), severity, True, "", "made-up")


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> list[Rule]:
    """The rules that are on; a test adds its own."""
    chosen = [rule for rule in load_rules() if rule.enabled]
    monkeypatch.setattr(workspace, "load_rules", lambda: chosen)
    return chosen


def test_rules_that_undo_each_other_leave_the_file_and_fail(
    vault: WriteVault, knapper: Knapper, rules: list[Rule]
) -> None:
    rules += [replacing("wants-left", "right", "left"), replacing("wants-right", "left", "right"),
              replacing("wants-day", "night", "day", "info")]  # fmt: skip
    root = vault({"Circle.md": "go left at night\n", "Other.md": "night\n"})
    ran = knapper(root, "check", "--fix")
    assert ran.status == 1
    assert "Circle.md: wants-left, wants-right: not mended, as these rules undo" in ran.err
    assert (root / "Circle.md").read_text() == "go left at night\n"
    assert (root / "Other.md").read_text() == "day\n"  # the others are mended
    found = knapper(root, "check", "--fix", "--output-format", "json")
    assert [(one["rule"], one["column"]) for one in found.json] == [
        ("wants-right", 4),
        ("wants-day", 12),
    ]


def test_a_rule_that_never_rests_is_named_and_its_findings_are_those_of_the_file(
    vault: WriteVault, knapper: Knapper, rules: list[Rule]
) -> None:
    rules.append(replacing("more", "end", "end end"))
    root = vault({"N.md": "the end\n"})
    before = contents(root)
    ran = knapper(root, "check", "--fix", "--output-format", "json")
    assert (ran.status, ran.rules) == (1, ["more"])
    assert (ran.json[0]["line"], ran.json[0]["column"]) == (1, 5)
    assert "N.md: more: not mended" in ran.err
    assert contents(root) == before


def test_ten_passes_are_enough_for_what_needs_ten(
    vault: WriteVault, knapper: Knapper, rules: list[Rule]
) -> None:
    rules.append(replacing("no-x", "x ", ""))
    root = vault(
        {"Ten.md": "x " * MOST_PASSES + "y\n", "More.md": "x " * (MOST_PASSES + 1) + "y\n"}
    )
    assert knapper(root, "check", "--fix").status == 1
    assert (root / "Ten.md").read_text() == "y\n"
    assert (root / "More.md").read_text() == "x " * (MOST_PASSES + 1) + "y\n"


def test_a_link_that_a_fix_elsewhere_breaks_is_found_in_the_same_run(
    vault: WriteVault, knapper: Knapper, rules: list[Rule]
) -> None:
    rules.append(replacing("new-name", "x ^old", "x ^new"))
    root = vault({"A.md": "x ^old\n", "B.md": "[[A#^old]]\n"})  # of B nothing was to be said
    ran = knapper(root, "check", "--fix", "--output-format", "json")
    assert (root / "A.md").read_text() == "x ^new\n"
    assert [(one["path"], one["rule"]) for one in ran.json] == [("B.md", "broken-block-link")]
    assert ran.status == 1
    assert knapper(root, "check", "--output-format", "json").json == ran.json


@pytest.mark.parametrize("severity", ["error", "info"])
def test_a_fix_that_would_do_harm_is_not_made_and_fails(
    vault: WriteVault, knapper: Knapper, rules: list[Rule], severity: Severity
) -> None:
    rules.append(replacing("no-quote", "> ", "", severity))
    root = vault({"N.md": "> Said\n\ntext\n"})
    for arguments in (("--fix",), ("--diff",)):
        ran = knapper(root, "check", *arguments)
        assert ran.status == 1
        assert "N.md: no-quote: its fix was not made, since" in ran.err
    assert (root / "N.md").read_text() == "> Said\n\ntext\n"
    assert knapper(root, "check", "--fix", "--exit-zero").status == 0


def test_one_harmful_fix_among_many_costs_only_itself(
    vault: WriteVault, knapper: Knapper, rules: list[Rule]
) -> None:
    rules += [replacing("no-quote", "> ", ""), replacing("no-word", "word", "term", once=False)]
    root = vault({"N.md": "> Said\n\n" + "a word\n" * 200})
    ran = knapper(root, "check", "--fix")
    assert (root / "N.md").read_text() == "> Said\n\n" + "a term\n" * 200
    assert ran.err.count("no-quote") == 1


def test_what_links_know_a_heading_by_is_not_mended_without_asking(
    vault: WriteVault, knapper: Knapper
) -> None:
    note = "# On [[real note]]\n\n[[real note]]\n\nUnder [[real note]]\n===\n"
    root = vault({"Real Note.md": "", "N.md": note, "B.md": "[[N#On real note]]\n"})
    knapper(root, "check", "--fix")
    mended = note.replace("\n[[real note]]\n", "\n[[Real Note|real note]]\n")
    assert (root / "N.md").read_text() == mended
    assert knapper(root, "check", "--fix", "--unsafe-fixes").status == 0  # nor is it lost then
    assert "# On [[Real Note]]\n" in (root / "N.md").read_text()
