"""Patterns for paths, as `.gitignore` has them."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["is_pattern", "spec_of"]


@cache
def spec_of(patterns: tuple[str, ...]) -> "GitIgnoreSpec":
    """Return what matches paths; raises `ValueError` or `re.error` for what is no pattern."""
    from pathspec import GitIgnoreSpec  # most vaults have no patterns

    return GitIgnoreSpec.from_lines(patterns)


def is_pattern(text: str) -> bool:
    """Tell whether a text can be read as a pattern."""
    try:
        spec_of((text,))
    except (ValueError, re.error):
        return False
    return True
