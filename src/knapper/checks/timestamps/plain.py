"""Rules about times of a video that lead nowhere: plain ones, and links that are made up."""

import re
from collections.abc import Iterator

from knapper.checks.timestamps.reading import line_before, video_id
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.subpaths import heading_named
from knapper.core.text import Edit, Span
from knapper.core.timestamps import Time, anchor, format_time, label_time, parse_time
from knapper.core.vault import Vault

# Never a bare `3:15`: that may be a verse, a ratio, a score or an hour of the day.
_ONE = r"(?:[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]|[0-9]{2}:[0-5][0-9])"
_PLAIN = re.compile(
    rf"\[(?<![\[\]>!\\]\[)({_ONE}(?:[ ]?(?:,|-|–|—|to)[ ]?{_ONE}){{0,200}})\](?![\[(:\]]|</a)"
)
_OPENED = re.compile(r"<a\b", re.IGNORECASE)
_EACH = re.compile(_ONE)
_TARGET = re.compile(
    r"\]\((?<=[0-9]\]\()(#t=[0-9hms:.,]{0,20}|#[0-9][0-9:]{0,20}|#|[0-9][0-9:]{2,20}"
    r"|https?://(?:www\.|m\.)?(?:youtube\.com/watch\?v=|youtu\.be/)([^&#?)\s]*)[^)\s]*)\)"
)
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
_WELL_KNOWN_FAKE = "dQw4w9WgXcQ"


def names_video(note: Note, _: Vault) -> bool:
    """Tell whether the properties of a note say which video it is about."""
    return bool(video_id(note))


@check(when=names_video)
def timestamp_plain(note: Note) -> Iterator[Finding]:
    """Report times in brackets that are not linked, in a note about a video."""
    plain = [
        one
        for one in _PLAIN.finditer(note.text, note.body)
        if note.region_at(one.start()) is None and not _is_taken(note.text, one.start())
    ]
    if not plain:
        return
    edits = tuple(Edit(Span(*one.span()), _EACH.sub(_linked, one[1])) for one in plain)
    message = f"'{plain[0][0]}' is not linked to the video"
    if len(plain) > 1:
        message = f"{len(plain)} times are not linked to the video, the first is '{plain[0][0]}'"
    fix = Fix("link them to the player", edits, safe=False)
    yield Finding(Span(*plain[0].span()), message, fix)


@check(signs=("](",))
def timestamp_fake_link(note: Note) -> Iterator[Finding]:
    """Report times whose link is made up: `[00:24:20](#t=00:24:20)`, `watch?v=XYZ`."""
    for target in _TARGET.finditer(note.text, note.body):
        start = note.text.rfind("[", max(note.body, target.start() - 40), target.start())
        label = note.text[start + 1 : target.start()] if start >= 0 else ""
        said = label_time(label) if ":" in label else None
        if not said or label != said.text or note.region_at(start) or _is_taken(note.text, start):
            continue
        why = _why_fake(note, target)
        if why:
            span = Span(start, target.end())
            yield Finding(
                span, f"the link of '{label}' leads nowhere: {why}", _anchored(note, said, span)
            )


def _linked(time: re.Match[str]) -> str:
    read = parse_time(time[0])
    return anchor(format_time(read.seconds)) if read else time[0]


def _is_taken(text: str, offset: int) -> bool:
    """Tell whether a bracket or an `<a>` that opened earlier on the line is still open.

    Then this is the text of a link; so is what stands in a comment left alone.
    """
    before = line_before(text, offset)
    return (
        before.count("[") > before.count("]")
        or len(_OPENED.findall(before)) > before.lower().count("</a")
        or before.count("%%") % 2 == 1
    )


def _why_fake(note: Note, target: re.Match[str]) -> str:
    """Say why the target of a time cannot be what was meant, "" if it can."""
    written, video = target[1], target[2]
    if video is not None:
        own = video_id(note)
        if _VIDEO.fullmatch(video):
            fake = video == _WELL_KNOWN_FAKE and own not in ("", video)
            return "the address is a well-known placeholder" if fake else ""
        templated = any(sign in video for sign in "{}<>$%")
        return "" if templated else f"'{video}' is no video"
    headings = [(heading.level, heading.text) for heading in note.headings]
    if written.startswith("#") and heading_named(headings, written[1:]) is not None:
        return ""
    return "it leads to no video"


def _anchored(note: Note, said: Time, span: Span) -> Fix | None:
    if not video_id(note) or not said.in_range:
        return None
    edit = Edit(span, anchor(format_time(said.seconds)))
    return Fix("link it to the player", (edit,), safe=False)
