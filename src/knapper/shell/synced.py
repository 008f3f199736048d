"""What is known of a pair of folders since their last sync: the base, and stamps."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.shell.source import Stamp
from knapper.shell.store import Store
from knapper.sync.tree import differing

__all__ = [
    "NOTICED",
    "Known",
    "Pairing",
    "Seen",
    "Written",
    "changed",
    "forget",
    "has_more",
    "load",
    "pairing",
    "recent_write",
    "recent_writes",
    "save",
    "save_pairing",
    "settle_writes",
]

NOTICED = 10_000_000_000
"""Nanoseconds in which an editor notices what was written, or saves what it had loaded."""


class Seen(NamedTuple):
    """What stood on one side, by path; what has no stamp is read again in any case."""

    states: Mapping[NotePath, State]
    stamps: Mapping[NotePath, Stamp]


class Known(NamedTuple):
    """What is known of a pair: the states of the last sync, and what was seen since.

    `places` has the files of the base that stand under another name on the side that
    only reads: their user renamed them there, and the source is not renamed.
    """

    base: Mapping[NotePath, State]
    left: Seen
    right: Seen
    places: Mapping[NotePath, NotePath] = {}


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


def forget(store: Store, names: Sequence[str] | None = None) -> None:
    """Forget what is known of these pairs (of all of them), but no version of a file."""
    if not store.exists:
        return
    with store.transaction() as connection:
        if names is None:
            names = ["", *(name for (name,) in connection.execute(_NAMES))]
        for query in _FORGET:
            connection.executemany(query, ((name,) for name in names))


_NAMES = "select name from replica union select replica from synced union select root from written"
_FORGET = (
    "delete from replica where name = ?",
    "delete from synced where replica = ?",
    "delete from resting where name = ?",
    "delete from report where replica = ?",
    "delete from written where root = ?",
)


def load(store: Store, name: str) -> Known:
    """Return what is known of a pair."""
    if not store.exists:
        return Known({}, Seen({}, {}), Seen({}, {}))
    with store.transaction() as connection:
        rows = connection.execute(
            "select path, base, left_state, left_size, left_modified, left_changed, left_number, "
            "right_state, right_size, right_modified, right_changed, right_number "
            "from synced where replica = ?",
            (name,),
        ).fetchall()
        places = connection.execute("select path, place from placed where replica = ?", (name,))
        placed = dict(places.fetchall())
    # five walks over all rows take half the time of one that asks five questions
    return Known(
        {row[0]: row[1] for row in rows if row[1] is not None},
        Seen(
            {row[0]: row[2] for row in rows if row[2] is not None},
            {row[0]: row[3:7] for row in rows if row[3] is not None},
        ),
        Seen(
            {row[0]: row[7] for row in rows if row[7] is not None},
            {row[0]: row[8:12] for row in rows if row[8] is not None},
        ),
        placed,
    )


def has_more(store: Store, name: str, number: int) -> bool:
    """Tell whether more than so many files are known of a pair, without loading them."""
    if not store.exists:
        return False
    with store.transaction() as connection:
        query = "select 1 from synced where replica = ? limit 1 offset ?"
        return connection.execute(query, (name, number)).fetchone() is not None


def changed(before: Known, now: Known) -> set[NotePath]:
    """Return the paths of which something else is known now."""
    pairs = (
        (before.base, now.base),
        (before.places, now.places),
        (before.left.states, now.left.states),
        (before.left.stamps, now.left.stamps),
        (before.right.states, now.right.states),
        (before.right.stamps, now.right.stamps),
    )
    return {path for one, other in pairs for path in differing(one, other)}


def save(
    connection: sqlite3.Connection, name: str, known: Known, paths: Iterable[NotePath]
) -> None:
    """Remember what is known of these paths by now."""
    paths = list(paths)
    gone, rows = [], []
    for path in paths:
        base, left, right = (
            known.base.get(path),
            _columns(known.left, path),
            _columns(known.right, path),
        )
        if base is None and left[0] is None and right[0] is None:
            gone.append((name, path))
        else:
            rows.append((name, path, base, *left, *right))
    connection.executemany("delete from synced where replica = ? and path = ?", gone)
    connection.executemany(
        "insert or replace into synced values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
    )
    here = [(name, path) for path in paths]
    connection.executemany("delete from placed where replica = ? and path = ?", here)
    connection.executemany(
        "insert into placed values (?, ?, ?)",
        [(*key, known.places[key[1]]) for key in here if key[1] in known.places],
    )


def _columns(seen: Seen, path: NotePath) -> tuple[object, ...]:
    return (seen.states.get(path), *seen.stamps.get(path, (None,) * 4))


class Written(NamedTuple):
    """A note that we have written over: when (ns), with what, and what stood there before.

    `root` is "" for the vault, else the replica's name. `at` is 0 once it is known that
    somebody had saved over it before he can have noticed it.
    """

    root: str
    path: NotePath
    before: State
    after: State
    at: int


def recent_write(store: Store, root: str, path: NotePath) -> Written | None:
    """Return what we last wrote over a note, None for nothing."""
    if not store.exists:
        return None
    with store.transaction() as connection:
        row = connection.execute(
            "select * from written where root = ? and path = ?", (root, path)
        ).fetchone()
    return None if row is None else Written(*row)


def recent_writes(store: Store) -> list[Written]:
    """Return what we have written of late, where it is not known if it was noticed."""
    if not store.exists:
        return []
    with store.transaction() as connection:
        return [Written(*row) for row in connection.execute("select * from written where at > 0")]


def settle_writes(store: Store, stands: Mapping[Written, bool]) -> None:
    """Keep of writes whether they stood when everybody had noticed them: then all is told."""
    with store.transaction() as connection:
        for one, stood in stands.items():
            connection.execute(
                "delete from written where root = ? and path = ? and at = ?"
                if stood
                else "update written set at = 0 where root = ? and path = ? and at = ?",
                (one.root, one.path, one.at),
            )
