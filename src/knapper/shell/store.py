"""What knapper remembers of a vault, outside the vault: runs, versions, what is in sync.

One SQLite file for each vault in the user's state folder (`KNAPPER_STATE_DIR`
overrides). Contents are kept by their digest, compressed; large ones as files beside
it. Nothing in a vault depends on it: losing it costs the undo of past runs and makes
the next sync careful, never a note.
"""

import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Self

from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.shell.user_folders import state_folder

__all__ = ["LARGE", "BrokenStoreError", "Replaced", "Run", "Store", "Version"]

_SCHEMA = """
create table run (
    id integer primary key, at text not null, command text not null, undoes integer
);
create table replaced (
    run integer not null references run, root text not null,
    path blob not null, -- its bytes: a name may not be UTF-8
    before text, after text, primary key (run, root, path)
) without rowid;
create table content (digest text primary key, size integer not null, data blob);
create table version (
    path blob not null, digest text not null, modified integer not null,
    at integer not null, primary key (path, digest)
) without rowid;
create table journal (
    id integer primary key, run integer not null, root text not null, kind text not null,
    path blob not null, goal blob not null, before text, after text, aside blob not null
);
create table replica (
    name text primary key, left_identity text not null, right_identity text not null,
    filter text not null
);
create table synced (
    replica text not null, path text not null, base text,
    left_state text, left_size integer, left_modified integer, left_changed integer,
    left_number integer,
    right_state text, right_size integer, right_modified integer, right_changed integer,
    right_number integer, primary key (replica, path)
) without rowid;
create table resting (
    name text primary key, config text not null, replicas integer not null, left text not null,
    right text not null, settings text not null, exclude text not null,
    left_print text not null, right_print text not null
);
create table report (replica text primary key, at text not null, data text not null);
create table written (
    root text not null, path text not null, before text not null, after text not null,
    at integer not null, primary key (root, path)
) without rowid;
"""
_PLACED = """create table placed (
    replica text not null, path text not null, place text not null, primary key (replica, path)
) without rowid;
"""
_VERSION = 2
LARGE = 1 << 20
"""Contents over so many bytes are files of their own."""


class BrokenStoreError(KnapperError):
    """The file of the store is damaged; `Store.set_aside` makes room for a new one."""


class Run(NamedTuple):
    """A run that changed the vault; `at` is a local time, `undoes` the run it took back."""

    id: int
    at: str
    command: str
    undoes: int | None
    changed: int


class Replaced(NamedTuple):
    """What a run changed; `root` is "" for the vault, else a replica's name.

    `before` and `after` are what stood there, None for nothing.
    """

    root: str
    path: NotePath
    before: State | None
    after: State | None


class Version(NamedTuple):
    """A content that a file had: `modified` by its own account, last seen `at` (both in ns)."""

    path: NotePath
    digest: str
    modified: int
    at: int


_PASSING = ("locked", "busy", "full", "readonly", "unable to open", "i/o error")


def _may_pass(error: Exception) -> bool:
    """Tell whether it is the disk or another process that is in the way, not damage."""
    if isinstance(error, OSError):
        return True
    said = str(error).lower()
    return isinstance(error, sqlite3.OperationalError) and any(one in said for one in _PASSING)


