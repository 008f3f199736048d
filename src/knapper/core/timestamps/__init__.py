"""Timestamps: the anchors that make a player jump to a moment of a video.

The one form is `<a class="yt-timestamp" data-t="HH:MM:SS">[HH:MM:SS]</a>`.
"""

from knapper.core.timestamps.anchor import Anatomy, Fault, Timestamp, anchor
from knapper.core.timestamps.judging import label_fault, label_time, value_fault
from knapper.core.timestamps.reading import read_timestamps
from knapper.core.timestamps.times import Time, format_time, parse_time, read_times

__all__ = [
    "Anatomy",
    "Fault",
    "Time",
    "Timestamp",
    "anchor",
    "format_time",
    "label_fault",
    "label_time",
    "parse_time",
    "read_times",
    "read_timestamps",
    "value_fault",
]
