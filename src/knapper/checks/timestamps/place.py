"""Rules about where a timestamp stands, and beside which others."""

import re
from collections.abc import Iterator
from itertools import groupby, pairwise

from knapper.checks.timestamps.parentheses import closes_slip
from knapper.checks.timestamps.reading import line_before, read_anchors
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.timestamps import Timestamp, label_time, read_times

_IN_A_ROW = 4
_RUNAWAY = 20
_LINK_TEXT = re.compile(r"(?<!\\)\[([^\[\]\n]{0,200})\]\(\Z")
_WIKILINK = re.compile(r"(?<!\\)\[\[([^\[\]|\n]{1,200}?)[ \t]*\\?\|[ \t]*\Z")
_IN_LINK_TEXT = (
    "the timestamp stands inside the text of a link; at most one of them can be followed"
)
_END_OF_LINK_TEXT = re.compile(
    r"[^\[\]\n]*+\]\((?:<[^<>\n]++>|(?:[^\s()<]++|\([^\s()]*+\))+)[ \t]*+[\"'()]"
)
_NO_BRACKET = re.compile(r"\\.|`[^`\n]*+`")
_MORE = re.compile(r"[ \t]*(?:[-–—,;]|and|to)[ \t]*(?=<a class=\"yt-timestamp\")")


@check(when="timestamps")
def timestamp_in_link(note: Note) -> Iterator[Finding]:
    """Report anchors inside a Markdown link, a wikilink or a pair of brackets."""
    text = note.text
    near = [stamp for stamp in note.timestamps if _may_be_inside(text, stamp.start)]
    starts = [stamp.start for stamp in near]
    for stamp in read_anchors(note, [one for one in note.timestamps if _link_around(note, one)]):
        if stamp.start not in starts:
            yield Finding(stamp.span, _IN_LINK_TEXT)
    following = {stamp.start: stamp for stamp in note.timestamps} if near else {}
    for stamp in read_anchors(note, near):
        before = line_before(text, stamp.start)
        link = _LINK_TEXT.search(before)
        wikilink = None if link else _WIKILINK.search(before)
        if link:
            yield _in_link(text, stamp, link, following)
        elif wikilink and text.startswith("]]", stamp.end):
            yield _in_wikilink(stamp, wikilink)
        elif before.endswith("[") and not before.endswith(("\\[", "![")):
            found = _in_brackets(text, stamp)
            if found:
                yield found
            elif _link_around(note, stamp):
                yield Finding(stamp.span, _IN_LINK_TEXT)


@check(when="timestamps")
def timestamp_repeated(note: Note) -> Iterator[Finding]:
    """Report the same time many times in a row, as a runaway writer leaves it."""
    values = {stamp.value for stamp in note.timestamps}
    if len(note.timestamps) - len(values) < _IN_A_ROW - 1:
        return
    stamps = read_anchors(note, list(note.timestamps))
    for value, group in groupby(stamps, key=lambda stamp: stamp.value):
        run = list(group)
        if value and len(run) >= _IN_A_ROW:
            message = f"'{value}' stands {len(run)} times in a row"
            if len(run) >= _RUNAWAY:
                message += "; the text around it looks like a runaway"
            yield Finding(run[0].span, message)


@check(when="timestamps")
def timestamp_order(note: Note) -> Iterator[Finding]:
    """Report times that are earlier than the one before them."""
    stamps = read_anchors(note, list(note.timestamps))
    timed = [(time.seconds, stamp) for stamp in stamps if (time := stamp.time)]
    for (earlier, first), (later, second) in pairwise(timed):
        if later < earlier:
            message = f"'{second.value}' comes after '{first.value}'; expected times in order"
            yield Finding(second.span, message)


@check(when="timestamps")
def timestamp_glued(note: Note) -> Iterator[Finding]:
    """Report anchors with no blank between them and the word or anchor before."""
    text, ends = note.text, {stamp.end for stamp in note.timestamps}
    glued = [
        stamp for stamp in note.timestamps if stamp.start in ends or _after_word(text, stamp.start)
    ]
    for stamp in read_anchors(note, glued):
        fix = Fix("put a blank before it", (Edit(Span(stamp.start, stamp.start), " "),))
        what = "timestamp" if stamp.start in ends else "word"
        yield Finding(
            stamp.span, f"no blank stands between this timestamp and the {what} before", fix
        )


def _link_around(note: Note, stamp: Timestamp) -> bool:
    """Tell whether a timestamp stands within a link, or in the text of one to the web."""
    link = note.link_at(stamp.start)
    if link is not None:
        return stamp.end <= link.end
    if _END_OF_LINK_TEXT.match(note.text, stamp.end) is None:
        return False
    before = _NO_BRACKET.sub("", line_before(note.text, stamp.start))
    return before.count("[") > before.count("]")


def _after_word(text: str, offset: int) -> bool:
    """Tell whether a letter or digit of a script with blanks stands right before."""
    return offset > 0 and text[offset - 1].isalnum() and text[offset - 1] < "\u2e80"


def _may_be_inside(text: str, start: int) -> bool:
    before = text[start - 1 : start]
    if before in ("(", "["):
        return True
    if before == " ":
        before = text[max(0, start - 4) : start].rstrip(" ")[-1:]
    return before == "|" and "[[" in text[max(0, start - 200) : start]


def _in_link(
    text: str, stamp: Timestamp, link: re.Match[str], following: dict[int, Timestamp]
) -> Finding:
    """An anchor in place of an address: `[00:01:02](<a ...>[00:01:02]</a>)`."""
    outer = link.string[: link.start()]
    start = stamp.start - (link.end() - link.start()) - outer.endswith("!")
    last = stamp
    while (more := _MORE.match(text, last.end)) and more.end() in following:
        last = following[more.end()]
    kept = "" if read_times(link[1]) or not link[1].strip() else f"{link[1].strip()} "
    edits = [Edit(Span(start, stamp.start), kept)]
    if text.startswith(")", last.end) and closes_slip(text, last.end):
        edits.append(Edit(Span(last.end, last.end + 1), ""))
    said, time = label_time(link[1]), stamp.time
    safe = bool(said and time and said.seconds == time.seconds and last is stamp)
    message = "the timestamp stands where the address of a link belongs"
    return Finding(
        Span(start, stamp.end), message, Fix("take the link away", tuple(edits), safe=safe)
    )


def _in_wikilink(stamp: Timestamp, wikilink: re.Match[str]) -> Finding:
    """An anchor as the display text of a wikilink: neither of them works."""
    start = stamp.start - (wikilink.end() - wikilink.start())
    end = Span(stamp.end, stamp.end + len("]]"))
    edits = (
        Edit(Span(start, stamp.start), f"[[{wikilink[1].strip()}]] "),
        Edit(end, ""),
    )
    message = "the timestamp stands inside a wikilink, where neither of them works"
    return Finding(Span(start, end.end), message, Fix("put it behind the link", edits, safe=False))


def _in_brackets(text: str, stamp: Timestamp) -> Finding | None:
    """An anchor in brackets of its own: `[<a ...>[00:01:02]</a>]`."""
    if not text.startswith("]", stamp.end) or text[stamp.end + 1 : stamp.end + 2] in (
        "(",
        "[",
        ":",
        "]",
    ):
        return None
    if text[stamp.start - 2 : stamp.start - 1] == "[":
        return None
    edits = (
        Edit(Span(stamp.start - 1, stamp.start), ""),
        Edit(Span(stamp.end, stamp.end + 1), ""),
    )
    message = "the timestamp stands in brackets of its own; it has brackets already"
    return Finding(
        Span(stamp.start - 1, stamp.end + 1), message, Fix("take the brackets away", edits)
    )
