"""The properties at the top of a note: where they stand, what they say, how to edit one.

`block` knows where a frontmatter block begins and ends and gives its values,
`tree` reads YAML into values with their places, `flat` does the same without
places for the many blocks that are plain, `links` finds the links among the
values and `editing` changes one key in place. Nothing is ever re-serialised.
"""

from knapper.core.frontmatter.block import (
    Entry,
    Frontmatter,
    frontmatter_span,
    read_frontmatter,
)
from knapper.core.frontmatter.editing import (
    NotEditableError,
    property_lines,
    remove_property,
    rename_property,
    set_property,
)
from knapper.core.frontmatter.links import PropertyLink, frontmatter_links
from knapper.core.frontmatter.scalars import Value, is_ambiguous, plain_value, quoted
from knapper.core.frontmatter.tree import Node, Tree, YamlError, read_tree
from knapper.core.frontmatter.writing import written, written_key

__all__ = [
    "Entry",
    "Frontmatter",
    "Node",
    "NotEditableError",
    "PropertyLink",
    "Tree",
    "Value",
    "YamlError",
    "frontmatter_links",
    "frontmatter_span",
    "is_ambiguous",
    "plain_value",
    "property_lines",
    "quoted",
    "read_frontmatter",
    "read_tree",
    "remove_property",
    "rename_property",
    "set_property",
    "written",
    "written_key",
]
