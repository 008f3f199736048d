"""Conflict copies: how they are named, here and by other tools.

A conflict copy stands beside its note and never takes its name, so that links go
on leading to the note. Ours is `Note (conflict 2026-11-23 host).md`.
"""

import re
from collections.abc import Callable

from knapper.core.paths import NotePath

__all__ = ["copy_name", "original_of"]

_COPIES = tuple(
    re.compile(pattern)
    for pattern in (
        # ours
        r" \(conflict \d{4}-\d{2}-\d{2} [^()/]*+\)(?: \d++)?$",
        # Obsidian Sync: "Note (Conflicted copy device 202605071230)"
        r" \(Conflicted copy [^()/]*+\)$",
        # Syncthing, docs "Conflicting Changes": Note.sync-conflict-20260507-123000-ABCDEFG
        r"\.sync-conflict-\d{8}-\d{6}(?:-[0-9A-Z]{7})?$",
        # Dropbox, help "Conflicted copies": "Note (Ann's conflicted copy 2026-05-07)"
        r" \([^()/]*? conflicted copy(?: \d{4}-\d{2}-\d{2})?\)(?: \(\d++\))?$",
        # Nextcloud, manual "Conflicts": "Note (conflicted copy 2018-04-10 093612)"
        r" \(conflicted copy(?: \d{4}-\d{2}-\d{2}(?: \d{6})?)?\)$",
    )
)


def original_of(path: NotePath) -> NotePath | None:
    """Return the path of the note that this is a conflict copy of, None if it is none."""
    if "onflict" not in path:
        return None
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    if not stem or "conflict" in ending:
        stem, dot, ending = name, "", ""
    for pattern in _COPIES:
        if found := pattern.search(stem):
            kept = stem[: found.start()]
            return f"{folder}{slash}{kept}{dot}{ending}" if kept else None
    return None


def copy_name(path: NotePath, stamp: str, taken: Callable[[NotePath], bool]) -> NotePath:
    """Return a free name for a conflict copy; `stamp` is its date and host.

    A copy of a copy is named after the first note, and the extension stays. The name
    fits the 255 bytes that file systems allow.
    """
    folder, slash, name = (original_of(path) or path).rpartition("/")
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    number = 1
    while True:
        mark = f" (conflict {stamp})" + (f" {number}" if number > 1 else "")
        room = 255 - len(f"{mark}{dot}{ending}".encode(errors="surrogateescape"))
        short = stem.encode(errors="surrogateescape")[:room].decode(errors="ignore")
        found = f"{folder}{slash}{short}{mark}{dot}{ending}"
        if not taken(found):
            return found
        number += 1
