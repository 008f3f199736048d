"""Rules run over many notes at once say what they say of each."""

import inspect

from hypothesis import given

from changing import VAULTS, every_rule
from knapper.app.workspace import facts
from knapper.core.lint import lint_alone, lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.rule import CHECKS
from knapper.core.vault import Vault


@given(VAULTS)
def test_all_notes_at_once_are_found_what_each_is_alone(files: dict[NotePath, str]) -> None:
    notes = [Note(path, text) for path, text in files.items()]
    known = {note.path: facts(note) for note in notes if not is_attachment(note.path)}
    vault = Vault(files, known)
    alone = lint_alone(notes, every_rule, vault.settings)
    for note in notes:
        fresh = Note(note.path, note.text)
        rules = every_rule(note.path)
        assert lint_note(note, vault, rules, alone[note.path]) == lint_note(fresh, vault, rules)


def test_what_a_rule_without_the_vault_concerns_is_told_without_it() -> None:
    for check in CHECKS.values():
        if callable(check.when) and not check.reads_vault:
            _, vault = inspect.signature(check.when).parameters
            assert vault == "_", f"{check.name} is run where no vault is at hand"