class Store:
    """The memory of one vault, made on first use. Use it in a `with` statement."""

    def __init__(self, root: Path) -> None:
        self.folder = state_folder(root)
        self._path = self.folder / "state.sqlite"
        self._connection: sqlite3.Connection | None = None
        self.packed: dict[str, bytes] = {}
        """Contents, by digest, that somebody has compressed already (zlib), to be kept."""

        self._waiting: list[Callable[[sqlite3.Connection], None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def exists(self) -> bool:
        """Whether anything was ever remembered."""
        return self._path.exists()

    def close(self) -> None:
        """Write what waits, and let go of the file. Whoever has the lock does it before."""
        if self._waiting:
            with self.transaction():
                pass
        self._forget_connection()

    def _forget_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def set_aside(self) -> None:
        """Put a damaged file out of the way, so that a new one is begun."""
        self._waiting.clear()
        self._forget_connection()
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                old = self._path.with_name(self._path.name + ending)
                old.replace(self._path.with_name(f"broken{ending}.sqlite"))

    def is_damaged(self) -> bool:
        """Tell whether the file does not hold together (a look at all of it: slow)."""
        try:
            with self.transaction() as connection:
                row = connection.execute("pragma integrity_check(1)").fetchone()
                return tuple(row) != ("ok",)
        except KnapperError:
            return True

    # -- the database --------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; what is done is kept if nothing is raised.

        Raises `KnapperError` if nothing can be kept, `BrokenStoreError` (a kind of it)
        if the file is damaged.
        """
        try:
            if self._connection is None:
                self._connection = self._opened()
            if self._connection.in_transaction:  # it is the outer one that ends it
                yield self._connection
                return
            with self._connection:
                waiting, self._waiting = self._waiting, []
                for write in waiting:
                    write(self._connection)
                yield self._connection
        except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
            if isinstance(error, OSError) and self._connection is not None:
                raise  # of the work within, not of the store
            reason = str(getattr(error, "strerror", None) or error).lower()
            message = f"{self.folder}: what a run replaces cannot be kept here: {reason}"
            raise (KnapperError if _may_pass(error) else BrokenStoreError)(message) from error

    def later(self, write: Callable[[sqlite3.Connection], None]) -> None:
        """Let something be written with the next transaction, or when the store is closed.

        For what a run that dies may as well not have written: a flush less.
        """
        self._waiting.append(write)

    def _opened(self) -> sqlite3.Connection:
        """Connect; a file that is no database of ours (not: a busy one) is set aside."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            self.folder.chmod(0o700)  # it holds what the notes held
        try:
            return self._connected()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if _may_pass(error):
                raise
            self.set_aside()
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            (version,) = connection.execute("pragma user_version").fetchone()
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError(f"version {version} is not known")
            connection.execute("pragma page_size = 16384")
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            if version:  # a table younger than the file
                connection.execute(_PLACED.replace("table", "table if not exists", 1))
            else:
                script = (
                    f"begin exclusive;{_SCHEMA}{_PLACED}pragma user_version = {_VERSION};commit;"
                )
                connection.executescript(script)
        except sqlite3.OperationalError as error:
            connection.close()
            if "already exists" in str(error):  # another process was faster
                return self._connected()
            raise
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            connection.close()
            raise
        return connection

    # -- contents ------------------------------------------------------------------------

    def keep(self, content: bytes, digest: str) -> None:
        """Keep a content; it lasts once this returns or the surrounding transaction ends."""
        with self.transaction() as connection:
            self.keep_in(connection, content, digest)

    def keep_in(self, connection: sqlite3.Connection, content: bytes, digest: str) -> None:
        """Keep a content in a transaction that is open."""
        if len(content) > LARGE:
            self.keep_pieces(connection, (content,), digest)
            return
        packed = self.packed.pop(digest, None) or zlib.compress(content, 1)
        row = digest, len(content), packed
        connection.execute("insert or ignore into content values (?, ?, ?)", row)

    def keep_pieces(
        self, connection: sqlite3.Connection, pieces: Iterable[bytes], digest: str
    ) -> None:
        """Keep a large content as a file; raises `OSError` if the digest is not its own."""
        goal = self._file(digest)
        if self.has(digest):
            return
        goal.parent.mkdir(exist_ok=True)
        aside = goal.with_suffix(f".{os.getpid()}")
        hashed, packer, size = sha256(), zlib.compressobj(1), 0
        try:
            with aside.open("wb") as file:
                for piece in pieces:
                    hashed.update(piece)
                    size += len(piece)
                    file.write(packer.compress(piece))
                file.write(packer.flush())
                file.flush()
                os.fsync(file.fileno())
            if hashed.hexdigest() != digest:
                raise OSError(0, "it was changed meanwhile")
            aside.replace(goal)
        finally:
            aside.unlink(missing_ok=True)
        connection.execute("insert or ignore into content values (?, ?, null)", (digest, size))

    def has(self, digest: str) -> bool:
        """Tell whether a content is kept."""
        with self.transaction() as connection:
            row = connection.execute("select data is null from content where digest = ?", (digest,))
            found = row.fetchone()
        return found is not None and (not found[0] or self._file(digest).exists())

    def pieces(self, digest: str) -> Iterator[bytes]:
        """Yield a kept content in pieces; raises `LookupError` if it is not (whole) there."""
        with self.transaction() as connection:
            row = connection.execute("select data from content where digest = ?", (digest,))
            found = row.fetchone()
        if found is None:
            raise LookupError(f"this content is not kept any more ({digest[:8]})")
        try:
            if found[0] is not None:
                yield zlib.decompress(found[0])
                return
            unpacker = zlib.decompressobj()
            with self._file(digest).open("rb") as file:
                while piece := file.read(LARGE):
                    yield unpacker.decompress(piece)
            yield unpacker.flush()
        except (zlib.error, OSError, TypeError) as error:
            raise LookupError(f"this content cannot be read any more ({digest[:8]})") from error

    def content(self, digest: str | None) -> bytes | None:
        """Return a kept content, None if it is not there or not what it was."""
        if digest is None or not self.exists:
            return None
        try:
            content = b"".join(self.pieces(digest))
        except LookupError:
            return None
        return content if sha256(content).hexdigest() == digest else None

    def _file(self, digest: str) -> Path:
        return self.folder / "contents" / f"{digest}.z"

    # -- runs ----------------------------------------------------------------------------

    def begin_run(self, command: str, undoes: int | None = None) -> int:
        """Note that a run begins, and return its number."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        with self.transaction() as connection:
            cursor = connection.execute(
                "insert into run (at, command, undoes) values (?, ?, ?)", (at, command, undoes)
            )
            return cursor.lastrowid or 0

    def runs(self) -> list[Run]:
        """Return the runs that changed something, the latest first."""
        if not self.exists:
            return []
        with self.transaction() as connection:
            rows = connection.execute(
                "select id, at, command, undoes, count(path) from run join replaced on run = id "
                "where root not like 'base:%' group by id order by id desc"
            )
            return [Run(*row) for row in rows]

    def replaced(self, run: int) -> list[Replaced]:
        """Return what a run changed, by root and path."""
        with self.transaction() as connection:
            rows = connection.execute(
                "select root, path, before, after from replaced where run = ? order by root, path",
                (run,),
            )
            return [Replaced(root, os.fsdecode(path), *states) for root, path, *states in rows]

    def last_replaced(self, command: str) -> dict[NotePath, State]:
        """Return what stood in each file of the vault that a command has last rewritten."""
        if not self.exists:
            return {}
        with self.transaction() as connection:
            rows = connection.execute(
                "select path, before from replaced join run on run = id "
                "where command = ? and root = '' and before is not null order by id",
                (command,),
            )
            return {os.fsdecode(path): before for path, before in rows}

    # -- versions ------------------------------------------------------------------------

    def versions(self, path: NotePath | None = None) -> list[Version]:
        """Return the kept versions (of one file), the oldest first."""
        if not self.exists:
            return []
        where, values = ("where path = ?", (os.fsencode(path),)) if path else ("", ())
        with self.transaction() as connection:
            rows = connection.execute(
                f"select path, digest, modified, at from version {where} order by path, at",  # noqa: S608 - no value is in the text
                values,
            )
            return [Version(os.fsdecode(path), *rest) for path, *rest in rows]

    def prune(self, most_bytes: int, oldest: int, keep: int) -> None:
        """Forget versions seen before `oldest` (ns), and more if they take too much room.

        What was seen after `keep`, and what a base of a sync is, stays in any case.
        """
        with self.transaction() as connection:
            connection.execute("delete from version where at < ?", (oldest,))
            connection.execute(
                "delete from replaced where run in (select id from run where at < ?)",
                (time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(oldest / 1e9)),),
            )
            room = connection.execute(
                "select sum(coalesce(length(data), size)) from content"
            ).fetchone()[0]
            if (room or 0) > most_bytes:
                rows = connection.execute(
                    "select path, version.digest, coalesce(length(data), size) from version "
                    "join content using (digest) where at < ? order by at",
                    (keep,),
                ).fetchall()
                for path, digest, size in rows:
                    if room <= most_bytes:
                        break
                    connection.execute(
                        "delete from version where path = ? and digest = ?", (path, digest)
                    )
                    room -= size
            gone = connection.execute(
                "delete from content where digest not in (select digest from version) "
                "and digest not in (select base from synced where base is not null) "
                "and digest not in (select before from replaced where before is not null) "
                "and digest not in (select before from journal where before is not null) "
                "returning digest, data is null"
            ).fetchall()
        for digest, is_file in gone:
            if is_file:
                self._file(digest).unlink(missing_ok=True)
