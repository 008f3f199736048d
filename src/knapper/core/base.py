"""Reading a `.base` file: its views, what it names, and what keeps it from being read.

A base is a YAML mapping with `views`, each with a `name` (Obsidian Help, "Bases
syntax"); `![[x.base#View]]` names one of them. Its filters and formulas name notes
and folders in calls ("Functions"), which are hints and no links. Keys, kinds of views
and functions that are not known here are left alone: plugins add their own.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from knapper.core.blocks import Region
from knapper.core.frontmatter import Node, YamlError, read_tree
from knapper.core.text import Span

__all__ = [
    "Base",
    "BaseReference",
    "View",
    "base_references",
    "read_base",
    "read_bases",
    "views_of",
]

_FENCE = re.compile(r"(?<![^\n])(?:```+|~~~+)[ \t]*+base[ \t]*+\r?\n")


class BaseReference(NamedTuple):
    """A text that names a note as a link does, a folder, or a file by its whole path.

    `span` is where the text stands, without its quotes.
    """

    kind: Literal["link", "folder", "path"]
    text: str
    span: Span


class View(NamedTuple):
    """A view that has a name, and where the name stands."""

    name: str
    span: Span


class Base(NamedTuple):
    """What a base holds; `keys` are those at its top, `error` tells why it is none."""

    views: tuple[View, ...] = ()
    keys: tuple[View, ...] = ()
    error: YamlError | None = None


def read_base(text: str, start: int = 0) -> Base:
    """Read a base, or the base in a code block, whose text begins at offset `start`.

    Every offset has `start` added. An empty text is a base without views. A value that
    begins with `!` is a formula to some and a tag to YAML: what the app makes of it is
    not known, so nothing is said of it.
    """
    mark = int(text.startswith("\ufeff"))
    source = text[mark:]
    root, error = read_tree(source, start + mark)
    if error is not None and source.startswith("!", error.offset - start - mark):
        return Base()
    if root is None or error is not None:
        return Base(error=error)
    if root.value is not None and not root.pairs:
        return Base(error=_not_a_mapping(root))
    keys = tuple(View(str(key.value), key.span) for key, _ in root.pairs)
    return Base(tuple(_views(root)), keys)


def read_bases(text: str, regions: Iterable[Region]) -> Iterator[Base]:
    """Yield the bases in the code blocks among the regions, those at the margin."""
    for region in regions:
        opening = _FENCE.match(text, region.start) if region.kind == "fence" else None
        if opening is not None:
            inner = text[opening.end() : region.end]
            yield read_base(inner.rstrip().rstrip("`~"), opening.end())


def views_of(text: str) -> tuple[str, ...]:
    """Return the names of a base's views, () if it cannot be read."""
    return tuple(view.name for view in read_base(text).views)


def base_references(text: str) -> Iterator[BaseReference]:
    """Yield what filters and formulas name, in order; `link("[[x]]")` names `x`."""
    for match in _CALL.finditer(text):
        if inner := _WIKILINK.fullmatch(text, *match.span("text")):
            yield BaseReference("link", inner[1], Span(*inner.span(1)))
            continue
        kind: Literal["link", "folder", "path"] = "link"
        if match["folder"]:
            kind = "folder"
        elif match["path"]:
            kind = "path"
        yield BaseReference(kind, match["text"], Span(*match.span("text")))


_CALL = re.compile(
    r"\b(?:(?:link|hasLink)\(|(?P<folder>inFolder\(|file\.folder\s*[!=]=)"
    r"|(?P<path>(?:file|image)\(|file\.path\s*[!=]=))"
    r"\s*(?P<quote>\\?[\"'])(?P<text>(?:(?!(?P=quote))[^\\\n])*)(?P=quote)"
)
_WIKILINK = re.compile(r"\[\[([^\[\]|\n]++)(?:\|[^\[\]\n]*+)?\]\]")


def _not_a_mapping(root: Node) -> YamlError | None:
    if root.value == {}:
        return None
    kind = "a list" if isinstance(root.value, list) else "one value"
    return YamlError(root.span.start, f"{kind}; expected 'key: value' lines", "root")


def _views(root: Node) -> list[View]:
    views = next((value for key, value in root.pairs if key.value == "views"), None)
    return [
        View(value.value, value.span)
        for item in (views.items if views is not None else ())
        for key, value in item.pairs
        if key.value == "name" and isinstance(value.value, str)
    ]
