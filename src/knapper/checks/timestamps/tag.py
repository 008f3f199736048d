"""Rules about the tag of a timestamp and its end: what keeps a player from seeing it."""

import re
from collections.abc import Iterator

from knapper.checks.timestamps.parentheses import closes_slip
from knapper.checks.timestamps.reading import at_end, faulty, has_fault, line_before, piece
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.timestamps import Time, Timestamp, anchor, label_time, read_times

_QUOTES = "\"'“”„‘’"
_OPEN = '<a class="yt-timestamp" data-t="{}">'
_SECOND_HALF = re.compile(
    r"[\]\"]?[ \t]*+(?:[-–—,;]|[^\W\d_]{1,5})?[ \t]*+\[?[0-9]{1,2}(?::[0-9]{2}){1,2}\]?</a>"
)
"""What follows a torn tag that had two times in it: `] - [00:15:24]</a>`."""
_TORN = re.compile(r"[\[\]{}\"'“”‘’>]++")
"""Signs that a torn tag leaves beside its time."""
_WORD = re.compile(r"\w")
_REST = re.compile(r"[^<\n]*+(?:</a\b)?", re.IGNORECASE)
_ANOTHER_ATTRIBUTE = re.compile(r"\s[\w-]+=")
_DIGITS = re.compile(r"[0-9]+")


@check(when=faulty)
def timestamp_unclosed(note: Note) -> Iterator[Finding]:
    """Report anchors that are not closed by `</a>`."""
    for stamp in has_fault(note, "unclosed"):
        closing = piece(note, stamp.closing)
        what = f"is closed by '{closing}'" if closing else "is not closed"
        fix = _closing_fix(note.text, stamp)
        yield Finding(stamp.span, f"the timestamp {what}; expected '</a>'", fix)


@check(when=faulty)
def timestamp_broken_tag(note: Note) -> Iterator[Finding]:
    """Report anchors whose tag is unfinished, torn or escaped."""
    for stamp in has_fault(note, "broken-tag"):
        if _cut_off(note.text, stamp):
            yield Finding(stamp.span, "the timestamp breaks off in the middle of its tag")
            continue
        second = _SECOND_HALF.match(note.text, stamp.end)
        if second and not stamp.value and not stamp.label:
            stamp = stamp._replace(end=second.end())  # noqa: PLW2901 - all of it
        times = _distinct(read_times(note.text[slice(*stamp.span)]))
        time = times[0].text if len(times) == 1 else "HH:MM:SS"
        message = f"the tag of the timestamp is broken; expected '{_OPEN.format(time)}'"
        yield Finding(stamp.span, message, _tag_fix(note.text, stamp, times))


@check(when=faulty)
def timestamp_element(note: Note) -> Iterator[Finding]:
    """Report timestamps in another element than `<a>`."""
    for stamp in has_fault(note, "element"):
        start = stamp.open_tag.start
        name = Span(start, start + len(f"<{stamp.element}"))
        new = "<a" if stamp.class_attribute else '<a class="yt-timestamp"'
        edits = [Edit(name, new)]
        if note.text[slice(*stamp.closing)].lower() == f"</{stamp.element}>":
            edits.append(Edit(stamp.closing, "</a>"))
        message = f"the timestamp is a <{stamp.element}>; expected an <a>"
        opens_block = stamp.element == "p"  # which then is text like any other
        fix = Fix("make it an <a>", tuple(edits), safe=False, restructures=opens_block)
        yield Finding(stamp.open_tag, message, fix)


@check(when=faulty)
def timestamp_attribute(note: Note) -> Iterator[Finding]:
    """Report anchors without a usable `data-t`."""
    for stamp in has_fault(note, "attribute"):
        where = stamp.attribute or stamp.class_attribute or stamp.open_tag
        said = label_time(stamp.label)
        expected = f'data-t="{said.text if said else "HH:MM:SS"}"'
        # The digits of a tag that has only its class are in the class.
        held = note.text[slice(*where)]
        digits = [int(number[-9:]) for number in _DIGITS.findall(held)]
        fix = _attribute_fix(stamp, said, expected) if said and _agree(said, digits) else None
        what = f"the time stands in '{piece(note, where)}'" if digits else "data-t is missing"
        yield Finding(where, f"{what}; expected '{expected}'", fix)


