"""The live page and its parts, made from the board."""

import time
from collections.abc import Mapping
from functools import cache

from knapper import __version__
from knapper.app.workspace import rule_notes
from knapper.core.health import Grouping
from knapper.core.rule import SEVERITIES
from knapper.core.rulebook import RuleNote
from knapper.page.board import Board
from knapper.page.chart import chart
from knapper.page.document import document, masthead, section
from knapper.page.filter import Filter, filter_form, shown_of
from knapper.page.findings import Shown, fetched_groups, fetched_rows, rows
from knapper.page.markup import Html, joined, tag, visible
from knapper.page.missing import missing_links, missing_list
from knapper.page.report import trends
from knapper.page.rules import rule_article
from knapper.page.standing import standing_of_sync
from knapper.page.summary import sentence, summary

__all__ = ["filter_of", "missing_page", "pieces", "rows_page", "rule_page", "title", "whole_page"]


def filter_of(query: Mapping[str, str]) -> Filter:
    """Read what is asked for; what means nothing is as if it were not there."""
    by: Grouping = "folder" if query.get("by") == "folder" else "rule"
    asked = query.get("severity")
    severities = SEVERITIES if asked is None else tuple(
        one for one in SEVERITIES if one in asked.split(",")
    )  # fmt: skip
    return Filter(by, query.get("q", "")[:500], severities)


def title(board: Board) -> str:
    """Return the title of the page: it is read in a tab."""
    return f"{board.opening.vault}: {sentence(board.health).lower()}"


def whole_page(board: Board, filtered: Filter, now: float) -> str:
    """Return the live page."""
    made = pieces(board, filtered, now)
    groups = joined((
        filter_form(filtered),
        tag("div", made["shown-line"], id="shown-line"),
        tag("div", made["groups"], id="groups"),
        tag("noscript", tag("p", "Without its script this page shows no single findings; "
                                 "'knapper report --html FILE' does.", class_="quiet")),
    ))  # fmt: skip
    problem = tag("section", tag("h2", "What is wrong now"),
                  tag("div", made["problem"], id="problem"), class_="problem",
                  hidden=not made["problem"])  # fmt: skip
    main = tag(
        "main",
        problem,
        section("health", "Health", made["health"]),
        section("trend", "Over time", made["trend"]),
        section("findings", "Findings", groups),
        section("sync", "Sync", made["sync"]),
        section("missing", "Broken links", made["missing"]),
        class_="with-side",
    )
    body = joined((masthead(board.opening.vault, _state(board)), main, _foot()))
    return document(title(board), body, live=True)


def pieces(board: Board, filtered: Filter, now: float) -> dict[str, Html]:
    """Return the parts of the page that change, by the id of what holds them."""
    part = filtered.of(board.health)
    shown = _shown(board, now)
    groups = fetched_groups(part, filtered.by, shown, filtered.query)
    if not part.rows:
        said = "Nothing that is found fits." if board.health.rows else "Nothing to mend."
        groups = tag("p", said, class_="quiet" if board.health.rows else "quiet none")
    sync = standing_of_sync(board.standing, board.opening) if board.standing else tag(
        "p", "The state of sync cannot be read now.", class_="quiet"
    )  # fmt: skip
    return {
        "problem": joined(tag("p", one) for one in board.problems),
        "health": summary(board.health),
        "trend": chart(board.readings, int(now)),
        "shown-line": shown_of(part, board.health),
        "groups": groups,
        "missing": missing_links(board.health.missing, shown, "/missing"),
        "sync": sync,
    }


def rows_page(board: Board, filtered: Filter, key: str, start: int, now: float) -> Html | None:
    """Return rows of a group; with `start` 0 and what fetches the others. None: no such group."""
    groups = filtered.of(board.health).groups(filtered.by)
    group = next((one for one in groups if visible(one.name) == key), None)
    if group is None:
        return None
    shown = _shown(board, now)
    if start == 0:
        return fetched_rows(group, filtered.by, shown, filtered.query)
    return rows(group, filtered.by, shown, max(0, start))


def missing_page(board: Board, now: float) -> Html:
    """Return the list of all that broken links name."""
    return missing_list(board.health.missing, _shown(board, now))


def rule_page(board: Board, name: str) -> str | None:
    """Return the page of a rule, None if no rule that comes with knapper has this name."""
    note = _notes().get(name)
    if note is None:
        return None
    back = tag("p", tag("a", "back to the vault", href="/"))
    article = tag("article", tag("h1", name), rule_article(note, _rule_address))
    body = joined((masthead(board.opening.vault, back), tag("main", article), _foot()))
    return document(f"{name}: {note.summary}", body)


@cache
def _notes() -> dict[str, RuleNote]:
    return {note.name: note for note in rule_notes()}


def _rule_address(name: str) -> str | None:
    return f"/rules/{name}" if name in _notes() else None


def _shown(board: Board, now: float) -> Shown:
    return Shown(
        board.opening, _rule_address, board.summaries, trends(board.readings, int(now))
    )  # fmt: skip


def _state(board: Board) -> Html:
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(board.since))
    said = f"watching since {since}"
    return tag("p", tag("span", class_="dot"), tag("span", said), id="state", class_="state",
               role="status", data_live=said)  # fmt: skip


def _foot() -> Html:
    return tag("footer", tag("p", f"knapper {__version__}", class_="quiet"))
