"""The tables and the plot of a run, and the place in the README where they belong."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import median
from typing import NamedTuple

from linters import Peer
from recall import Recall

__all__ = ["Measured", "Run", "plot", "put_between_markers", "tables"]

_BEGIN, _END = "<!-- bench/run.py: begin -->", "<!-- bench/run.py: end -->"
_COLD, _AGAIN = "knapper, cold", "knapper, again"
_GOALS = (
    ("cold to rumdl's links only", _COLD, "rumdl, links only", 0.5),
    ("cold to rumdl's all rules", _COLD, "rumdl, all rules", 0.25),
    ("again to rumdl, again", _AGAIN, "rumdl, again", 0.25),
    ("one note changed to again", "knapper, one note changed", _AGAIN, 1.2),
    ("3 staged notes to again", "knapper, 3 staged notes", _AGAIN, 1.3),
)


class Run(NamedTuple):
    """What one run took: wall and CPU seconds, megabytes at the peak."""

    wall: float
    cpu: float
    peak: float


class Measured(NamedTuple):
    """The runs of each tool over one vault, where its output lies, and who was left out why."""

    runs: Mapping[str, Sequence[Run]]
    outputs: Mapping[str, tuple[Path, Peer | None]]
    left_out: Mapping[str, str]


Recalls = Mapping[str, Recall | None]


def tables(
    measured: Mapping[int, Measured],
    recalls: Mapping[int, Recalls],
    version: Mapping[str, Sequence[Run]],
    absent: Sequence[str],
    conditions: str,
) -> str:
    """Return all that goes into the README."""
    parts = [f"{conditions}; medians, after a warm-up, all in turn."]
    parts += [_table(size, one, recalls[size]) for size, one in measured.items()]
    parts += [_goals(measured, version)]
    if len(measured) > 1:
        parts.append(_growth(measured))
    if absent:
        parts.append(f"Not installed, so not measured: {', '.join(absent)}.")
    return "\n\n".join((*parts, "![seconds of each tool](check.svg)"))


def _middle(runs: Sequence[Run]) -> Run:
    """Return the median of each figure."""
    return Run(*(median(column) for column in zip(*runs, strict=True)))


def _table(size: int, measured: Measured, recalls: Recalls) -> str:
    own = _middle(measured.runs[_COLD]).wall
    lines = [
        f"**{size:,} notes**\n",
        "| | wall s | CPU s | peak MB | to knapper, cold | broken links found | false |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, runs in measured.runs.items():
        middle, recall = _middle(runs), recalls.get(name)
        shown = " | " if recall is None else _shown(recall)
        lines.append(
            f"| {name} | {middle.wall:.2f} | {middle.cpu:.2f} | {middle.peak:.0f} "
            f"| {middle.wall / own:.2f} | {shown} |"
        )
    lines += [f"| {name} | {why} | | | | | |" for name, why in measured.left_out.items()]
    return "\n".join(lines)


def _shown(recall: Recall) -> str:
    share = 100 * recall.found / recall.planted
    return f"{recall.found} of {recall.planted} ({share:.0f} %) | {recall.false}"


def _goals(measured: Mapping[int, Measured], version: Mapping[str, Sequence[Run]]) -> str:
    """Return a table of the ratios that matter, beside what they should be at most."""
    sizes = list(measured)
    lines = [
        f"| ratio | {' | '.join(f'{size:,}' for size in sizes)} | at most |",
        f"| --- {'| --- ' * (len(sizes) + 1)}|",
    ]
    for what, one, other, goal in _GOALS:
        cells = []
        for size in sizes:
            runs = measured[size].runs
            both = one in runs and other in runs
            ratio = _middle(runs[one]).wall / _middle(runs[other]).wall if both else None
            cells.append("" if ratio is None else f"{ratio:.2f}")
        lines.append(f"| {what} | {' | '.join(cells)} | {goal} |")
    own, bare = (_middle(version[name]).wall for name in ("knapper --version", "python -c pass"))
    said = f"`knapper --version` takes {1000 * own:.0f} ms, `python -c pass` {1000 * bare:.0f} ms"
    return "\n".join(lines) + f"\n\n{said}: {own / bare:.2f} times (at most 2)."


def _growth(measured: Mapping[int, Measured]) -> str:
    """Say how time and memory of a cold check grow from the second largest vault on."""
    small, large = sorted(measured)[-2:]
    before, after = (_middle(measured[size].runs[_COLD]) for size in (small, large))
    each = (after.peak - before.peak) * 1024 / (large - small)
    return (
        f"From {small:,} to {large:,} notes, a cold check takes {after.wall / before.wall:.1f} "
        f"times as long, and {each:.2f} kB of memory more for each note."
    )


def plot(measured: Mapping[int, Measured]) -> str:
    """Return a picture (SVG) of the wall seconds of all tools over the largest vault."""
    size = max(measured)
    times = {name: _middle(runs).wall for name, runs in measured[size].runs.items()}
    longest = max(times.values())
    row, left, width = 26, 210, 420
    bars = []
    for number, (name, wall) in enumerate(sorted(times.items(), key=lambda one: one[1])):
        top = 40 + number * row
        long = max(1.0, width * wall / longest)
        fill = "#7c3aed" if name.startswith("knapper") else "#94a3b8"
        bars.append(
            f'<text x="{left - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{left}" y="{top}" width="{long:.1f}" height="18" rx="3" fill="{fill}"/>'
            f'<text x="{left + long + 6:.1f}" y="{top + 13}">{wall:.2f} s</text>'
        )
    high = 50 + row * len(bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{high}" '
        f'viewBox="0 0 720 {high}" role="img" font-family="sans-serif" font-size="13">'
        f'<rect width="720" height="{high}" fill="#ffffff"/>'
        f'<text x="12" y="24" font-weight="bold">Wall seconds, {size:,} notes</text>'
        f"{''.join(bars)}</svg>\n"
    )


def put_between_markers(readme: Path, text: str) -> None:
    """Replace what stands between the markers; raises `ValueError` where they are missing."""
    whole = readme.read_text(encoding="utf-8")
    start, end = whole.index(_BEGIN) + len(_BEGIN), whole.index(_END)
    readme.write_text(f"{whole[:start]}\n\n{text}\n\n{whole[end:]}", encoding="utf-8")
