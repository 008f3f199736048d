"""The report as one HTML file: nothing outside of it is asked for, and it can be mailed."""

import time
from collections.abc import Mapping, Sequence
from functools import partial

from knapper import __version__
from knapper.app.report import Report
from knapper.app.workspace import Workspace, load_rules, rule_notes
from knapper.core.health import Health
from knapper.core.trend import Reading, sampled
from knapper.page.chart import chart
from knapper.page.document import masthead, section, self_contained
from knapper.page.filter import Filter, filter_form, shown_of
from knapper.page.findings import MANY, Shown, folded, written_groups
from knapper.page.markup import Html, joined, tag
from knapper.page.missing import missing_links
from knapper.page.rules import rule_article
from knapper.page.summary import sentence, summary
from knapper.page.timestamps import timestamps

__all__ = ["html_report", "summaries", "trends"]


def html_report(found: Report, workspace: Workspace) -> str:
    """Return the report on a vault as a page in one file."""
    spoken = set(found.health.rules)
    page = partial(_anchor, {note.name for note in rule_notes()} & spoken)
    shown = Shown(found.opening, page, summaries(workspace), trends(found.readings, found.at))
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.at))
    parts = [
        section("health", "Health", summary(found.health)),
        section("trend", "Over time", chart(found.readings, found.at)),
    ]
    if found.health.rows:
        parts += [
            section("findings", "Findings", _findings(found.health, shown)),
            section("missing", "Broken links", missing_links(found.health.missing, shown)),
        ]
    parts.append(section("timestamps", "Timestamps", timestamps(found.timed, shown)))
    if articles := _articles(shown, spoken):
        parts.append(section("rules", "What these rules are about", articles))
    aside = tag("p", f"report of {at}", class_="quiet")
    foot = tag("footer", tag("p", f"knapper {__version__}", class_="quiet"))
    title = f"{found.opening.vault}: {sentence(found.health).lower()}"
    body = (masthead(found.opening.vault, aside), tag("main", *parts), foot)
    return self_contained(title, joined(body))


def summaries(workspace: Workspace) -> dict[str, str]:
    """Return what each rule asks for, in a sentence."""
    return {rule.name: rule.summary for rule in (*load_rules(), *workspace.own_rules)}


def trends(readings: Sequence[Reading], now: int) -> Mapping[str, list[int]]:
    """Return how often each rule spoke, at sixty times up to now."""
    if len(readings) < 2:
        return {}
    known = [one for one in sampled(readings, readings[0].at, now, 60) if one]
    names = {name for one in known for name in one.rules}
    return {name: [one.rules.get(name, 0) for one in known] for name in names}


def _findings(health: Health, shown: Shown) -> Html:
    views = [
        tag("div", tag("h3", f"By {by}"), written_groups(health, by, shown), class_="view",
            data_by=by)
        for by in ("rule", "folder")
    ]  # fmt: skip
    place = shown.opening.line("-.md", 1).rpartition("-.md")[0] if shown.opening.at_lines else None
    held = tag("div", *views, id="written", data_note=shown.opening.note(""), data_line=place)
    return joined((filter_form(Filter()), shown_of(health, health), held))


def _articles(shown: Shown, spoken: set[str]) -> Html:
    made = [
        tag("details", tag("summary", tag("span", note.name, class_="title")),
            tag("article", rule_article(note, shown.rule_page), id=f"rule-{note.name}"),
            class_="group")
        for note in rule_notes() if note.name in spoken
    ]  # fmt: skip
    return folded([joined(made)], MANY, len(made)) if made else Html("")


def _anchor(names: set[str], rule: str) -> str | None:
    return f"#rule-{rule}" if rule in names else None
