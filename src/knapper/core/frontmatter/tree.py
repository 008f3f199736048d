"""YAML read into values that know their place."""

from typing import Literal, NamedTuple

from knapper.core.frontmatter.scalars import Value
from knapper.core.text import Span

__all__ = ["Node", "Style", "Tree", "YamlError", "read_tree"]

Style = Literal["plain", "single", "double", "literal", "folded", "flow", "block", "alias"]
Trouble = Literal["syntax", "root", "duplicate"]


class YamlError(NamedTuple):
    """Why a block cannot be read, and where (an offset in code points)."""

    offset: int
    message: str
    kind: Trouble = "syntax"


class Node(NamedTuple):
    """A value with its place; a list has `items`, a mapping has `pairs`.

    `span` includes quotes and an anchor or tag before the value. A value written
    as nothing has an empty span. `size` counts the values in it, aliases included.
    """

    value: Value
    span: Span
    style: Style
    items: tuple["Node", ...] = ()
    pairs: tuple[tuple["Node", "Node"], ...] = ()
    size: int = 1


class Tree(NamedTuple):
    """What was read: the root (None for an empty text) and the first error.

    Only after an error of kind "duplicate" or "root" is there still a root.
    """

    root: Node | None
    error: YamlError | None


def read_tree(source: str, base: int = 0) -> Tree:
    """Read one YAML document; `base` is added to every place."""
    # YAML's library takes as long to import as all else here, and most blocks are plain
    from knapper.core.frontmatter.events import read_events

    return read_events(source, base)
