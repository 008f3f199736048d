"""The health of a vault: rows, groups, what is missing, and readings over time."""

from hypothesis import given
from hypothesis import strategies as st

from knapper.core.health import Counts, Health, Row, rows_of
from knapper.core.note import Note
from knapper.core.opening import Opening
from knapper.core.rule import Diagnostic, Finding, Fix, Severity
from knapper.core.text import Span
from knapper.core.trend import MOST, Reading, kept, reading_of, sampled

DAY = 86400


def row(path: str, rule: str = "a", severity: Severity = "error", **more: object) -> Row:
    return Row(path, 1, 1, rule, severity, f"about {rule}", **more)  # type: ignore[arg-type]


def health(*rows: Row, notes: int = 9) -> Health:
    found: dict[str, list[Row]] = {}
    for one in rows:
        found.setdefault(one.path, []).append(one)
    return Health(found, notes)


def test_groups_come_in_the_order_in_which_one_mends() -> None:
    found = health(
        row("b/B.md", "rare"), row("A.md", "often", "warning"), row("b/B.md", "often", "warning"),
        row("b/C.md", "usual"), row("b/C.md", "usual", fix="safe"), row("A.md", "small", "info"),
    )  # fmt: skip
    assert [(g.name, g.counts.total) for g in found.by_rule] == [
        ("usual", 2), ("rare", 1), ("often", 2), ("small", 1)
    ]  # fmt: skip
    assert [(g.name, g.notes, g.mendable) for g in found.by_folder] == [("b", 2, 1), ("", 1, 0)]
    assert found.counts == Counts(3, 2, 1)
    assert found.worst_of_notes == Counts(2, 1, 0)
    assert found.rules == {"often": 2, "rare": 1, "small": 1, "usual": 2}


def test_a_filter_wants_all_words_anywhere_and_one_of_the_severities() -> None:
    found = health(row("Old/Plan.md", "broken"), row("New.md", "broken", "info"))
    assert found.narrowed("") is found
    assert [one.path for one in found.narrowed("PLAN broken").rows] == ["Old/Plan.md"]
    assert [one.path for one in found.narrowed("broken", ["info"]).rows] == ["New.md"]
    assert found.narrowed("broken nowhere").rows == []
    assert found.narrowed("", []).rows == []


def diagnostic(text: str, written: str, rule: str, message: str, fix: Fix | None = None) -> Row:
    start = text.index(written)
    finding = Finding(Span(start, start + len(written)), message, fix)
    (made,) = rows_of(Note("N.md", text), [Diagnostic("N.md", rule, "error", finding)])
    return made


def test_a_row_has_its_place_and_what_a_broken_link_names() -> None:
    text = "é\r\n🍵 ![[Gone#Head|x]] and [y](Old%20plan.md)\n"
    embed = diagnostic(text, "![[Gone#Head|x]]", "broken-embed", "no note is called 'Gone'")
    assert (embed.line, embed.column, embed.target, embed.fix) == (2, 3, "Gone#Head", "")
    link = diagnostic(text, "[y](Old%20plan.md)", "broken-markdown-link", "no")
    assert link.target == "Old plan.md"
    card = diagnostic('{"file": 1}', '"file"', "broken-canvas-file", "no file is at 'it's/x.md'")
    assert card.target == "it's/x.md"
    other = diagnostic(text, "![[Gone#Head|x]]", "empty-alias", "no", Fix("x", (), safe=False))
    assert (other.target, other.fix) == ("", "unsafe")


def test_what_is_wanted_most_comes_first() -> None:
    found = health(
        row("A.md", target="one"), row("A.md", target="two"), row("B.md", target="two"),
        row("B.md"), row("B.md", target="two"),
    )  # fmt: skip
    assert [(one.target, one.links, one.sources) for one in found.missing] == [
        ("two", 3, {"A.md": 1, "B.md": 2}), ("one", 1, {"A.md": 1})
    ]  # fmt: skip


def test_addresses_open_any_name() -> None:
    plain, exact = Opening("my & vault"), Opening("v", at_lines=True)
    name = 'a "b"/ü#1\n&x=%.md'
    assert plain.line(name, 3) == plain.note(name) == (
        "obsidian://open?vault=my%20%26%20vault&file=a%20%22b%22%2F%C3%BC%231%0A%26x%3D%25.md"
    )  # fmt: skip
    assert exact.line("a b.md", 7) == "obsidian://adv-uri?vault=v&filepath=a%20b.md&line=7"
    assert exact.line("b.canvas", 7) == "obsidian://open?vault=v&file=b.canvas"
    assert exact.note("\udcff.md") == "obsidian://open?vault=v&file=%FF.md"


TIMES = st.sets(st.integers(0, 3000 * DAY), max_size=80)


@given(TIMES, st.integers(0, 3000 * DAY), st.integers(0, 400 * DAY))
def test_thinning_now_and_later_is_thinning_later(times: set[int], now: int, later: int) -> None:
    known = {at for at in times if at <= now}
    assert kept(kept(known, now), now + later) == kept(known, now + later)
    assert not known or now - max(known) > 1830 * DAY or max(known) in kept(known, now)


def test_readings_are_bounded() -> None:
    now = 4000 * DAY
    recent = range(now - 2 * DAY, now, 20)
    assert len(kept([*range(0, now, 1800), *recent], now)) <= MOST


def test_a_reading_holds_until_the_next() -> None:
    first = reading_of(health(row("A.md")), 100)
    second = Reading(200, Counts(), 9)
    found = sampled([first, second], 50, 250, 5)
    assert [one and one.at for one in found] == [None, 100, 100, 200, 200]
    assert first == Reading(100, Counts(1, 0, 0), 9, {"a": 1})
