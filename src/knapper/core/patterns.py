"""Patterns for paths, as `.gitignore` has them."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from knapper.core.paths import NotePath, folder_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["is_pattern", "matches", "spec_of"]


def matches(patterns: Sequence[str], path: NotePath) -> bool:
    """Tell whether patterns hold a file; as in git, no `!` lets out what is in a held folder."""
    if not patterns:
        return False
    given = tuple(patterns)
    return spec_of(given).match_file(path) or _holds_folder(given, folder_of(path))


@lru_cache(maxsize=4096)
def _holds_folder(patterns: tuple[str, ...], folder: NotePath) -> bool:
    """Tell whether patterns hold a folder, or one that it is in."""
    if not folder:
        return False
    return spec_of(patterns).match_file(f"{folder}/") or _holds_folder(patterns, folder_of(folder))


@cache
def spec_of(patterns: tuple[str, ...]) -> "GitIgnoreSpec":
    """Return what matches paths; raises `ValueError` or `re.error` for what is no pattern."""
    from pathspec import GitIgnoreSpec  # most vaults have no patterns

    return GitIgnoreSpec.from_lines(map(_spelt, patterns))


_ANY = re.compile(r"(!?|.*/)\*(\*?)(/?)")


def _spelt(pattern: str) -> str:
    """Return what git means by a pattern that ends with `*` or `**`, said in another way.

    `GitIgnoreSpec` has ways of its own for these: after `*` no `!*/` lets a folder in, and
    `Daily/**` holds not only what is in the folder.
    """
    found = _ANY.fullmatch(pattern)
    if found is None:
        return pattern
    above, deep, end = found.groups()
    below = "**/" if deep and above.endswith("/") else ""
    return f"{above}{below}?*{end}"


def is_pattern(text: str) -> bool:
    """Tell whether a text can be read as a pattern."""
    try:
        spec_of((text,))
    except (ValueError, re.error):
        return False
    return True
