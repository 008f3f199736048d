"""A report on disk: written whole, and over no file but an older report."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from knapper.core.errors import KnapperError

__all__ = ["OURS", "save_page"]

OURS = '<meta name="generator" content="knapper">'
"""What the first thousand bytes of a report hold."""


def save_page(path: Path, text: str) -> None:
    """Write a page aside and rename it; raises `KnapperError` if another file is there."""
    if not path.absolute().parent.is_dir():
        raise KnapperError(f"{path.parent}: there is no such folder")
    if os.path.lexists(path) and not _is_ours(path):
        raise KnapperError(f"{path}: this is no report of knapper's; choose another name")
    handle, aside = tempfile.mkstemp(prefix=".knapper-", suffix=".html", dir=path.absolute().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        with suppress(OSError):
            os.chmod(aside, 0o644 & ~_umask())
        os.replace(aside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(aside)
        raise


def _is_ours(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return OURS.encode() in file.read(1000)


def _umask() -> int:
    """Return the mask of new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
