"""The part of the configuration that sync reads: the replicas, and how much is kept.

It is read without the rules, so that `knapper sync` begins at once.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple, cast

from knapper.core.tables import TableReader

__all__ = ["Mode", "Replica", "SyncSettings", "read_replicas", "read_sync_settings"]

Mode = Literal["two-way", "pull", "push", "mirror"]

_MODES = ("pull", "two-way", "push", "mirror")


class Replica(NamedTuple):
    """A folder that the vault is kept in sync with; `into` is a folder of the vault.

    With `fix` false its notes are not mended. `exclude` has gitignore patterns.
    """

    name: str
    path: str
    mode: Mode = "two-way"
    into: str = ""
    exclude: tuple[str, ...] = ()
    fix: bool = True


class SyncSettings(NamedTuple):
    """How much history is kept: so many megabytes, and no version older than so many days.

    What is younger than `keep_days` stays whatever its size.
    """

    history_megabytes: int = 1000
    history_days: int = 365
    keep_days: int = 30


def read_replicas(reader: TableReader, data: Mapping[str, object]) -> tuple[Replica, ...]:
    """Read the tables `[[replica]]`; raises `ConfigError`."""
    found: list[Replica] = []
    for table in reader.tables(data, "replica"):
        inside = reader.within("replica")
        inside.known_keys(table, Replica._fields)
        name, path = inside.text(table, "name", ""), inside.text(table, "path", "")
        if not name or not path:
            reader.fail("replica", "a replica needs a name and a path")
        if any(one.name == name for one in found):
            reader.fail("replica", f"two replicas are called '{name}'")
        mode = inside.text(table, "mode", "two-way")
        if mode not in _MODES:
            inside.fail("mode", f"'{mode}' is none of {', '.join(_MODES)}")
        into = inside.text(table, "into", "").strip()
        if into.startswith("/") or ".." in into.split("/"):
            inside.fail("into", f"'{into}' leaves the vault; give a folder inside it")
        exclude, fix = inside.patterns(table, "exclude"), inside.flag(table, "fix", True)
        into = "/".join(part for part in into.split("/") if part not in ("", "."))
        found.append(Replica(name, path, cast(Mode, mode), into, exclude, fix))
    return tuple(found)


def read_sync_settings(reader: TableReader, data: Mapping[str, object]) -> SyncSettings:
    """Read the table `[sync]`; raises `ConfigError`."""
    table = reader.table(data, "sync")
    inside = reader.within("sync")
    inside.known_keys(table, {name.replace("_", "-") for name in SyncSettings._fields})
    usual = SyncSettings()
    return SyncSettings(
        inside.number(table, "history-megabytes", usual.history_megabytes),
        inside.number(table, "history-days", usual.history_days),
        inside.number(table, "keep-days", usual.keep_days),
    )
