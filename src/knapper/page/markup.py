"""HTML that is safe by its making: every text is escaped unless it is `Html`."""

import re
from collections.abc import Iterable
from html import escape

__all__ = ["Html", "joined", "mark", "number", "of", "tag", "visible", "with_code"]

_VOID = frozenset(("br", "hr", "input", "link", "meta"))
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters that steer a text or cannot be sent: controls, bidi marks, lone surrogates."""


class Html(str):
    """HTML, to be put into a page as it is."""

    __slots__ = ()


Child = str | None


def visible(text: str) -> str:
    """Return a text in which nothing hides: controls and such are spelt out."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def joined(children: Iterable[Child]) -> Html:
    """Return the children one after another; None is nothing."""
    return Html("".join(_html(child) for child in children))


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """Return an element.

    An attribute that is None or False is left out, one that is True has no value. Its name
    loses a last `_` (`class_`), and an inner `_` is a hyphen (`data_key`).
    """
    written = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        said = key.rstrip("_").replace("_", "-")
        written.append(said if value is True else f'{said}="{escape(visible(str(value)))}"')
    start = f"<{' '.join(written)}>"
    return Html(start) if name in _VOID else Html(f"{start}{joined(children)}</{name}>")


def with_code(text: str) -> Html:
    """Return a text in which what stands in backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one backtick is left over
        return joined((text,))
    return joined(tag("code", part) if place % 2 else part for place, part in enumerate(parts))


def of(count: int, noun: str) -> str:
    """Return a number with its noun: `1 note`, `2,000 notes`."""
    return f"{number(count)} {noun}" if count == 1 else f"{number(count)} {noun}s"


def number(count: int) -> str:
    """Return a number as it is read best."""
    return f"{count:,}"


def mark(severity: str) -> Html:
    """Return the sign of a severity: a shape, a colour and, for who cannot see it, the word."""
    return tag("span", tag("span", severity, class_="said"), class_=f"mark {severity}")


def _html(child: Child) -> str:
    if child is None:
        return ""
    return child if isinstance(child, Html) else escape(visible(child))
