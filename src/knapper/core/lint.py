"""Running rules over a note."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from knapper.core.asked import Questions
from knapper.core.note import Note
from knapper.core.rule import Diagnostic, Finding, Rule, When
from knapper.core.suppress import read_suppressions
from knapper.core.text import Span, has_any
from knapper.core.vault import Vault

__all__ = ["Ruleset", "Verdict", "judge", "lint_note", "lint_unsilenced", "run_rule"]


class _Ready(NamedTuple):
    """A rule with its check, which has its options already."""

    rule: Rule
    function: Callable[..., Iterable[Finding]]
    reads_vault: bool

    @classmethod
    def of(cls, rule: Rule) -> "_Ready":
        function = rule.check.function
        options = {name.replace("-", "_"): value for name, value in rule.options.items()}
        if rule.check.reads_rules:
            options["rules"] = rule.beside
        bound = partial(function, **options) if options else function
        return cls(rule, bound, rule.check.reads_vault)

    def findings(self, note: Note, vault: Vault) -> Iterable[Finding]:
        return self.function(note, vault) if self.reads_vault else self.function(note)


class _Group(NamedTuple):
    """Rules that speak only of notes with the same thing in them."""

    when: When
    signs: tuple[str, ...]
    rules: tuple[_Ready, ...]

    def concerns(self, note: Note, vault: Vault) -> bool:
        """Tell whether a note has that thing."""
        when = self.when
        if when and not (getattr(note, when) if isinstance(when, str) else when(note, vault)):
            return False
        return not self.signs or has_any(note.text, self.signs)


class Ruleset(NamedTuple):
    """Rules made ready to run, grouped by what a note must have for them to speak."""

    rules: tuple[Rule, ...]
    groups: tuple[_Group, ...]

    @classmethod
    def of(cls, rules: "Ruleset | Iterable[Rule]") -> "Ruleset":
        """Make rules ready; what is ready stays as it is."""
        if isinstance(rules, Ruleset):
            return rules
        chosen = tuple(rules)
        grouped: dict[tuple[When, tuple[str, ...]], list[_Ready]] = {}
        for rule in chosen:
            grouped.setdefault((rule.check.when, rule.check.signs), []).append(_Ready.of(rule))
        groups = (_Group(*held, tuple(ready)) for held, ready in grouped.items())
        return cls(chosen, tuple(groups))


class Verdict(NamedTuple):
    """What is found in a note, and what that depends on."""

    diagnostics: list[Diagnostic]
    questions: Questions


def judge(note: Note, vault: Vault, rules: Ruleset | Sequence[Rule]) -> Verdict:
    """Return what is found in a note, and what it asked of the vault for that."""
    asked = vault.listen()
    diagnostics = lint_note(note, vault, rules)
    return Verdict(diagnostics, asked.questions())


def run_rule(rule: Rule, note: Note, vault: Vault) -> Iterable[Finding]:
    """Return what one rule finds in a note, in its own order."""
    (group,) = Ruleset.of((rule,)).groups
    return group.rules[0].findings(note, vault) if group.concerns(note, vault) else ()


def lint_note(note: Note, vault: Vault, rules: Ruleset | Sequence[Rule]) -> list[Diagnostic]:
    """Return the diagnostics of a note, by position and rule; suppressed ones left out.

    A check that raises becomes a diagnostic `rule-crashed`, and the run goes on.
    """
    found = lint_unsilenced(note, vault, rules)
    return _by_place(note, found) if found else found


def lint_unsilenced(note: Note, vault: Vault, rules: Ruleset | Sequence[Rule]) -> list[Diagnostic]:
    """Return the diagnostics of a note, suppressed ones too, in no order."""
    found: list[Diagnostic] = []
    for group in Ruleset.of(rules).groups:
        if note.trouble is not None and group.when != "trouble":
            continue  # of a note that could not be read, only that can be said
        try:
            concerned = group.concerns(note, vault)
        except Exception as error:  # as below: it is a part of each rule of the group
            found += [_crashed(note, ready.rule, error) for ready in group.rules]
            continue
        for ready in group.rules if concerned else ():
            try:
                findings = [*ready.findings(note, vault)]
            except Exception as error:  # a bug of ours must not cost the user the other rules
                found.append(_crashed(note, ready.rule, error))
                continue
            if findings:
                name, severity = ready.rule.name, ready.rule.severity
                found += [Diagnostic(note.path, name, severity, one) for one in findings]
    return found


def _crashed(note: Note, rule: Rule, error: Exception) -> Diagnostic:
    message = (
        f"the rule '{rule.name}' failed here with {type(error).__name__}: {error}; "
        "please report this"
    )
    return Diagnostic(note.path, "rule-crashed", "error", Finding(Span(0, 0), message))


def _by_place(note: Note, found: list[Diagnostic]) -> list[Diagnostic]:
    suppressions = read_suppressions(note)
    if suppressions:
        found = [
            diagnostic
            for diagnostic in found
            if not suppressions.silence(diagnostic.rule, diagnostic.finding.span.start)
        ]
    return sorted(found, key=lambda diagnostic: (diagnostic.finding.span, diagnostic.rule))
