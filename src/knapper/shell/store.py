"""What knapper remembers of a vault, outside the vault: runs, and what they replaced.

One SQLite file for each vault in the user's state folder (`KNAPPER_STATE_DIR`
overrides). Old contents are kept by their digest, compressed; nothing in a vault
depends on it. Losing it costs the undo of past runs, never a note.
"""

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_state_path

from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath
from knapper.core.plan import digest

__all__ = ["Replaced", "Run", "Store", "state_folder"]

_SCHEMA = """
create table if not exists run (
    id integer primary key, at text not null, command text not null, undoes integer
);
create table if not exists replaced (
    run integer not null references run, path blob not null, -- its bytes: it may not be UTF-8
    before text, after text, primary key (run, path)
);
create table if not exists content (digest text primary key, data blob not null);
"""
_VERSION = 1


class Run(NamedTuple):
    """A run that changed the vault; `at` is a local time, `undoes` the run it took back."""

    id: int
    at: str
    command: str
    undoes: int | None
    changed: int


class Replaced(NamedTuple):
    """A file that a run changed; None for a file that was not, or is not, there."""

    path: NotePath
    before: bytes | None
    after: str | None


def state_folder(root: Path) -> Path:
    """Return where the state of the vault at `root` lies (it may not exist yet)."""
    base = os.environ.get("KNAPPER_STATE_DIR")
    folder = Path(base) if base else user_state_path("knapper", appauthor=False)
    real = os.path.realpath(root)
    return folder / f"{Path(real).name}-{sha256(os.fsencode(real)).hexdigest()[:12]}"


class Store:
    """The memory of one vault. Made on first use; a file that is broken is set aside."""

    def __init__(self, root: Path) -> None:
        self.folder = state_folder(root)
        self._path = self.folder / "state.sqlite"

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            connection = self._connected()
            with closing(connection), connection:
                yield connection
        except (OSError, sqlite3.OperationalError) as error:
            reason = str(getattr(error, "strerror", None) or error).lower()
            message = f"{self.folder}: what a run replaces cannot be kept here: {reason}"
            raise KnapperError(message) from error

    def _connected(self) -> sqlite3.Connection:
        """Connect; a file that is no database (not: one that is busy) is set aside."""
        try:
            return self._connect()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._path.replace(self._path.with_suffix(".broken"))
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.executescript(_SCHEMA)
            connection.execute(f"pragma user_version = {_VERSION}")
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def remember(
        self,
        command: str,
        at: str,
        changes: list[tuple[NotePath, bytes | None, bytes | None]],
        undoes: int | None = None,
    ) -> int:
        """Keep what a run is about to change, as (path, before, after); return its id."""
        with self._open() as connection:
            cursor = connection.execute(
                "insert into run (at, command, undoes) values (?, ?, ?)", (at, command, undoes)
            )
            run = cursor.lastrowid or 0
            for path, before, after in changes:
                for content in (before, after):
                    if content is not None:
                        connection.execute(
                            "insert or ignore into content values (?, ?)",
                            (digest(content), zlib.compress(content)),
                        )
                connection.execute(
                    "insert into replaced values (?, ?, ?, ?)",
                    (run, os.fsencode(path), _digest(before), _digest(after)),
                )
            return run

    def forget(self, run: int, paths: list[NotePath]) -> None:
        """Take out what the run did not change after all."""
        with self._open() as connection:
            connection.executemany(
                "delete from replaced where run = ? and path = ?",
                [(run, os.fsencode(path)) for path in paths],
            )

    def runs(self) -> list[Run]:
        """Return the runs that changed something, the latest first."""
        if not self._path.exists():
            return []
        with self._open() as connection:
            rows = connection.execute(
                "select id, at, command, undoes, count(path) from run join replaced on run = id "
                "group by id order by id desc"
            )
            return [Run(*row) for row in rows]

    def replaced(self, run: int) -> list[Replaced]:
        """Return what a run changed, by path."""
        with self._open() as connection:
            rows = connection.execute(
                "select path, data, before, after from replaced "
                "left join content on digest = before where run = ? order by path",
                (run,),
            )
            return [
                Replaced(os.fsdecode(path), zlib.decompress(data) if before else None, after)
                for path, data, before, after in rows
            ]


def _digest(content: bytes | None) -> str | None:
    return None if content is None else digest(content)
