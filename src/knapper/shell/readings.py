"""The readings of a vault's health over time, in the state folder; losing them is no harm."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from knapper.core.health import Counts
from knapper.core.trend import Reading, kept

__all__ = ["Readings"]

_TABLE = (
    "create table if not exists reading (at integer primary key, error integer not null, "
    "warning integer not null, info integer not null, notes integer not null, rules text not null)"
)


class Readings:
    """What was found in a vault and when, one SQLite file; it is thinned as it grows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "health.sqlite"

    def add(self, reading: Reading) -> None:
        """Keep a reading, if it says something new; one that cannot be kept is no matter."""
        with suppress(OSError, sqlite3.Error):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                self._add(reading)
            except sqlite3.OperationalError:
                raise  # the disk, or another process
            except sqlite3.DatabaseError:
                self._path.unlink(missing_ok=True)
                self._add(reading)

    def _add(self, reading: Reading) -> None:
        with self._connected() as connection:
            last = connection.execute("select * from reading order by at desc limit 1").fetchone()
            rules = json.dumps(dict(reading.rules))
            row = (reading.at, *reading.counts, reading.notes, rules)
            if last is not None and last[1:] == row[1:]:
                return
            connection.execute("insert or replace into reading values (?, ?, ?, ?, ?, ?)", row)
            times = {at for (at,) in connection.execute("select at from reading")}
            gone = times - kept(times, reading.at)
            connection.executemany("delete from reading where at = ?", [(at,) for at in gone])

    def all(self) -> list[Reading]:
        """Return what is kept, the oldest first."""
        if not self._path.exists():
            return []
        try:
            with self._connected() as connection:
                rows = connection.execute("select * from reading order by at").fetchall()
            return [
                Reading(at, Counts(*counts), notes, json.loads(rules))
                for at, *counts, notes, rules in rows
            ]
        except (OSError, sqlite3.Error, ValueError):
            return []

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=5)) as connection, connection:
            connection.execute(_TABLE)
            yield connection
