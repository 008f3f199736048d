"""Renaming in one step without overwriting, and exchanging two files, where it can be.

Linux has `renameat2` (RENAME_NOREPLACE, RENAME_EXCHANGE; kernel 3.15, not on every
file system: exFAT and FUSE lack the exchange), macOS `renameatx_np` (RENAME_EXCL,
RENAME_SWAP; APFS). Elsewhere the callers fall back, as `shell.executor` says.
"""

import ctypes
import errno
import os
import sys
from functools import cache

__all__ = ["NotPossibleError", "exchange", "rename_new"]

_HERE = {"linux": ("renameat2", 1, 2), "darwin": ("renameatx_np", 4, 2)}
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)


class NotPossibleError(OSError):
    """The file system or the kernel cannot do this in one step."""


@cache
def _function() -> "ctypes._NamedFuncPointer | None":
    name = _HERE.get(sys.platform, ("",))[0]
    try:
        return getattr(ctypes.CDLL(None, use_errno=True), name) if name else None
    except (AttributeError, OSError):
        return None


def rename_new(folder: int, old: str, to_folder: int, new: str) -> None:
    """Rename where nothing may stand; raises `FileExistsError`, or `NotPossibleError`."""
    _call(folder, old, to_folder, new, 1)


def exchange(folder: int, one: str, other: str) -> None:
    """Exchange two files of a folder in one step; raises `NotPossibleError`."""
    _call(folder, one, folder, other, 2)


def _call(folder: int, old: str, to_folder: int, new: str, kind: int) -> None:
    function = _function()
    if function is None:
        raise NotPossibleError(errno.ENOSYS, "no such system call")
    flag = _HERE[sys.platform][kind]
    if function(folder, os.fsencode(old), to_folder, os.fsencode(new), flag):
        number = ctypes.get_errno()
        kinds = NotPossibleError if number in _UNSUPPORTED else OSError
        raise kinds(number, os.strerror(number), old)
