"""Broken links as a graph: on the left the notes, on the right what they name in vain.

Both sides are lists of rows of one height, so that the curves between them are drawn
to be stretched to any width. The most wanted names are drawn; a list has them all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from knapper.core.health import Missing
from knapper.core.paths import stem_of
from knapper.page.findings import MANY, MOST, Shown, note_link, unfolding
from knapper.page.markup import Html, joined, number, of, tag

__all__ = ["missing_links", "missing_list"]

_TARGETS, _SOURCES = 20, 24
_ROW = 28
"""Height of a row in CSS pixels; the style sheet has it too."""


def missing_links(missing: Sequence[Missing], shown: Shown, source: str | None = None) -> Html:
    """Return the graph of the most wanted names, and the list of all (`source` fetches it)."""
    if not missing:
        return tag("p", "Every link leads somewhere.", class_="quiet")
    links = sum(one.links for one in missing)
    drawn = missing[:_TARGETS]
    said = f"{of(links, 'link')} to {of(len(missing), 'name')} that nothing answers to"
    lead = f", the {len(drawn)} most wanted drawn" if len(drawn) < len(missing) else ""
    listed = tag("div", missing_list(missing, shown) if source is None else None, class_="rows")
    every = tag("details", tag("summary", "as a list"), listed, class_="aside", data_src=source)
    return joined((tag("p", f"{said}{lead}.", class_="quiet"), _graph(drawn, shown), every))


def missing_list(missing: Sequence[Missing], shown: Shown) -> Html:
    """Return all names that are wanted, each with the notes that name it."""
    items = [_item(one, shown) for one in missing]
    parts = [joined(items[start : start + MANY]) for start in range(0, len(items), MANY)]
    return tag("div", unfolding(parts, MANY, len(items)), class_="wanted")


def _graph(missing: Sequence[Missing], shown: Shown) -> Html:
    sources = _sources(missing)
    left = {path: place for place, path in enumerate(sources)}
    high = max(len(left) + ("" in left), len(missing)) * _ROW
    offsets = (high - len(left) * _ROW) // 2, (high - len(missing) * _ROW) // 2
    curves = []
    for place, one in enumerate(missing):
        for path, count in _edges(one, left).items():
            y1 = offsets[0] + left[path] * _ROW + _ROW // 2
            y2 = offsets[1] + place * _ROW + _ROW // 2
            curves.append(
                tag(
                    "path",
                    d=f"M0 {y1}C50 {y1} 50 {y2} 100 {y2}",
                    data_from=left[path],
                    data_to=place,
                    class_="heavy" if count > 2 else None,
                )
            )
    picture = tag("svg", *curves, viewBox=f"0 0 100 {high}", height=high,
                  preserveAspectRatio="none", aria_hidden="true")  # fmt: skip
    notes = (_source(path, place, missing, left, shown) for place, path in enumerate(sources))
    names = (
        tag("li", tag("span", one.target, class_="name", title=one.target),
            tag("span", number(one.links), class_="count"), data_to=place, tabindex=0)
        for place, one in enumerate(missing)
    )  # fmt: skip
    return tag("div", tag("ul", *notes), picture, tag("ul", *names), class_="graph")


def _sources(missing: Sequence[Missing]) -> list[str]:
    """Return the notes to draw, near what they name; "" stands for all others."""
    links: Counter[str] = Counter()
    places: dict[str, list[int]] = {}
    for place, one in enumerate(missing):
        for path, count in one.sources.items():
            links[path] += count
            places.setdefault(path, []).append(place)
    chosen = sorted(links, key=lambda path: (-links[path], path))[:_SOURCES]
    near = {path: sum(places[path]) / len(places[path]) for path in chosen}
    ordered = sorted(chosen, key=lambda path: (near[path], path))
    return ordered if len(links) == len(chosen) else [*ordered, ""]


def _edges(one: Missing, left: Mapping[str, int]) -> Counter[str]:
    edges: Counter[str] = Counter()
    for path, count in one.sources.items():
        edges[path if path in left else ""] += count
    return edges


def _source(
    path: str, place: int, missing: Sequence[Missing], left: Mapping[str, int], shown: Shown
) -> Html:
    if path:
        link = tag("a", stem_of(path), href=shown.opening.note(path), title=path)
        return tag("li", link, data_from=place)
    others = {path for one in missing for path in one.sources if path not in left}
    said = of(len(others), "other note")
    return tag("li", tag("span", said, class_="quiet"), data_from=place)


def _item(one: Missing, shown: Shown) -> Html:
    summary = tag("summary", tag("span", one.target, class_="title"),
                  tag("span", number(one.links), class_="count"))  # fmt: skip
    notes = [
        tag("li", note_link(path, shown), f" {number(count)} times" if count > 1 else None)
        for path, count in sorted(one.sources.items())[:MOST]
    ]
    if (others := len(one.sources) - MOST) > 0:
        said = f"and {of(others, 'note')} more, which are among the findings"
        notes.append(tag("li", said, class_="quiet"))
    return tag("details", summary, tag("ul", *notes, class_="notes"), class_="group")
