"""A timestamp anchor of a note: where its pieces stand and what is wrong with it."""

from typing import Literal, NamedTuple

from knapper.core.text import Span
from knapper.core.timestamps.times import Time, parse_time

__all__ = ["Anatomy", "Fault", "Timestamp", "anchor"]

Fault = Literal[
    "broken-tag",
    "element",
    "attribute",
    "class",
    "quotes",
    "unclosed",
    "list-in-value",
    "placeholder",
    "value-junk",
    "four-parts",
    "out-of-range",
    "value-short",
    "value-padding",
    "shifted",
    "label-empty",
    "label-space",
    "label-brackets",
    "label-format",
    "label-mismatch",
    "label-text",
]

_OPEN = '<a class="yt-timestamp" data-t="'
_CLASS = Span(_OPEN.index("class"), _OPEN.index(" data-t"))
_DATA = _OPEN.index("data-t")


def anchor(time: str) -> str:
    """Write the anchor of a time, the one form that all tools of the family read.

    Source: the notes of github.com/sieve-data/tubegraph, 742,435 anchors.
    """
    return f'{_OPEN}{time}">[{time}]</a>'


class Anatomy(NamedTuple):
    """Where the pieces of an anchor stand that is not written in the one form.

    A piece that the text does not have is None; a label or closing that is not
    there is an empty span at the place where it belongs.
    """

    element: str
    open_tag: Span
    class_attribute: Span | None
    attribute: Span | None
    value: Span | None
    label: Span
    closing: Span


class Timestamp(NamedTuple):
    """One anchor, sound or malformed: `text[start:end]` is the whole construct.

    `value` is its `data-t` and `label` its visible text, both as written (of a
    malformed one: as far as they could be told). `faults` names what is wrong, in
    the order of reading, and is empty for a sound one. Only what is not written in
    the one form carries an `anatomy`; for the others the pieces are counted off.
    """

    start: int
    end: int
    value: str
    label: str
    faults: tuple[Fault, ...] = ()
    anatomy: Anatomy | None = None

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def time(self) -> Time | None:
        """The time that the value says, None where it says none."""
        return parse_time(self.value)

    @property
    def element(self) -> str:
        return self.anatomy.element if self.anatomy else "a"

    @property
    def open_tag(self) -> Span:
        if self.anatomy:
            return self.anatomy.open_tag
        return Span(self.start, self.start + len(_OPEN) + len(self.value) + len('">'))

    @property
    def class_attribute(self) -> Span | None:
        if self.anatomy:
            return self.anatomy.class_attribute
        return Span(self.start + _CLASS.start, self.start + _CLASS.end)

    @property
    def attribute(self) -> Span | None:
        """The attribute that holds the time, or what stands in its place."""
        if self.anatomy:
            return self.anatomy.attribute
        return Span(self.start + _DATA, self.open_tag.end - len(">"))

    @property
    def value_span(self) -> Span | None:
        if self.anatomy:
            return self.anatomy.value
        start = self.start + len(_OPEN)
        return Span(start, start + len(self.value))

    @property
    def label_span(self) -> Span:
        if self.anatomy:
            return self.anatomy.label
        start = self.open_tag.end
        return Span(start, start + len(self.label))

    @property
    def closing(self) -> Span:
        return self.anatomy.closing if self.anatomy else Span(self.end - len("</a>"), self.end)
