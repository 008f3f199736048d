"""The settings of a watcher: what it may do while somebody types, and when."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, cast, get_args

from knapper.core.tables import TableReader

__all__ = ["Observer", "WatchSettings", "read_watch_settings"]

Observer = Literal["auto", "native", "polling"]


class WatchSettings(NamedTuple):
    """How patient a watcher is, in seconds.

    A note is not mended before it was left alone for `fix_quiet`, and not synced
    before `sync_quiet`. Everything is looked at again every `rescan`.
    """

    fix: bool = True
    fix_quiet: int = 30
    sync_quiet: int = 2
    rescan: int = 300
    observer: Observer = "auto"


def read_watch_settings(reader: TableReader, data: Mapping[str, object]) -> WatchSettings:
    """Read the table `[watch]`; raises `ConfigError`."""
    table = reader.table(data, "watch")
    inside = reader.within("watch")
    inside.known_keys(table, {name.replace("_", "-") for name in WatchSettings._fields})
    usual = WatchSettings()
    observer = inside.text(table, "observer", usual.observer)
    if observer not in get_args(Observer):
        inside.fail("observer", f"'{observer}' is none of {', '.join(get_args(Observer))}")
    found = WatchSettings(
        fix=inside.flag(table, "fix", usual.fix),
        fix_quiet=inside.number(table, "fix-quiet", usual.fix_quiet),
        sync_quiet=inside.number(table, "sync-quiet", usual.sync_quiet),
        rescan=inside.number(table, "rescan", usual.rescan),
        observer=cast(Observer, observer),
    )
    if not found.rescan:
        inside.fail("rescan", "expected seconds, at least 1")
    return found
