"""Rules about timestamps that code has swallowed."""

import re
from collections.abc import Iterator
from itertools import groupby

from knapper.checks.timestamps.reading import line_before, read_anchors, video_id
from knapper.core.blocks import Region, read_blocks
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span, apply_edits
from knapper.core.timestamps import Timestamp

_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([\w+-]*)")
_CLOSING = re.compile(r"([ \t>]*+)(`{3,}+|~{3,}+)[ \t]*+")
_CODE = ("fence", "indented")
# In these an anchor is an example of itself.
_MARKUP = frozenset(("astro", "html", "js", "jsx", "php", "svelte", "svg", "tsx", "vue", "xml"))
_NOTES = frozenset(("markdown", "md"))


@check(when="timestamps")
def timestamp_in_code(note: Note) -> Iterator[Finding]:
    """Report anchors in a code block of a note that has live ones, or a video."""
    if not _has_code(note):
        return
    held = [(stamp, region) for stamp in note.timestamps if (region := _code(note, stamp))]
    if not held:
        return
    video = bool(video_id(note))
    live = len(held) < len(note.timestamps) and any(read_anchors(note, list(note.timestamps)))
    for region, group in groupby(held, key=lambda pair: pair[1]):
        stamps = [stamp for stamp, _ in group]
        if any(is_behind_fence(note, stamp) for stamp in stamps):
            continue  # the fence goes on by mistake: timestamp-after-fence tells it
        language = _language(note.text, region)
        example = language in _MARKUP or (not video and language in _NOTES)
        if example or not (video or live):
            continue
        what = "a timestamp stands" if len(stamps) == 1 else f"{len(stamps)} timestamps stand"
        yield Finding(stamps[0].span, f"{what} in a code block, where nothing can be played")


@check(when="timestamps")
def timestamp_after_fence(note: Note) -> Iterator[Finding]:
    """Report anchors behind a closing fence, which they keep from closing."""
    if not _has_code(note):
        return
    fences = [stamp for stamp in note.timestamps if is_behind_fence(note, stamp)]
    if not fences:
        return
    line_end = "\r\n" if "\r\n" in note.text else "\n"
    edits = [_break_before(note.text, stamp, line_end) for stamp in fences]
    mended = read_blocks(apply_edits(note.text, edits), note.body)
    for stamp, edit in zip(fences, edits, strict=True):
        fix = Fix("put it on a line of its own", (edit,), safe=True, restructures=True)
        message = (
            "the fence before the timestamp does not close the code; expected a line of its own"
        )
        yield Finding(stamp.span, message, None if mended.unclosed else fix)


def _has_code(note: Note) -> bool:
    return any(region.kind in _CODE for region in note.structure.regions)


def _code(note: Note, stamp: Timestamp) -> Region | None:
    region = note.region_at(stamp.start)
    return region if region and region.kind in _CODE else None


def _language(text: str, region: Region) -> str:
    """Return the word behind an opening fence, in lower case."""
    opening = _FENCE.search(text, region.start, min(region.end, region.start + 200))
    return opening[2].lower() if opening and region.kind == "fence" else ""


def is_behind_fence(note: Note, stamp: Timestamp) -> bool:
    """Tell whether an anchor is all that keeps its line from closing the fence."""
    line = line_before(note.text, stamp.start)
    closing = _CLOSING.fullmatch(line)
    region = note.region_at(stamp.start) if closing else None
    if not closing or not region or region.kind != "fence":
        return False
    opening = _FENCE.search(note.text, region.start, stamp.start)
    is_later = region.start < stamp.start - len(line)
    return is_later and opening is not None and closing[2].startswith(opening[1])


def _break_before(text: str, stamp: Timestamp, line_end: str) -> Edit:
    """Put the anchor on a line of its own, in the same quote or list item."""
    line = line_before(text, stamp.start)
    closing = _CLOSING.fullmatch(line)
    assert closing is not None  # only asked for what `is_behind_fence` found
    start = stamp.start - len(line) + closing.end(2)
    return Edit(Span(start, stamp.start), line_end + closing[1])
