"""Every rule's note is its test: its examples run as they stand, and dressed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import knapper.checks  # noqa: F401 - fills the registry
from knapper.core.fix import fix_vault
from knapper.core.lint import lint_note, run_rule
from knapper.core.note import Note, facts_of
from knapper.core.rule import CHECKS, Finding, Rule
from knapper.core.rulebook import Example, RuleNote, read_examples, read_rule_note, rule_of
from knapper.core.settings import SETTING_FILES, read_settings
from knapper.core.text import Span
from knapper.core.vault import Vault
from knapper.shell.disk import decode_note

RULES = Path(__file__).parents[1] / "rules"
NOTES = [
    read_rule_note(path.relative_to(RULES).as_posix(), path.read_text(encoding="utf-8"))
    for path in sorted(RULES.rglob("*/*.md"))
]
EXAMPLES = [
    pytest.param(note, example, id=f"{note.name}: {example.title}")
    for note in NOTES
    for example in read_examples(note)
]


def rule_for(note: RuleNote, example: Example) -> Rule:
    rule = rule_of(note)
    given = {name.replace("_", "-"): _tuple(value) for name, value in example.options.items()}
    assert set(given) <= set(rule.options), f"unknown option in {sorted(given)}"
    beside = tuple(map(rule_of, NOTES)) if rule.check.reads_rules else ()
    return rule._replace(options={**rule.options, **given}, beside=beside)


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def little_vault(example: Example, text: str) -> tuple[Note, Vault]:
    """The note under test in its little vault, settings of `.obsidian/` included."""
    note = decode_note(example.path, text.encode(errors="surrogateescape"))
    others = [Note(path, other) for path, other in example.files.items() if path[0] != "."]
    facts = {one.path: facts_of(one) for one in (*others, note)}
    settings = {name: example.files.get(f".obsidian/{name}", "") for name in SETTING_FILES}
    return note, Vault(facts, facts, read_settings(settings))


def say(note: Note, findings: list[Finding], shift: int = 0) -> list[str]:
    lines = []
    for finding in sorted(findings):
        line, column = note.lines.place(finding.span.start)
        lines.append(f"{line - shift}:{column} {finding.message}")
    return lines


def mend(rule: Rule, note: Note, vault: Vault) -> str:
    diagnostics = {note.path: lint_note(note, vault, [rule])}
    mended = fix_vault(diagnostics, lambda _: note, vault, lambda _: [rule], unsafe=True)
    assert not mended.dropped, mended.dropped
    return mended.texts.get(note.path, note.text)


@pytest.mark.parametrize(("rule_note", "example"), EXAMPLES)
def test_example(rule_note: RuleNote, example: Example) -> None:
    rule = rule_for(rule_note, example)
    note, vault = little_vault(example, example.text)
    assert tuple(say(note, list(run_rule(rule, note, vault)))) == example.findings
    assert bool(example.findings) == example.bad, "bad has findings, good has none"
    fixed = mend(rule, note, vault)
    assert fixed == (note.text if example.fixed is None else example.fixed)
    again, vault = little_vault(example, fixed)
    assert mend(rule, again, vault) == fixed, "fixing again changes nothing"
    assert not [f for f in run_rule(rule, again, vault) if f.fix], "nothing fixable is left"
    for finding in run_rule(rule, note, vault):
        assert 0 <= finding.span.start <= finding.span.end <= len(note.text)


ABOUT_THE_END = ("fenced-note", "missing-final-newline")
"""Rules that look at the end of a note, where nothing may be put or taken away."""


def dressings(example: Example) -> Iterator[tuple[str, str, int]]:
    """Yield (name, text, lines put in front) of the example in other clothes."""
    text = example.text
    if not text.startswith(("---", "\ufeff")) and text.strip():
        yield "frontmatter in front", f"---\nplain: text\n---\n{text}", 3
    yield "a paragraph after", f"{text}\n\nA paragraph after it.\n", 0
    if "\r" not in text:
        yield "CRLF line ends", text.replace("\n", "\r\n"), 0
    yield "no final newline", text.rstrip("\r\n"), 0


@pytest.mark.parametrize(("rule_note", "example"), EXAMPLES)
def test_dressed_example(rule_note: RuleNote, example: Example) -> None:
    if rule_note.family == "frontmatter" and not example.text.startswith("---"):
        pytest.skip("the rule is about what stands at the very start")
    if not example.path.endswith(".md"):
        pytest.skip("only Markdown is dressed")
    rule = rule_for(rule_note, example)
    for name, text, shift in dressings(example):
        if rule_note.name in ABOUT_THE_END and name in ("a paragraph after", "no final newline"):
            continue
        note, vault = little_vault(example, text)
        found = [f for f in say(note, list(run_rule(rule, note, vault)), shift) if f]
        assert found == list(example.findings), name
        fixed = mend(rule, note, vault)
        again, vault = little_vault(example, fixed)
        assert mend(rule, again, vault) == fixed, name


def test_notes_and_checks_are_one_to_one() -> None:
    assert sorted(note.name for note in NOTES) == sorted(CHECKS)


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.name)
def test_note_tells_its_options_and_has_both_kinds_of_example(note: RuleNote) -> None:
    check, examples = CHECKS[note.name], read_examples(note)
    _, _, rest = note.body.partition("## Options")
    told = [line[3:].partition("`")[0] for line in rest.partition("\n## ")[0].splitlines()
            if line.startswith("- `")]  # fmt: skip
    assert sorted(told) == sorted(check.options)
    assert {example.bad for example in examples} == {True, False}
    texts = [(e.path, e.text, tuple(e.options.items()), tuple(e.files.items())) for e in examples]
    assert len(set(map(repr, texts))) == len(texts), "two examples are equal"
    used = {name.replace("_", "-") for example in examples for name in example.options}
    assert used == set(check.options), "an option is shown in no example"


def test_a_finding_that_is_not_stated_fails_the_example() -> None:
    """The harness refuses lies: a wrong message, place or fixed text."""
    note = Note("Note.md", "a\nbc\n")
    assert say(note, [Finding(Span(2, 3), "b")]) == ["2:1 b"]
