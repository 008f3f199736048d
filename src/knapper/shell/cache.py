"""What was found in a vault, kept from one check to the next in the user's cache folder.

One SQLite file a vault. A *survey* is what one configuration found in all of its notes;
it is filed under a fingerprint of that configuration and of the code. Nothing in it is
believed that may be wrong: each content has a checksum, a survey has those of all that
belongs to it, a file that cannot be read or is another version's is begun anew, and what
was worked out from a state that another process has replaced meanwhile is not kept.
Nothing depends on it: where it cannot be written, nothing is kept.
"""

import sqlite3
import time
from binascii import crc32
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from knapper.core.bucket import Bucket
from knapper.core.found import Found
from knapper.core.shelf import unpacked_facts
from knapper.shell.cached import bucket_of_columns, columns_of, found_in
from knapper.shell.user_folders import cache_folder

__all__ = ["Cache", "DamagedCacheError", "Stored"]

_PATIENCE = 0.2
"""Seconds to wait for another process that writes; a check may not stand still for its cache."""

_MOST = 3
"""Configurations of which the surveys are kept: those that were saved last."""

_SEAL = 4
_COLUMNS = ("found", "stamps", "names", "packed", "facts")

_SCHEMA = (
    """create table survey (
    fingerprint text primary key, generation integer not null, saved integer not null,
    listing blob not null, seals blob not null
)""",
    """create table bucket (
    fingerprint text not null, number integer not null, found blob not null,
    stamps blob not null, names blob not null, packed blob not null, facts blob not null,
    primary key (fingerprint, number)
)""",
)
_VERSION = crc32(repr(_SCHEMA).encode()) >> 1
"""The version of the file's form; SQLite keeps it as a number of 31 bits."""


class DamagedCacheError(Exception):
    """Something in the file is not what was written."""


class Stored(NamedTuple):
    """A survey as far as it is read at once; `listing` is the state of the files then.

    `seals` are the checksums of what its buckets have in their columns, `found` has only
    notes with findings.
    """

    generation: int
    listing: bytes
    seals: bytes
    found: Found


