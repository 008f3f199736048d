"""Changes to a vault as values: what will be done, and what was.

Each change says what it expects to find. The executor looks again just before it
acts and refuses what the world has overtaken; nothing is ever merged blindly.
"""

from hashlib import sha256
from typing import NamedTuple

from knapper.core.paths import NotePath

__all__ = [
    "Change",
    "Copy",
    "Link",
    "MakeFolder",
    "Move",
    "Outcome",
    "Plan",
    "Refused",
    "RemoveFolder",
    "State",
    "Trash",
    "Write",
    "digest",
]

State = str
"""What stands at a path: a file's digest, `folder`, or `link:` and where it leads."""


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return sha256(content).hexdigest()


class Write(NamedTuple):
    """Put `content` at `path`; `expect` is the digest there now, None for no file."""

    path: NotePath
    content: bytes
    expect: State | None
    why: str = ""


class Move(NamedTuple):
    """Move `path` (of this digest) to `to`, where nothing may stand."""

    path: NotePath
    to: NotePath
    expect: State
    why: str = ""


class Trash(NamedTuple):
    """Put `path` (of this digest) into the trash."""

    path: NotePath
    expect: State
    why: str = ""


class Copy(NamedTuple):
    """Put at `path` the file of this digest that stands at `source` in the other folder.

    With `own` it stands in the same folder. `expect` is what is there now.
    """

    path: NotePath
    source: NotePath
    digest: str
    expect: State | None
    why: str = ""
    own: bool = False


class Link(NamedTuple):
    """Put a symbolic link to `target` at `path`; `expect` is what is there now."""

    path: NotePath
    target: str
    expect: State | None
    why: str = ""


class MakeFolder(NamedTuple):
    """Make the folder `path`; it is no mistake if it is there."""

    path: NotePath
    why: str = ""


class RemoveFolder(NamedTuple):
    """Remove the folder `path`, which must be empty."""

    path: NotePath
    why: str = ""


Change = Write | Copy | Link | Move | Trash | MakeFolder | RemoveFolder
Plan = tuple[Change, ...]


class Refused(NamedTuple):
    """A change that was not made, and why."""

    change: Change
    reason: str


class Outcome(NamedTuple):
    """What became of a plan."""

    done: Plan
    refused: tuple[Refused, ...]
