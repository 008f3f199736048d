"""The files of a vault as they were at one moment: their names, and stamps of the notes."""

import os
import struct
import time
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from knapper.core.in_order import InOrder
from knapper.core.paths import NotePath, is_attachment
from knapper.shell.disk import Tree

__all__ = ["STAMP", "UNSETTLED", "StampedFiles", "stamped_files"]

STAMP = 32
"""Bytes of a stamp: size, times of modification and of change (ns), and inode."""

UNSETTLED = bytes(STAMP)
"""The stamp of what may change and keep its stamp, and so equals no other, not even this."""

_AT_ONCE = 1000
_NAME_ALONE = b"\1" * STAMP
_PACKED = struct.Struct("<QqqQ")
_INODE = (1 << 64) - 1
_GRAIN = 2_000_000_000
"""Nanoseconds that a file must have been left alone to be known again by its stamp.

A file that is changed twice within one tick of the file system's clock keeps its stamp;
on exFAT a tick is 2 s (git calls such entries racy: "Racy Git", git documentation).
"""


class StampedFiles(NamedTuple):
    """The files of a vault in order, and their stamps, one after the other.

    It is settled if each stamp is to be believed.
    """

    paths: InOrder
    stamps: bytes
    is_settled: bool

    def stamp(self, path: NotePath) -> bytes:
        """Return the stamp of a file; one that is not there has none to be believed."""
        at = self.paths.place(path)
        return UNSETTLED if at is None else self._at(at)

    def by_path(self) -> dict[NotePath, bytes]:
        """Return all stamps by their files: to look up many, and in four times the room."""
        return {path: self._at(at) for at, path in enumerate(self.paths)}

    def digest(self) -> bytes:
        """Return the digest of names and stamps; b"" where a stamp is not to be believed."""
        if not self.is_settled:
            return b""
        digest = blake2b(self.stamps, digest_size=16)
        for start in range(0, len(self.paths), _AT_ONCE):
            names = "\0".join((*self.paths[start : start + _AT_ONCE], ""))
            digest.update(names.encode(errors="surrogatepass"))
        return digest.digest()

    def _at(self, at: int) -> bytes:
        return self.stamps[at * STAMP : (at + 1) * STAMP]


def stamped_files(root: Path, tree: Tree) -> StampedFiles:
    """Return the files of a tree with their stamps; of what is no note the name says all.

    They should be taken before the notes are read: what changes after that has another.
    """
    latest, prefix = time.time_ns() - _GRAIN, f"{root}{os.sep}"
    stamps, is_settled = bytearray(), True
    paths = sorted((*tree.files, *tree.odd)) if tree.odd else tree.files
    for path in paths:
        if is_attachment(path) or path in tree.odd:
            stamps += _NAME_ALONE
            continue
        try:
            status = os.stat(prefix + path)
            times = status.st_mtime_ns, status.st_ctime_ns
            is_old = max(times) < latest
        except OSError:
            is_old = False
        is_settled = is_settled and is_old
        stamps += (
            _PACKED.pack(status.st_size, *times, status.st_ino & _INODE) if is_old else UNSETTLED
        )
    return StampedFiles(InOrder(paths), bytes(stamps), is_settled)
