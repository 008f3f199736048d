"""What a survey is filed under: all that decides over findings, but for the notes.

That is the configuration, what Obsidian's settings say, which files are links or odd,
and the code: knapper's own, Python, and the libraries beside it.
"""

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from knapper import __version__
from knapper.app.workspace import Workspace
from knapper.shell.bundled import bundled

__all__ = ["fingerprint"]


def fingerprint(workspace: Workspace) -> str:
    """Return the fingerprint of what the notes of a vault are judged by."""
    tree = workspace.tree
    parts = (
        __version__,
        sys.version,
        _code(),
        workspace.config._replace(source=""),
        workspace.settings,
        [(rule[0], rule.check.name, *rule[2:]) for rule in workspace.own_rules],
        sorted(tree.linked),
        sorted(tree.odd.items()),
    )
    return blake2b(repr(parts).encode(errors="backslashreplace"), digest_size=16).hexdigest()


@cache
def _code() -> tuple[tuple[str, int, int], ...]:
    return tuple(sorted(_files_of_code()))


def _files_of_code() -> Iterator[tuple[str, int, int]]:
    """Yield the files of knapper's code and rules, with size and time of change (ns).

    Of other libraries their folder will do: installing one changes it.
    """
    for root in (Path(__file__).parents[1], bundled("rules")):
        for folder, _, names in os.walk(root):
            for name in names:
                if name.endswith((".py", ".md")):
                    path = f"{folder}/{name}"
                    status = os.stat(path)  # noqa: PTH116 - three hundred of them
                    yield path, status.st_size, status.st_mtime_ns
    for place in sys.path:
        if place.endswith(("site-packages", "dist-packages")) and os.path.isdir(place):  # noqa: PTH112
            yield place, 0, os.stat(place).st_mtime_ns  # noqa: PTH116
