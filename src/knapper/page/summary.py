"""The health of a vault in one look: a sentence, a bar, and the counts."""

from knapper.core.health import Health
from knapper.core.rule import SEVERITIES
from knapper.page.markup import Html, joined, mark, number, of, tag

__all__ = ["sentence", "summary"]

_LEAST = 0.4
"""Per cent of the bar that even a single note takes."""


def sentence(health: Health) -> str:
    """Say how a vault is, in one sentence."""
    if not health.notes:
        return "No notes yet"
    if not health.rows:
        return "Nothing to mend"
    notes = f"{number(len(health.found))} of {of(health.notes, 'note')}"
    return f"{of(health.counts.total, 'finding')} in {notes}"


def summary(health: Health) -> Html:
    """Return the sentence, the bar of sound and unsound notes, and what was found."""
    sound = health.notes - len(health.found)
    title = tag("h1", sentence(health))
    if not health.notes:
        return joined((title, tag("p", "The first one is read as you save it.", class_="quiet")))
    if not health.rows:
        said = f"{of(health.notes, 'note')} read, and all is well."
        return joined((title, tag("p", said, class_="quiet"), _bar(health)))
    counts = [
        tag("li", mark(name), tag("b", number(count)), tag("span", _noun(count, name)))
        for name, count in zip(SEVERITIES, health.counts, strict=True)
    ]
    counts.append(
        tag("li", tag("b", number(sound)), tag("span", "sound note" + "s" * (sound != 1)))
    )
    if health.mendable:
        counts.append(tag("li", tag("b", number(health.mendable)), tag("span", "with a safe fix")))
    return joined((title, _bar(health), tag("ul", *counts, class_="counts")))


def _noun(count: int, name: str) -> str:
    return name if count == 1 else f"{name}s"


def _bar(health: Health) -> Html:
    """Return a bar of all notes, by the worst of their findings."""
    parts = dict(zip(SEVERITIES, health.worst_of_notes, strict=True))
    shares = {
        name: max(_LEAST, 100 * count / health.notes) for name, count in parts.items() if count
    }
    taken = min(100.0, sum(shares.values()))
    at, drawn = 100 - taken, []
    for name, share in shares.items():
        drawn.append(tag("rect", x=f"{at:.2f}%", width=f"{share:.2f}%", height="100%", class_=name))
        at += share
    return tag("svg", *drawn, class_="proportion", aria_hidden="true")
