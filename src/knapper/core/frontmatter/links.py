"""Links in properties."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from knapper.core.frontmatter.block import Frontmatter
from knapper.core.frontmatter.flat import quoted_texts, read_flat
from knapper.core.frontmatter.tree import Node
from knapper.core.inline import decoded, displayed
from knapper.core.text import Span

__all__ = ["PropertyLink", "frontmatter_links"]


class PropertyLink(NamedTuple):
    """A link that is the whole value of a property, or of an item of a list.

    `key` is the way to the value: `up`, `rel.0`, `a.b`. `link` is what stands in
    the link, subpath included, `display` the text that it shows. `span` is where
    `[[…]]` or `[x](y)` stands in the note, or where the whole value does if it is
    written with escapes.
    """

    key: str
    link: str
    display: str
    span: Span
    kind: str = "wiki"


def frontmatter_links(block: Frontmatter) -> tuple[PropertyLink, ...]:
    """Return the links among the values of a block, in order.

    SOURCE: obsidian-tasks' recordings of the app and frontmatter-markdown-links
    (the whole value must be one quoted link); release notes 1.11.0 (Markdown
    links). An unquoted `[[x]]` is a list in a list, and an embed is no link.
    """
    if not block.exists or not _MAY_LINK.search(block.source) or not block.data:
        return ()
    base = block.source_span.start
    if read_flat(block.source) is not None:
        return tuple(_flat_links(block.source, base))
    root = block.tree.root
    return tuple(_links(root, (), block.source, base)) if root is not None else ()


_MAY_LINK = re.compile(r"\[\[|\]\(|\\")
_WIKILINK = re.compile(r"\[\[((?:[^\[\]\n]|\[(?!\[)|\](?!\]))+)\]\]")
_MARKDOWN_LINK = re.compile(
    r"\[((?:[^\[\]\\\n]|\\.)*)\]\((?:<([^<>\n]*+)>|((?:[^<>\s()]++|\([^<>\s()]*+\))+))\)"
)
_EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*+:")


def _flat_links(source: str, base: int) -> Iterator[PropertyLink]:
    """Yield the links of a block of plain lines."""
    for way, text, offset in quoted_texts(source):
        link = _link(text) if text.startswith("[") else None
        if link is not None:
            name, display, kind = link
            span = Span(base + offset, base + offset + len(text))
            yield PropertyLink(way, name, display, span, kind)


def _links(node: Node, way: tuple[str, ...], source: str, base: int) -> Iterator[PropertyLink]:
    """Yield the links in a value; `way` is the keys and indexes that lead to it."""
    if isinstance(node.value, str):
        link = _link(node.value)
        if link is not None:
            name, display, kind = link
            yield PropertyLink(".".join(way), name, display, _place(node, source, base), kind)
        return
    for index, item in enumerate(node.items):
        yield from _links(item, (*way, str(index)), source, base)
    for key, value in node.pairs:
        yield from _links(value, (*way, str(key.value)), source, base)


def _link(value: str) -> tuple[str, str, str] | None:
    """Return (link, display, kind) of a value that is wholly one link."""
    wiki = _WIKILINK.fullmatch(value)
    if wiki is not None:
        link, pipe, display = wiki[1].partition("|")
        name = link.strip()
        return name, display.strip() if pipe else displayed(name), "wiki"
    markdown = _MARKDOWN_LINK.fullmatch(value)
    if markdown is None or not (markdown[2] or markdown[3]):
        return None
    target = markdown[2] or markdown[3]
    if _EXTERNAL.match(target):
        return None
    return decoded(target), markdown[1], "md"


def _place(node: Node, source: str, base: int) -> Span:
    """Return where the text of a value stands, or the value where that differs."""
    start, end = node.span
    found = source.find(str(node.value), start - base, end - base)
    if found < 0:
        return node.span
    return Span(base + found, base + found + len(str(node.value)))
