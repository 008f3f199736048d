"""The disk: the only place that lists, reads and writes the files of a vault."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from knapper.core.note import Note, Trouble
from knapper.core.paths import NotePath

__all__ = [
    "Tree",
    "absolute",
    "decode_note",
    "files_under",
    "read_bytes",
    "read_note",
    "read_text",
    "resolved",
    "scan",
]

_NOTES = (".md", ".canvas", ".base")
_BINARY = getattr(os, "O_BINARY", 0)
_PIECE = 1 << 20
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
"""Keeps the opening of a pipe from waiting for somebody who writes."""


class Tree(NamedTuple):
    """The files under a root, hidden ones left out, as Obsidian sees them.

    `files` are regular files; `odd` maps what only looks like a note (a folder, a
    pipe, a link that leads nowhere), and a folder that cannot be read, to what is
    wrong with it; `linked` are files that are reached through a symbolic link, and so
    never written.
    """

    files: tuple[NotePath, ...]
    odd: dict[NotePath, str]
    linked: frozenset[NotePath]


def scan(root: Path) -> Tree:
    """List the files under `root`; raises `OSError` if the root cannot be read.

    Folders that are symbolic links are followed (Obsidian does), but each real
    folder once, so that no loop of links goes round.
    """
    scanned = _Scanned(root)
    waiting: list[tuple[str, str, bool]] = [(os.fspath(root), "", False)]
    while waiting:
        folder, prefix, through_link = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if not prefix:
                raise
            scanned.odd[prefix.rstrip("/")] = f"this folder cannot be read: {_reason(error)}"
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path, linked = prefix + entry.name, through_link or entry.is_symlink()
            if scanned.leads_on(entry, path, linked):
                waiting.append((entry.path, f"{path}/", linked))
    return Tree(tuple(sorted(scanned.files)), scanned.odd, frozenset(scanned.linked))


class _Scanned:
    """What a scan has found so far."""

    def __init__(self, root: Path) -> None:
        self.files: list[NotePath] = []
        self.odd: dict[NotePath, str] = {}
        self.linked: set[NotePath] = set()
        self.seen = {_identity(os.stat(root))}

    def leads_on(self, entry: "os.DirEntry[str]", path: NotePath, linked: bool) -> bool:
        """Take an entry in; True if it is a folder to look into."""
        if _is(entry.is_file):
            self.files.append(path)
            if linked:
                self.linked.add(path)
        elif _is(entry.is_dir):
            if path.lower().endswith(".md"):  # `java.base` is no strange name for a folder
                self.odd[path] = "this is a folder, though its name is that of a note"
            return not entry.is_symlink() or _is_new(entry, self.seen)
        elif path.lower().endswith(_NOTES):
            self.odd[path] = _what(entry)
        return False


def absolute(path: Path) -> Path:
    """Return the path from the root of the file system, `..` worked off, links kept."""
    return Path(os.path.abspath(path))


def resolved(path: Path) -> Path:
    """Return the path with all links followed, as far as they lead.

    `Path.resolve` raises an error of its own for links that lead round in a circle.
    """
    return Path(os.path.realpath(path))


def _is(test: Callable[[], bool]) -> bool:
    """Ask an entry what it is; a link that leads round in a circle is nothing."""
    try:
        return test()
    except OSError:
        return False


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _is_new(entry: "os.DirEntry[str]", seen: set[tuple[int, int]]) -> bool:
    """Tell whether a linked folder is none that holds it or was followed before."""
    identity = _identity(entry.stat())
    parents = (Path(entry.path).parent, *Path(entry.path).parent.parents)
    if identity in seen or any(_identity(folder.stat()) == identity for folder in parents):
        return False
    seen.add(identity)
    return True


def _what(entry: "os.DirEntry[str]") -> str:
    try:
        mode = entry.stat().st_mode
    except OSError:
        return "this is a symbolic link that leads nowhere"
    kinds = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    name = next((name for test, name in kinds if test(mode)), "a device")
    return f"this is {name}, not a file"


def read_bytes(root: Path, path: NotePath) -> bytes:
    """Read a file of the vault; raises `OSError`, for what is no file as well."""
    descriptor = os.open(os.path.join(root, path), os.O_RDONLY | _BINARY | _AT_ONCE)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "this is not a file")
        content = os.read(descriptor, status.st_size + 1)
        if len(content) == status.st_size:
            return content  # there was room for one byte more, so this is the end
        pieces = [content]
        while piece := os.read(descriptor, _PIECE):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def read_text(root: Path, path: NotePath) -> str:
    """Read a file of settings as text, "" if there is none."""
    try:
        return read_bytes(root, path).decode(errors="replace").removeprefix("\ufeff")
    except OSError:
        return ""


def read_note(root: Path, path: NotePath) -> Note:
    """Read a note; what keeps it from being read is its `trouble`.

    Nothing is converted: the text has its byte-order mark and its CRs.
    """
    try:
        content = read_bytes(root, path)
    except OSError as error:
        return Note(path, "", Trouble(0, f"this note cannot be read: {_reason(error)}"))
    return decode_note(path, content)


def decode_note(path: NotePath, content: bytes) -> Note:
    """Return the note that these bytes are; what is not UTF-8 is its `trouble`."""
    try:
        return Note(path, content.decode())
    except UnicodeDecodeError as error:
        place = len(content[: error.start].decode())
        message = (
            f"this note is not UTF-8: byte 0x{content[error.start]:02x} means nothing here; "
            "save it as UTF-8"
        )
        return Note(path, content.decode(errors="replace"), Trouble(place, message))


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def files_under(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (relative path, path) of the regular files under a folder, in order."""
    for path in scan(root).files:
        yield path, root / path
