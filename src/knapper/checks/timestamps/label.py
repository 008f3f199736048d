"""Rules about the label of a timestamp, the text that a reader sees."""

from collections.abc import Iterator

from knapper.checks.timestamps.reading import faulty, has_fault, label_edits, piece
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.timestamps import Timestamp, format_time, label_time

_NEAR = 60
_OPENING = "([{\"'“‘«*_~="


@check(when=faulty)
def timestamp_label_empty(note: Note) -> Iterator[Finding]:
    """Report anchors that show nothing to click on."""
    for stamp in has_fault(note, "label-empty"):
        fix = Fix("write the time as label", label_edits(stamp, stamp.value))
        yield Finding(stamp.span, f"the label is empty; expected '[{stamp.value}]'", fix)


@check(when=faulty)
def timestamp_label_brackets(note: Note) -> Iterator[Finding]:
    """Report labels without brackets, with double or with broken ones."""
    for stamp in has_fault(note, "label-brackets"):
        found = _wrong(note, stamp, "write the time in brackets")
        core, before = stamp.label.strip(), Span(stamp.start - 1, stamp.start)
        is_outside = note.text[slice(*before)] == "[" and not core.startswith("[")
        if found.fix and is_outside and core.endswith("]"):
            # its first bracket stands in front of the tag
            edits = (Edit(before, ""), *found.fix.edits)
            found = found._replace(fix=found.fix._replace(edits=edits))
        yield found


@check(when=faulty)
def timestamp_label_format(note: Note) -> Iterator[Finding]:
    """Report labels that say the right time in another form."""
    for stamp in has_fault(note, "label-format"):
        yield _wrong(note, stamp, "write the time in full")


@check(when=faulty)
def timestamp_label_space(note: Note) -> Iterator[Finding]:
    """Report blanks between a label and its tags."""
    for stamp in has_fault(note, "label-space"):
        message = f"the label has a blank beside it; expected '{stamp.label.strip()}'"
        fix = Fix("take the blank out of the link", _space_edits(note.text, stamp))
        yield Finding(stamp.label_span, message, fix)


@check(when=faulty)
def timestamp_label_mismatch(note: Note) -> Iterator[Finding]:
    """Report labels that say another time than is played."""
    for stamp in has_fault(note, "label-mismatch"):
        said, time = label_time(stamp.label), stamp.time
        assert said is not None and time is not None  # the fault is that they differ
        message = f"the label says {said.text}; expected '[{stamp.value}]', as data-t has it"
        shifted = said.seconds == time.seconds * 60
        # Near ones are mostly the two ends of a range, and the value is its beginning.
        near = abs(said.seconds - time.seconds) <= _NEAR
        edits = label_edits(stamp, stamp.value)
        fix = Fix("take the time of data-t", edits, safe=shifted) if shifted or near else None
        yield Finding(stamp.label_span, message, fix)


@check(when=faulty)
def timestamp_label_text(note: Note) -> Iterator[Finding]:
    """Report labels that are no time."""
    for stamp in has_fault(note, "label-text"):
        label = piece(note, stamp.label_span)
        message = f"the label '{label}' does not say the time; expected '[{stamp.value}]'"
        yield Finding(stamp.label_span, message)


def _wrong(note: Note, stamp: Timestamp, title: str) -> Finding:
    time = stamp.time
    assert time is not None  # a label is only judged beside a sound value
    new = stamp.value if time.fraction else format_time(time.seconds)
    message = f"the label is '{piece(note, stamp.label_span)}'; expected '[{new}]'"
    return Finding(stamp.label_span, message, Fix(title, label_edits(stamp, new)))


def _space_edits(text: str, stamp: Timestamp) -> tuple[Edit, ...]:
    """Trim the label; a blank that keeps words apart is moved out of the anchor."""
    edits = [Edit(stamp.label_span, stamp.label.strip())]
    before, after = text[stamp.start - 1 : stamp.start], text[stamp.end : stamp.end + 1]
    if stamp.label[0].isspace() and before and not before.isspace() and before not in _OPENING:
        edits.append(Edit(Span(stamp.start, stamp.start), " "))
    if stamp.label[-1].isspace() and after.isalnum():
        edits.append(Edit(Span(stamp.end, stamp.end), " "))
    return tuple(edits)
