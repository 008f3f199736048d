"""What every page has round its pieces: head, masthead, sections, the style and the script."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from knapper.page.markup import Html, joined, tag

__all__ = ["asset", "document", "masthead", "section", "self_contained"]

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    '<path fill="#2f6f73" d="M12 1l7 13-4 3 1 6-4-2-4 2 1-6-4-3z"/>'
    '<path fill="#7fc4c0" d="M12 1l7 13-4 3-3-5z"/></svg>'
)


@cache
def asset(name: str) -> str:
    """Return a file that is sent with the pages: `page.css`, `page.js`, `icon.svg` and such."""
    if name == "icon.svg":
        return _ICON
    return files("knapper.page").joinpath("assets", name).read_text(encoding="utf-8")


def document(title: str, body: Html, *, live: bool = False) -> str:
    """Return a page that asks its server for style and script."""
    head = joined((
        tag("link", rel="stylesheet", href="/page.css"),
        tag("link", rel="icon", href="/icon.svg"),
        tag("script", src="/page.js", defer=True),
    ))  # fmt: skip
    return _document(title, head, body, live=live)


def self_contained(title: str, body: Html) -> str:
    """Return a page in one file; a policy of its own forbids it any request."""
    style, script = asset("page.css"), asset("page.js") + asset("report.js")
    icon = b64encode(_ICON.encode()).decode()
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    head = joined((
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("link", rel="icon", href=f"data:image/svg+xml;base64,{icon}"),
        tag("style", Html(style)),
    ))  # fmt: skip
    return _document(title, head, joined((body, tag("script", Html(script)))))


def masthead(vault: str, *aside: Html) -> Html:
    """Return the top of a page: the mark, the vault, and what stands beside it."""
    name = tag("p", Html(_ICON), tag("a", vault, href="#top", class_="vault"), class_="brand")
    return tag("header", name, *aside, class_="masthead")


def section(name: str, title: str, content: Html) -> Html:
    """Return a part of the page; its content has the id `name` and may be replaced."""
    heading = tag("h2", title, id=f"{name}-title")
    return tag("section", heading, tag("div", content, id=name), class_=name,
               aria_labelledby=f"{name}-title")  # fmt: skip


def _document(title: str, head: Html, body: Html, *, live: bool = False) -> str:
    metas = (
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("meta", name_="referrer", content="no-referrer"),
        tag("meta", name_="generator", content="knapper"),
        tag("title", title),
    )
    page = tag(
        "html", tag("head", *metas, head), tag("body", body, id="top", data_live=live), lang="en"
    )
    return f"<!doctype html>\n{page}\n"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