@check(when=faulty)
def timestamp_class(note: Note) -> Iterator[Finding]:
    """Report anchors whose class is a slip for `yt-timestamp`."""
    for stamp in has_fault(note, "class"):
        time, said = stamp.time, label_time(stamp.label)
        agree = bool(time and said and time.seconds == said.seconds)
        title = "write the class that players look for"
        if stamp.class_attribute is None:
            assert stamp.attribute is not None  # without both it is no timestamp
            start = stamp.attribute.start
            edit = Edit(Span(start, start), 'class="yt-timestamp" ')
            message = "the timestamp has no class; expected 'class=\"yt-timestamp\"'"
            yield Finding(stamp.open_tag, message, Fix(title, (edit,), safe=False))
            continue
        written, end = piece(note, stamp.class_attribute), stamp.class_attribute.end
        right = _right_class(note.text[slice(*stamp.class_attribute)])
        is_glued = note.text[end : end + 1].strip(" \t\r\n>/") != ""
        edit = Edit(stamp.class_attribute, right + " " * is_glued)
        message = (
            f"the class of the timestamp is written '{written}'; expected 'class=\"yt-timestamp\"'"
        )
        if is_glued and written == right:  # CommonMark 0.31, 6.6
            message = f"no blank stands between '{written}' and the next attribute"
        alone = not _ANOTHER_ATTRIBUTE.search(note.text, *stamp.class_attribute)
        yield Finding(stamp.class_attribute, message, Fix(title, (edit,), safe=agree and alone))


@check(when=faulty)
def timestamp_quotes(note: Note) -> Iterator[Finding]:
    """Report anchors whose attributes stand in other quotes than `"`."""
    for stamp in has_fault(note, "quotes"):
        edits = []
        for span in (stamp.class_attribute, stamp.attribute):
            assert span is not None  # else the fault were "class" or "attribute"
            name, _, value = note.text[slice(*span)].partition("=")
            new = f'{name.strip()}="{value.strip().strip(_QUOTES)}"'
            if new != note.text[slice(*span)]:
                edits.append(Edit(span, new))
        wrong = note.text[slice(*edits[0].span)]
        message = f"the timestamp is written with {_quotes_of(wrong)}; expected '{edits[0].text}'"
        fix = Fix("write double quotes", tuple(edits))
        yield Finding(edits[0].span, message, fix)


def _closing_fix(text: str, stamp: Timestamp) -> Fix | None:
    """Close an anchor, if its label is whole.

    Safe only where the label says the value and what stands there in place of `</a>`
    is one of the slips that are known to mean it.
    """
    label, closing = stamp.label_span, text[slice(*stamp.closing)]
    core = stamp.label.strip()
    said, time = label_time(stamp.label), stamp.time
    whole = core.endswith("]") == core.startswith("[")
    if not said or not whole or (not closing and at_end(text, stamp.end)):
        return None
    agree = time is not None and time.text == said.text
    edits = _closing_edits(text, stamp, closing)
    known = closing.lower() in (">", "</sup>", "</a")
    return Fix("close it", edits, safe=agree and known and label.end == stamp.closing.start)


def _closing_edits(text: str, stamp: Timestamp, closing: str) -> tuple[Edit, ...]:
    before = line_before(text, stamp.start)
    inserted = (Edit(Span(stamp.closing.start, stamp.closing.start), "</a>"),)
    in_sup = before.rfind("<sup>") > before.rfind("</sup>")
    if (closing == "</sup>" and in_sup) or (closing == "]" and before.endswith("[")):
        return inserted
    # `</a)` is a slip for `</a>`, and the end of a parenthesis only if one is open.
    is_slip = closing.lower() == "</a" and text.startswith(")", stamp.end)
    spare = is_slip and closes_slip(text, stamp.end)
    return (Edit(Span(stamp.closing.start, stamp.end + spare), "</a>"),)


