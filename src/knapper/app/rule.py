"""What a rule is about, as its note and its check say; a vault may declare some of its own."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from knapper.app.roots import config_table
from knapper.app.workspace import Workspace, load_rules, open_workspace, rule_notes
from knapper.core.config import rules_folder
from knapper.core.errors import KnapperError
from knapper.core.paths import is_note, stem_of
from knapper.core.rule import Rule
from knapper.core.rulebook import RuleNote

__all__ = ["OwnRules", "is_shipped", "own_rules_of", "rule_called", "rule_told"]


class OwnRules(NamedTuple):
    """The rules that a vault declares, and their notes."""

    notes: tuple[RuleNote, ...] = ()
    rules: tuple[Rule, ...] = ()


def own_rules_of(root: Path) -> OwnRules:
    """Return the rules that a vault declares; raises `KnapperError`."""
    source, table = config_table(root)
    if not rules_folder(table, source):
        return OwnRules()  # so nothing else of the vault need be read
    workspace = open_workspace(root, root=root)
    return OwnRules(tuple(_pages(workspace)), workspace.own_rules)


def is_shipped(name: str) -> bool:
    """Tell whether a rule or family of this name comes with knapper, or a rule had it."""
    return any(name in (note.name, note.family, *note.was) for note in rule_notes())


def rule_called(name: str, own: OwnRules) -> RuleNote:
    """Return the note of a rule, also by a name that it had; raises `KnapperError`."""
    notes = {note.name: note for note in (*rule_notes(), *own.notes)}
    name = next((note.name for note in notes.values() if name in note.was), name)
    if name not in notes:
        near = get_close_matches(name, notes, 1)
        hint = f"; did you mean '{near[0]}'?" if near else "; 'knapper rule' lists them"
        raise KnapperError(f"no rule is called '{name}'{hint}")
    return notes[name]


def rule_told(note: RuleNote, own: OwnRules) -> dict[str, object]:
    """Return a rule in plain values."""
    rule = next(rule for rule in (*own.rules, *load_rules()) if rule.name == note.name)
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


def _pages(workspace: Workspace) -> Iterator[RuleNote]:
    """Yield the notes of the rules that a vault declares, as those of shipped ones are read."""
    declared = {rule.name: rule for rule in workspace.own_rules}
    for path in workspace.tree.files:
        rule = declared.get(stem_of(path))
        if rule is None or not is_note(path) or not path.startswith(f"{workspace.config.rules}/"):
            continue
        note = workspace.read(path)
        if not note.frontmatter.has("check"):
            continue
        body = note.text[note.frontmatter.span.end :].strip() + "\n"
        told = rule.name, rule.family, rule.summary, rule.severity
        yield RuleNote(*told, since="", enabled=rule.enabled, was=(), body=body)