class Cache:
    """The cache of one vault, for one configuration. Whoever has loaded it should `close` it."""

    def __init__(self, root: Path, fingerprint: str) -> None:
        self._path = cache_folder(root) / "notes.sqlite"
        self._fingerprint = fingerprint
        self._connection: sqlite3.Connection | None = None
        self._seals = b""

    def load(self) -> Stored | None:
        """Return the survey that is kept, None if there is none that can be believed.

        What is read afterwards is of the same state, whatever others save meanwhile.
        """
        try:
            self._connection = self._opened()
            self._connection.execute("begin")
            row = self._row("select generation, listing, seals from survey where fingerprint = ?")
            if row is None:
                return None
            with _damage_told():
                listing, self._seals = _unsealed(row[1]), _unsealed(row[2])
                found = found_in(column for (column,) in self._columns("found"))
                return Stored(row[0], listing, self._seals, found)
        except DamagedCacheError:
            self.discard()
        except (OSError, sqlite3.Error) as error:
            self.close()
            if _is_damage(error):
                self.discard()
        return None

    def buckets(self) -> list[tuple[bytes, Bucket]]:
        """Return the buckets in order, without facts, each with the stamps of its notes.

        Raises `DamagedCacheError`.
        """
        with _damage_told():
            rows = self._columns("stamps", "names", "packed")
            return [(stamps, bucket_of_columns(*columns)) for stamps, *columns in rows]

    def facts(self, number: int) -> Sequence[str]:
        """Return the folded facts of the notes of a bucket; raises `DamagedCacheError`."""
        with _damage_told():
            row = self._row("select facts from bucket where fingerprint = ? and number = ?", number)
            if row is None:
                raise DamagedCacheError
            return unpacked_facts(_unsealed(row[0], self._seal(number, "facts")))

    def save(
        self,
        before: Stored | None,
        listing: bytes,
        found: Found,
        buckets: Iterable[tuple[int, tuple[bytes, Bucket]]],
        number: int,
    ) -> None:
        """Keep a survey of so many buckets: those that changed since `before`, or all.

        Where that cannot be, or another process has saved one meanwhile, nothing is kept.
        After that nothing is read any more.
        """
        with suppress(OSError, sqlite3.Error):
            self._connection = self._connection or self._opened()
            if self._connection.in_transaction:
                self._connection.execute("commit")
            self._connection.execute("begin immediate")
            row = self._row("select generation from survey where fingerprint = ?")
            now = row[0] if row else None
            if before is None or now == before.generation:
                seals = bytearray(before.seals if before else _SEAL * len(_COLUMNS) * number)
                self._write(now or 0, listing, found, buckets, seals, anew=before is None)
            self._connection.execute("commit")
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def discard(self) -> None:
        """Do away with a file that cannot be believed."""
        self.close()
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + ending).unlink()

    def _all(self, query: str, *more: object) -> list[Sequence[Any]]:
        if self._connection is None:
            raise DamagedCacheError
        return self._connection.execute(query, (self._fingerprint, *more)).fetchall()

    def _row(self, query: str, *more: object) -> Sequence[Any] | None:
        return next(iter(self._all(query, *more)), None)

    def _columns(self, *names: str) -> list[list[bytes]]:
        """Return some columns of all buckets, in order."""
        query = f"select {', '.join(names)} from bucket where fingerprint = ? order by number"  # noqa: S608 - of our own
        rows = self._all(query)
        if len(rows) * len(_COLUMNS) * _SEAL != len(self._seals):
            raise DamagedCacheError
        return [
            [_unsealed(one, self._seal(number, name)) for name, one in zip(names, row, strict=True)]
            for number, row in enumerate(rows)
        ]

    def _seal(self, number: int, column: str) -> bytes:
        at = (number * len(_COLUMNS) + _COLUMNS.index(column)) * _SEAL
        return self._seals[at : at + _SEAL]

    def _write(
        self,
        generation: int,
        listing: bytes,
        found: Found,
        buckets: Iterable[tuple[int, tuple[bytes, Bucket]]],
        seals: bytearray,
        *,
        anew: bool,
    ) -> None:
        assert self._connection is not None
        run, width = self._connection.execute, len(_COLUMNS) * _SEAL
        if anew:
            run("delete from bucket where fingerprint = ?", (self._fingerprint,))
        for number, (stamps, bucket) in buckets:
            first, *others = columns_of(bucket, found)
            columns = [_sealed(one) for one in (first, stamps, *others)]
            seals[number * width : (number + 1) * width] = b"".join(one[:_SEAL] for one in columns)
            row = (self._fingerprint, number, *columns)
            run("replace into bucket values (?, ?, ?, ?, ?, ?, ?)", row)
        sealed = _sealed(listing), _sealed(bytes(seals))
        survey = (self._fingerprint, generation + 1, time.time_ns(), *sealed)
        run("replace into survey values (?, ?, ?, ?, ?)", survey)
        old = "select fingerprint from survey order by saved desc limit -1 offset ?"
        for (fingerprint,) in run(old, (_MOST,)).fetchall():
            run("delete from survey where fingerprint = ?", (fingerprint,))
            run("delete from bucket where fingerprint = ?", (fingerprint,))

    def _opened(self) -> sqlite3.Connection:
        """Connect; a file that is none of this version is begun anew."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return _connected(self._path)
        except (DamagedCacheError, sqlite3.DatabaseError) as error:
            if not _is_damage(error):
                raise
            self.discard()
            return _connected(self._path)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        if _version(connection) == 0:
            connection.execute("pragma journal_mode = wal")
            connection.execute("begin exclusive")
            if _version(connection) == 0:  # nobody else has begun it meanwhile
                for statement in (*_SCHEMA, f"pragma user_version = {_VERSION}"):
                    connection.execute(statement)
            connection.execute("commit")
        if _version(connection) != _VERSION:
            raise DamagedCacheError
        connection.execute("pragma synchronous = normal")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("pragma user_version").fetchone()
    return int(version)


def _is_damage(error: Exception) -> bool:
    """Tell whether it is the file itself, and not the disk or another process."""
    passing = isinstance(error, OSError | sqlite3.OperationalError)
    return not passing or "no such" in str(error) or "already exists" in str(error)


@contextmanager
def _damage_told() -> Iterator[None]:
    """Say of whatever keeps the file from being read, or understood, that it is damaged."""
    try:
        yield
    except (OSError, sqlite3.Error, ValueError, TypeError, LookupError, EOFError) as error:
        raise DamagedCacheError from error


def _sealed(content: bytes) -> bytes:
    """Return a content with a checksum in front: SQLite has none of its own."""
    return crc32(content).to_bytes(_SEAL, "little") + content


def _unsealed(content: object, seal: bytes | None = None) -> bytes:
    """Return the content again; its checksum has to be that `seal`, if there is one."""
    if not isinstance(content, bytes):
        raise DamagedCacheError
    found, body = content[:_SEAL], content[_SEAL:]
    if crc32(body) != int.from_bytes(found, "little") or seal not in (None, found):
        raise DamagedCacheError
    return body
