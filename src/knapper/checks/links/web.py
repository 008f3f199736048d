"""Links that a web site made from the notes follows, and Obsidian does not."""

import re
from functools import lru_cache
from unicodedata import category, combining, normalize

from knapper.core.note import Facts
from knapper.core.paths import extension, name_of

__all__ = ["anchored_heading", "has_html_anchor", "is_route", "letters_of"]

_NUMBERED = re.compile(r"[-_]([0-9]{1,3})\Z")
_OWN_ANCHOR = re.compile(r"\{[^{}]*?#([^\s{}]++)[^{}]*+\}\s*+\Z")
_ADDRESS = re.compile(r"!\[[^\[\]]*+\]\([^()]*+\)|\]\([^()]*+\)|\{#[^{}]*+\}")
_TAG = re.compile(r"<[^<>]*+>")
_BETWEEN_FIGURES = re.compile(r"(?<=[0-9]) +(?=[0-9])")
_PAGES = frozenset(("", "htm", "html", "php", "aspx"))


def anchored_heading(subpath: str, facts: Facts) -> str | None:
    """Return the heading that a web page would show for an anchor, None if there is none.

    Sites make an anchor of a heading's letters and figures, and write what is between them
    as hyphens, or not at all; some keep nothing but ASCII, or begin with the first letter. The
    second heading of a name has a number behind (`#to-do-1`); `## Title {#own}` gives its own.
    """
    anchor = subpath.strip()
    if any(map(str.isspace, anchor)):
        return None
    wanted, number = letters_of(anchor), _NUMBERED.search(anchor)
    first = letters_of(anchor[: number.start()]) if number else wanted
    again: list[str] = []
    for _, text in facts.headings:
        forms, own = _forms(text), _OWN_ANCHOR.search(text)
        if wanted in forms or (own and own[1] == anchor):
            return text
        if first in forms:
            again.append(text)
    return again[0] if number and len(again) > int(number[1]) > 0 else None


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


@lru_cache(1 << 8)  # each broken link asks all headings of its goal
def _forms(heading: str) -> frozenset[str]:
    """Return what sites make an anchor of, for a heading."""
    whole = _ADDRESS.sub(" ", heading)
    found = set[str]()
    for shown in (whole, _TAG.sub(" ", whole)):  # in code, a tag is text
        kept = "".join(sign for sign in shown if _is_of_word(sign) or sign in "-_ ")
        plain = "".join(sign for sign in normalize("NFKD", kept) if not combining(sign))
        found |= {letters_of(kept), letters_of(shown), letters_of(kept.lstrip("0123456789-_ "))}
        found |= {letters_of(plain)} if plain.isascii() else set()
    return frozenset(found - {""})


def letters_of(text: str) -> str:
    """Return the letters and figures of a text; only what parts two numbers is a `-`."""
    parted = "".join(sign if _is_of_word(sign) else " " for sign in text.casefold())
    return _BETWEEN_FIGURES.sub("-", parted).replace(" ", "")


def _is_of_word(sign: str) -> bool:
    """Tell whether a sign is a letter, a figure, or a mark upon one (a vowel, a tone)."""
    return category(sign)[0] in "LNM"
