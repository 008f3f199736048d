"""What a watcher may do while somebody types: its settings, and what is half typed."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, cast, get_args

from knapper.core.tables import TableReader

__all__ = ["Observer", "WatchSettings", "is_half_typed", "read_watch_settings"]

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


def is_half_typed(before: str, after: str) -> bool:
    """Tell whether an edit left something open: a link, a tag or the frontmatter.

    What is open is looked for where the edit ended, on that line.
    """
    if after.startswith("---\n") and "\n---" not in after[3:]:
        return True
    end = _edit_end(before, after)
    line = after[after.rfind("\n", 0, end) + 1 : end]
    tag = line.rfind("<")
    if tag > line.rfind(">") and line[tag + 1 : tag + 2].isalpha():
        return True
    return line.rfind("[[") > line.rfind("]]")


def _edit_end(before: str, after: str) -> int:
    """Return where the text that is new in `after` ends."""
    most = min(len(before), len(after))
    low, high = 0, most  # the longest common ending, by halving
    while low < high:
        middle = (low + high + 1) // 2
        if before[len(before) - middle :] == after[len(after) - middle :]:
            low = middle
        else:
            high = middle - 1
    return len(after) - low
