"""What is wrong with an anchor: at most one fault of its tag, its end, its time.

The tag comes first, then the end, then the value, then the label; a label is asked
only where the value is sound, for the value decides what is played.
"""

import re

from knapper.core.timestamps.anchor import Fault, Timestamp
from knapper.core.timestamps.times import Time, format_time, parse_time, read_times

__all__ = ["judge", "label_fault", "label_time", "value_fault"]

# Beside its time a label may have words, or the end of a range.
_RANGE_OR_WORDS = re.compile(r"[^\W\d_]|[0-9]\]? ?[-–—,] ?\[?[0-9]")
_DRESS = "*_~=`▶►⏵▷🕐⏱\ufe0f【】「」（） "
"""What may stand around a time beside its brackets: emphasis, signs of a player."""


def judge(stamp: Timestamp, tag_fault: Fault | None, *, closed: bool) -> tuple[Fault, ...]:
    """Name the faults of an anchor whose tag has the fault `tag_fault`."""
    if tag_fault == "broken-tag":
        return ("broken-tag",)
    faults: list[Fault | None] = [tag_fault, None if closed else "unclosed"]
    if tag_fault != "attribute":
        value = value_fault(stamp.value)
        faults.append(value)
        if not value and closed:
            faults.append(label_fault(stamp.value, stamp.label))
    return tuple(fault for fault in faults if fault)


def value_fault(value: str) -> Fault | None:
    """Tell what keeps a `data-t` from being `HH:MM:SS`.

    The player takes the first three parts for hours, minutes and seconds, so `MM:SS`
    is played as hours and minutes, and a fourth part is not heard.
    Source: the site script of github.com/sieve-data/tubegraph.
    """
    time = parse_time(value)
    if time is None:
        return "list-in-value" if len(read_times(value)) > 1 else "placeholder"
    if len(time.parts) == 1:
        return "placeholder"
    if time.before or time.junk:
        return "value-junk"
    if len(time.parts) == 4:
        return "four-parts"
    if not time.in_range:
        return "out-of-range"
    if len(time.parts) == 2:
        return "value-short"
    return None if ":".join(time.parts) == format_time(time.seconds) else "value-padding"


def label_fault(value: str, label: str) -> Fault | None:
    """Tell how a label differs from `[HH:MM:SS]` of a sound value."""
    time = parse_time(value)
    core = label.strip()
    if not core or time is None:
        return "label-empty"
    said = label_time(label)
    if said is None:
        return _text_fault(time, core)
    if said.seconds != time.seconds:
        shifted = time.seconds == said.seconds * 60
        return "shifted" if shifted else "label-mismatch"
    if label != core:
        return "label-space"
    if core != f"[{said.text}]":
        return "label-brackets"
    return None if said.text in (value, format_time(time.seconds)) else "label-format"


def label_time(label: str) -> Time | None:
    """Return the time that a label is, whatever brackets and blanks stand around it."""
    said = parse_time(label)
    return said if said and len(said.parts) > 1 else None


def _text_fault(time: Time, core: str) -> Fault | None:
    """Judge a label that is more than a time; one that says the right time is fine."""
    if "](" in core or '">' in core:
        return "label-text"
    right = any(said.seconds == time.seconds for said in read_times(core))
    broken = not _RANGE_OR_WORDS.search(core) and label_time(core.strip(_DRESS)) is None
    return "label-text" if broken or not right else None
