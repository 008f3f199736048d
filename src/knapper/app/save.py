"""Writing a file that is no note: a report, a baseline."""

from pathlib import Path

from knapper.app.roots import CONFIG_NAME
from knapper.app.workspace import CHECKED
from knapper.core.errors import KnapperError
from knapper.core.paths import extension
from knapper.shell.aside import write_whole
from knapper.shell.disk import resolved

__all__ = ["place_for", "save"]


def save(root: Path, goal: Path, content: bytes) -> None:
    """Write `content` to `goal`, aside and renamed, but never over what is the vault's own.

    These are the notes of the vault at `root`, its configuration, and all that is in
    Obsidian's folder. A device or a pipe is written to as it is. Raises `KnapperError`
    if it cannot be done.
    """
    real = place_for(root, goal)
    try:
        if goal.exists() and not goal.is_file():
            goal.write_bytes(content)
            return
        write_whole(real, content)
    except OSError as error:
        raise KnapperError(f"{goal}: {(error.strerror or str(error)).lower()}") from error


def place_for(root: Path, goal: Path) -> Path:
    """Return where a file is really written; raises `KnapperError` if that is the vault's own."""
    real = resolved(goal)
    if what := _place_in(root, real):
        raise KnapperError(f"{goal}: this would be {what}; take another name")
    return real


def _place_in(root: Path, real: Path) -> str:
    """Return what a file would be to the vault, "" if nothing."""
    if extension(real.name) in CHECKED and real.is_relative_to(resolved(root)):
        return "a note of the vault"
    if real == resolved(root / CONFIG_NAME):
        return "the vault's configuration"
    folders = (root / ".obsidian", *(path.parent for path in root.glob(".*/app.json")))
    if any(real.is_relative_to(resolved(folder)) for folder in folders):
        return "in Obsidian's own folder"
    return ""
