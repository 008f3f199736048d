"""When a folder was made: ext4 gives the number of one that was removed to the next one.

Linux tells it by `statx` (kernel 4.11, glibc 2.28; not of every file system), others with
`stat`. After `struct statx` in linux/stat.h.
"""

import ctypes
import os
import struct
import sys
from pathlib import Path

__all__ = ["birth"]

_HERE = -100  # AT_FDCWD
_BIRTH = 0x800  # STATX_BTIME, in the mask of what is asked and of what is told
_SIZE, _AT = 256, 80


def birth(path: Path) -> int:
    """Return when a file or folder was made (ns), 0 if nobody knows; raises `OSError`."""
    status = path.stat()
    if sys.platform != "linux":
        return int(getattr(status, "st_birthtime", 0) * 1_000_000_000)
    try:
        ask = ctypes.CDLL(None).statx
    except (AttributeError, OSError):
        return 0
    told = ctypes.create_string_buffer(_SIZE)
    if ask(_HERE, os.fsencode(path), 0, _BIRTH, told):
        return 0
    (mask,) = struct.unpack_from("=I", told)
    seconds, rest = struct.unpack_from("=qI", told, _AT)
    return int(seconds) * 1_000_000_000 + int(rest) if mask & _BIRTH else 0
