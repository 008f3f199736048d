"""The findings of a vault as HTML: groups that open, in them notes, in them rows.

No list is long: rows come in parts of `MOST`, groups in parts of `MANY`, all but the
first folded up. What the live page does not hold yet it names in `data-src`; the script
fetches it when it is opened. A report holds each finding once, as a line of text that can
be read as it is; its script makes rows of those that are looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from knapper.core.health import Group, Grouping, Health, Row
from knapper.core.opening import Opening, encoded
from knapper.core.paths import folder_of, name_of
from knapper.page.chart import sparkline
from knapper.page.markup import Html, joined, mark, number, of, tag, visible, with_code

__all__ = [
    "MANY",
    "MOST",
    "Shown",
    "fetched_groups",
    "fetched_rows",
    "folded",
    "note_link",
    "rows",
    "unfolding",
    "written_groups",
]

MOST, MANY = 200, 100


class Shown(NamedTuple):
    """How findings are shown: what opens a note, where a rule's page is, what rules say.

    `trends` has, by rule, how many findings there were over time.
    """

    opening: Opening
    rule_page: Callable[[str], str | None]
    summaries: Mapping[str, str]
    trends: Mapping[str, Sequence[int]] = {}


def written_groups(health: Health, by: Grouping, shown: Shown) -> Html:
    """Return all groups; those by rule with all their findings as text."""
    elsewhere = tag("p", "Without a script, findings are shown by rule only.", class_="quiet")
    made = [
        _group(group, by, shown, _written(group) if by == "rule" else elsewhere)
        for group in health.groups(by)
    ]
    return folded(_joined_by(made, MANY), MANY, len(made))


def _written(group: Group) -> Html:
    """Return findings as text: a line for a note, then one for each of them, after a tab.

    Their parts are parted by tabs: the place, the severity, the message, and the kind of
    fix. A note whose name is not shown as it is has its encoded path after it.
    """
    lines: list[str] = []
    for path, held in groupby(group.rows, key=lambda row: row.path):
        name = visible(path)
        lines.append(name if name == path else f"{name}\t{encoded(path)}")
        for row in held:
            fix = f"\t{row.fix} fix" if row.fix else ""
            at = f"{row.line}:{row.column}"
            lines.append(f"\t{at}\t{row.severity}\t{visible(row.message)}{fix}")
    return tag("pre", Html(escape("\n".join(lines), quote=False)))


def fetched_groups(health: Health, by: Grouping, shown: Shown, filtered: Mapping[str, str]) -> Html:
    """Return all groups without their rows, which are fetched; `filtered` goes with them."""
    made = [
        _group(group, by, shown, Html(""), source=_source(group, by, filtered))
        for group in health.groups(by)
    ]
    return folded(_joined_by(made, MANY), MANY, len(made))


def fetched_rows(group: Group, by: Grouping, shown: Shown, filtered: Mapping[str, str]) -> Html:
    """Return the first rows of a group, and what fetches the others."""
    first = rows(group, by, shown, 0)
    parts = range(MOST, len(group.rows), MOST)
    others = [_source(group, by, filtered, start) for start in parts]
    return folded([first, *(Html("") for _ in parts)], MOST, len(group.rows), others)


def rows(group: Group, by: Grouping, shown: Shown, start: int) -> Html:
    """Return the rows of a group from `start` on, `MOST` of them, under their notes."""
    here = group.rows[start : start + MOST]
    return tag("ul", *_notes(here, by, shown, group), class_="notes")


def folded(
    parts: Sequence[Html], size: int, count: int, sources: Sequence[str | None] = ()
) -> Html:
    """Return the first of parts (of `size` of `count` things each), the others to be opened."""
    more = []
    for place, part in enumerate(parts[1:]):
        first = (place + 1) * size
        label = f"{number(first + 1)} to {number(min(count, first + size))} of {number(count)}"
        source = sources[place] if sources else None
        more.append(
            tag(
                "details",
                tag("summary", label),
                tag("div", part, class_="rows"),
                class_="more",
                data_src=source,
            )
        )
    return joined((*parts[:1], *more))


def unfolding(parts: Sequence[Html], size: int, count: int) -> Html:
    """Return parts as `folded` does; the browser reads the others when they are opened.

    Where scripts run, `noscript` holds text, which costs nothing until it is looked at.
    """
    return folded([*parts[:1], *(tag("noscript", one) for one in parts[1:])], size, count)


def note_link(path: str, shown: Shown, *, in_folder: bool = True) -> Html:
    """Return a note's path, or its name alone, as a link that opens it."""
    folder = folder_of(path) if in_folder else ""
    return tag(
        "a",
        tag("span", f"{folder}/", class_="folder") if folder else None,
        tag("span", name_of(path), class_="name"),
        href=shown.opening.note(path),
        class_="note",
    )


