"""Noticing that nothing has changed since a sync that left nothing to do.

Such a sync leaves a fingerprint of both folders (every name with its stamp). While
they are the same, and the configuration too, a sync need not even load what it knows.
One file in a hundred, in turn, is read all the same: a bad disk shows.
"""

import json
import marshal
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from knapper.app.local import local_names
from knapper.app.roots import CONFIG_NAME
from knapper.core.errors import KnapperError
from knapper.shell.beside import beside
from knapper.shell.folder import Listing, Source
from knapper.shell.store import Store

__all__ = ["Rest", "fingerprint", "forget_rests", "resting", "save_rest"]

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


def resting(root: Path) -> list[str] | None:
    """Return the names of the replicas if all of them are still at rest, else None."""
    store = Store(root)
    if not store.exists:
        return None
    try:
        with store, store.transaction() as connection:
            rows = connection.execute("select * from resting order by rowid").fetchall()
            rests = [Rest(*row) for row in rows]
            config = config_print(root)
            if not rests or len(rests) != rests[0].replicas or not config:
                return None
            if any(rest.config != config for rest in rests):
                return None
            if connection.execute("select 1 from journal limit 1").fetchone():
                return None
            return [rest.name for rest in rests] if all(_rests(store, r) for r in rests) else None
    except (OSError, KnapperError, TypeError, ValueError):  # the store is damaged, perhaps
        return None  # the sync itself will say what is wrong


def _rests(store: Store, rest: Rest) -> bool:
    local = local_names(json.loads(rest.exclude), rest.settings)
    turn = int(time.time()) % _TURNS

    def look(where: str) -> Callable[[], bytes]:
        def looked() -> bytes:
            folder = Source(Path(where))
            try:
                listing = folder.listing(local)
                paths = list(listing.files)[turn::_TURNS]
                states = {path: folder.stamped(path)[0] for path in paths}
                return marshal.dumps((fingerprint(folder, listing), states))
            except OSError:
                return marshal.dumps(("", {}))
            finally:
                folder.close()

        return looked

    right = beside(look(rest.right))
    # what is loaded comes from our own child, over a pipe
    left_print, left_states = marshal.loads(look(rest.left)())  # noqa: S302
    right_print, right_states = marshal.loads(right())  # noqa: S302
    if (left_print, right_print) != (rest.left_print, rest.right_print):
        return False
    return _as_known(store, rest.name, "left", left_states) and _as_known(
        store, rest.name, "right", right_states
    )


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
