"""A pair of folders in sync, what a sync of it is to do, and what it did."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from knapper.core.paths import NotePath
from knapper.core.plan import Change, Refused
from knapper.core.replicas import Mode
from knapper.shell.folder import Folder
from knapper.shell.source import Local, Source

__all__ = ["BUSY", "Intent", "Pair", "Report"]

BUSY = "somebody is typing in it"
"""The reason why a note of the vault that is busy is left alone."""


class Pair(NamedTuple):
    """Two folders in sync. `into` is the left one's path in the vault ("" for all of it).

    `local` tells what takes no part, `layout` by path which files only say what panes are
    open. `stamp` is for the names of conflict copies. `settings` is Obsidian's configuration
    folder, if it takes part. `same_left` and `same_right` tell whether the folders are those
    of the last sync; of a pair that `is_new` none is known.
    """

    name: str
    left: Folder
    right: Source
    mode: Mode
    into: str
    local: Local
    layout: Callable[[NotePath], bool]
    stamp: str
    settings: str = ""
    filter: str = ""
    same_filter: bool = True
    same_left: bool = True
    same_right: bool = True
    is_new: bool = False

    @property
    def prefix(self) -> str:
        """What stands before the paths of the left folder in the vault."""
        return f"{self.into}/" if self.into else ""


class Intent(NamedTuple):
    """What a sync is to do: act, or only say what it would do.

    `confirm` is the hash of a plan that was halted or held: if it is still the same,
    it is carried out. What was changed in the last `quiet` nanoseconds is left alone, and
    a path of the vault that is `busy`, because somebody types there, is not written.
    """

    act: bool = True
    confirm: str = ""
    quiet: int = 0
    busy: Collection[NotePath] = frozenset()


class Report(NamedTuple):
    """What a pass did, or would do; `refused` is what it could not do.

    `changes` have the side that they change; none of them was refused. `skipped`, `held` and
    `restored` map paths to reasons; `conflicts` maps notes to the copies that were made.
    `halted` says why nothing was deleted or overwritten, and `hash` names the plan that it was.
    `moved` are renames that were carried over. `prints` tell a pair at rest: both
    folders' paths, the configuration folder, and the fingerprints of both.
    """

    changes: Sequence[tuple[str, Change]] = ()
    refused: Sequence[tuple[str, Refused]] = ()
    skipped: Mapping[NotePath, str] = {}
    held: Mapping[NotePath, str] = {}
    restored: Mapping[NotePath, str] = {}
    conflicts: Mapping[NotePath, NotePath] = {}
    halted: str = ""
    hash: str = ""
    moved: Mapping[NotePath, NotePath] = {}
    prints: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether both sides are the same now, and nothing waits for anybody."""
        return not (self.halted or self.refused or self.skipped or self.held or self.conflicts)
