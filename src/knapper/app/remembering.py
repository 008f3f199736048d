"""Writing down what a pass over a pair left behind: the base, its texts, the stamps."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from knapper.app.joining import LARGEST
from knapper.app.side import Side, read_if_same
from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.shell.store import Store
from knapper.shell.synced import Known, changed, save
from knapper.sync.tree import is_file, is_mergeable

__all__ = ["Memory", "remember"]

_MINUTE = 60_000_000_000


class Memory(NamedTuple):
    """What was known, and is by now. `contents` are texts that are at hand.

    `run` gives the number of the run if it changed anything, None if it did not.
    """

    name: str
    prefix: str
    known: Known
    base: Mapping[NotePath, State]
    left: Side
    right: Side
    contents: Mapping[State, bytes]
    run: Callable[[], int] | None
    now: int
    places: Mapping[NotePath, NotePath]


def remember(store: Store, memory: Memory) -> None:
    """Write down what is new, with what is written next."""
    now = Known(memory.base, memory.left.seen, memory.right.seen, memory.places)
    paths = changed(memory.known, now)
    if not paths:
        return
    rows = list(_versions(store, memory, paths))
    run = memory.run() if memory.run is not None else None

    def write(connection: sqlite3.Connection) -> None:
        for content, digest, _ in rows:
            if content is not None:
                store.keep_in(connection, content, digest)
        connection.executemany(
            "insert into version values (?, ?, ?, ?) "
            "on conflict do update set "
            "modified = max(modified, excluded.modified), at = excluded.at",
            [row for *_, row in rows],
        )
        if run is not None:
            connection.executemany(
                "insert or ignore into replaced values (?, ?, ?, ?, ?)",
                _base_rows(run, memory, paths),
            )
        _forget_writes(connection, memory, paths)
        save(connection, memory.name, now, paths)

    store.later(write)


_Row = tuple[bytes, str, int, int]


def _versions(
    store: Store, memory: Memory, paths: set[NotePath]
) -> Iterator[tuple[bytes | None, str, _Row]]:
    """Yield the texts of the new base (None: kept already), digests, and history rows."""
    for path in paths:
        base = memory.base.get(path)
        if base is None or not is_file(base) or not is_mergeable(path):
            continue
        if memory.known.base.get(path) == base:
            continue
        content = memory.contents.get(base)
        if content is None and not store.has(base):
            content = _read_base(memory, path, base)
            if content is None:
                continue  # it changed again meanwhile, and what it was nobody knows
        modified = memory.left.modified(path) or memory.right.modified(path)
        yield content, base, (os.fsencode(memory.prefix + path), base, modified, memory.now)


def _read_base(memory: Memory, path: NotePath, base: State) -> bytes | None:
    for side in (memory.left, memory.right):
        if side.tree.get(path) == base and side.size(path) <= LARGEST:
            content = read_if_same(side, path)
            if content is not None:
                return content
    return None


def _forget_writes(
    connection: sqlite3.Connection, memory: Memory, paths: Iterable[NotePath]
) -> None:
    """Forget what was written over notes on which both sides agree by now, or long ago."""
    agreed = [path for path in paths if memory.known.base.get(path) != memory.base.get(path)]
    connection.executemany(
        "delete from written where root = ? and path = ? and after is not ?",
        [
            (root, prefix + path, memory.base.get(path))
            for root, prefix in (("", memory.prefix), (memory.name, ""))
            for path in agreed
        ],
    )
    long_ago = memory.now - _MINUTE
    connection.execute("delete from written where at > 0 and at < ?", (long_ago,))


def _base_rows(
    run: int, memory: Memory, paths: set[NotePath]
) -> Iterable[tuple[int, str, bytes, State | None, State | None]]:
    """Yield how the base changed: who undoes the run brings it back, too."""
    root = f"base:{memory.name}"
    for path in paths:
        before, after = memory.known.base.get(path), memory.base.get(path)
        if before != after:
            yield run, root, os.fsencode(path), before, after
