"""The rule about times in addresses: media fragments, YouTube and PodNotes links.

Only what cannot be a time is reported. Sources: W3C Media Fragments URI 1.0, section
4.2.1, as MDN tells it (`#t=5,10`, `#t=0:00:02,3.5`, minutes and seconds 00-59);
Media Extended's manual (`1:20` is ignored, `,e` is the end); the player parameters
of YouTube (`start` in whole seconds, `t` also as `1h2m3s`); the manual of PodNotes
(`time` in seconds, absent at 0).
"""

import re
from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.rule import Finding, check
from knapper.core.text import Span

_MEDIA = re.compile(
    r"\.(?:mp4|webm|ogv|mov|mkv|m4v|mp3|wav|m4a|ogg|3gp|flac|opus|aac)(?:\?[^\s#]*)?\Z",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(r"#t=([^\s&|\])>\"'#]*+)")
_CLOCK = re.compile(r"(?:([0-9]+):)?([0-9]{2}):([0-9]{2})(?:\.[0-9]*)?")
_SHORT_CLOCK = re.compile(r"[0-9]:[0-9]{1,2}|[0-9]{1,2}:[0-9]")
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?s?")
_YOUTUBE = re.compile(
    r"youtu(?:be(?:-nocookie)?\.com/|\.be/)[^\s()\[\]<>\"'|?&#]{0,200}+([?&#][^\s()\[\]<>\"'|]*+)"
)
_START = re.compile(r"[?&#](t|start)=([^&#]*)")
_UNITS = re.compile(r"[0-9]+(?:\.[0-9]+)?|(?=[0-9])(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?|[0-9:]+")
_PODNOTES = re.compile(r"obsidian://podnotes\?[^\s()\[\]<>\"']*+")
_TIME = re.compile(r"[?&]time=([^&#]*)")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_TIME_GIVEN = re.compile(r"=(?:(?<=[?&#]t=)|(?<=start=)|(?<=time=))")
_CODE = ("fence", "indented", "code", "math", "frontmatter")


@check(signs=("=",))
def timestamp_fragment(note: Note) -> Iterator[Finding]:
    """Report times in addresses that cannot be times, or that end before they begin."""
    text, found = note.text, []
    if not _TIME_GIVEN.search(text):
        return
    if "#t=" in text:
        found += list(_media(text, note.body))
    if "youtu" in text:
        found += list(_youtube(text, note.body))
    if "obsidian://podnotes" in text:
        found += list(_podnotes(text, note.body))
    for span, message in sorted(found):
        region = note.region_at(span.start)
        if region is None or region.kind not in _CODE:
            yield Finding(span, message)


def _media(text: str, start: int) -> Iterator[tuple[Span, str]]:
    for match in _FRAGMENT.finditer(text, start):
        before = text[max(start, match.start() - 400) : match.start()]
        before = before[before.rfind("\n") + 1 :]
        opening = max(before.rfind("[["), before.rfind("]("), before.rfind("://"))
        if opening < 0 or "]]" in before[opening:] or not _MEDIA.search(before):
            continue
        why = _why_no_range(match[1])
        if why:
            yield Span(*match.span()), f"'{match[0]}' {why}"


def _why_no_range(written: str) -> str:
    """Say why a fragment is no time or range, "" if it is, or if we cannot tell."""
    value = written.removeprefix("npt:")
    if _is_template(value) or value.startswith(("smpte", "clock")):
        return ""
    first, comma, second = value.partition(",")
    for time in (first, second):
        if why := _why_no_clock(time):
            return why
    if not any(sign.isdigit() for sign in value):
        return "is no time; expected seconds or 'MM:SS'"
    begin, end = _seconds(first), _seconds(second)
    if comma and begin is not None and end is not None and end <= begin:
        return "ends before it begins"
    return ""


def _why_no_clock(time: str) -> str:
    clock = _CLOCK.fullmatch(time)
    if clock and (int(clock[2][:9]) > 59 or int(clock[3][:9]) > 59):
        return f"is no time: in '{time}' minutes or seconds are past 59"
    if _SHORT_CLOCK.fullmatch(time):
        padded = ":".join(part.rjust(2, "0") for part in time.split(":"))
        return f"is not heard: '{time}' needs two digits each; expected '{padded}'"
    return ""


def _seconds(time: str) -> float | None:
    clock = _CLOCK.fullmatch(time)
    if clock:
        hours = int((clock[1] or "0")[:9])
        return hours * 3600 + int(clock[2]) * 60 + float(time.rpartition(":")[2])
    return float(time.rstrip("s")) if _SECONDS.fullmatch(time) else None


def _youtube(text: str, start: int) -> Iterator[tuple[Span, str]]:
    for address in _YOUTUBE.finditer(text, start):
        for match in _START.finditer(address[1]):
            value = match[2].rstrip(".,;:!*_")
            if _is_template(value) or _UNITS.fullmatch(value):
                continue
            at = address.start(1) + match.start(1)
            span = Span(at, at + len(match[1]) + 1 + len(value))
            yield (
                span,
                f"'{text[slice(*span)]}' is no time; expected seconds, as in '{match[1]}=90'",
            )


def _podnotes(text: str, start: int) -> Iterator[tuple[Span, str]]:
    for address in _PODNOTES.finditer(text, start):
        match = _TIME.search(address[0])
        if match and not _is_template(match[1]) and not _NUMBER.fullmatch(match[1]):
            at = address.start() + match.start() + 1
            span = Span(at, address.start() + match.end())
            yield span, f"'{text[slice(*span)]}' is no time; expected seconds, as in 'time=90'"


def _is_template(value: str) -> bool:
    return any(sign in value for sign in "{}<>$%")
