"""A folder on disk as sync reads it: every access goes through here, by relative paths.

No access leaves the folder: each part of a path is opened from the one before and
may not be a symbolic link, so that a folder that is swapped for a link meanwhile is
noticed. `Source` can only read: a pristine source is held by one of these.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.sync.tree import FOLDER, evicted, link_state

__all__ = [
    "BINARY",
    "BY_DESCRIPTOR",
    "NO_FOLLOW",
    "Listing",
    "Local",
    "Place",
    "Source",
    "Stamp",
    "is_aside",
    "is_settled",
    "is_utf8",
    "new_aside",
]

Stamp = tuple[int, int, int, int]
"""Size, modification and change time (ns) and number of a file: equal, no new look."""

Place = tuple[int | None, str]
"""The descriptor of a folder and a name in it, or None and a whole path."""

Local = Callable[[str, NotePath, bool], bool]
"""Tells by name and folder what takes no part; the third says whether it is a folder itself."""

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
BINARY = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | NO_FOLLOW | BINARY | getattr(os, "O_NONBLOCK", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
BY_DESCRIPTOR = os.open in os.supports_dir_fd
_PIECE = 1 << 20
_HELD = 64
_OURS = os.urandom(12).hex()
_NUMBERS = count()


class Listing(NamedTuple):
    """What is in a folder: files with their stamps, folders, links with their targets.

    `odd` maps what cannot take part to the reason; `blind` are folders that could
    not be read, so that nothing is known of what is in them. `asides` are files that
    an interrupted run of ours left.
    """

    files: dict[NotePath, Stamp]
    folders: list[NotePath]
    links: dict[NotePath, str]
    odd: dict[NotePath, str]
    blind: list[NotePath]
    asides: list[NotePath]


def new_aside() -> str:
    """Return a name for a file that is being written or taken away, which nobody had before."""
    return f".knapper-{_OURS}{next(_NUMBERS):08x}.tmp"


def is_settled(stamp: Stamp, looked: int) -> bool:
    """Tell whether a stamp that was seen at the time `looked` (ns) can be believed later.

    A file that changes twice within one tick of the file system's clock keeps its
    stamp. A tick is up to 10 ms on ext4, APFS and NTFS, and 2 s on exFAT, whose times
    have no small digits (git calls such entries racy: "Racy Git", git documentation).
    """
    latest = max(stamp[1], stamp[2])
    coarse = stamp[2] % 1_000_000 == 0
    return looked - latest > (2_500_000_000 if coarse else 20_000_000)


def is_aside(name: str) -> bool:
    """Tell whether a file of this name is one of ours that is not yet in place."""
    return name.startswith(".knapper-") and name.endswith(".tmp")


class Source:
    """A folder that can be read."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self._held: dict[NotePath, int] = {}

    def close(self) -> None:
        """Let go of the folders that are held open."""
        for descriptor in self._held.values():
            os.close(descriptor)
        self._held.clear()

    def identity(self) -> tuple[int, int]:
        """Return what tells this folder from another one mounted in its place."""
        status = self.root.stat()
        return status.st_dev, status.st_ino

    # -- listing -----------------------------------------------------------------------

    def listing(self, local: Local) -> Listing:
        """List what is in the folder but for what is `local`.

        Raises `OSError` if the folder itself cannot be read.
        """
        found = Listing({}, [], {}, {}, [], [])
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                self._list(folder, found, waiting, local)
            except OSError as error:
                if not folder:
                    raise
                if isinstance(error, FileNotFoundError):
                    continue  # it went away while we looked; its parent is looked at again
                found.blind.append(folder)
                found.odd[folder] = f"this folder cannot be read: {_reason(error)}"
        return found

    def listing_beside(self, local: Local) -> Callable[[], Listing]:
        """Begin to list on the second core; call the result for the listing."""
        import marshal

        from knapper.shell.beside import beside

        def listed() -> bytes:
            return marshal.dumps(tuple(self.listing(local)))

        result = beside(listed)
        return lambda: Listing(*marshal.loads(result()))  # noqa: S302 - our own child's

    def _list(
        self,
        folder: NotePath,
        found: Listing,
        waiting: list[NotePath],
        local: Local,
    ) -> None:
        prefix = f"{folder}/" if folder else ""
        where = os.path.join(self.root, folder) if folder else self.root
        files, is_regular = found.files, stat.S_ISREG
        with os.scandir(where) as entries:
            for entry in entries:
                name = entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                if local(name, folder, is_folder):
                    self._hidden(name, prefix, found)
                    continue
                path = prefix + name
                if not (name.isascii() or is_utf8(name)):
                    found.odd[ascii(path)] = "the name is not UTF-8"
                    continue
                if is_folder:
                    found.folders.append(path)
                    waiting.append(path)
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                    if is_regular(status.st_mode):
                        files[path] = _stamp(status)
                    else:
                        self._special(path, status, found)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    files.pop(path, None)
                    found.odd[path] = f"this file cannot be looked at: {_reason(error)}"

    def _hidden(self, name: str, prefix: str, found: Listing) -> None:
        if is_aside(name):
            found.asides.append(prefix + name)
        elif original := evicted(name):
            found.odd[prefix + original] = "this file is in the cloud only, not on this disk"

    def _special(self, path: NotePath, status: os.stat_result, found: Listing) -> None:
        if not stat.S_ISLNK(status.st_mode):
            kinds = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
            name = next((name for test, name in kinds if test(status.st_mode)), "a device")
            found.odd[path] = f"this is {name}, not a file"
            return
        target = os.readlink(os.path.join(self.root, path))
        goal = os.path.normpath(os.path.join(os.path.dirname(path), target))
        if os.path.isabs(target) or goal.startswith(".."):
            found.odd[path] = "this symbolic link leads out of the folder"
        elif is_utf8(target):
            found.links[path] = target
        else:
            found.odd[path] = "where it leads is not UTF-8"

    def folds_case(self, listing: Listing) -> bool:
        """Tell whether names that differ by case only are one name here.

        It is tried with the name of a file that is there; without one it is not known,
        and the answer is no.
        """
        for path, stamp in listing.files.items():
            above, slash, name = path.rpartition("/")
            other = f"{above}{slash}{name.swapcase()}"
            if other != path and other not in listing.files:
                return self.stamp(other) == stamp
        return False

    # -- looking and reading -------------------------------------------------------------

    def _at(self, path: NotePath, *, beside: bool = False) -> Place:
        """Return the descriptor of the file's folder, and its name there.

        It is good until the next call; `beside` that of the last call stays good too.
        """
        folder, _, name = path.rpartition("/")
        if not name or name in (".", ".."):
            raise OSError(22, "the path does not stay in the folder", path)
        if not BY_DESCRIPTOR:
            return None, os.path.join(self.root, self._checked(folder), name)
        return self._descriptor(folder, beside=beside), name

    def _checked(self, folder: NotePath) -> str:
        place = os.fspath(self.root)
        for part in folder.split("/") if folder else ():
            place = os.path.join(place, part)
            if part in ("", ".", "..") or os.path.islink(place):
                raise OSError(40, "the path does not stay in the folder", folder)
        return place

    def _descriptor(self, folder: NotePath, *, beside: bool = False) -> int:
        """Return the descriptor of a folder; `beside` none that is held is let go of."""
        held = self._held.get(folder)
        if held is not None:
            return held
        if len(self._held) >= _HELD and not beside:
            self.close()
        flags = os.O_RDONLY | _DIRECTORY | NO_FOLLOW
        if not folder:
            descriptor = os.open(self.root, os.O_RDONLY | _DIRECTORY)
        else:
            above, _, name = folder.rpartition("/")
            if name in ("", ".", ".."):
                raise OSError(22, "the path does not stay in the folder", folder)
            descriptor = os.open(name, flags, dir_fd=self._descriptor(above, beside=beside))
        self._held[folder] = descriptor
        return descriptor

    def stamp(self, path: NotePath) -> Stamp | None:
        """Return the stamp of a file, None for what is none or not there."""
        try:
            folder, name = self._at(path)
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return _stamp(status)

    def absent(self, path: NotePath) -> bool:
        """Tell whether nothing stands at the path; raises `OSError` if nobody knows."""
        try:
            folder, name = self._at(path)
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return True
        return False

    @contextmanager
    def opened(self, path: NotePath) -> Iterator[tuple[int, os.stat_result]]:
        """Open a regular file for reading; gives descriptor and status, raises `OSError`."""
        folder, name = self._at(path)
        descriptor = os.open(name, _READ, dir_fd=folder)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(22, "this is not a file", path)
            yield descriptor, status
        finally:
            os.close(descriptor)

    def pieces(self, path: NotePath) -> Iterator[bytes]:
        """Yield the content of a file, a megabyte at a time."""
        with self.opened(path) as (descriptor, _):
            while piece := os.read(descriptor, _PIECE):
                yield piece

    def read(self, path: NotePath) -> bytes:
        """Return the content of a file; raises `OSError`."""
        return b"".join(self.pieces(path))

    def state(self, path: NotePath) -> State | None:
        """Return what stands at a path now, None for nothing; raises `OSError`."""
        folder, name = self._at(path)
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if stat.S_ISDIR(status.st_mode):
            return FOLDER
        if stat.S_ISLNK(status.st_mode):
            return link_state(os.readlink(name, dir_fd=folder))
        return self.seen(path)[0]

    def seen(self, path: NotePath) -> tuple[State, Stamp | None, bytes | None]:
        """Return a file's digest, its stamp and its content.

        The stamp is None if the file changed while it was read, the content is None if
        it is larger than a megabyte.
        """
        with self.opened(path) as (descriptor, before):
            piece = os.read(descriptor, min(_PIECE, before.st_size + 1))
            hashed, content = sha256(piece), piece if len(piece) == before.st_size else None
            while content is None and (piece := os.read(descriptor, _PIECE)):
                hashed.update(piece)
            after = os.fstat(descriptor)
        same = _stamp(after) == _stamp(before)
        return hashed.hexdigest(), _stamp(after) if same else None, content


def is_utf8(name: str) -> bool:
    """Tell whether a name (as Python has it) is text: what is remembered of a file is."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _stamp(status: os.stat_result) -> Stamp:
    number = status.st_ino & 0x7FFF_FFFF_FFFF_FFFF  # what a database can hold
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, number


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
