"""The form over the findings: how they are grouped, which are shown, and a word to look for."""

from collections.abc import Collection
from typing import NamedTuple

from knapper.core.health import Grouping, Health
from knapper.core.rule import SEVERITIES
from knapper.page.markup import Html, mark, number, tag

__all__ = ["Filter", "filter_form", "shown_of"]


class Filter(NamedTuple):
    """What of the findings is asked for."""

    by: Grouping = "rule"
    words: str = ""
    severities: Collection[str] = SEVERITIES

    def of(self, health: Health) -> Health:
        """Return that part of the findings."""
        return health.narrowed(self.words, self.severities)

    @property
    def query(self) -> dict[str, str]:
        """What is not as it is at first, as the fields of an address."""
        asked = {}
        if self.words:
            asked["q"] = self.words
        if len(self.severities) < len(SEVERITIES):
            asked["severity"] = ",".join(one for one in SEVERITIES if one in self.severities)
        return asked


def filter_form(filtered: Filter) -> Html:
    """Return the form; without the script it does nothing and is not shown."""
    grouped = [
        tag("label", tag("input", type="radio", name="by", value=by, checked=filtered.by == by),
            tag("span", f"by {by}"))
        for by in ("rule", "folder")
    ]  # fmt: skip
    kinds = [
        tag("label", tag("input", type="checkbox", name="severity", value=one,
                         checked=one in filtered.severities),
            tag("span", mark(one), f"{one}s"))
        for one in SEVERITIES
    ]  # fmt: skip
    box = tag(
        "input", type="search", name="q", value=filtered.words, placeholder="filter",
        aria_label="filter by note, rule or message", autocomplete="off", spellcheck="false",
    )  # fmt: skip
    return tag(
        "form",
        tag("fieldset", tag("legend", "group", class_="said"), *grouped, class_="tabs"),
        box,
        tag("fieldset", tag("legend", "severity", class_="said"), *kinds, class_="kinds"),
        role="search",
        class_="filter",
        id="filter",
        hidden=True,
    )


def shown_of(part: Health, whole: Health) -> Html:
    """Say how many of the findings are shown, if not all are."""
    said = ""
    if part.counts.total < whole.counts.total:
        said = f"{number(part.counts.total)} of {number(whole.counts.total)} findings shown"
    return tag("p", said, id="shown", class_="quiet", role="status")
