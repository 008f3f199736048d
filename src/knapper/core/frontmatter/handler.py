"""python-frontmatter, taught where Obsidian sees a block and how it reads it."""

import re

import frontmatter
from frontmatter.default_handlers import BaseHandler

from knapper.core.frontmatter.block import frontmatter_span, source_span
from knapper.core.frontmatter.scalars import Value
from knapper.core.frontmatter.tree import read_tree

__all__ = ["read_values"]


def read_values(block: str) -> dict[str, Value]:
    """Return the values of a block by key, in order; empty where it cannot be read."""
    try:
        values, _ = frontmatter.parse(block, handler=_HANDLER)
    except _UnreadableError:
        return {}
    return values  # type: ignore[return-value]  # the handler makes nothing but Values


class _UnreadableError(Exception):
    """The YAML of a block gives no values; `Frontmatter.error` says why."""


class _ObsidianHandler(BaseHandler):
    """It only reads: `export` stays unimplemented, so the library cannot write a note."""

    FM_BOUNDARY = re.compile(r"---\r?\n")

    def detect(self, text: str) -> bool:
        return frontmatter_span(text) is not None

    def split(self, text: str) -> tuple[str, str]:
        span = frontmatter_span(text)
        if span is None:
            raise ValueError("no frontmatter")  # how the library wants to be told
        start, end = source_span(text, span)
        return text[start:end], text[span.end :]

    def load(self, fm: str) -> dict[str, Value]:
        root, error = read_tree(fm)
        if root is None and error is None:
            return {}
        if root is None or error is not None or not isinstance(root.value, dict | None):
            raise _UnreadableError
        return root.value or {}


_HANDLER = _ObsidianHandler()
