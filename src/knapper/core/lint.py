"""Running rules over a note."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from knapper.core.asked import Questions
from knapper.core.note import Note
from knapper.core.rule import Diagnostic, Finding, Rule, When
from knapper.core.signs import Signs, signs
from knapper.core.suppress import may_silence, read_suppressions
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = [
    "Ruleset",
    "Verdict",
    "judge",
    "judge_again",
    "lint_again",
    "lint_note",
    "lint_unsilenced",
    "run_rule",
]


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


Concern = Callable[[Note, Vault], object]


class _Group(NamedTuple):
    """Rules that speak only of notes with the same thing in them.

    `concerns` tells whether a note has that thing; it is one call, as it is made for every
    group and note. `of_trouble` is the group that speaks of notes that cannot be read.
    """

    concerns: Concern
    rules: tuple[_Ready, ...]
    of_trouble: bool


class Ruleset(NamedTuple):
    """Rules made ready to run, grouped by what a note must have for them to speak."""

    rules: tuple[Rule, ...]
    groups: tuple[_Group, ...]
    asking: tuple[_Group, ...]
    """The groups of those rules that read the vault, and none of the others."""
    askers: frozenset[str]
    """The names of those rules."""

    @classmethod
    def of(cls, rules: "Ruleset | Iterable[Rule]") -> "Ruleset":
        """Make rules ready; what is ready stays as it is."""
        if isinstance(rules, Ruleset):
            return rules
        chosen = tuple(rules)
        grouped: dict[tuple[When, tuple[str, ...]], list[_Ready]] = {}
        for rule in chosen:
            grouped.setdefault((rule.check.when, rule.check.signs), []).append(_Ready.of(rule))
        groups = [
            _Group(_concern(when, signs(*texts)), tuple(ready), when == "trouble")
            for (when, texts), ready in grouped.items()
        ]
        only = [
            group._replace(rules=tuple(ready for ready in group.rules if ready.reads_vault))
            for group in groups
        ]
        askers = frozenset(rule.name for rule in chosen if rule.check.reads_vault)
        return cls(chosen, tuple(groups), tuple(group for group in only if group.rules), askers)


def _concern(when: When, wanted: Signs) -> Concern:
    """Return the test whether a note has what `when` names, and one of the signs."""
    if not when:
        return (lambda note, _: note.has(wanted)) if wanted else (lambda _note, _vault: True)
    about = (lambda note, _: getattr(note, when)) if isinstance(when, str) else when
    return (lambda note, vault: about(note, vault) and note.has(wanted)) if wanted else about


class Verdict(NamedTuple):
    """What is found in a note, and what that depends on."""

    diagnostics: list[Diagnostic]
    questions: Questions


def judge(note: Note, vault: Vault, rules: Ruleset | Sequence[Rule]) -> Verdict:
    """Return what is found in a note, and what it asked of the vault for that."""
    asked = vault.listen()
    diagnostics = lint_note(note, vault, rules)
    return Verdict(diagnostics, asked.questions())


def judge_again(
    note: Note, vault: Vault, rules: Ruleset | Sequence[Rule], before: Sequence[Diagnostic]
) -> Verdict:
    """Return the verdict on a note that is the same, in a vault that is another one."""
    asked = vault.listen()
    diagnostics = lint_again(note, vault, rules, before)
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


def lint_again(
    note: Note, vault: Vault, rules: Ruleset | Sequence[Rule], before: Sequence[Diagnostic]
) -> list[Diagnostic]:
    """Return the diagnostics of a note that is the same, in a vault that is another one.

    `before` are those that it had; what does not depend on the vault is taken from them.
    """
    rules = Ruleset.of(rules)
    if may_silence(note) or any(one.rule == _CRASHED for one in before):
        return lint_note(note, vault, rules)  # what is not among them may be silenced alone
    found = [one for one in before if one.rule not in rules.askers]
    return _sorted(found + _found_by(rules.asking, note, vault))


def lint_unsilenced(note: Note, vault: Vault, rules: Ruleset | Sequence[Rule]) -> list[Diagnostic]:
    """Return the diagnostics of a note, suppressed ones too, in no order."""
    return _found_by(Ruleset.of(rules).groups, note, vault)


def _found_by(groups: Iterable[_Group], note: Note, vault: Vault) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    is_unreadable = note.trouble is not None
    for concerns, ready_rules, of_trouble in groups:
        if is_unreadable is not of_trouble:
            continue  # of a note that could not be read, only that can be said
        try:
            if not concerns(note, vault):
                continue
        except Exception as error:  # as below: it is a part of each rule of the group
            found += [_crashed(note, ready.rule, error) for ready in ready_rules]
            continue
        for rule, function, reads_vault in ready_rules:
            try:
                findings = [*(function(note, vault) if reads_vault else function(note))]
            except Exception as error:  # a bug of ours must not cost the user the other rules
                found.append(_crashed(note, rule, error))
                continue
            if findings:
                name, severity = rule.name, rule.severity
                found += [Diagnostic(note.path, name, severity, one) for one in findings]
    return found


_CRASHED = "rule-crashed"


def _crashed(note: Note, rule: Rule, error: Exception) -> Diagnostic:
    message = (
        f"the rule '{rule.name}' failed here with {type(error).__name__}: {error}; "
        "please report this"
    )
    return Diagnostic(note.path, _CRASHED, "error", Finding(Span(0, 0), message))


def _by_place(note: Note, found: list[Diagnostic]) -> list[Diagnostic]:
    suppressions = read_suppressions(note)
    if suppressions:
        found = [
            diagnostic
            for diagnostic in found
            if not suppressions.silence(diagnostic.rule, diagnostic.finding.span.start)
        ]
    return _sorted(found)


def _sorted(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    return sorted(found, key=lambda diagnostic: (diagnostic.finding.span, diagnostic.rule))
