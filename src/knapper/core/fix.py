"""Mending notes: choosing fixes, and repeating until nothing is left to mend.

Fixes of one pass never touch the same characters; what did not fit comes in the
next pass. Each pass is guarded (`guard`): a fix that would change more than it
mends is dropped and named. A note whose fixes go round in a circle is left as it
was found.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import count
from operator import attrgetter
from typing import NamedTuple

from knapper.core.guard import harm_of
from knapper.core.lint import Ruleset, lint_note
from knapper.core.note import Facts, Note, facts_of
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic, Fix, Rule
from knapper.core.text import Span, apply_edits, edits_overlap
from knapper.core.vault import Vault

__all__ = ["MOST_PASSES", "Concern", "Dropped", "Mended", "fix_vault", "fixes_to_make"]

MOST_PASSES = 10

Concern = Callable[[Note, Iterable[Diagnostic]], list[Diagnostic]]
"""Leaves out those diagnostics of a note that are not to be mended."""


class Dropped(NamedTuple):
    """Fixes that were not made, and why."""

    path: NotePath
    rules: tuple[str, ...]
    reason: str


class Mended(NamedTuple):
    """What `fix_vault` did: new texts, the fixes made, and those that were not."""

    texts: Mapping[NotePath, str]
    made: tuple[Diagnostic, ...]
    dropped: tuple[Dropped, ...]
    left: Mapping[NotePath, Sequence[Diagnostic]]
    """Diagnostics of every note that was judged again, after the last pass."""


def fixes_to_make(diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> list[Diagnostic]:
    """Choose fixes that do not meet, in order of position, then rule name."""
    chosen: list[Diagnostic] = []
    taken: list[Span] = []
    for diagnostic in sorted(diagnostics, key=_order):
        fix = diagnostic.finding.fix
        if fix is None or not fix.edits or not (fix.safe or unsafe):
            continue
        if not edits_overlap(fix.edits) and not any(_meets(e.span, taken) for e in fix.edits):
            chosen.append(diagnostic)
            for edit in fix.edits:
                insort(taken, edit.span)
    return chosen


def _order(diagnostic: Diagnostic) -> tuple[Span, str]:
    return diagnostic.finding.span, diagnostic.rule


def _meets(span: Span, taken: Sequence[Span]) -> bool:
    """Tell whether a span shares characters or an edge with one of those taken.

    Those are sorted and do not overlap, so the last that begins before the span's end
    is also the one that reaches furthest.
    """
    before = bisect_right(taken, span.end, key=attrgetter("start"))
    return before > 0 and taken[before - 1].end >= span.start


def fix_vault(
    first: Mapping[NotePath, Sequence[Diagnostic]],
    read: Callable[[NotePath], Note],
    vault: Vault,
    rules: Callable[[NotePath], Ruleset | Sequence[Rule]],
    *,
    unsafe: bool = False,
    concern: Concern = lambda _, found: list(found),
) -> Mended:
    """Mend the notes of `first` (their diagnostics) until nothing is left to mend.

    `read` gives the note of a path, `rules` the rules that hold for it, `concern` what
    of a note's diagnostics is to be looked at. When the facts of a note change, every
    note of `first` is judged again by the rules that read the vault: so `first` names
    the notes without diagnostics, too.
    """
    return _Mender(first, read, vault, rules, unsafe, concern).run()


class _Mender:
    """The state of one run over a vault."""

    def __init__(
        self,
        first: Mapping[NotePath, Sequence[Diagnostic]],
        read: Callable[[NotePath], Note],
        vault: Vault,
        rules: Callable[[NotePath], Ruleset | Sequence[Rule]],
        unsafe: bool,
        concern: Concern,
    ) -> None:
        self.first = first
        self.read = read
        self.vault = vault
        self.rules = rules
        self.unsafe = unsafe
        self.concern = concern
        self.notes: dict[NotePath, Note] = {}
        self.seen: dict[NotePath, dict[str, tuple[str, ...]]] = {}
        self.left: dict[NotePath, Sequence[Diagnostic]] = {}
        self.made: dict[NotePath, list[Diagnostic]] = {}
        self.dropped: dict[NotePath, list[Dropped]] = {}
        self.refused: dict[NotePath, set[tuple[str, Fix]]] = {}
        self.given_up: set[NotePath] = set()

    def run(self) -> Mended:
        waiting: Mapping[NotePath, Sequence[Diagnostic]] = self.first
        for done in count():
            last = done >= MOST_PASSES
            changed = {path for path in sorted(waiting) if self._mend(path, waiting[path], last)}
            if not changed:
                break
            waiting = self._judge_again(changed)
            self.left.update(waiting)
        texts = {p: note.text for p, note in self.notes.items() if note.text != self.read(p).text}
        made = tuple(one for path in sorted(texts) for one in self.made[path])
        dropped = tuple(one for path in sorted(self.dropped) for one in self.dropped[path])
        return Mended(texts, made, dropped, self.left)

    def _note(self, path: NotePath) -> Note:
        return self.notes.get(path) or self.read(path)

    def _judge_again(self, changed: Collection[NotePath]) -> dict[NotePath, list[Diagnostic]]:
        """Judge changed notes, and the others where what they may know has changed."""
        others = self.first.keys() - changed if self._refresh(changed) else ()
        return {
            **{path: self._judge(path, self.rules(path)) for path in changed},
            **{path: self._judge_links(path) for path in others},
        }

    def _judge(self, path: NotePath, rules: Ruleset | Sequence[Rule]) -> list[Diagnostic]:
        note = self._note(path)
        return self.concern(note, lint_note(note, self.vault, rules))

    def _judge_links(self, path: NotePath) -> list[Diagnostic]:
        """Judge a note, whose text is the same, by the rules that read the vault."""
        rules = Ruleset.of(self.rules(path)).rules
        again = [rule for rule in rules if rule.check.reads_vault]
        names = {rule.name for rule in again}
        kept = [one for one in self.left.get(path, self.first[path]) if one.rule not in names]
        return sorted({*kept, *self._judge(path, again)}, key=_order)

    def _refresh(self, changed: Iterable[NotePath]) -> bool:
        """Take over the facts of changed notes; True if any differ."""
        fresh: dict[NotePath, Facts] = {}
        for path in changed:
            facts = facts_of(self.notes[path])
            if self.notes[path].is_markdown and facts != self.vault.known(path):
                fresh[path] = facts
        if fresh:
            self.vault = self.vault.updated(fresh)
        return bool(fresh)

    def _mend(self, path: NotePath, diagnostics: Sequence[Diagnostic], last: bool) -> bool:
        """Make one pass over a note; True if its text is another now.

        Where this is the `last`, nothing should be left to do, and the note is given up.
        """
        if path in self.given_up:
            return False
        note = self._note(path)
        chosen = self._sound(note, diagnostics)
        if not chosen:
            return False
        text = apply_edits(note.text, (e for d in chosen for e in _fix(d).edits))
        names = tuple(sorted({diagnostic.rule for diagnostic in chosen}))
        if last:
            self._give_up(path, names, f"not mended, as {MOST_PASSES} passes were not enough")
            return True
        seen = self.seen.setdefault(path, {note.text: ()})
        if text in seen:
            between = list(seen.values())[list(seen).index(text) + 1 :]
            rules = tuple(sorted({name for rules in (*between, names) for name in rules}))
            each = "these rules undo each other's fixes" if rules[1:] else "its fix changes nothing"
            self._give_up(path, rules, f"not mended, as {each}")
            return True
        seen[text] = names
        self.notes[path] = Note(path, text)
        self.made.setdefault(path, []).extend(chosen)
        return True

    def _sound(self, note: Note, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
        """Choose fixes to which the second reader does not object.

        Where it objects to all that were chosen, others may have stood behind them. What
        restructures is not guarded, and so has a pass of its own.
        """
        refused = self.refused.setdefault(note.path, set())
        while True:
            left = [d for d in diagnostics if (d.rule, d.finding.fix) not in refused]
            left = [d for d in left if d.finding.fix and _changes(note.text, d.finding.fix)]
            bold = [d for d in left if _fix(d).restructures]
            chosen = fixes_to_make(bold, unsafe=self.unsafe)
            chosen = chosen or fixes_to_make(left, unsafe=self.unsafe)
            sound = self._harmless(note, [], chosen) if chosen else []
            if sound or not chosen:
                return sound

    def _harmless(
        self, note: Note, kept: Sequence[Diagnostic], chosen: list[Diagnostic]
    ) -> list[Diagnostic]:
        """Return those of the chosen that do no harm with those kept, by halving."""
        harm = harm_of(note.text, [_fix(one) for one in (*kept, *chosen)])
        if not harm:
            return chosen
        if len(chosen) > 1:
            middle = len(chosen) // 2
            first = self._harmless(note, kept, chosen[:middle])
            return first + self._harmless(note, (*kept, *first), chosen[middle:])
        self.refused[note.path].add((chosen[0].rule, _fix(chosen[0])))
        dropped = Dropped(note.path, (chosen[0].rule,), f"its fix was not made, since {harm}")
        if dropped not in self.dropped.setdefault(note.path, []):
            self.dropped[note.path].append(dropped)
        return []

    def _give_up(self, path: NotePath, rules: tuple[str, ...], reason: str) -> None:
        self.given_up.add(path)
        self.notes[path] = self.read(path)
        self.made.pop(path, None)
        self.dropped.setdefault(path, []).append(Dropped(path, rules, reason))


def _changes(text: str, fix: Fix) -> bool:
    """Tell whether a fix does anything: one that does not would be made again and again."""
    return any(text[slice(*edit.span)] != edit.text for edit in fix.edits)


def _fix(diagnostic: Diagnostic) -> Fix:
    fix = diagnostic.finding.fix
    assert fix is not None  # only diagnostics with a fix are chosen
    return fix
