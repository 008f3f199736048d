"""Which names of a vault take no part in a sync."""

from collections.abc import Sequence

from knapper.core.paths import NotePath
from knapper.core.patterns import spec_of
from knapper.shell.source import Local
from knapper.sync.tree import is_local, parents

__all__ = ["is_left_out", "local_names"]


def local_names(exclude: Sequence[str], settings: str) -> Local:
    """Return the test for what is in folders that take part; `exclude` has gitignore patterns.

    `settings` is Obsidian's configuration folder, "" if it takes no part.
    """
    if not exclude:
        return lambda name, folder, _is_folder: is_local(name, folder, settings)
    spec = spec_of(tuple(exclude))

    def local(name: str, folder: NotePath, is_folder: bool) -> bool:
        if is_local(name, folder, settings):
            return True
        path = f"{folder}/{name}" if folder else name
        return spec.match_file(f"{path}/" if is_folder else path)

    return local


def is_left_out(path: NotePath, local: Local, *, is_folder: bool) -> bool:
    """Tell whether a path, or a folder that it is in, takes no part."""
    return any(
        local(one.rpartition("/")[2], one.rpartition("/")[0], is_folder or one != path)
        for one in (path, *parents(path))
    )
