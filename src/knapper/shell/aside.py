"""Writing a small file of our own: aside and renamed, so that it is the old one or the new."""

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(file: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file as a whole; `mode` is that of a new one, less the umask. Raises `OSError`.

    Notes are not written so: they go through `shell.executor`, which looks again first.
    """
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(aside, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as opened:
            opened.write(content)
        os.replace(aside, file)
    except OSError:
        with suppress(OSError):
            os.unlink(aside)
        raise
