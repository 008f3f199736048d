"""Ending what a run that died had begun: nothing that anybody wrote is lost by it."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.shell.folder import Folder
from knapper.shell.renaming import NotPossibleError
from knapper.shell.store import LARGE, Store
from knapper.sync.tree import is_file

__all__ = ["keep_stray", "recover", "sweep"]

_HOUR = 3_600_000_000_000


class Intent(NamedTuple):
    """A change that was begun, as the journal has it."""

    kind: str
    path: NotePath
    goal: NotePath
    before: State | None
    after: State | None
    aside: NotePath


def recover(folder: Folder, store: Store, root: str, history: str = "") -> int:
    """End what a run that died had begun in a folder; return how many changes it was.

    What stands at a path is never touched unless it is ours: an aside that holds what
    nobody has kept goes to the store, a user's version that was swapped out goes back.
    """
    if not store.exists:
        return 0
    with store.transaction() as connection:
        rows = connection.execute(
            "select id, kind, path, goal, before, after, aside from journal where root = ?",
            (root,),
        ).fetchall()
    for _, kind, path, goal, before, after, aside in rows:
        with suppress(FileNotFoundError, NotADirectoryError):
            names = os.fsdecode(path), os.fsdecode(goal)
            intent = Intent(kind, *names, before, after, os.fsdecode(aside))
            _recover(folder, store, intent, history)
    if rows:
        with store.transaction() as connection:
            connection.executemany("delete from journal where id = ?", [(row[0],) for row in rows])
    return len(rows)


def _recover(folder: Folder, store: Store, intent: Intent, history: str) -> None:
    kind, path, goal, before, after, aside = intent
    out = folder.state(aside)
    if out is None:
        return
    now = folder.state(path)
    if kind == "Move":  # a name in other case, half-way
        place = goal if folder.absent(goal) else path
        with suppress(FileExistsError):
            folder.rename_new(aside, place)
        return
    if before is None or now == before:
        folder.remove(aside)  # it was never exchanged, so it is ours, perhaps half written
        return
    if now is None and out not in (before, after):
        with suppress(FileExistsError):  # taken away, but it was not what we thought
            folder.rename_new(aside, path)
            return
    if now == after is not None and out not in (before, after):
        with suppress(NotPossibleError):
            folder.exchange(aside, path)
    keep_stray(store, folder, aside, history + path, (after,))


def keep_stray(
    store: Store,
    folder: Folder,
    aside: NotePath,
    path: NotePath,
    known: tuple[State | None, ...] = (),
    *,
    remove: bool = True,
) -> None:
    """Keep a file of ours that may hold somebody's text as a version of `path`."""
    state = folder.state(aside)
    if state is None:
        return
    if is_file(state) and state not in known:
        stamp = folder.stamp(aside)
        with store.transaction() as connection:
            if not store.has(state):
                store.keep_pieces(connection, folder.pieces(aside), state) if (
                    stamp and stamp[0] > LARGE
                ) else store.keep_in(connection, folder.read(aside), state)
            connection.execute(
                "insert or ignore into version values (?, ?, ?, ?)",
                (os.fsencode(path), state, stamp[1] if stamp else 0, time.time_ns()),
            )
    if remove:
        folder.remove(aside)


def sweep(folder: Folder, store: Store, asides: Iterable[NotePath], history: str, now: int) -> None:
    """Keep and remove files aside that nobody has touched for an hour.

    A run that lost its journal left them. `now` is in nanoseconds.
    """
    for aside in asides:
        stamp = folder.stamp(aside)
        if stamp is not None and now - max(stamp[1], stamp[2]) > _HOUR:
            with suppress(OSError):
                keep_stray(store, folder, aside, history + aside)
