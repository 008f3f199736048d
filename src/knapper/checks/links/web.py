"""Links that a web site made from the notes follows, and Obsidian does not."""

import re

from knapper.core.note import Facts
from knapper.core.paths import extension, name_of

__all__ = ["anchored_heading", "has_html_anchor", "is_route"]

_NUMBERED = re.compile(r"-[0-9]{1,3}\Z")
_OWN_ANCHOR = re.compile(r"\{[^{}]*?#([^\s{}]++)[^{}]*+\}\s*+\Z")
_ADDRESS = re.compile(r"!\[[^\[\]]*+\]\([^()]*+\)|\]\([^()]*+\)|\{#[^{}]*+\}")
_TAG = re.compile(r"<[^<>]*+>")
_PAGES = frozenset(("", "htm", "html", "php", "aspx"))


def anchored_heading(subpath: str, facts: Facts) -> str | None:
    """Return the heading that a web page would show for an anchor, None if there is none.

    Sites make an anchor of a heading's letters and digits, with hyphens for blanks and a
    number behind the second of a name (`#to-do-1`); `## Title {#own}` gives its own.
    """
    anchor = subpath.strip()
    letters = _letters(anchor)
    if not letters or "#" in anchor or any(sign.isspace() for sign in anchor):
        return None
    first = _letters(_NUMBERED.sub("", anchor))
    numbered = None
    for _, text in facts.headings:
        own = _OWN_ANCHOR.search(text)
        shown = _ADDRESS.sub(" ", text)
        there = _letters(shown), _letters(_TAG.sub(" ", shown))  # in code, a tag is text
        if letters in there or (own and own[1] == anchor):
            return text
        if first in there and numbered is None:
            numbered = text
    return numbered


def has_html_anchor(text: str, subpath: str) -> bool:
    """Tell whether an element of HTML in a text has this id or name."""
    anchor = re.escape(subpath.strip())
    return (
        re.search(rf"<[a-z][^<>]*?\b(?:id|name)\s*=\s*[\"']?{anchor}[\"'\s>]", text, re.IGNORECASE)
        is not None
    )


def is_route(name: str) -> bool:
    """Tell whether a link is an address from the root of a site: `/docs/start`."""
    return name.startswith("/") and extension(name_of(name.rstrip("/"))) in _PAGES


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
