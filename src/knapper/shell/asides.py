"""Writing new contents beside the places that they are for, under names of our own."""

import marshal
import os
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from knapper.core.paths import NotePath
from knapper.core.plan import Change, Copy, Link, State, Write, digest
from knapper.shell.beside import beside, end_with
from knapper.shell.folder import Folder
from knapper.shell.source import Stamp
from knapper.shell.store import Store
from knapper.sync.tree import is_file, is_mergeable

__all__ = ["CHANGED", "Asides", "Origin", "Written", "reason_of"]

CHANGED = "it was changed meanwhile"
"""The reason of a refusal that a new plan may do away with."""

_MANY = 200
"""Of more copies than this, a process of its own makes every second one."""

Wanted = tuple[Change, NotePath]
"""A change, and the name for its new content until that is in place."""

Written = Stamp | str | None
"""The stamp of what was written, None where nothing was to be, or why it could not be."""


class Origin(NamedTuple):
    """Where copies come from: the pieces of the file, and its modification time (ns)."""

    pieces: Callable[[Copy], Iterable[bytes]]
    modified: Callable[[Copy], int]


class Asides:
    """Writes new contents; copies come from `origin`, without one from the store.

    `contents` are texts that were merged, or written over others, by digest.
    """

    def __init__(self, folder: Folder, store: Store, origin: Origin | None) -> None:
        self._folder = folder
        self._store = store
        self._origin = origin
        self._packs = False
        self.contents: dict[State, bytes] = {}

    def write(self, wanted: Sequence[Wanted]) -> list[Written]:
        """Write the new contents of changes; return what came of each."""
        copies = [at for at, (change, _) in enumerate(wanted) if _is_new(change)]
        self._packs = len(copies) > _MANY and self._origin is not None
        if len(copies) <= _MANY:
            return [self._written(*one) for one in wanted]
        theirs = set(copies[::2])
        result = self._write_beside([wanted[at] for at in sorted(theirs)])
        ours = [one for at, one in enumerate(wanted) if at not in theirs]
        found = [self._written(*one) for one in ours]
        rest, beside_us = iter(found), iter(result())
        return [next(beside_us if at in theirs else rest) for at in range(len(wanted))]

    def _write_beside(self, wanted: Sequence[Wanted]) -> Callable[[], list[Written]]:
        """Begin to write on the second core, and to compress what the store will keep."""
        parent = os.getpid()

        def work() -> bytes:
            end_with(parent)
            for _, aside in wanted:  # it is there if a process died over it
                with suppress(OSError):
                    self._folder.remove(aside)
            packed = self._store.packed
            before = set(packed)
            found = [self._written(*one) for one in wanted]
            return marshal.dumps((found, {one: packed[one] for one in packed.keys() - before}))

        result = beside(work)

        def written() -> list[Written]:
            found, packed = marshal.loads(result())  # noqa: S302 - our own child's
            self._store.packed.update(packed)
            return list(found)

        return written

    def _written(self, change: Change, aside: NotePath) -> Written:
        folder = self._folder
        try:
            match change:
                case Write():
                    self._write(change.content, aside)
                case Copy():
                    self._copy(change, aside)
                case Link():
                    folder.make_link(aside, change.target)
                case _:
                    return None
            if is_file(change.expect):
                folder.keep_attributes(change.path, aside)
            return folder.stamp(aside)
        except (OSError, LookupError) as error:
            return reason_of(error)

    def _write(self, content: bytes, aside: NotePath) -> None:
        with self._folder.writing(aside) as file:
            try:
                file.write(content)
            except OSError:
                with suppress(OSError):
                    self._folder.remove(aside)
                raise
        self.contents[digest(content)] = content

    def _copy(self, change: Copy, aside: NotePath) -> None:
        hashed = sha256()
        kept: list[bytes] = []
        is_text = is_mergeable(change.path)
        with self._folder.writing(aside) as file:
            try:
                for piece in self._pieces(change):
                    hashed.update(piece)
                    file.write(piece)
                    if is_text and len(kept) < 2:
                        kept.append(piece)
                if hashed.hexdigest() != change.digest:
                    raise OSError(0, CHANGED)
                if self._origin and (modified := self._origin.modified(change)):
                    file.set_modified(modified)
            except (OSError, LookupError):
                with suppress(OSError):
                    self._folder.remove(aside)
                raise
        if len(kept) == 1 and is_file(change.expect):
            self.contents[change.digest] = kept[0]
        elif len(kept) == 1 and self._packs:
            self._store.packed[change.digest] = zlib.compress(kept[0], 1)

    def _pieces(self, change: Copy) -> Iterable[bytes]:
        if change.own:
            return self._folder.pieces(change.source)
        if self._origin is None:
            return self._store.pieces(change.digest)
        return self._origin.pieces(change)


def _is_new(change: Change) -> bool:
    return isinstance(change, Copy) and change.expect is None


def reason_of(error: Exception) -> str:
    """Say why something could not be done, of an `OSError` or `LookupError`."""
    if isinstance(error, FileExistsError):
        return CHANGED
    reason = getattr(error, "strerror", None) or str(error) or "it cannot be read"
    return reason[0].lower() + reason[1:]
