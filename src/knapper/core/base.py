"""Reading a `.base` file, as far as it concerns other files.

A base is a YAML mapping with `views`, each with a `name` (Obsidian Help, "Bases
syntax"); `![[x.base#View]]` names one of them. Its filters and formulas name notes
and folders in calls ("Functions"), which are hints and no links.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from knapper.core.frontmatter import YamlError, read_tree
from knapper.core.text import Span

__all__ = ["Base", "BaseReference", "base_references", "read_base", "views_of"]


class BaseReference(NamedTuple):
    """A text that names a note as a link does, a folder, or a file by its whole path.

    `span` is where the text stands, without its quotes.
    """

    kind: Literal["link", "folder", "path"]
    text: str
    span: Span


class Base(NamedTuple):
    """What a base holds; `error` tells why it cannot be read, and where."""

    views: tuple[str, ...] = ()
    error: YamlError | None = None


def read_base(text: str) -> Base:
    """Read a base; an empty file has no views."""
    start = int(text.startswith("\ufeff"))
    root, error = read_tree(text[start:], start)
    if root is None or error is not None:
        return Base(error=error)
    if not isinstance(root.value, dict):
        message = "a base is a group of keys: filters, formulas, properties, views"
        return Base(error=YamlError(root.span.start, message, "root"))
    views = root.value.get("views")
    names = (view.get("name") for view in _items(views) if isinstance(view, dict))
    return Base(tuple(name for name in names if isinstance(name, str)))


def views_of(text: str) -> tuple[str, ...]:
    """Return the names of a base's views, () if it cannot be read."""
    return read_base(text).views


def base_references(text: str) -> Iterator[BaseReference]:
    """Yield what filters and formulas name, in order."""
    for match in _CALL.finditer(text):
        kind: Literal["link", "folder", "path"] = "link"
        if match["folder"]:
            kind = "folder"
        elif match["path"]:
            kind = "path"
        yield BaseReference(kind, match["text"], Span(*match.span("text")))


_CALL = re.compile(
    r"\b(?:(?:link|hasLink)\(|(?P<folder>inFolder\(|file\.folder\s*[!=]=)"
    r"|(?P<path>file\.path\s*[!=]=))"
    r"\s*(?P<quote>\\?[\"'])(?P<text>[^\"'\\\n]*)(?P=quote)"
)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []
