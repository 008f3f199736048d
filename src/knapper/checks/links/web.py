"""Links that a web site made from the notes follows, and Obsidian does not."""

import re
from unicodedata import category, combining, normalize

from knapper.core.note import Facts
from knapper.core.paths import extension, name_of

__all__ = ["anchored_heading", "has_html_anchor", "is_route"]

_NUMBERED = re.compile(r"[-_]([0-9]{1,3})\Z")
_OWN_ANCHOR = re.compile(r"\{[^{}]*?#([^\s{}]++)[^{}]*+\}\s*+\Z")
_ADDRESS = re.compile(r"!\[[^\[\]]*+\]\([^()]*+\)|\]\([^()]*+\)|\{#[^{}]*+\}")
_TAG = re.compile(r"<[^<>]*+>")
_BETWEEN = re.compile(r"[-_\s]+")
_PAGES = frozenset(("", "htm", "html", "php", "aspx"))


def anchored_heading(subpath: str, facts: Facts) -> str | None:
    """Return the heading that a web page would show for an anchor, None if there is none.

    Sites make an anchor of a heading's words, with hyphens between them. Other signs are
    left out, part words, too, or stay; some sites keep nothing but ASCII, or begin with the
    first letter. The second heading of a name has a number behind (`#to-do-1`); `## Title {#own}`
    gives its own.
    """
    anchor = subpath.strip()
    if any(not _is_of_word(sign) and sign not in "-_" for sign in anchor):
        same = (text for _, text in facts.headings if _own_anchor(text) == anchor
                or _with_signs(text) == _with_signs(anchor))  # fmt: skip
        return next(same, None) if not any(map(str.isspace, anchor)) else None
    words, number = _words(anchor), _NUMBERED.search(anchor)
    first = _words(anchor[: number.start()]) if number else words
    again: list[str] = []
    for _, text in facts.headings:
        forms = _forms(text)
        if (words and words in forms) or _own_anchor(text) == anchor:
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


def _own_anchor(heading: str) -> str | None:
    own = _OWN_ANCHOR.search(heading)
    return own[1] if own else None


def _forms(heading: str) -> set[tuple[str, ...]]:
    """Return the words of which sites make an anchor for a heading."""
    whole = _ADDRESS.sub(" ", heading)
    found = set()
    for shown in (whole, _TAG.sub(" ", whole)):  # in code, a tag is text
        joined = "".join(sign for sign in shown if _is_of_word(sign) or sign in "-_ ")
        lettered = joined.lstrip("0123456789-_ ")
        plain = "".join(sign for sign in normalize("NFKD", joined) if not combining(sign))
        found |= {_words(joined), _words(shown), _words(lettered)}
        found |= {_words(plain)} if plain.isascii() else set()
    return found - {()}


def _with_signs(text: str) -> str:
    """Return what a site compares that leaves signs as they are: `Lists_(!)`."""
    return "-".join(_BETWEEN.split(text.casefold())).replace("<", "").replace(">", "")


def _words(text: str) -> tuple[str, ...]:
    parted = "".join(sign if _is_of_word(sign) else " " for sign in text.casefold())
    return tuple(parted.split())


def _is_of_word(sign: str) -> bool:
    """Tell whether a sign is a letter, a figure, or a mark upon one (a vowel, a tone)."""
    return category(sign)[0] in "LNM"
