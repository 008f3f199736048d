"""What can be done about the findings of a note, as edits to its text."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

from knapper.core.fix import fix_vault
from knapper.core.guard import harm_of
from knapper.core.lint import Ruleset
from knapper.core.note import Note
from knapper.core.rule import Diagnostic
from knapper.core.text import Edit, Span, apply_edits
from knapper.core.vault import Vault

__all__ = ["Remedy", "difference", "mended", "remedies"]

_MOST_LINES = 20_000


class Remedy(NamedTuple):
    """One way to mend one finding."""

    title: str
    edits: tuple[Edit, ...]
    diagnostic: Diagnostic
    safe: bool


def remedies(note: Note, diagnostics: Iterable[Diagnostic], span: Span) -> Iterator[Remedy]:
    """Yield the fixes of the findings that touch a span.

    A fix to which the second reader objects is not offered.
    """
    for one in diagnostics:
        fix, place = one.finding.fix, one.finding.span
        if fix is None or not fix.edits or place.end < span.start or span.end < place.start:
            continue
        if not harm_of(note.text, [fix]):
            yield Remedy(fix.title, fix.edits, one, fix.safe)


def mended(
    note: Note, diagnostics: Sequence[Diagnostic], vault: Vault, rules: Ruleset
) -> tuple[Edit, ...]:
    """Return the edits that make all safe fixes of a note, as `check --fix` would."""
    done = fix_vault({note.path: diagnostics}, lambda _: note, vault, lambda _: rules)
    text = done.texts.get(note.path)
    return () if text is None else difference(note.text, text)


def difference(before: str, after: str) -> tuple[Edit, ...]:
    """Return edits, each to as few whole lines as it takes, that make one text another."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(old), len(new)) > _MOST_LINES:
        return (Edit(Span(0, len(before)), after),)
    starts = [0, *accumulate(map(len, old))]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    edits = tuple(
        Edit(Span(starts[i1], starts[i2]), "".join(new[j1:j2]))
        for kind, i1, i2, j1, j2 in matcher.get_opcodes()
        if kind != "equal"
    )
    assert apply_edits(before, edits) == after  # nothing else may ever reach an editor
    return edits
