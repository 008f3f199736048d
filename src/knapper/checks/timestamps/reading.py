"""What the timestamp rules share: which anchors count, and how their times are edited."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.text import Edit, Span
from knapper.core.timestamps import Fault, Timestamp, label_time
from knapper.core.vault import Vault

__all__ = [
    "at_end",
    "faulty",
    "has_fault",
    "is_read",
    "label_edits",
    "line_before",
    "piece",
    "read_anchors",
    "time_edits",
    "video_id",
]

_END = re.compile(r"\s*+\Z")


def faulty(note: Note, _: Vault) -> tuple[Timestamp, ...]:
    """Return the anchors with a fault, wherever they stand."""
    return tuple([stamp for stamp in note.timestamps if stamp.faults]) if note.timestamps else ()


def has_fault(note: Note, fault: Fault) -> Iterator[Timestamp]:
    """Yield the anchors with this fault that stand where text is read."""
    yield from read_anchors(note, [stamp for stamp in note.timestamps if fault in stamp.faults])


def read_anchors(note: Note, stamps: list[Timestamp]) -> Iterator[Timestamp]:
    """Yield those of the anchors that stand where text is read: no code, no comment."""
    if not stamps:
        return
    comments = _comments(note.text, note.body) if "%%" in note.text else []
    starts = [comment.start for comment in comments]
    for stamp in stamps:
        found = bisect_right(starts, stamp.start)
        hidden = found and stamp.start < comments[found - 1].end
        if not hidden and is_read(note, stamp):
            yield stamp


def is_read(note: Note, stamp: Timestamp) -> bool:
    """Tell whether an anchor stands outside code, HTML blocks, HTML comments and math.

    Its own tag hides nothing, not even a `<p>` that begins an HTML block.
    """
    region = note.region_at(stamp.start)
    if region is None:
        return True
    if region.kind == "html":
        opens = not note.text[region.start : stamp.start].strip(" \t>")
        return opens and "element" in stamp.faults
    return region.kind == "tag" and region.start >= stamp.start


def piece(note: Note, span: Span | None) -> str:
    """Return a piece of the note for a message: on one line, and not too long."""
    words = " ".join(note.text[slice(*span)].split()) if span else ""
    return words if len(words) <= 60 else f"{words[:57]}..."


def at_end(text: str, offset: int) -> bool:
    """Tell whether nothing but white space follows."""
    return _END.match(text, offset) is not None


def line_before(text: str, offset: int) -> str:
    """Return what stands before `offset` on its line (of a very long line, the last part)."""
    nearest = max(0, offset - 400)
    return text[max(nearest, text.rfind("\n", nearest, offset) + 1) : offset]


def time_edits(stamp: Timestamp, new: str) -> tuple[Edit, ...]:
    """Return the edits that make `new` the time of an anchor, in value and label.

    A label that says another time, or something else, stays as it is.
    """
    assert stamp.value_span is not None  # only asked for anchors that have a value
    edits = [Edit(stamp.value_span, new)] if stamp.value != new else []
    said, meant = label_time(stamp.label), stamp.time
    empty = not stamp.label.strip() and "unclosed" not in stamp.faults
    same = said and meant and (said.text == meant.text or said.seconds == meant.seconds)
    if empty or same or (said and said.text == new):
        edits += label_edits(stamp, new)
    return tuple(edits)


def label_edits(stamp: Timestamp, new: str) -> tuple[Edit, ...]:
    """Return the edit that makes `[new]` the label; blanks around it stay outside of it."""
    core = stamp.label.strip()
    if core == f"[{new}]":
        return ()
    start = stamp.label_span.start + (stamp.label.find(core) if core else 0)
    end = start + len(core) if core else stamp.label_span.end
    return (Edit(Span(start, end), f"[{new}]"),)


def video_id(note: Note) -> str:
    """Return the video that a note says it is about, "" if it says none."""
    if "video" not in note.text[: note.body].lower():
        return ""
    return str(note.frontmatter.get("videoId") or "")


def _comments(text: str, start: int) -> list[Span]:
    """Return where Obsidian's `%% ... %%` comments stand."""
    found, at = [], text.find("%%", start)
    while at >= 0:
        end = text.find("%%", at + 2)
        if end < 0:
            break
        found.append(Span(at, end + 2))
        at = text.find("%%", end + 2)
    return found
