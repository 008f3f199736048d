"""When what is due, as a function of what happened when."""

from hypothesis import given
from hypothesis import strategies as some

from knapper.core.openness import Openness
from knapper.core.schedule import SECOND, Schedule, overslept
from knapper.core.watching import WatchSettings

SETTINGS = WatchSettings(fix_quiet=30, sync_quiet=2, rescan=300)
NOTES = ("A.md", "B.md")
START = 10**9 * SECOND

Step = tuple[str, str, Openness, int]
STEPS = some.lists(
    some.tuples(
        some.sampled_from(("typed", "wrote", "tried", "wait", "clock", "sync", "synced")),
        some.sampled_from(NOTES),
        some.sampled_from(("closed", "inside", "open")),
        some.integers(0, 700),
    ),
    max_size=40,
)


@given(STEPS)
def test_nobody_is_disturbed_and_nothing_is_forgotten(steps: list[Step]) -> None:
    now, clock = START, 0  # time that went by, and how far the clock was set back
    schedule = Schedule(SETTINGS, now)
    typed: dict[str, tuple[int, str]] = {}
    done: set[str] = set()
    waits = False
    fixes = dict.fromkeys(NOTES, "a fix")
    for what, note, left, seconds in steps:
        if what == "typed":
            schedule.typed(note, now - clock, left)
            typed[note] = now, left
            done.discard(note)
        elif what in ("wrote", "tried") and note in typed:
            schedule.wrote(note) if what == "wrote" else schedule.tried(note, "a fix")
            done.add(note)
        elif what == "wait":
            now += seconds * SECOND
            schedule.turn(now - clock)
        elif what == "clock":
            clock += seconds * SECOND
            schedule.turn(now - clock)
        elif what == "sync":
            schedule.sync_soon()
            waits = True
        elif what == "synced":
            schedule.synced()
            waits = False
        assert not waits or (schedule.sync_at or 0) <= now - clock + 2 * SECOND
        for path in schedule.due_to_mend({p: fixes[p] for p in typed}):
            at, left_open = typed[path]
            assert left_open != "open"
            assert path not in done and not waits
            assert now - at >= (300 if left_open == "inside" else 30) * SECOND
        assert schedule.first(fixes) <= now - clock + 300 * SECOND
    schedule.synced()
    now += 301 * SECOND
    schedule.turn(now - clock)
    due = schedule.due_to_mend(fixes)
    assert all(
        path in due for path, (_, left) in typed.items() if left != "open" and path not in done
    )
    assert schedule.look_at <= now - clock


def test_what_came_to_nothing_is_tried_again_when_there_is_something_else() -> None:
    schedule = Schedule(SETTINGS, START)
    schedule.tried("A.md", "a fix")
    assert schedule.due_to_mend({"A.md": "a fix"}) == []
    assert schedule.due_to_mend({"A.md": "another"}) == ["A.md"]
    schedule.wrote("A.md")
    assert schedule.due_to_mend({"A.md": "another"}) == []


def test_fixes_that_were_taken_back_are_not_made_again() -> None:
    schedule = Schedule(SETTINGS, START)
    schedule.wrote("A.md", "a fix")
    schedule.typed("A.md", START, "closed")
    schedule.turn(START + 30 * SECOND)
    assert schedule.due_to_mend({"A.md": "a fix"}) == []
    assert schedule.due_to_mend({"A.md": "another"}) == ["A.md"]
    schedule.forget("A.md")
    assert schedule.due_to_mend({"A.md": "a fix"}) == ["A.md"]


def test_after_a_failure_there_is_a_pause() -> None:
    schedule = Schedule(SETTINGS, START)
    schedule.mending_failed()
    assert schedule.due_to_mend({"A.md": "a fix"}) == []
    assert schedule.first({"A.md": "a fix"}) == START  # the first look
    schedule.looked()
    assert schedule.first({"A.md": "a fix"}) == START + 60 * SECOND


def test_what_is_new_is_looked_at_once_more() -> None:
    schedule = Schedule(SETTINGS, START)
    schedule.looked()
    assert schedule.look_at == START + 300 * SECOND
    schedule.look_again()
    assert schedule.look_at == START + SECOND
    schedule.turn(START + SECOND)
    schedule.looked()
    assert schedule.look_at == START + 301 * SECOND


def test_a_sleep_shows_on_the_clocks() -> None:
    assert not overslept(30, steady=30.2, wall=30.2)
    assert not overslept(30, steady=1, wall=1)
    assert overslept(30, steady=30, wall=3600)  # the machine was asleep
    assert overslept(30, steady=3600, wall=3600)  # the process was stopped
    assert overslept(30, steady=30, wall=-3570)  # the clock was set back


def test_a_sync_waits_for_the_end_of_changes_but_not_for_ever() -> None:
    schedule = Schedule(SETTINGS, START)
    for second in range(30):
        schedule.turn(START + second * SECOND)
        schedule.sync_soon()
    assert schedule.sync_at == START + 29 * SECOND
    schedule.synced()
    schedule.sync_soon()
    assert schedule.sync_at == START + 31 * SECOND


def test_what_a_sync_has_left_out_is_not_mended() -> None:
    schedule = Schedule(SETTINGS, START)
    schedule.sync_soon()
    fixes = {"A.md": "a fix", "B.md": "a fix"}
    assert schedule.due_to_mend(fixes) == []
    schedule.synced(late={"A.md"})
    assert schedule.due_to_mend(fixes) == ["B.md"]
    assert schedule.sync_at == START + 2 * SECOND
