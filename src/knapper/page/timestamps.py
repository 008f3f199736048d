"""The timestamps of each note as HTML: how many, how far they reach, and where they lie."""

from collections.abc import Sequence

from knapper.app.report import Timed
from knapper.core.timestamps import format_time
from knapper.page.findings import MANY, Shown, note_link, unfolding
from knapper.page.markup import Html, joined, number, of, tag

__all__ = ["timestamps"]

_WIDE = 200


def timestamps(timed: Sequence[Timed], shown: Shown) -> Html:
    """Return a table of the notes with timestamps, those with malformed ones first."""
    if not timed:
        return tag("p", "No note has timestamps.", class_="quiet")
    ordered = sorted(timed, key=lambda one: (-one.faults, one.path))
    count, faults = sum(one.number for one in timed), sum(one.faults for one in timed)
    said = f"{of(count, 'timestamp')} in {of(len(timed), 'note')}; "
    said += f"{of(faults, 'finding')} about them." if faults else "nothing to mend in them."
    lines = [_line(one, shown) for one in ordered]
    parts = [_table(lines[start : start + MANY]) for start in range(0, len(lines), MANY)]
    return joined((tag("p", said, class_="quiet"), unfolding(parts, MANY, len(lines))))


def _table(lines: Sequence[Html]) -> Html:
    names = ("Note", "Timestamps", "Findings", "First", "Last", "Where they lie")
    head = tag("tr", *(tag("th", name, scope="col") for name in names))
    table = tag("table", tag("thead", head), tag("tbody", *lines), class_="timed")
    return tag(
        "div", table, class_="scroll", tabindex=0, role="region", aria_label="table of timestamps"
    )


def _line(one: Timed, shown: Shown) -> Html:
    first, last = (format_time(at) for at in (min(one.times), max(one.times))) if one.times else (
        "", "")  # fmt: skip
    faults = tag("td", number(one.faults) if one.faults else "", class_="faults")
    return tag("tr", tag("th", note_link(one.path, shown), scope="row"),
               tag("td", number(one.number)), faults, tag("td", first), tag("td", last),
               tag("td", _strip(one)))  # fmt: skip


def _strip(one: Timed) -> Html | None:
    """Return a line from the beginning to the last timestamp with a tick for each."""
    longest = max(one.times, default=0)
    if not longest:
        return None
    ticks = sorted({round(at * _WIDE / longest) for at in one.times})
    return tag("svg", tag("path", d="".join(f"M{x} 0v12" for x in ticks)),
               viewBox=f"-1 0 {_WIDE + 2} 12", class_="strip", preserveAspectRatio="none",
               aria_hidden="true")  # fmt: skip
