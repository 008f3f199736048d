"""Which names of a vault take no part in a sync."""

from collections.abc import Callable, Sequence

from knapper.core.paths import NotePath
from knapper.core.patterns import spec_of
from knapper.sync.tree import is_local

__all__ = ["local_names"]


def local_names(exclude: Sequence[str], settings: str) -> Callable[[str, NotePath], bool]:
    """Return the test for a name and its folder; `exclude` has gitignore patterns.

    `settings` is Obsidian's configuration folder, "" if it takes no part.
    """
    if not exclude:
        return lambda name, folder: is_local(name, folder, settings)
    spec = spec_of(tuple(exclude))

    def local(name: str, folder: NotePath) -> bool:
        if is_local(name, folder, settings):
            return True
        path = f"{folder}/{name}" if folder else name
        return spec.match_file(path) or spec.match_file(f"{path}/")

    return local
