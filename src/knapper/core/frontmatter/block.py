"""Where a note's frontmatter stands, and its values."""

import re
from functools import lru_cache
from typing import NamedTuple

from knapper.core.frontmatter.flat import read_flat
from knapper.core.frontmatter.scalars import Value
from knapper.core.frontmatter.tree import Node, Tree, YamlError, read_tree
from knapper.core.lazy import lazy
from knapper.core.text import Span

__all__ = ["Entry", "Frontmatter", "frontmatter_span", "read_frontmatter", "source_span"]


def frontmatter_span(text: str) -> Span | None:
    """Return where the block stands, both `---` lines with their line ends included.

    The first line must be exactly `---` (after a byte-order mark at most). The
    block ends at the first later line that starts with `---` in column 0; text
    after those dashes is body. `...` and an indented `---` do not end it, and what
    does not end is no block. SOURCE: Obsidian release notes 1.1.10, 1.1.13, 1.3.2,
    1.4.6 and 1.4.10; obsidian-footnotes' reading rules, D2 (observed in 1.14.4).
    """
    start = 1 if text.startswith("\ufeff") else 0
    if not text.startswith(("---\n", "---\r\n"), start):
        return None
    close = text.find("\n---", start + 3)
    if close < 0:
        return None
    closed = _CLOSING_LINE.match(text, close + 4)
    return Span(start, closed.end() if closed else close + 4)


def read_frontmatter(text: str) -> "Frontmatter":
    """Return the frontmatter of a note; values and places are read when asked for."""
    span = frontmatter_span(text)
    if span is not None:
        return Frontmatter(text, span, exists=True)
    return _NO_FRONTMATTER_AFTER_BOM if text.startswith("\ufeff") else _NO_FRONTMATTER


def source_span(text: str, block: Span) -> Span:
    """Return where the YAML of a block stands: between its two `---` lines."""
    start = text.index("\n", block.start) + 1
    return Span(start, text.index("\n---", start - 1) + 1)


class Entry(NamedTuple):
    """A key of the block with its value, and where both stand in the note.

    `value_span` includes quotes; it is empty where nothing stands as value.
    """

    key: str
    key_span: Span
    value_span: Span
    node: Node


class Frontmatter:
    """The block at the top of a note. Never changes; equal texts read the same.

    Where there is none, `exists` is False, `span` is empty and stands where a
    block would begin, `data` is empty and `error` is None.
    """

    def __init__(self, text: str, span: Span, *, exists: bool) -> None:
        self._text = text
        self.span = span
        self.exists = exists

    def __bool__(self) -> bool:
        return self.exists

    @lazy
    def source_span(self) -> Span:
        """Where the YAML stands: between the two `---` lines."""
        if not self.exists:
            return self.span
        return source_span(self._text, self.span)

    @lazy
    def source(self) -> str:
        """The YAML between the two `---` lines."""
        return self._text[slice(*self.source_span)]

    @lazy
    def data(self) -> dict[str, Value]:
        """The values by key, in order; empty where the block cannot be read."""
        if not self.exists:
            return {}
        flat = read_flat(self.source)
        if flat is not None:
            return flat
        # its library brings YAML's, which takes as long to import as all else here
        from knapper.core.frontmatter.handler import read_values

        return read_values(self._text[slice(*self.span)])

    @lazy
    def tree(self) -> Tree:
        """The values with their places in the note."""
        if not self.exists:
            return Tree(None, None)
        tree = read_tree(self.source, self.source_span.start)
        root = tree.root
        if tree.error is not None or root is None or isinstance(root.value, dict | None):
            return tree
        kind = "a list" if isinstance(root.value, list) else "one value"
        return Tree(
            root, YamlError(root.span.start, f"{kind}; expected 'key: value' lines", "root")
        )

    @property
    def error(self) -> YamlError | None:
        """Why the block cannot be read, with its place in the note."""
        # what gave values has no error: the places need not be read to know that
        return None if self.data else self.tree.error

    @property
    def valid(self) -> bool:
        """Whether Obsidian can read the block (or there is none)."""
        return self.error is None

    @lazy
    def entries(self) -> tuple[Entry, ...]:
        """The top-level keys in order, also those of a block with a key twice."""
        root = self.tree.root
        if root is None:
            return ()
        return tuple(Entry(str(key.value), key.span, node.span, node) for key, node in root.pairs)

    @lazy
    def has_template(self) -> bool:
        """Whether tags of a template stand in the block, to be filled in later."""
        source = self.source
        return "{{" in source or "<%" in source

    @lazy
    def _keys(self) -> dict[str, str]:
        """The first key of each name, by the name in lower case."""
        return _by_name(tuple(self.data))

    def get(self, name: str) -> Value:
        """Return the value of a key, whose case does not matter; None if absent."""
        data = self.data
        if name in data:
            return data[name]
        key = self._keys.get(name.lower())
        return None if key is None else data[key]

    def has(self, name: str) -> bool:
        """Tell whether a key stands there, with or without a value, in any case."""
        return name in self.data or name.lower() in self._keys

    def entry(self, name: str) -> Entry | None:
        """Return the place of a key, whose case does not matter."""
        lowered = name.lower()
        same = [entry for entry in self.entries if entry.key.lower() == lowered]
        return next((entry for entry in same if entry.key == name), same[0] if same else None)


@lru_cache(1024)  # the notes of a vault have few sets of keys
def _by_name(keys: tuple[str, ...]) -> dict[str, str]:
    return {key.lower(): key for key in reversed(keys)}


_CLOSING_LINE = re.compile(r"[ \t]*+(?:\r?\n|\Z)")
_NO_FRONTMATTER = Frontmatter("", Span(0, 0), exists=False)
_NO_FRONTMATTER_AFTER_BOM = Frontmatter("", Span(1, 1), exists=False)
