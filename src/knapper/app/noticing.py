"""Whether editors have noticed what a sync has written into a note that they had open.

An editor that has not may type on for minutes in what it had loaded, and save that over
what was written. Such a save is known by its content, but so is one of somebody who does
not want what was brought, and takes all of it out again. What tells them apart is how
the note stood a few seconds after it was written: then every editor has noticed it, or
has saved over it.
"""

from collections.abc import Mapping
from pathlib import Path

from knapper.core.plan import digest
from knapper.shell.disk import read_bytes
from knapper.shell.store import Store
from knapper.shell.synced import NOTICED, Written, recent_writes, settle_writes

__all__ = ["look_what_was_noticed"]


def look_what_was_noticed(vault: Path, replicas: Mapping[str, Path], now: int) -> int | None:
    """Look at the notes that were written a while ago; `replicas` are folders by their names.

    Returns when to look again (ns), None if there is nothing to look at. Raises
    `KnapperError` if it cannot be kept what was seen.
    """
    folders = {"": vault, **replicas}
    with Store(vault) as store:
        writes = [one for one in recent_writes(store) if one.root in folders]
        due = {one for one in writes if abs(now - one.at) >= NOTICED}
        seen = {
            one: _stands(folders[one.root], one) for one in due if folders[one.root].is_dir()
        }  # fmt: skip
        if seen:
            settle_writes(store, seen)
    later = [now if one in due else one.at for one in writes if one not in seen]
    return min(later) + NOTICED if later else None


def _stands(folder: Path, write: Written) -> bool:
    """Tell whether a note is still as it was written."""
    try:
        return digest(read_bytes(folder, write.path)) == write.after
    except OSError:
        return False
