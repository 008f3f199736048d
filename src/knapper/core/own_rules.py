"""A vault's own rules: notes that name a check of knapper and give it options.

    ---
    check: forbidden-text
    text: [Twitter]
    severity: error
    ---

Such a note is a rule by the note's name. It only declares: it has no code, and the
options are those of the check, with the types of its signature.
"""

from collections.abc import Iterable, Mapping
from typing import cast, get_origin

from knapper.core.errors import ConfigError
from knapper.core.frontmatter import Value
from knapper.core.note import Note
from knapper.core.options import OptionReader
from knapper.core.paths import stem_of
from knapper.core.rule import CHECKS, SEVERITIES, Check, Rule

__all__ = ["OWN", "own_rules"]

OWN = "own"
"""The family of these rules."""


def own_rules(
    notes: Iterable[Note], shipped: Iterable[Rule], checks: Mapping[str, Check] = CHECKS
) -> tuple[Rule, ...]:
    """Return the rules that the notes of a folder declare; other notes may lie there.

    Raises `ConfigError`, which names the note and what would be right.
    """
    taken = {"all": "'all' means every rule", OWN: f"'{OWN}' means the rules of this vault"}
    for rule in shipped:
        taken[rule.family] = f"'{rule.family}' is a family of rules"
        taken[rule.name] = f"a rule of knapper is called '{rule.name}'"
    found = []
    for note in notes:
        if not _declares(note):
            continue
        rule = _Declaration(note.path).rule(note, checks)
        if rule.name in taken:
            raise ConfigError(note.path, "", f"{taken[rule.name]}; expected another name")
        taken[rule.name] = f"another note is the rule '{rule.name}'"
        found.append(rule)
    return tuple(found)


_ASKED: Mapping[str, str] = {"forbidden-text": "text", "required-heading": "headings"}
"""Checks that ask for nothing unless this option says what."""

_USUAL = frozenset(
    ("check", "summary", "severity", "enabled", "since", "title", "tags", "aliases", "cssclasses",
     "created", "modified", "knapper-ignore")
)  # fmt: skip
"""Keys that are no options."""


def _declares(note: Note) -> bool:
    """Tell whether a note is meant as a rule; what cannot be read might be one."""
    if note.trouble is not None:
        raise ConfigError(note.path, "", note.trouble.message)
    error = note.frontmatter.error
    if error is not None:
        raise ConfigError(note.path, "", f"its properties cannot be read: {error.message}")
    return note.frontmatter.has("check")


class _Declaration(OptionReader):
    """Reads one note as a rule."""

    def rule(self, note: Note, checks: Mapping[str, Check]) -> Rule:
        # Obsidian compares the names of properties without case
        data: Mapping[str, Value] = {
            key.lower(): value for key, value in note.frontmatter.data.items()
        }
        check = self.check(data, checks)
        given = {key: value for key, value in data.items() if key not in _USUAL}
        self.known_keys(given, {*check.options, *_USUAL})
        defaults = {name: option.default for name, option in check.options.items()}
        options = self.options(_as_lists(given, check), check)
        asked = _ASKED.get(self.text(data, "check", ""))
        if asked is not None and not options.get(asked):
            self.fail(asked, "expected at least one text, else the rule asks for nothing")
        severity = data.get("severity", "warning")
        if severity not in SEVERITIES:
            self.fail("severity", f"{severity!r} is none of {', '.join(SEVERITIES)}")
        return Rule(
            name=self.name(note),
            check=check,
            severity=severity,
            enabled=self.flag(data, "enabled", True),
            summary=self.text(data, "summary", "A rule of this vault."),
            family=OWN,
            options={**defaults, **options},
        )

    def check(self, data: Mapping[str, Value], checks: Mapping[str, Check]) -> Check:
        name = self.text(data, "check", "")
        found = checks.get(name)
        if found is None:
            usable = [one.name for one in checks.values() if one.options]
            self.fail("check", f"no check is called '{name}'{self.near(name, usable)}")
        if not found.options:
            self.fail("check", f"'{name}' has no options, so it can be no other rule")
        return found

    def name(self, note: Note) -> str:
        """Return the note's name, which has to be one word: lists of rules have blanks."""
        name = stem_of(note.path)
        if not name.replace("-", "").replace("_", "").isalnum():
            words = "-".join("".join(c if c.isalnum() else " " for c in name).lower().split())
            meant = f", like '{words}'" if words else ""
            self.fail("", f"a rule is called by the note's name; expected one word{meant}")
        return name


def _as_lists(given: Mapping[str, Value], check: Check) -> dict[str, object]:
    """Return the options with a list in place of one text, where a list is wanted."""
    return {
        name: [value]
        if isinstance(value, str) and get_origin(check.options[name].type) is tuple
        else cast(object, value)
        for name, value in given.items()
    }
