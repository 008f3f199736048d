"""The health of a vault over time: readings, thinned as they age."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from knapper.core.health import Counts, Health

__all__ = ["MOST", "Reading", "kept", "reading_of", "sampled"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_FINE, _COARSE, _LONGEST = _DAY, 30 * _DAY, 1830 * _DAY
MOST = _FINE // _MINUTE + 60 + _COARSE // _HOUR + 24 + _LONGEST // _DAY + 1
"""More readings than this are never kept."""


class Reading(NamedTuple):
    """What was found at a time (seconds since 1970): by severity, and by rule."""

    at: int
    counts: Counts
    notes: int
    rules: Mapping[str, int] = {}


def reading_of(health: Health, at: int) -> Reading:
    """Take the reading of a vault's health."""
    return Reading(at, health.counts, health.notes, health.rules)


def kept(times: Collection[int], now: int) -> set[int]:
    """Return those times of which the readings are kept as they age.

    It is the last of every minute for a day, of every hour for thirty days, and of every
    day for five years. Thinning now and again later is the same as thinning later.
    """
    fine = (now - _FINE) // _HOUR * _HOUR
    coarse = (now - _COARSE) // _DAY * _DAY
    last: dict[tuple[int, int], int] = {}
    for at in sorted(times):
        if at >= (now - _LONGEST) // _DAY * _DAY:
            width = _MINUTE if at >= fine else _HOUR if at >= coarse else _DAY
            last[width, at // width] = at
    return set(last.values())


def sampled(readings: Sequence[Reading], start: int, end: int, steps: int) -> list[Reading | None]:
    """Return what was known at `steps` times, evenly from `start` to `end`.

    A reading holds until the next one; before the first nothing is known (None).
    """
    found: list[Reading | None] = []
    position, known = 0, None
    for step in range(steps):
        at = start + (end - start) * step / max(1, steps - 1)
        while position < len(readings) and readings[position].at <= at:
            known = readings[position]
            position += 1
        found.append(known)
    return found
