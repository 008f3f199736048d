"""Noticing that nothing has changed since a sync that left nothing to do.

Such a sync leaves a fingerprint of both folders (every name with its stamp). While
they are the same, and the configuration too, a sync need not even load what it knows.
One file in a hundred, in turn, is read all the same: a bad disk shows. Where something
did change, what was listed on the way is not listed again.
"""

import json
import marshal
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from knapper.app.local import local_names
from knapper.app.roots import CONFIG_NAME
from knapper.core.errors import KnapperError
from knapper.shell.beside import beside
from knapper.shell.source import Listing, Source
from knapper.shell.store import Store

__all__ = [
    "Glimpse",
    "Rest",
    "config_print",
    "fingerprint",
    "forget_rests",
    "glimpse",
    "save_rest",
    "still_holds",
]

_TURNS = 100


class Rest(NamedTuple):
    """A pair that was at rest. `replicas` is how many the vault has."""

    name: str
    config: str
    replicas: int
    left: str
    right: str
    settings: str
    exclude: str
    left_print: str
    right_print: str


class Glimpse(NamedTuple):
    """What a look at the folders showed: who was at rest, and what was listed.

    `listings` has both listings of the pairs that were looked at, by name.
    """

    is_rest: bool
    rests: Sequence[Rest] = ()
    listings: Mapping[str, tuple[Listing, Listing]] = {}

    @property
    def names(self) -> list[str]:
        """The replicas, in their order."""
        return [rest.name for rest in self.rests]


def config_print(root: Path) -> str:
    """Return a digest of the configuration, "" if it is not in the usual place."""
    try:
        return sha256((root / CONFIG_NAME).read_bytes()).hexdigest()
    except OSError:
        return ""


def fingerprint(folder: Source, listing: Listing) -> str:
    """Return a digest of all names with their stamps, "" for what is not plain."""
    if listing.odd or listing.blind or listing.asides:
        return ""
    whole = folder.identity(), listing.files, listing.folders, listing.links
    return sha256(marshal.dumps(whole, 2)).hexdigest()


def save_rest(store: Store, rest: Rest) -> None:
    """Remember that a pair is at rest."""
    with store.transaction() as connection:
        connection.execute(
            "insert or replace into resting values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rest
        )


def forget_rests(store: Store) -> None:
    """Forget it: something has changed."""
    if store.exists:
        with store.transaction() as connection:
            connection.execute("delete from resting")


def glimpse(root: Path) -> Glimpse:
    """Look whether all replicas of a vault are still at rest."""
    store = Store(root)
    if not store.exists:
        return Glimpse(False)
    try:
        with store, store.transaction() as connection:
            rests, config = _saved(store), config_print(root)
            if not rests or any(rest.config != config for rest in rests):
                return Glimpse(False)
            if len(rests) != rests[0].replicas:
                return Glimpse(False)
            if connection.execute("select 1 from journal limit 1").fetchone():
                return Glimpse(False)
            for rest in rests:
                is_rest, listings = _look(store, rest)
                if not is_rest:
                    return Glimpse(False, rests, {rest.name: listings} if listings else {})
            return Glimpse(True, rests)
    except (OSError, KnapperError, TypeError, ValueError):  # the store is damaged, perhaps
        return Glimpse(False)  # the sync itself will say what is wrong


def still_holds(store: Store, seen: Glimpse) -> bool:
    """Tell whether nobody has synced since a glimpse (ask it with the lock in hand)."""
    return bool(seen.listings) and _saved(store) == seen.rests


def _saved(store: Store) -> list[Rest]:
    with store.transaction() as connection:
        rows = connection.execute("select * from resting order by rowid").fetchall()
    return [Rest(*row) for row in rows]


def _look(store: Store, rest: Rest) -> tuple[bool, tuple[Listing, Listing] | None]:
    """Tell whether a pair is at rest; if not, and both could be listed, what there is."""
    local = local_names(json.loads(rest.exclude), rest.settings)
    turn = int(time.time()) % _TURNS

    def looked(where: str, known: str) -> tuple[bool, dict[str, str], Listing | None]:
        folder = Source(Path(where))
        try:
            listing = folder.listing(local)
            if fingerprint(folder, listing) != known:
                return False, {}, listing
            paths = list(listing.files)[turn::_TURNS]
            return True, {path: folder.seen(path)[0] for path in paths}, listing
        except OSError:
            return False, {}, None
        finally:
            folder.close()

    def packed() -> bytes:
        same, states, listing = looked(rest.right, rest.right_print)
        whole = marshal.dumps(tuple(listing)) if listing else b""  # unpacked if it is needed
        return marshal.dumps((same, states, whole))

    right = beside(packed)
    left_same, left_states, left_listed = looked(rest.left, rest.left_print)
    # what is loaded comes from our own child, over a pipe
    right_same, right_states, whole = marshal.loads(right())  # noqa: S302
    if left_same and right_same:
        known = _as_known(store, rest.name, "left", left_states)
        return known and _as_known(store, rest.name, "right", right_states), None
    if not left_listed or not whole:
        return False, None
    return False, (left_listed, Listing(*marshal.loads(whole)))  # noqa: S302


def _as_known(store: Store, name: str, side: str, states: dict[str, str]) -> bool:
    """Tell whether files still have the content that is known; one that has not is noted."""
    select, spoil = _QUERIES[side]
    with store.transaction() as connection:
        for path, state in states.items():
            (known,) = connection.execute(select, (name, path)).fetchone() or ("",)
            if known != state:
                connection.execute(spoil, (name, path))
                return False
    return True


_QUERIES = {
    "left": (
        "select left_state from synced where replica = ? and path = ?",
        "update synced set left_size = null where replica = ? and path = ?",
    ),
    "right": (
        "select right_state from synced where replica = ? and path = ?",
        "update synced set right_size = null where replica = ? and path = ?",
    ),
}