def _cut_off(text: str, stamp: Timestamp) -> bool:
    """Tell whether a tag breaks off, either at the end of the note or before its time."""
    if stamp.closing.start < stamp.closing.end or stamp.label:
        return False
    return at_end(text, stamp.end) or not read_times(text[slice(*stamp.span)])


def _distinct(times: tuple[Time, ...]) -> list[Time]:
    """Return the times, those that say the same instant in the same form only once."""
    return list({time.text: time for time in times}.values())


def _tag_fix(text: str, stamp: Timestamp, times: list[Time]) -> Fix | None:
    """Write a broken tag anew, if it is plain which time was meant."""
    whole = text[slice(*stamp.span)]
    if stamp.element != "a" or any(len(part) != 2 for time in times for part in time.parts[1:]):
        return None
    if stamp.value_span and stamp.value:
        if whole[: whole.find(">")].count("=") > 2:  # an attribute that must not be lost
            return None
        # In `word< a class=` the blank has only changed places.
        swapped = whole[1:2].isspace() and text[stamp.start - 1 : stamp.start].isalnum()
        edit = Edit(stamp.open_tag, " " * swapped + _OPEN.format(stamp.value))
        return Fix("write its tag anew", (edit,), safe=len(times) == 1)
    if len(times) == 1:
        end = _end_of_torn_tag(text, stamp, times[0].text)
        if end is None:
            return None
        edit = Edit(Span(stamp.start, end), anchor(times[0].text))
        lost = "<a" not in whole and "< a" not in whole
        return Fix("write it anew", (edit,), safe=not lost)
    if len(times) == 2 and not stamp.label:
        first, second = (time.text for time in times)
        end = _end_of_torn_tag(text, stamp, second)
        if end is None:
            return None
        between = whole[whole.index(first) + len(first) : whole.rindex(second)].strip(
            _QUOTES + "[]"
        )
        edit = Edit(Span(stamp.start, end), f"{anchor(first)}{between}{anchor(second)}")
        return Fix("write a timestamp for each time", (edit,), safe=False)
    return None


def _end_of_torn_tag(text: str, stamp: Timestamp, time: str) -> int | None:
    """Return where an anchor ends of which only its time is left, None if that is unclear.

    Words behind the time, `data` and `1999` too, are those of the sentence.
    """
    end = text.index(time, stamp.start)
    while text.startswith(time, end):  # once more, as the label
        torn = _TORN.match(text, end + len(time), stamp.end)
        end = torn.end() if torn else end + len(time)
    inside, closing, _ = text[end : stamp.end].partition("<")
    if closing:
        return None if _WORD.search(inside) else stamp.end
    # the rest of the tag, and a label, may come behind signs that are not understood
    rest = _REST.match(text, end)
    return None if rest and any(sign in rest[0] for sign in ("<", ">", '="', time)) else end


def _agree(said: Time, digits: list[int]) -> bool:
    """Tell whether the digits in a tag are the label's, or the last ones of it."""
    numbers = [int(part) for part in said.parts]
    return not digits or (len(digits) >= 2 and numbers[-len(digits) :] == digits)


def _attribute_fix(stamp: Timestamp, said: Time, expected: str) -> Fix:
    if stamp.attribute:
        edit = Edit(stamp.attribute, expected)
    elif stamp.class_attribute:
        edit = Edit(stamp.class_attribute, f'class="yt-timestamp" {expected}')
    else:
        edit = Edit(stamp.open_tag, _OPEN.format(said.text))
    return Fix("write the time into data-t", (edit,))


def _right_class(written: str) -> str:
    """Put `yt-timestamp` for the slip; classes that stand beside it stay."""
    plain = re.fullmatch(r"class=([\"'])([\w\s-]*)\1", written)
    beside = plain[2].split() if plain else []
    kept = [name for name in beside if "timestamp" not in name and not name.startswith("yt")]
    return f'class="{" ".join(("yt-timestamp", *kept))}"'


def _quotes_of(attribute: str) -> str:
    value = attribute.partition("=")[2].strip()
    if value.startswith("'"):
        return "single quotes"
    return "curly quotes" if value[:1] in _QUOTES else "no quotes"
