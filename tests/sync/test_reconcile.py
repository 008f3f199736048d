"""What becomes of a file, for every combination of what it was and is on both sides."""

from itertools import product

import pytest

from knapper.core.plan import digest
from knapper.sync.reconcile import Decision, reconcile

STATES = (None, *(digest(word) for word in (b"a", b"b", b"c")))
TRIPLES = list(product(STATES, repeat=3))
MIRRORED = {"left": "right", "right": "left"}


def decided(base: str | None, left: str | None, right: str | None) -> Decision | None:
    trees = [{"N.md": state} if state else {} for state in (base, left, right)]
    found = reconcile(*trees)
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(("base", "left", "right"), TRIPLES)
def test_every_combination_keeps_the_invariants(
    base: str | None, left: str | None, right: str | None
) -> None:
    decision = decided(base, left, right)
    if decision is None:
        assert left == right, "only what is settled needs no decision"
        return
    assert decision.why
    verdict = decision.verdict
    if left == right:
        assert verdict == "equal"
    elif left == base:
        assert verdict == "right"
    elif right == base:
        assert verdict == "left"
    elif left is None or right is None:  # deleted here, edited there: the edit wins
        assert decision.final == (left or right)
    else:
        assert verdict in ("merge", "conflict")


@pytest.mark.parametrize(("base", "left", "right"), TRIPLES)
def test_the_sides_are_treated_alike(base: str | None, left: str | None, right: str | None) -> None:
    one, other = decided(base, left, right), decided(base, right, left)
    if one is None or other is None:
        assert one == other
        return
    assert MIRRORED.get(one.verdict, one.verdict) == other.verdict
    assert one.final == other.final or one.verdict in ("merge", "conflict")


@pytest.mark.parametrize("state", STATES)
def test_what_is_equal_rests(state: str | None) -> None:
    decision = decided(state, state, state)
    assert decision is None or decision.verdict == "equal"
