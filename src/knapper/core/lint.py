"""Running rules over a note."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from knapper.core.note import Note
from knapper.core.rule import Diagnostic, Finding, Rule
from knapper.core.suppress import read_suppressions
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = ["Ruleset", "lint_note", "run_rule"]


class _Ready(NamedTuple):
    """A rule with its options as its function takes them."""

    rule: Rule
    function: Callable[..., Iterable[Finding]]
    reads_vault: bool
    options: Mapping[str, object]


class Ruleset(NamedTuple):
    """Rules made ready to run, grouped by what a note must have for them to speak."""

    rules: tuple[Rule, ...]
    groups: tuple[tuple[str, tuple[_Ready, ...]], ...]

    @classmethod
    def of(cls, rules: "Ruleset | Iterable[Rule]") -> "Ruleset":
        """Make rules ready; what is ready stays as it is."""
        if isinstance(rules, Ruleset):
            return rules
        chosen = tuple(rules)
        grouped: dict[str, list[_Ready]] = {}
        for rule in chosen:
            options = {name.replace("-", "_"): value for name, value in rule.options.items()}
            check = rule.check
            ready = _Ready(rule, check.function, check.reads_vault, options)
            grouped.setdefault(check.when, []).append(ready)
        return cls(chosen, tuple((when, tuple(group)) for when, group in grouped.items()))


def run_rule(rule: Rule, note: Note, vault: Vault) -> Iterable[Finding]:
    """Return what one rule finds in a note, in its own order."""
    ((when, (ready,)),) = Ruleset.of((rule,)).groups
    return _run(ready, note, vault) if not when or getattr(note, when) else ()


def lint_note(note: Note, vault: Vault, rules: Ruleset | Sequence[Rule]) -> list[Diagnostic]:
    """Return the diagnostics of a note, by position and rule; suppressed ones left out.

    A check that raises becomes a diagnostic `rule-crashed`, and the run goes on.
    """
    found: list[Diagnostic] = []
    for when, group in Ruleset.of(rules).groups:
        if (when and not getattr(note, when)) or (note.trouble and when != "trouble"):
            continue  # of a note that could not be read, only that can be said
        for ready in group:
            rule = ready.rule
            try:
                found += [
                    Diagnostic(note.path, rule.name, rule.severity, finding)
                    for finding in _run(ready, note, vault)
                ]
            except Exception as error:  # a bug of ours must not cost the user the other rules
                found.append(_crashed(note, rule, error))
    return _by_place(note, found) if found else found


def _run(ready: _Ready, note: Note, vault: Vault) -> Iterable[Finding]:
    if ready.reads_vault:
        return ready.function(note, vault, **ready.options)
    return ready.function(note, **ready.options)


def _crashed(note: Note, rule: Rule, error: Exception) -> Diagnostic:
    message = (
        f"the rule '{rule.name}' failed here with {type(error).__name__}: {error}; "
        "please report this"
    )
    return Diagnostic(note.path, "rule-crashed", "error", Finding(Span(0, 0), message))


def _by_place(note: Note, found: list[Diagnostic]) -> list[Diagnostic]:
    suppressions = read_suppressions(note)
    if suppressions.ranges:
        found = [
            diagnostic
            for diagnostic in found
            if not suppressions.silence(diagnostic.rule, diagnostic.finding.span.start)
        ]
    return sorted(found, key=lambda diagnostic: (diagnostic.finding.span, diagnostic.rule))
