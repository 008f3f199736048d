"""Writing a file that is no note: a report, a baseline."""

from pathlib import Path

from knapper.app.workspace import CHECKED
from knapper.core.errors import KnapperError
from knapper.core.paths import extension
from knapper.shell.aside import write_whole

__all__ = ["save"]


def save(root: Path, goal: Path, content: bytes) -> None:
    """Write `content` to `goal`, aside and renamed, but never over a note of the vault at `root`.

    A device or a pipe is written to as it is. Raises `KnapperError` if it cannot be done.
    """
    real = goal.resolve()
    if extension(real.name) in CHECKED and real.is_relative_to(root.resolve()):
        raise KnapperError(f"{goal}: this would be a note of the vault; take another name")
    try:
        if goal.exists() and not goal.is_file():
            goal.write_bytes(content)
            return
        write_whole(real, content)
    except OSError as error:
        raise KnapperError(f"{goal}: {(error.strerror or str(error)).lower()}") from error
