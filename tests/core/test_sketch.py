"""A note of which only a sketch is kept is judged as one that is read."""

from random import Random

import pytest
from hostile import hostile_text
from hypothesis import given
from hypothesis import strategies as st

from changing import VAULTS, every_rule
from conftest import WriteVault
from knapper.app.batch import Earlier, Texts, judge_again
from knapper.app.workspace import facts, open_workspace
from knapper.core.excerpt import findings_of
from knapper.core.found import packed
from knapper.core.lint import lint_again, lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.sketch import sketch_of, sketched
from knapper.core.vault import Vault

PIECES = st.sampled_from(
    [*"[]()!|#\\`$<>% \n", "[[", "]]", "![[", "](", "a", "b c", "%20", "![x](y)", "[[n|t]]", "[[]]",
     "[d](<p q>)", "[d](e \"f\")", "| - |\n", "<!-- ", "-->", "---\nx: '[[y]]'\n---\n"]
)  # fmt: skip
SOUP = st.lists(PIECES, max_size=25).map("".join)


def shown(note: Note) -> tuple[object, ...]:
    return (
        note.links,
        note.tables,
        note.targets,
        note.frontmatter_links,
        note.has_odd_brackets,
        note.has_loose_brackets,
        note.regions,
        note.tags,
    )


@given(SOUP | st.integers(0, 10**9).map(lambda seed: hostile_text(Random(seed))))
def test_what_it_says_is_what_reading_the_note_says(text: str) -> None:
    note = Note("a.md", text)
    assert shown(sketched(Note("a.md", text), sketch_of(note))) == shown(note)


@given(VAULTS)
def test_rules_that_do_not_read_the_vault_ask_it_nothing(files: dict[NotePath, str]) -> None:
    vault = Vault(files, {})
    for path, text in files.items():
        rules = every_rule(path)
        plain = [rule for rule in rules.rules if rule.name not in rules.askers]
        asked = vault.listen()
        lint_note(Note(path, text), vault, plain)
        assert not asked.questions().keys


@given(VAULTS, VAULTS)
def test_a_note_is_judged_again_as_it_would_be_for_the_first_time(
    before: dict[NotePath, str], after: dict[NotePath, str]
) -> None:
    first, second = (
        Vault(files, {path: facts(Note(path, text)) for path, text in files.items()})
        for files in (before, after)
    )
    for path, text in before.items():
        note, rules = Note(path, text), every_rule(path)
        found = lint_note(note, first, rules)
        again = lint_again(sketched(note, sketch_of(note)), second, rules, found)
        assert again == lint_note(Note(path, text), second, rules)


@pytest.mark.parametrize("text", ["[[Gone]]\n", "words, [[Gone]] \n\n\n\n# A \n", "\0"])
def test_a_note_that_is_another_one_meanwhile_is_judged_as_a_whole(
    text: str, vault: WriteVault
) -> None:
    root = vault({"A.md": "[[Gone|]]\n", "B.md": "text\n"})
    texts = Texts(open_workspace(root), {})
    note = texts.read("A.md")
    known = Vault({"A.md", "B.md"}, {})
    found = lint_note(note, known, texts.workspace.rules_of("A.md"))
    earlier = {
        "A.md": Earlier(sketch_of(note), texts.digest(note), packed(findings_of(note, found)))
    }
    (root / "A.md").write_text(text)
    assert judge_again(texts, known, earlier, ["A.md"], keep=True) == judge_again(
        texts, known, {}, ["A.md"], keep=True
    )
