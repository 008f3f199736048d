"""Which names of a vault take no part in a sync."""

import re
from collections.abc import Callable, Sequence

from knapper.core.paths import NotePath
from knapper.sync.tree import is_local

__all__ = ["local_names"]


def local_names(exclude: Sequence[str], settings: str) -> Callable[[str, NotePath], bool]:
    """Return the test for a name and its folder; `exclude` has gitignore patterns.

    `settings` is Obsidian's configuration folder, "" if it takes no part. Raises
    `ValueError` for what is no pattern.
    """
    if not exclude:
        return lambda name, folder: is_local(name, folder, settings)
    from pathspec import GitIgnoreSpec

    for pattern in exclude:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except (ValueError, re.error) as error:
            raise ValueError(f"'{pattern}' is no pattern of gitignore") from error
    spec = GitIgnoreSpec.from_lines(exclude)

    def local(name: str, folder: NotePath) -> bool:
        if is_local(name, folder, settings):
            return True
        path = f"{folder}/{name}" if folder else name
        return spec.match_file(path) or spec.match_file(f"{path}/")

    return local
