"""Rules about times that are hours too late: `MM:SS` written as `MM:SS:00`.

Of 177,480 such times with an hour of 5 or more, 0.6 % are found as written in other
notes of the same video, and 58 % when read as minutes and seconds. Source: a count
over the notes of github.com/sieve-data/tubegraph.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from knapper.checks.timestamps.reading import read_anchors, time_edits
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Span
from knapper.core.timestamps import (
    Fault,
    Timestamp,
    format_time,
    label_time,
    parse_time,
)

_FEWEST = 4
_SHARE = 0.9
_NO_SOUND_TIME: frozenset[Fault] = frozenset(
    (
        "broken-tag",
        "attribute",
        "list-in-value",
        "placeholder",
        "value-junk",
        "four-parts",
        "out-of-range",
        "value-short",
        "value-padding",
        "shifted",
    )
)
_ISO = re.compile(r"PT(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,7})(?:\.[0-9]{1,6})?S)?")


class _Limit(NamedTuple):
    """No time of the note can be later than `seconds`, because it would be `words`."""

    seconds: int
    words: str


@check(when="timestamps")
def timestamp_shifted(note: Note, *, max_hours: int | None = None) -> Iterator[Finding]:
    """Report times that are later than their label, the video or a limit allows."""
    against_label = [stamp for stamp in note.timestamps if "shifted" in stamp.faults]
    for stamp in read_anchors(note, against_label):
        said = label_time(stamp.label)
        assert said is not None  # the fault is that it differs
        new = format_time(said.seconds)
        message = f"data-t is '{stamp.value}'; expected '{new}', as the label says"
        # `[02:15]` may leave the seconds of `02:15:00` out; `[00:02:15]` cannot.
        safe = len(said.parts) == 3
        fix = Fix("take the time of the label", time_edits(stamp, new), safe=safe)
        yield Finding(_span(stamp), message, fix)
    limits = [limit for limit in (_hours(max_hours), _duration(note)) if limit]
    if limits:
        yield from _later(note, min(limits))


@check(when="timestamps")
def timestamp_shifted_note(note: Note) -> Iterator[Finding]:
    """Report a note whose times all end in `:00`, so that they are read one unit too high."""
    shifted = _shifted(note)
    if not shifted:
        return
    first = shifted[0]
    edits = tuple(
        edit for stamp in shifted for edit in time_edits(stamp, format_time(_seconds(stamp) // 60))
    )
    zeros = sum(stamp.value.endswith(":00") for stamp in note.timestamps)
    message = (
        f"{zeros} of {len(note.timestamps)} timestamps end in ':00', as minutes and seconds do "
        f"that were written as hours and minutes; perhaps '{first.value}' was meant as "
        f"'{format_time(_seconds(first) // 60)}'"
    )
    fix = Fix("read them as minutes and seconds", edits, safe=False)
    yield Finding(_span(first), message, fix)


def _later(note: Note, limit: _Limit) -> Iterator[Finding]:
    late = [stamp for stamp in _sound(note) if _seconds(stamp) > limit.seconds]
    explained = {stamp.start for stamp in _shifted(note)} if late else set()
    for stamp in read_anchors(note, late):
        if stamp.start in explained:
            continue
        meant = _seconds(stamp) // 60
        message = f"data-t is '{stamp.value}', {limit.words}"
        if meant < 60 or meant > limit.seconds:
            yield Finding(_span(stamp), message)
            continue
        message += f"; perhaps '{format_time(meant)}' was meant"
        # Other seconds than 00 may be hundredths, or the time may be right.
        sure = _seconds(stamp) % 60 == 0
        fix = Fix(
            "read it as minutes and seconds", time_edits(stamp, format_time(meant)), safe=False
        )
        yield Finding(_span(stamp), message, fix if sure else None)


def _hours(max_hours: int | None) -> _Limit | None:
    if max_hours is None:
        return None
    return _Limit(max_hours * 3600 - 1, f"beyond the limit of {max_hours} hours")


def _duration(note: Note) -> _Limit | None:
    """Return the limit that the note's own `duration` sets, if it can be believed.

    Where most times are later and no shift explains it, the property counts
    something else (minutes, perhaps).
    """
    if "duration" not in note.text[: note.body].lower():
        return None
    seconds = _read_duration(note.frontmatter.get("duration"))
    if not seconds:
        return None
    times = [_seconds(stamp) for stamp in _sound(note)]
    odd = [time for time in times if time > seconds and (time % 60 or time > seconds * 60)]
    if len(odd) * 2 > len(times):
        return None
    # A time may be rounded up to the next second.
    return _Limit(seconds + 1, f"past the end of the video at {format_time(seconds)}")


def _read_duration(value: object) -> int | None:
    """Read seconds, `MM:SS`, `HH:MM:SS` or ISO 8601 (`PT1H2M3S`)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if 0 < value < 10**7 else None
    if not isinstance(value, str):
        return None
    iso = _ISO.fullmatch(value.strip())
    if iso:
        hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return hours * 3600 + minutes * 60 + seconds
    time = parse_time(value)
    plain = time is not None and time.in_range and len(time.parts) < 4 and not time.junk.strip()
    return time.seconds if time and plain else None


def _shifted(note: Note) -> list[Timestamp]:
    """Return the times of a note that are all shifted, none if they may be right.

    Of a sound note's times 3 % end in `:00`. Marks that a person rounded mostly fall
    on five minutes, and in the first hour; shifted ones seldom do either.
    """
    zeros = sum(stamp.value.endswith(":00") for stamp in note.timestamps)
    if zeros < max(_FEWEST, len(note.timestamps) * _SHARE):
        return []
    sound = list(read_anchors(note, list(_sound(note))))
    whole = [stamp for stamp in sound if _seconds(stamp) % 60 == 0]
    if len(whole) < max(_FEWEST, len(sound) * _SHARE):
        return []
    late = [stamp for stamp in whole if _seconds(stamp) >= 3600]
    rounded = [stamp for stamp in whole if _seconds(stamp) % 300 == 0]
    if len(late) * 2 < len(whole) or len(rounded) * 2 > len(whole):
        return []
    return late


def _sound(note: Note) -> Iterator[Timestamp]:
    """Yield the anchors whose value is written as it should be."""
    for stamp in note.timestamps:
        if not stamp.faults or _NO_SOUND_TIME.isdisjoint(stamp.faults):
            yield stamp


def _seconds(stamp: Timestamp) -> int:
    time = stamp.time
    assert time is not None  # only asked for sound values
    return time.seconds


def _span(stamp: Timestamp) -> Span:
    return stamp.value_span or stamp.span
