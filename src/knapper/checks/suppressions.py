"""Rules of the family `suppressions`: comments and properties that silence rules."""

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from knapper.core.lint import lint_unsilenced
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, Rule, check
from knapper.core.suppress import ABOUT_ITSELF, Suppression, may_silence, read_suppressions
from knapper.core.text import Edit, Span
from knapper.core.vault import Vault

__all__ = ["unused_suppression"]

_WHERE = {"next line": "in the next line", "from here": "from here on", "note": "in this note"}


@check(when=may_silence)
def unused_suppression(note: Note, vault: Vault, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Report comments and properties that silence nothing, or name no rule.

    Of a rule that is off here it cannot be told what it would find.
    """
    suppressions = read_suppressions(note)
    if not suppressions:
        return
    on = [rule for rule in rules if rule.enabled and rule.name != ABOUT_ITSELF]
    found = [(one.rule, one.finding.span.start) for one in lint_unsilenced(note, vault, on)]
    judged = {"", *(rule.name for rule in on)}
    idle = [one for one in suppressions
            if one.rule in judged and not any(one.silences(*place) for place in found)]  # fmt: skip
    names = {rule.name for rule in rules}
    for one in sorted(suppressions, key=lambda one: one.named):
        if one in idle:
            what = f"'{one.rule}' finds nothing" if one.rule else "nothing is found"
            said = f"{what} {_WHERE[one.kind]}, so there is nothing to silence"
            yield Finding(one.named, said, _removal(note, one, suppressions, idle))
        elif one.rule and one.rule not in names:
            near = get_close_matches(one.rule, names, 1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            yield Finding(one.named, f"no rule is called '{one.rule}'{hint}")


def _removal(
    note: Note,
    one: Suppression,
    all_of_them: Collection[Suppression],
    idle: Collection[Suppression],
) -> Fix | None:
    """Return the fix that takes away a comment for one line of which nothing is used."""
    same = [other for other in all_of_them if other.mark == one.mark]
    if one.kind != "next line" or one != same[0] or any(other not in idle for other in same):
        return None
    text, (start, end) = note.text, one.mark
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end) + 1 or len(text)
    if not text[line_start:start].strip() and not text[end:line_end].strip():
        start, end = line_start, line_end
        above = text[text.rfind("\n", 0, max(0, start - 1)) + 1 : start]
        below = text[end : text.find("\n", end) + 1]
        if below and not below.strip() and (start <= note.body or not above.strip()):
            end += len(below)  # the blank line that parted it from the next block
    return Fix("take the comment away", (Edit(Span(start, end), ""),))
