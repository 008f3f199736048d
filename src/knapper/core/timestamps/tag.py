"""The open tag of an anchor: read as a browser reads it or, failing that, as meant."""

import re
from typing import NamedTuple

from knapper.core.text import Span
from knapper.core.timestamps.anchor import Fault
from knapper.core.timestamps.times import read_times

__all__ = ["OpenTag", "read_open_tag"]


class OpenTag(NamedTuple):
    """An open tag that belongs, or was meant to belong, to a timestamp.

    `attribute` is the `data-t` or what stands for it, `value` the text between its
    quotes. `fault` is the one thing that is wrong with the tag, and "broken-tag" means
    that it cannot be a tag as it stands; `finished` tells whether it has its `>`.
    """

    span: Span
    element: str
    class_attribute: Span | None
    attribute: Span | None
    value: Span | None
    fault: Fault | None
    finished: bool = True


class _Attribute(NamedTuple):
    name: str
    span: Span
    value: Span
    quote: str


# What may stand between attributes; a blank line ends the paragraph and so the tag.
_GAP = r"(?:[ \t]|%20|\u00a0|\r?\n(?![ \t]*\r?\n))"
_NO_GAPS = ("%20", "\u00a0")
"""What is meant as a blank and is none to a browser."""
# A quoted value holds no `>` but at its end, and no line end but where a class was torn in two.
_QUOTED = r'"(?:[^"<>\n]|>(?=timestamp|")|\n(?=-?timestamp))*"'
_ATTRIBUTE = rf"([^\s\"'<>/=%]++)(?:[ \t]*+=[ \t]*+({_QUOTED}|'[^'<>\n]*+'|[^\s\"'=<>`%]++))?"
_ELEMENT = r"(a|p|span|div|sup|strong|em|b|i|u|time|mark|button)"
_TAG = re.compile(
    rf"<([ \t]*+){_ELEMENT}({_GAP}++(?:{_ATTRIBUTE}(?:{_GAP}++|(?=/?>)))*)/?>", re.IGNORECASE
)
_PAIR = re.compile(_GAP + "++" + _ATTRIBUTE)
_HEAD = re.compile(rf"<([ \t]*+)a{_GAP}++", re.IGNORECASE)

# What the inside of a damaged tag is made of; a word of prose ends it. The bound
# keeps the searches in it short, whatever the text.
_PIECES = re.compile(
    r"""(?:
      class | data | href | timestamp | state | yt | dt | t\b | [0-9="'“”‘’_{}\]]
    | [-–:](?=[\w"=\[]) | \[(?=[0-9]) | \.(?=[0-9]) | %20
    | [ \t\u00a0]++(?=class|data|href|timestamp|["'=>])
    | [,;](?=[ \t]*+(?:class|data|href|>))
    | \r?\n[ \t]*+(?=class|data|href|-timestamp)
    | >(?=timestamp)
    ){1,200}""",
    re.VERBOSE,
)
_DATA_T = re.compile(r"""data-t=(["'“”]?)([^"'“”]*+)(["'“”]?)\Z""")
_STAND_IN = re.compile(r"(?<=[ \t\n\"])(?:data|href=)[^\s]*+\Z")
_FUSED = re.compile(r"[0-9][-:.][0-9]{2}")
_QUOTES = "\"'“”„‘’"


def read_open_tag(text: str, start: int) -> OpenTag | None:
    """Read the tag whose `<` stands at `start`, None if it is no timestamp's tag.

    A backslash that escapes the `<` belongs to the tag, which is broken by it.
    """
    found = _TAG.match(text, start)
    tag = _whole(text, found) if found else _damaged(text, start)
    if tag and _is_escaped(text, start):
        return tag._replace(span=Span(start - 1, tag.span.end), fault="broken-tag")
    return tag


def _is_escaped(text: str, offset: int) -> bool:
    at = offset
    while at and text[at - 1] == "\\":
        at -= 1
    return (offset - at) % 2 == 1


