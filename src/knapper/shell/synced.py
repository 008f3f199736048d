"""What is known of a pair of folders since their last sync: the base, and stamps."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.shell.folder import Stamp
from knapper.shell.store import Store

__all__ = ["Known", "Pairing", "Seen", "load", "pairing", "recent_write", "save", "save_pairing"]


class Seen(NamedTuple):
    """What stood at a path on one side; `stamp` None: look again in any case."""

    state: State
    stamp: Stamp | None


class Known(NamedTuple):
    """What is known of a path: the state of the last sync, and what was seen on each side."""

    base: State | None
    left: Seen | None
    right: Seen | None


class Pairing(NamedTuple):
    """What tells the folders of a pair, and which names took part, at the last sync."""

    left: str
    right: str
    filter: str


def pairing(store: Store, name: str) -> Pairing | None:
    """Return what is known of a pair as a whole, None if it was never in sync."""
    if not store.exists:
        return None
    with store.transaction() as connection:
        row = connection.execute(
            "select left_identity, right_identity, filter from replica where name = ?", (name,)
        ).fetchone()
    return Pairing(*row) if row else None


def save_pairing(store: Store, name: str, pairing: Pairing) -> None:
    """Remember a pair."""
    with store.transaction() as connection:
        connection.execute("insert or replace into replica values (?, ?, ?, ?)", (name, *pairing))


def load(store: Store, name: str) -> dict[NotePath, Known]:
    """Return what is known of each path of a pair."""
    if not store.exists:
        return {}
    with store.transaction() as connection:
        rows = connection.execute(
            "select path, base, left_state, left_size, left_modified, left_changed, left_number, "
            "right_state, right_size, right_modified, right_changed, right_number "
            "from synced where replica = ?",
            (name,),
        ).fetchall()
    return {
        path: Known(
            base,
            None if ls is None else Seen(ls, None if l0 is None else (l0, l1, l2, l3)),
            None if rs is None else Seen(rs, None if r0 is None else (r0, r1, r2, r3)),
        )
        for path, base, ls, l0, l1, l2, l3, rs, r0, r1, r2, r3 in rows
    }


def save(
    connection: sqlite3.Connection, name: str, changed: Iterable[tuple[NotePath, Known | None]]
) -> None:
    """Remember what is known of these paths by now; None forgets a path."""
    gone, rows = [], []
    for path, known in changed:
        if known is None:
            gone.append((name, path))
        else:
            rows.append((name, path, known.base, *_columns(known.left), *_columns(known.right)))
    connection.executemany("delete from synced where replica = ? and path = ?", gone)
    connection.executemany(
        "insert or replace into synced values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
    )


def _columns(seen: Seen | None) -> tuple[object, ...]:
    if seen is None:
        return (None,) * 5
    return (seen.state, *(seen.stamp or (None,) * 4))


def recent_write(store: Store, root: str, path: NotePath) -> tuple[State, State, int] | None:
    """Return what we last wrote over what there (before, after, when in ns), None for nothing."""
    if not store.exists:
        return None
    with store.transaction() as connection:
        row = connection.execute(
            "select before, after, at from written where root = ? and path = ?", (root, path)
        ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]), int(row[2]))
