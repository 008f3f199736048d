"""Rules about `data-t`, the value that a player jumps to."""

import re
from collections.abc import Iterator

from knapper.checks.timestamps.reading import faulty, has_fault, piece, time_edits
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.timestamps import Time, Timestamp, anchor, format_time, label_time, read_times

_CLOCK = re.compile(r"[0-9]{1,3}(?::[0-9]{2}){1,2}")


@check(when=faulty)
def timestamp_value_junk(note: Note) -> Iterator[Finding]:
    """Report values with something before or after their time: `00:18:58]`."""
    for stamp in has_fault(note, "value-junk"):
        time, said = _time(stamp), label_time(stamp.label)
        agree = said is not None and said.seconds == time.seconds
        # `01:26:` may be played as 1 h 26 or be a time that lost its seconds.
        plain = not stamp.label.strip() and (len(time.parts) == 3 or ":" not in time.junk)
        fix = Fix("keep the time alone", (Edit(_span(stamp), time.text),), safe=agree or plain)
        yield Finding(_span(stamp), f"data-t is '{stamp.value}'; expected '{time.text}'", fix)


@check(when=faulty)
def timestamp_value_padding(note: Note) -> Iterator[Finding]:
    """Report values with digits missing or to spare: `1:03:26`, `05:4:00`."""
    for stamp in has_fault(note, "value-padding"):
        time = _time(stamp)
        new = format_time(time.seconds) + (f".{time.fraction}" if time.fraction else "")
        # An hour that lacks its zero is the same; a lost digit of a minute may not be a zero.
        same = all(len(part) == 2 for part in time.parts[1:])
        fix = Fix("write two digits each", time_edits(stamp, new), safe=same)
        yield Finding(_span(stamp), f"data-t is '{stamp.value}'; expected '{new}'", fix)


@check(when=faulty)
def timestamp_value_short(note: Note, *, safe: bool = False) -> Iterator[Finding]:
    """Report values of two parts, which the player takes for hours and minutes."""
    for stamp in has_fault(note, "value-short"):
        time, said = _time(stamp), label_time(stamp.label)
        new = format_time(time.seconds)
        hours, minutes = (int(part) for part in time.parts)
        message = (
            f"data-t is '{stamp.value}', which is played as {hours} h {minutes} min; "
            f"expected '{new}'"
        )
        sure = not stamp.label.strip() or (said is not None and said.seconds == time.seconds)
        if sure and len(time.parts[1]) == 2:
            fix = Fix("write hours, minutes and seconds", time_edits(stamp, new), safe=safe)
            yield Finding(_span(stamp), message, fix)
        else:
            yield Finding(_span(stamp), message)


@check(when=faulty)
def timestamp_value_four_parts(note: Note) -> Iterator[Finding]:
    """Report values of four parts, `HH:MM:SS:00`."""
    for stamp in has_fault(note, "four-parts"):
        time = _time(stamp)
        plain = (
            time.in_range
            and int(time.parts[3]) == 0
            and int(time.parts[0]) < 24
            and all(len(part) == 2 for part in time.parts[1:])
        )
        if plain:
            new = format_time(time.seconds)
            fix = Fix("drop the fourth part", time_edits(stamp, new))
            yield Finding(_span(stamp), f"data-t is '{stamp.value}'; expected '{new}'", fix)
        else:
            yield Finding(_span(stamp), f"data-t is '{stamp.value}'; expected 'HH:MM:SS'")


@check(when=faulty)
def timestamp_out_of_range(note: Note) -> Iterator[Finding]:
    """Report values with more than 59 minutes or seconds."""
    for stamp in has_fault(note, "out-of-range"):
        parts = _time(stamp).parts
        high_minutes = len(parts) == 3 and int(parts[1]) > 59
        unit = "minutes" if high_minutes else "seconds"
        message = f"data-t is '{stamp.value}', but {unit} end at 59"
        if len(parts) == 3 and not high_minutes:
            # Of such times read as MM:SS and hundredths, most are found in other notes
            # of the same video; carried over, almost none.
            meant = format_time(int(parts[0]) * 60 + int(parts[1]))
            message += f"; perhaps '{meant}' was meant"
        yield Finding(_span(stamp), message)


@check(when=faulty)
def timestamp_placeholder(note: Note) -> Iterator[Finding]:
    """Report values that are no time: `HH:MM:SS`, `N/A`, an address, bare seconds."""
    for stamp in has_fault(note, "placeholder"):
        said, time = label_time(stamp.label), stamp.time
        what = f"data-t is '{piece(note, _span(stamp))}'" if stamp.value else "data-t is empty"
        if not said or not said.in_range or not said.seconds:
            yield Finding(_span(stamp), f"{what}; expected a time such as '00:01:02'")
            continue
        new = format_time(said.seconds)
        same = time is not None and time.seconds == said.seconds and not time.junk
        edits = (Edit(_span(stamp), new),)
        fix = Fix("take the time of the label", edits, safe=same)
        yield Finding(_span(stamp), f"{what}; expected '{new}', as the label says", fix)


@check(when=faulty)
def timestamp_list_in_value(note: Note) -> Iterator[Finding]:
    """Report values that hold several times, or a range."""
    for stamp in has_fault(note, "list-in-value"):
        times = read_times(stamp.value)
        message = f"data-t holds {len(times)} times; expected one"
        yield Finding(_span(stamp), message, _list_fix(note.text, stamp, times))


def _list_fix(text: str, stamp: Timestamp, times: tuple[Time, ...]) -> Fix | None:
    """Write an anchor for each time of the value, with what stood between them."""
    if stamp.closing.start == stamp.closing.end or stamp.element != "a":
        return None
    if text[slice(*stamp.open_tag)].count("=") != 2:  # an attribute that must not be lost
        return None
    said = [time.text for time in read_times(stamp.label)]
    plain = [time.text for time in times]
    if any(not _CLOCK.fullmatch(time) for time in plain) or said not in ([], plain):
        return None
    if not said and stamp.label.strip():
        return None
    anchors = _CLOCK.sub(lambda found: anchor(found[0]), stamp.value.strip())
    edit = Edit(stamp.span, anchors)
    return Fix("write a timestamp for each time", (edit,), safe=False)


def _time(stamp: Timestamp) -> Time:
    time = stamp.time
    assert time is not None  # such a value is a "placeholder"
    return time


def _span(stamp: Timestamp) -> Span:
    span = stamp.value_span
    assert span is not None  # without one the fault is of the tag
    return span
