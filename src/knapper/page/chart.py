"""The health of a vault over time as SVG, drawn to be stretched to any width."""

import json
import time
from collections.abc import Sequence

from knapper.core.health import Counts
from knapper.core.rule import SEVERITIES
from knapper.core.trend import Reading, sampled
from knapper.page.markup import Html, joined, mark, number, tag

__all__ = ["chart", "sparkline"]

_STEPS = 240
_WIDE, _HIGH = 1000, 200
_MINUTE, _DAY = 60, 86400
_ROUND = (1, 2, 3, 4, 5, 6, 8)


def chart(readings: Sequence[Reading], now: int) -> Html:
    """Return the plot of errors, warnings and infos, one upon the other, until `now`.

    It carries its values for the script, and a table of them for who cannot see it.
    """
    if not readings or now - readings[0].at < _MINUTE:
        return tag("p", "The first reading; a line is drawn from here on.", class_="quiet")
    start = readings[0].at
    found = sampled(readings, start, now, _STEPS)
    most = _top(max(reading.counts.total for reading in readings))
    layers = (_layer(found, position, most) for position in range(len(SEVERITIES)))
    plot = tag(
        "svg",
        *(tag("line", x1="0", x2=str(_WIDE), y1=str(y), y2=str(y)) for y in (0, _HIGH // 2)),
        *layers,
        viewBox=f"0 0 {_WIDE} {_HIGH}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
    values = [
        [start + round((now - start) * step / (_STEPS - 1)), *one.counts]
        for step, one in enumerate(found)
        if one
    ]
    axis = tag("div", *(tag("span", number(at)) for at in (most, most // 2, 0)), class_="axis")
    times = [start + (now - start) * part // 3 for part in range(4)]
    dates = tag("div", *(tag("span", _date(at, now - start)) for at in times), class_="dates")
    keys = tag("div", *(tag("span", mark(name), f"{name}s") for name in SEVERITIES), class_="keys")
    area = tag("div", plot, tag("output", class_="readout", hidden=True), class_="area",
               data_values=json.dumps(values, separators=(",", ":")))  # fmt: skip
    return joined((tag("div", axis, area, dates, class_="chart"), keys, _table(readings)))


def sparkline(values: Sequence[int]) -> Html | None:
    """Return a small line of counts over time; None where nothing ever changed."""
    if len(set(values)) < 2:
        return None
    most = max(values)
    points = " ".join(
        f"{place * 60 / (len(values) - 1):.1f},{15 - value * 14 / most:.1f}"
        for place, value in enumerate(values)
    )
    return tag("svg", tag("polyline", points=points), viewBox="0 0 60 16", class_="sparkline",
               aria_hidden="true")  # fmt: skip


def _layer(found: Sequence[Reading | None], position: int, most: int) -> Html:
    """Return one severity's area, from the top of the one below, and the line upon it."""
    counts = [one.counts if one else Counts() for one in found]
    upper = _line([sum(one[: position + 1]) for one in counts], most)
    lower = _line([sum(one[:position]) for one in counts], most)
    name = SEVERITIES[position]
    line = tag("path", d=f"M{'L'.join(upper)}", class_=f"{name} line") if upper != lower else None
    return joined((tag("path", d=f"M{'L'.join((*upper, *reversed(lower)))}Z", class_=name), line))


def _line(values: Sequence[int], most: int) -> list[str]:
    """Return the points of a line; those within a level part say nothing and are left out."""
    last = len(values) - 1
    return [
        f"{step * _WIDE / last:.1f} {_HIGH - value * _HIGH / most:.1f}"
        for step, value in enumerate(values)
        if step in (0, last) or not values[step - 1] == value == values[step + 1]
    ]


def _top(most: int) -> int:
    """Return a round and even number that is not less than `most`."""
    scale = 1
    while True:
        for step in _ROUND:
            if step * scale >= most and step * scale % 2 == 0:
                return step * scale
        scale *= 10


def _date(at: int, span: int) -> str:
    form = "%H:%M" if span < _DAY else "%d %b %H:%M" if span < 4 * _DAY else "%d %b"
    return time.strftime(form if span < 300 * _DAY else "%b %Y", time.localtime(at)).lstrip("0")


def _table(readings: Sequence[Reading]) -> Html:
    """Return the last readings as a table, folded up."""
    head = tag("tr", *(tag("th", name, scope="col") for name in ("When", "Errors", "Warnings",
                                                                 "Infos", "Notes")))  # fmt: skip
    lines = [
        tag("tr", tag("th", time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at)), scope="row"),
            *(tag("td", number(count)) for count in (*one.counts, one.notes)))
        for one in reversed(readings[-30:])
    ]  # fmt: skip
    table = tag("table", tag("thead", head), tag("tbody", *lines))
    return tag("details", tag("summary", "as a table"), tag("div", table, class_="scroll"),
               class_="aside")  # fmt: skip
