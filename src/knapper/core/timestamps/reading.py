"""Find the timestamp anchors of a note, the malformed ones too.

The forms are those of 742,435 anchors of the notes of github.com/sieve-data/tubegraph.
"""

import re
from collections.abc import Iterator

from knapper.core.text import Span
from knapper.core.timestamps.anchor import Anatomy, Timestamp
from knapper.core.timestamps.judging import judge
from knapper.core.timestamps.tag import OpenTag, read_open_tag
from knapper.core.timestamps.times import read_times

__all__ = ["read_timestamps"]

_TIME = "[0-9]{2}:[0-5][0-9]:[0-5][0-9]"
# Either a whole sound anchor, or a `<` at which something like one may begin or end.
_SCAN = re.compile(
    rf'<(?:(?<!\\<)a class="yt-timestamp" data-t="({_TIME})">\[\1\]</a>'
    r"|(?=[ \t]*(?:[aApbiu]|span|div|sup|strong|em|time|mark|button)(?:\s|%20)|(/a>)))"
)
_CLOSE = re.compile(r"</([a-z]+)[ \t]*>", re.IGNORECASE)
_NESTED = re.compile(r"(?:[^<\n]*+<(?!/?a\b)/?\w[^<>\n]*+>){1,4}[^<\n]*+(?=</a>)", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_LABEL = re.compile(r"[ \t]*+\[*+[0-9]{1,4}(?::[0-9]{0,4}){1,4}\]?+")
# What was written where `</a>` was meant.
_STRAY = re.compile(r"</sup>|<[/\\ ]{1,2}a>|/a>|<a/?>|</a(?![a-z0-9_>-])|[>\]}]++", re.IGNORECASE)
_LOST = re.compile(
    r'(?:&lt;a |<?(?<!\w)a ?(?=class))?(?:(?:class=")?[\w-]*timestamp" )?(?:data-t=")?'
    r'(?:[0-9][0-9:.]*)?">(\[?[0-9][0-9:]*\]?)\Z'
)
_OPENER = re.compile(r"<[ \t]*a\b", re.IGNORECASE)
_CUT = '<a class="yt-timestamp" data-t="'
_SIGNS = ("yt", "data-t", "timestamp", "]</a>")
"""Without one of these a text has no timestamp, be it only the second half of one."""


def read_timestamps(text: str, start: int = 0) -> tuple[Timestamp, ...]:
    """Return every timestamp anchor from offset `start` on, sound or malformed.

    They come in order and do not overlap; offsets are code points into `text`. A
    malformed one ends where it can be told to end, so that the next one is still read.
    Code and comments are not asked about here: see `Note.region_at`.
    """
    if "<" not in text or not any(sign in text for sign in _SIGNS):
        return ()
    found = list(_read(text, start))
    return tuple(found + _cut_off(text, found))


def _read(text: str, start: int) -> Iterator[Timestamp]:
    end = start
    for match in _SCAN.finditer(text, start):
        time = match[1]
        if time:
            end = match.end()
            yield Timestamp(match.start(), end, time, f"[{time}]")
        elif match.start() >= end:
            lost = match[2] is not None
            at = match.start()
            stamp = _lost_half(text, at, end) if lost else _malformed(text, at)
            if stamp and stamp.start >= end:
                end = stamp.end
                yield stamp


def _malformed(text: str, start: int) -> Timestamp | None:
    """Read the anchor that begins at `start`, None if there is none."""
    tag = read_open_tag(text, start)
    if not tag:
        return None
    if tag.finished:
        label, closing = _label(text, tag)
    else:
        label = Span(tag.span.end, tag.span.end)
        closing = Span(label.end, label.end + len("</a>") * text.startswith("</a>", label.end))
    if tag.span.start < start and text[label.end - 1] == "\\":
        return None  # both tags are escaped: somebody shows what an anchor looks like
    return _timestamp(text, tag, label, closing)


def _timestamp(text: str, tag: OpenTag, label: Span, closing: Span) -> Timestamp:
    anatomy = Anatomy(
        tag.element, tag.span, tag.class_attribute, tag.attribute, tag.value, label, closing
    )
    value = text[slice(*tag.value)] if tag.value else ""
    stamp = Timestamp(tag.span.start, closing.end, value, text[slice(*label)], (), anatomy)
    close = _CLOSE.fullmatch(text, *closing)
    closed = close is not None and close[1].lower() in ("a", tag.element)
    return stamp._replace(faults=judge(stamp, tag.fault, closed=closed))


def _label(text: str, tag: OpenTag) -> tuple[Span, Span]:
    """Find the label behind a finished open tag and what closes it (perhaps nothing)."""
    start = tag.span.end
    found = text.find("<", start)
    close = _CLOSE.match(text, found) if found >= 0 else None
    ours = close is not None and close[1].lower() in ("a", tag.element)
    if close and ours and not _BLANK_LINE.search(text, start, found):
        return Span(start, found), Span(*close.span())
    nested = _NESTED.match(text, start) if not close else None
    if nested:
        return Span(start, nested.end()), Span(nested.end(), nested.end() + len("</a>"))
    label = _LABEL.match(text, start)
    end = label.end() if label else start
    stray = _STRAY.match(text, end) if label else None
    return Span(start, end), Span(end, stray.end() if stray else end)


def _lost_half(text: str, close: int, end: int) -> Timestamp | None:
    """Read the rest of an anchor whose beginning is lost; `close` is its `</a>`.

    `end` is where the anchor before it ends.
    """
    if text[close - 1 : close] not in "0123456789]":
        return None
    before = text.rfind("<", end, close)
    if before >= 0 and _OPENER.match(text, before):
        return None
    found = _LOST.search(text, max(end, close - 120, before), close)
    if not found or not read_times(found[1]):
        return None
    tag = OpenTag(Span(found.start(), found.start(1)), "a", None, None, None, "broken-tag")
    return _timestamp(text, tag, Span(*found.span(1)), Span(close, close + len("</a>")))


def _cut_off(text: str, found: list[Timestamp]) -> list[Timestamp]:
    """Read the first characters of an anchor at which the text of a note breaks off."""
    whole = text.rstrip()
    start = whole.rfind("<", max(0, len(whole) - len(_CUT)))
    if start < 0 or not found or found[-1].end > start or not _CUT.startswith(whole[start:]):
        return []
    if len(whole) == start + 1 and text[found[-1].end : start].strip(" ,;"):
        return []  # a mere `<` may be one; not where a list of timestamps goes on
    tag = OpenTag(Span(start, len(whole)), "a", None, None, None, "broken-tag", finished=False)
    end = Span(len(whole), len(whole))
    return [_timestamp(text, tag, end, end)]
