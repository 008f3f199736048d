"""The files of a vault as they were at one moment: their names, and stamps of the notes."""

import os
import struct
import time
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from knapper.core.paths import NotePath, is_attachment
from knapper.shell.disk import Tree

__all__ = ["STAMP", "UNSETTLED", "digest_of_listing", "stamps_of"]

STAMP = 32
"""Bytes of a stamp: size, times of modification and of change (ns), and inode."""

UNSETTLED = bytes(STAMP)
"""The stamp of what may change and keep its stamp, and so equals no other, not even this."""

_NAME_ALONE = b"\1" * STAMP
_PACKED = struct.Struct("<QqqQ")
_INODE = (1 << 64) - 1
_GRAIN = 2_000_000_000
"""Nanoseconds that a file must have been left alone to be known again by its stamp.

A file that is changed twice within one tick of the file system's clock keeps its stamp;
on exFAT a tick is 2 s (git calls such entries racy: "Racy Git", git documentation).
"""


def stamps_of(root: Path, tree: Tree) -> dict[NotePath, bytes]:
    """Return the stamps of what is in a tree, in order; of what is no note the name says all.

    They should be taken before the notes are read: what changes after that has another.
    """
    latest, prefix = time.time_ns() - _GRAIN, f"{root}{os.sep}"
    found: dict[NotePath, bytes] = {}
    for path in sorted((*tree.files, *tree.odd)) if tree.odd else tree.files:
        if is_attachment(path) or path in tree.odd:
            found[path] = _NAME_ALONE
            continue
        try:
            status = os.stat(prefix + path)
        except OSError:
            found[path] = UNSETTLED
            continue
        times = status.st_mtime_ns, status.st_ctime_ns
        found[path] = (
            _PACKED.pack(status.st_size, *times, status.st_ino & _INODE)
            if max(times) < latest
            else UNSETTLED
        )
    return found


def digest_of_listing(stamps: Mapping[NotePath, bytes]) -> bytes:
    """Return the digest of names and stamps; b"" where a stamp is not to be believed."""
    if UNSETTLED in stamps.values():
        return b""
    names = "\0".join(stamps).encode(errors="surrogatepass")
    return blake2b(b"".join((names, *stamps.values())), digest_size=16).digest()
