"""How sync stands, as HTML: the replicas, what is held, the conflicts, the last runs."""

from collections.abc import Iterator, Mapping

from knapper.app.status import Standing
from knapper.core.opening import Opening
from knapper.page.markup import Html, joined, of, tag

__all__ = ["standing_of_sync"]

_MOST = 20
"""Held notes, skipped ones and conflicts that are named."""


def standing_of_sync(standing: Standing, opening: Opening) -> Html:
    """Return what became of the last syncs and what waits for the user."""
    return joined((*_replicas(standing), *_conflicts(standing, opening), *_runs(standing)))


def _replicas(standing: Standing) -> Iterator[Html]:
    if not standing.replicas:
        yield tag("p", "No replica is configured.", class_="quiet")
        return
    yield tag("ul", *(tag("li", *_replica(one)) for one in standing.replicas), class_="replicas")


def _replica(one: Mapping[str, object]) -> Iterator[Html]:
    status = str(one["status"])
    yield tag(
        "p",
        tag("b", str(one["name"])),
        tag("span", str(one["mode"]), class_="quiet"),
        tag("span", status, class_=f"status {status}"),
    )
    yield tag("p", f"last synced {_time(one['at'])}" if "at" in one else "never synced",
              class_="quiet")  # fmt: skip
    for key in ("problem", "halted"):
        if one.get(key):
            yield tag("p", str(one[key]), class_="problem")
    for key, what in (("held", "held back"), ("skipped", "skipped")):
        rows = one.get(key)
        if isinstance(rows, Mapping) and rows:
            yield _named(what, rows)
    if one.get("confirm"):
        command = tag("code", f"knapper sync --confirm {one['confirm']}")
        yield tag("p", "If that plan is meant so: ", command)


def _named(what: str, rows: Mapping[str, object]) -> Html:
    items = [
        tag("li", tag("span", path, class_="name"), " ", tag("span", str(reason), class_="quiet"))
        for path, reason in list(rows.items())[:_MOST]
    ]
    if len(rows) > _MOST:
        items.append(tag("li", f"and {len(rows) - _MOST} more", class_="quiet"))
    summary = tag("summary", f"{of(len(rows), 'note')} {what}")
    return tag("details", summary, tag("ul", *items), class_="aside")


def _conflicts(standing: Standing, opening: Opening) -> Iterator[Html]:
    if not standing.conflicts:
        return
    yield tag("h3", of(len(standing.conflicts), "conflict"))
    items = [
        tag("li", tag("a", one.copy, href=opening.note(one.copy)))
        for one in standing.conflicts[:_MOST]
    ]
    if len(standing.conflicts) > _MOST:
        items.append(tag("li", f"and {len(standing.conflicts) - _MOST} more", class_="quiet"))
    yield tag("ul", *items, class_="conflicts")
    yield tag("p", tag("code", "knapper resolve"), " settles them.", class_="quiet")


def _runs(standing: Standing) -> Iterator[Html]:
    if not standing.runs:
        return
    yield tag("h3", "Last changes")
    items = [
        tag("li", tag("span", f"{run.id}", class_="count"),
            tag("span", f"{run.command}, {of(run.changed, 'change')}"),
            tag("span", _time(run.at), class_="quiet"))
        for run in standing.runs
    ]  # fmt: skip
    yield tag("ul", *items, class_="runs")
    yield tag("p", tag("code", "knapper undo RUN"), " takes one back.", class_="quiet")


def _time(at: object) -> str:
    """Return a local time as it is read best: `2026-11-25 10:04`."""
    return str(at)[:16].replace("T", " ")
