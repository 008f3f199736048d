"""Running rules over a note."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from knapper.core.asked import Questions
from knapper.core.blocks import read_blocks
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic, Finding, Fix, Rule, When
from knapper.core.settings import Settings
from knapper.core.signs import Signs, signs
from knapper.core.subpaths import reduced_heading
from knapper.core.suppress import may_silence, read_suppressions
from knapper.core.text import Edit, Span, apply_edits
from knapper.core.vault import Vault

__all__ = [
    "Ruleset",
    "Verdict",
    "judge",
    "judge_again",
    "lint_again",
    "lint_alone",
    "lint_note",
    "lint_unsilenced",
    "run_rule",
]


class _Ready(NamedTuple):
    """A rule with its check, which has its options already."""

    rule: Rule
    function: Callable[..., Iterable[Finding]]
    reads: Callable[[Vault], object] | None
    """What it reads beside the note, if anything."""

    @classmethod
    def of(cls, rule: Rule) -> "_Ready":
        function = rule.check.function
        options = {name.replace("-", "_"): value for name, value in rule.options.items()}
        if rule.check.reads_rules:
            options["rules"] = rule.beside
        bound = partial(function, **options) if options else function
        if rule.check.reads_settings:
            return cls(rule, bound, _SETTINGS)
        return cls(rule, bound, _itself if rule.check.reads_vault else None)

    def findings(self, note: Note, vault: Vault) -> Iterable[Finding]:
        return self.function(note, self.reads(vault)) if self.reads else self.function(note)


_SETTINGS = attrgetter("settings")


def _itself(vault: Vault) -> Vault:
    return vault


Concern = Callable[[Note, Vault], object]


class _Group(NamedTuple):
    """Rules that speak only of notes with the same thing in them.

    `concerns` tells whether a note has that thing; it is one call, as it is made for every
    group and note. One of the `signs`, if there are any, stands in each such note.
    `of_trouble` is the group that speaks of notes that cannot be read.
    """

    concerns: Concern
    signs: Signs
    rules: tuple[_Ready, ...]
    of_trouble: bool


class Ruleset(NamedTuple):
    """Rules made ready to run, grouped by what a note must have for them to speak."""

    rules: tuple[Rule, ...]
    alone: tuple[_Group, ...]
    """The groups of those rules that look at no other note."""
    asking: tuple[_Group, ...]
    """The groups of those that read the vault."""
    askers: frozenset[str]
    """The names of these."""

    @classmethod
    def of(cls, rules: "Ruleset | Iterable[Rule]") -> "Ruleset":
        """Make rules ready; what is ready stays as it is."""
        if isinstance(rules, Ruleset):
            return rules
        chosen = tuple(rules)
        asking = [rule for rule in chosen if rule.check.reads_vault]
        alone = [rule for rule in chosen if not rule.check.reads_vault]
        askers = frozenset(rule.name for rule in asking)
        return cls(chosen, _grouped(alone), _grouped(asking), askers)


def _grouped(rules: Iterable[Rule]) -> tuple[_Group, ...]:
    grouped: dict[tuple[When, tuple[str, ...]], list[_Ready]] = {}
    for rule in rules:
        grouped.setdefault((rule.check.when, rule.check.signs), []).append(_Ready.of(rule))
    return tuple(
        _Group(_concern(when, wanted := signs(*texts)), wanted, tuple(ready), when == "trouble")
        for (when, texts), ready in grouped.items()
    )


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


def judge(
    note: Note,
    vault: Vault,
    rules: Ruleset | Sequence[Rule],
    alone: Sequence[Diagnostic] | None = None,
) -> Verdict:
    """Return what is found in a note, and what it asked of the vault for that.

    `alone` is what `lint_alone` finds in it, if that is known.
    """
    asked = vault.listen()
    diagnostics = lint_note(note, vault, rules, alone)
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
    (group,) = _grouped((rule,))
    return group.rules[0].findings(note, vault) if group.concerns(note, vault) else ()


def lint_note(
    note: Note,
    vault: Vault,
    rules: Ruleset | Sequence[Rule],
    alone: Sequence[Diagnostic] | None = None,
) -> list[Diagnostic]:
    """Return the diagnostics of a note, by position and rule; suppressed ones left out.

    A check that raises becomes a diagnostic `rule-crashed`, and the run goes on. `alone` is
    what `lint_alone` finds in the note, if that is known.
    """
    rules = Ruleset.of(rules)
    if alone is None:
        alone = _found_by(rules.alone, note, vault)
    found = [*alone, *_found_by(rules.asking, note, vault)]
    return _by_place(note, found) if found else found


def lint_alone(
    notes: Iterable[Note], rules_of: Callable[[NotePath], Ruleset], settings: Settings
) -> dict[NotePath, list[Diagnostic]]:
    """Return what is found in each note by the rules that look at no other note.

    Suppressed ones are among it. A rule is run over all notes, then the next: one that was
    just run runs faster, and many speak of what no note has.
    """
    found: dict[NotePath, list[Diagnostic]] = {}
    nowhere = Vault((), {}, settings)
    by_rules: dict[int, tuple[Ruleset, list[Note]]] = {}
    for note in notes:
        found[note.path], rules = [], rules_of(note.path)
        by_rules.setdefault(id(rules), (rules, []))[1].append(note)
    for rules, some in by_rules.values():
        rare = b"".join([note.rare for note in some])
        for group in rules.alone:
            if not group.signs or any(piece in rare for piece, _ in group.signs):
                for note in some:
                    if said := _said_by(group, note, nowhere):
                        found[note.path] += said
    return found


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
    rules = Ruleset.of(rules)
    return _found_by(rules.alone + rules.asking, note, vault)


def _found_by(groups: Iterable[_Group], note: Note, vault: Vault) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for group in groups:
        if said := _said_by(group, note, vault):
            found += said
    return found


def _said_by(group: _Group, note: Note, vault: Vault) -> Sequence[Diagnostic]:
    """Return what the rules of a group say of a note, in their own order."""
    if (note.trouble is not None) is not group.of_trouble:
        return ()  # of a note that could not be read, only that can be said
    try:
        if not group.concerns(note, vault):
            return ()
    except Exception as error:  # as below: it is a part of each rule of the group
        return [_crashed(note, ready.rule, error) for ready in group.rules]
    found: list[Diagnostic] = []
    for rule, function, reads in group.rules:
        try:
            findings = [*(function(note, reads(vault)) if reads else function(note))]
        except Exception as error:  # a bug of ours must not cost the user the other rules
            found.append(_crashed(note, rule, error))
            continue
        if findings:
            name, severity, path = rule.name, rule.severity, note.path
            found += [Diagnostic(path, name, severity, _careful(note, one)) for one in findings]
    return found


def _careful(note: Note, finding: Finding) -> Finding:
    """Return a finding whose fix is not called safe if links to a heading could be lost by it.

    Such a link names the text of the heading as it is written, links and all.
    """
    fix = finding.fix
    if fix is None or not fix.safe or not any(_renamed_by(note, fix)):
        return finding
    return finding._replace(fix=fix._replace(safe=False))


def _renamed_by(note: Note, fix: Fix) -> Iterator[bool]:
    """Tell for each heading in which a fix changes something whether links know it no more."""
    touched = (note.heading_at(edit.span.start) for edit in fix.edits)
    for heading in {one for one in touched if one}:
        start, end = heading.start, heading.end
        inside = [edit for edit in fix.edits if start <= edit.span.start <= edit.span.end <= end]
        if inside:
            moved = [Edit(Span(a - start, b - start), text) for (a, b), text in inside]
            after = read_blocks(apply_edits(note.text[start:end], moved)).headings
            yield [reduced_heading(one.text) for one in after] != [reduced_heading(heading.text)]


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
    def place(one: Diagnostic) -> tuple[int, str, int]:
        return one.finding.span.start, one.rule, one.finding.span.end

    return sorted(found, key=place)
