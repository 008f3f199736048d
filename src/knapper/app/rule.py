"""What a rule is about, as its note and its check say."""

from difflib import get_close_matches

from knapper.app.workspace import load_rules, rule_notes
from knapper.core.errors import KnapperError
from knapper.core.rulebook import RuleNote

__all__ = ["rule_called", "rule_told"]


def rule_called(name: str) -> RuleNote:
    """Return the note of a rule, also by a name that it had; raises `KnapperError`."""
    notes = {note.name: note for note in rule_notes()}
    name = next((note.name for note in notes.values() if name in note.was), name)
    if name not in notes:
        near = get_close_matches(name, notes, 1)
        hint = f"; did you mean '{near[0]}'?" if near else "; 'knapper rule' lists them"
        raise KnapperError(f"no rule is called '{name}'{hint}")
    return notes[name]


def rule_told(note: RuleNote) -> dict[str, object]:
    """Return a rule in plain values."""
    rule = next(rule for rule in load_rules() if rule.name == note.name)
    return {
        "name": note.name,
        "family": note.family,
        "severity": note.severity,
        "enabled": note.enabled,
        "summary": note.summary,
        "options": dict(rule.options),
        "since": note.since,
        "body": note.body,
    }