def _joined_by(made: Sequence[Html], size: int) -> list[Html]:
    return [joined(made[start : start + size]) for start in range(0, len(made), size)]


def _group(
    group: Group, by: Grouping, shown: Shown, content: Html, source: str | None = None
) -> Html:
    is_rule = by == "rule"
    says = shown.summaries.get(group.name, "") if is_rule else of(group.notes, "note")
    title = tag(
        "span",
        tag("span", group.name or "the vault itself", class_="name"),
        tag("span", with_code(says), class_="says"),
        class_="title",
    )
    summary = tag(
        "summary",
        mark(group.counts.worst) if is_rule else None,
        title,
        sparkline(shown.trends.get(group.name, ())) if is_rule else _split(group),
        tag("span", number(group.counts.total), class_="count"),
    )
    return tag(
        "details",
        summary,
        _about(group, shown) if is_rule else None,
        tag("div", content, class_="rows"),
        class_="group",
        data_key=group.name,
        data_src=source,
        data_print=None if source is None else f"{hash(tuple(group.rows)):x}",
    )


def _split(group: Group) -> Html:
    """Return the counts of the severities that are there."""
    counts = group.counts._asdict().items()
    return tag("span", *(tag("span", mark(name), number(count), class_="split")
                         for name, count in counts if count), class_="splits")  # fmt: skip


def _about(group: Group, shown: Shown) -> Html:
    page = shown.rule_page(group.name)
    said = [f"{of(group.counts.total, 'finding')} in {of(group.notes, 'note')}"]
    if group.mendable:
        said.append(f"{number(group.mendable)} with a safe fix")
    link = tag("a", "what this rule is about", href=page, class_="rule") if page else None
    return tag("p", ", ".join(said), " · " if link else None, link, class_="about")


def _notes(here: Sequence[Row], by: Grouping, shown: Shown, group: Group) -> Iterator[Html]:
    is_mixed = by == "folder" or group.counts.total > max(group.counts)
    for path, held in groupby(here, key=lambda row: row.path):
        found = [_row(row, by, shown, mark(row.severity) if is_mixed else None) for row in held]
        link = note_link(path, shown, in_folder=by == "rule")
        yield tag("li", link, tag("ul", *found, class_="found"))


def _row(row: Row, by: Grouping, shown: Shown, sign: Html | None) -> Html:
    at = f"{row.line}:{row.column}"
    place = tag("span", at, class_="at")
    if (uri := shown.opening.line(row.path, row.line)) != shown.opening.note(row.path):
        place = tag("a", at, href=uri, class_="at", title=f"open at line {row.line}")
    rule = None
    if by == "folder":
        page = shown.rule_page(row.rule)
        rule = tag("a" if page else "span", row.rule, href=page, class_="rule")
    fix = tag("span", f"{row.fix} fix", class_=f"fix {row.fix}") if row.fix else None
    message = tag("span", row.message, class_="message")
    return tag("li", sign, place, message, rule, fix, class_=row.severity)


def _source(group: Group, by: Grouping, filtered: Mapping[str, str], start: int = 0) -> str:
    asked = {"by": by, "key": visible(group.name), "from": start, **filtered}
    return f"/rows?{urlencode(asked)}"
