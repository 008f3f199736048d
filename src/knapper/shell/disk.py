"""The disk: the only place that lists, reads and writes the files of a vault."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from knapper.core.note import Note, Trouble
from knapper.core.paths import NotePath
from knapper.core.plan import Change, Move, Outcome, Plan, Refused, Trash, Write, digest

__all__ = [
    "Tree",
    "absolute",
    "decode_note",
    "execute",
    "files_under",
    "read_bytes",
    "read_note",
    "read_text",
    "scan",
]

_NOTES = (".md", ".canvas", ".base")
_BINARY = getattr(os, "O_BINARY", 0)
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
            if path.lower().endswith(_NOTES):
                self.odd[path] = "this is a folder, though its name is that of a note"
            return not entry.is_symlink() or _is_new(entry, self.seen)
        elif path.lower().endswith(_NOTES):
            self.odd[path] = _what(entry)
        return False


def absolute(path: Path) -> Path:
    """Return the path from the root of the file system, `..` worked off, links kept."""
    return Path(os.path.abspath(path))


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
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "this is not a file")
        pieces = []
        while piece := os.read(descriptor, 1 << 20):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def read_text(root: Path, path: NotePath) -> str:
    """Read a file of settings as text, "" if there is none."""
    try:
        return read_bytes(root, path).decode("utf-8-sig", errors="replace")
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


# -- carrying out a plan -------------------------------------------------------------------


def execute(plan: Plan, root: Path, trash: Path) -> Outcome:
    """Carry out a plan. What the world has overtaken is refused, and the rest done.

    Nothing is ever overwritten that is not what the plan expects: each change looks
    again just before it acts. A file is written aside, flushed and renamed; it keeps
    its mode and extended attributes. `trash` is where trashed files go.
    """
    done: list[Change] = []
    refused: list[Refused] = []
    for change in plan:
        reason = _refusal(change, root) or _try(change, root, trash)
        if reason:
            refused.append(Refused(change, reason))
        else:
            done.append(change)
    return Outcome(tuple(done), tuple(refused))


def _refusal(change: Change, root: Path) -> str:
    """Say why a change must not be made, "" if it may be."""
    if not isinstance(change, Write | Move | Trash):
        return "a vault is changed by writing, moving and trashing files only"
    for path in (change.path, change.to) if isinstance(change, Move) else (change.path,):
        target = root / path
        parts = Path(path).parts
        if target.is_symlink() or not parts or ".." in parts or Path(path).is_absolute():
            return "the path does not stay in the vault"
        real = os.path.realpath(target.parent)
        if os.path.commonpath((real, os.path.realpath(root))) != os.path.realpath(root):
            return "the path leads out of the vault"
    try:
        now = _digest_at(root, change.path)
    except OSError as error:
        return f"it cannot be read: {_reason(error)}"
    if now != change.expect:
        if change.expect is None:
            return "something is there already"
        return "it was changed meanwhile" if now else "it is not there any more"
    if isinstance(change, Move) and os.path.lexists(root / change.to):
        return f"'{change.to}' is there already"
    return ""


def _digest_at(root: Path, path: NotePath) -> str | None:
    try:
        return digest(read_bytes(root, path))
    except FileNotFoundError:
        return None


def _try(change: Change, root: Path, trash: Path) -> str:
    try:
        match change:
            case Write():
                _write(root, change)
            case Move():
                (root / change.to).parent.mkdir(parents=True, exist_ok=True)
                os.rename(root / change.path, root / change.to)
            case Trash():
                goal = trash / f"{uuid4().hex[:8]}-{Path(change.path).name}"
                trash.mkdir(parents=True, exist_ok=True)
                os.rename(root / change.path, goal)
    except OSError as error:
        return _reason(error)
    return ""


def _write(root: Path, change: Write) -> None:
    """Write aside, flush, and take the place of the old file in one step."""
    target = root / change.path
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.parent / f".knapper-{uuid4().hex}.tmp"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(change.content)
            file.flush()
            os.fsync(file.fileno())
        if change.expect is None:
            os.link(aside, target)  # fails if something is there by now
            return
        _keep_attributes(target, aside)
        if _digest_at(root, change.path) != change.expect:
            raise OSError(0, "it was changed meanwhile")
        os.replace(aside, target)
        _flush_folder(target.parent)
    finally:
        with suppress(FileNotFoundError):
            aside.unlink()


def _keep_attributes(old: Path, new: Path) -> None:
    """Give the new file the owner, mode and extended attributes of the old one."""
    status = os.stat(old)
    with suppress(OSError, AttributeError):  # only root may give a file away
        os.chown(new, status.st_uid, status.st_gid)
    os.chmod(new, stat.S_IMODE(status.st_mode))
    with suppress(OSError, AttributeError):
        for name in os.listxattr(old):
            os.setxattr(new, name, os.getxattr(old, name))


def _flush_folder(folder: Path) -> None:
    with suppress(OSError):  # not every file system lets a folder be flushed
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def files_under(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (relative path, path) of the regular files under a folder, in order."""
    for path in scan(root).files:
        yield path, root / path
