"""Findings that are kept up to date are those of a fresh look at the vault."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changing import EDITS, VAULTS, Edit, edited, every_rule, usual_rules
from conftest import SOURCE
from knapper.app.workspace import facts
from knapper.core import live as live_module
from knapper.core.asked import Asked
from knapper.core.difference import Askers
from knapper.core.lint import Ruleset, lint_note
from knapper.core.live import Live
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.rule import Diagnostic
from knapper.core.settings import Period, Settings
from knapper.core.vault import Vault

CHECKS = sorted((SOURCE / "knapper" / "checks").rglob("*.py"))

QUESTIONS = """
    aliased doubtful facts facts_of files has has_folder is_first_in is_linked link_to named
    namesakes nearest resolve shortest_name shortest_path subpath subpath_in titled twins
    usual_tag with_stem
"""
"""What a rule may ask of a vault. A new one needs a key (`asked`, `difference`), an answer
before the others are read (`FirstLook`), and rules in the law below that ask it."""

NOT_FOR_RULES = "aliases known linked names spellings"
"""What answers without writing down that it was asked."""

OTHERS = "links_as listen once settings updated was_asked_for_links"


def test_each_question_has_been_thought_of() -> None:
    public = {name for name in dir(Vault((), {})) if not name.startswith("_")}
    assert public == {*QUESTIONS.split(), *NOT_FOR_RULES.split(), *OTHERS.split()}


@pytest.mark.parametrize("module", CHECKS, ids=lambda path: path.stem)
def test_rules_ask_only_what_is_written_down(module: Path) -> None:
    asked = re.findall(r"vault\.(\w+)", module.read_text(encoding="utf-8"))
    assert not {*asked} & {*NOT_FOR_RULES.split()}


def test_what_no_note_asks_any_more_is_forgotten() -> None:
    late, early = Askers(), Askers()
    for name in ("a", "al", "als", "also"):  # a link that is typed
        asked = Asked()
        asked.targets.add(name)
        late.put("Note.md", asked.questions())
    early.put("Note.md", asked.questions())
    assert vars(late) == vars(early)


SETTINGS = st.sampled_from(
    [
        Settings(),
        Settings(new_link_format="relative", template_folders=("Templates",)),
        Settings(new_link_format="absolute", periods=(Period("F"),)),
    ]
)

Files = Mapping[NotePath, str]


Rules = Callable[[NotePath], Ruleset]


def fresh_look(files: Files, settings: Settings, rules: Rules) -> dict[NotePath, list[Diagnostic]]:
    """Judge every note of a vault by all that is known."""
    notes = [Note(path, text) for path, text in files.items()]
    known = {note.path: facts(note) for note in notes if not is_attachment(note.path)}
    vault = Vault(files, known, settings)
    found = {note.path: lint_note(note, vault, rules(note.path)) for note in notes}
    return {path: diagnostics for path, diagnostics in found.items() if diagnostics}


def update(live: Live, before: Files, after: Files) -> set[NotePath]:
    fresh = {path: Note(path, text) for path, text in after.items() if before.get(path) != text}
    return live.update(fresh, after)


@given(
    VAULTS,
    st.lists(EDITS, max_size=4),
    SETTINGS,
    st.sampled_from((every_rule, usual_rules)),
    st.sampled_from((0, 1, 500)),
)
def test_after_any_edits_they_are_those_of_a_fresh_look(
    files: dict[NotePath, str],
    rounds: list[list[Edit]],
    settings: Settings,
    rules: Rules,
    at_once: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_module, "_PARSED", at_once or 1)
        patch.setattr(live_module, "_IN_PARTS", 500 if at_once else 0)
        look_after_any_edits(files, rounds, settings, rules)


def look_after_any_edits(
    files: dict[NotePath, str], rounds: list[list[Edit]], settings: Settings, rules: Rules
) -> None:
    live = Live(settings, rules, lambda _: True, facts)
    update(live, {}, files)
    assert live.diagnostics == fresh_look(files, settings, rules)
    for edits in rounds:
        before, known = dict(live.diagnostics), files
        files = edited(files, edits)
        different = update(live, known, files)
        assert live.diagnostics == fresh_look(files, settings, rules)
        assert different == {
            path
            for path in {*before, *live.diagnostics}
            if before.get(path, []) != live.diagnostics.get(path, [])
        }