def _whole(text: str, found: re.Match[str]) -> OpenTag | None:
    """Judge a tag that a browser can read."""
    attributes = [_attribute(pair) for pair in _PAIR.finditer(text, *found.span(3))]
    classes = [one for one in attributes if one.name == "class" and one.value != one.span]
    own_class = classes[-1] if classes else None
    name = text[slice(*own_class.value)] if own_class else ""
    right = "yt-timestamp" in name.split()
    near = not name or "timestamp" in name.lower() or name.lower().startswith("yt")
    class_span = own_class.span if own_class else None
    data = next((one for one in attributes if one.name == "data-t" and one.value != one.span), None)
    tag = OpenTag(Span(*found.span()), found[2].lower(), class_span, None, None, None)
    if data is None:
        others = [one for one in attributes if one.name != "class"]
        return _without_data(text, tag, others, right=right, near=near and bool(name))
    if not right and not (near and read_times(text[slice(*data.value)])):
        return None
    tag = tag._replace(attribute=data.span, value=data.value)
    if found[1] or any(sign in found[3] for sign in _NO_GAPS):
        return tag._replace(fault="broken-tag")
    if tag.element != "a":
        return tag._replace(fault="element")
    if own_class is None or not right:
        return tag._replace(fault="class")
    return tag._replace(fault=None if own_class.quote == data.quote == '"' else "quotes")


def _attribute(pair: re.Match[str]) -> _Attribute:
    """Read one attribute; curly quotes are taken for the quotes they were meant to be."""
    value, span = pair[2], Span(pair.start(1), pair.end())
    if value is None:
        return _Attribute(pair[1].lower(), span, span, "")
    start, end = pair.span(2)
    quote = value[0] if value[0] in _QUOTES else ""
    if quote:
        start, end = start + 1, max(start + 1, end - (value[-1] in _QUOTES))
    return _Attribute(pair[1].lower(), span, Span(start, end), quote)


def _without_data(
    text: str, tag: OpenTag, others: list[_Attribute], *, right: bool, near: bool
) -> OpenTag | None:
    """Judge a readable tag that has no `data-t`: where is the time that was meant?"""
    if tag.element != "a" or not near:
        return None
    timed = [one for one in others if read_times(text[slice(*one.span)])]
    stand_in = next(iter(timed), None)
    if stand_in is None or "://" in text[slice(*stand_in.span)]:
        # An anchor that leads somewhere by itself is another tool's.
        if any(one.name == "href" for one in others):
            return None
        stand_in = next((one for one in others if one.name.startswith("data")), None)
        fused = tag.class_attribute and _FUSED.search(text, *tag.class_attribute)
        if not right and not fused:
            return None
    span = stand_in.span if stand_in else None
    return tag._replace(attribute=span, fault="attribute")


def _damaged(text: str, start: int) -> OpenTag | None:
    """Read a tag that no browser can read, by the pieces that such tags are made of."""
    head = _HEAD.match(text, start)
    pieces = _PIECES.match(text, head.end()) if head else None
    if not head or not pieces:
        return None
    inside, end = pieces[0], pieces.end()
    finished = text.startswith(">", end)
    if not finished:
        inside = inside.rstrip(" \t\r\n-–:[.")
        end = head.end() + len(inside)
    if "yt" not in inside and "timestamp" not in inside and "data-t" not in inside:
        return None
    span = Span(start, end + finished)
    if not finished or head[1] or any(sign in text[start:end] for sign in _NO_GAPS):
        return OpenTag(span, "a", None, None, None, "broken-tag", finished)
    return _damaged_attributes(span, head.end(), inside)


def _damaged_attributes(span: Span, offset: int, inside: str) -> OpenTag:
    """Tell the attributes of a damaged tag apart; `inside` begins at `offset`."""
    data, stand_in = _DATA_T.search(inside), _STAND_IN.search(inside)
    at = data.start() if data else stand_in.start() if stand_in else len(inside)
    before = inside[:at].rstrip()
    tag = OpenTag(
        span,
        "a",
        Span(offset, offset + len(before)) if before else None,
        Span(offset + at, offset + len(inside)) if at < len(inside) else None,
        Span(offset + data.start(2), offset + data.end(2)) if data else None,
        "class" if data else "attribute",
    )
    # A quote that is never closed runs on into the text behind the tag.
    return tag._replace(fault="broken-tag") if data and (data[1] != '"' or data[3] != '"') else tag
