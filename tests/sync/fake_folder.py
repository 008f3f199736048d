"""A folder in memory that behaves as real file systems do, with faults on demand.

It stands in for `knapper.shell.folder.Folder`: names may fold case or come back in
Unicode's decomposed form, times may be coarse, each step may fail, be the last one
before a crash, or find that an editor was faster.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from unicodedata import normalize

from knapper.app.local import is_left_out
from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.shell.folder import Folder, NewFile
from knapper.shell.renaming import NotPossibleError
from knapper.shell.source import Listing, Local, Stamp, is_aside
from knapper.sync.tree import FOLDER, link_state


class Died(BaseException):
    """The process was killed at this step."""


@dataclass
class Clock:
    """Time in nanoseconds, which passes as steps are made."""

    now: int = 1_700_000_000_000_000_000

    def __call__(self) -> int:
        self.now += 3_000_000
        return self.now


@dataclass(frozen=True)
class Kind:
    """What sort of file system it is."""

    folds_case: bool = False
    decomposes: bool = False
    coarse: bool = False
    exchanges: bool = True


@dataclass
class _File:
    name: str
    content: bytes
    modified: int
    changed: int
    number: int


@dataclass
class Disk:
    """The files of one file system; `before` is asked before each step."""

    clock: Clock
    kind: Kind = Kind()
    before: Callable[[str, NotePath], None] = lambda _step, _path: None
    files: dict[str, _File] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    numbers: int = 0

    def key(self, path: str) -> str:
        path = normalize("NFD", path) if self.kind.decomposes else path
        return path.lower() if self.kind.folds_case else path

    def spelt(self, path: str) -> str:
        """Return a path as it is listed: a folder keeps the spelling that it was made with."""
        path = normalize("NFD", path) if self.kind.decomposes else path
        above, slash, name = path.rpartition("/")
        return self.folders.get(self.key(above), above) + slash + name

    def time(self) -> int:
        now = self.clock()
        return now - now % 2_000_000_000 if self.kind.coarse else now

    def exists(self, path: str) -> bool:
        key = self.key(path)
        return key in self.files or key in self.folders or key in self.links

    def parents(self, path: str) -> None:
        above = path.rpartition("/")[0]
        while above:
            self.folders.setdefault(self.key(above), self.spelt(above))
            above = above.rpartition("/")[0]

    def put(self, path: str, content: bytes, *, anew: bool = False) -> None:
        """Write a file as an editor does: in place, or `anew` as another file."""
        self.parents(path)
        key, now = self.key(path), self.time()
        file = self.files.get(key)
        if file is None or anew:
            self.numbers += 1
            name = file.name if file else self.spelt(path)
            self.files[key] = _File(name, content, now, now, self.numbers)
        else:
            file.content, file.modified, file.changed = content, now, now

    def move(self, path: str, to: str) -> None:
        self.parents(to)
        key = self.key(path)
        if key in self.files:
            self.files[self.key(to)] = self.files.pop(key)
        if key in self.links:
            self.links[self.key(to)] = self.links.pop(key)
        if self.key(to) in self.files:
            self.files[self.key(to)].name = self.spelt(to)
            self.files[self.key(to)].changed = self.time()

    def contents(self) -> dict[str, bytes]:
        """Return the files by name, in composed form where the file system has its own."""
        own = self.kind.decomposes
        return {
            normalize("NFC", one.name) if own else one.name: one.content
            for one in self.files.values()
        }


class FakeFolder(Folder):
    """The whole of a `Disk`, as the engine sees a folder."""

    def __init__(self, disk: Disk, name: str) -> None:
        self.disk = disk
        self.root = Path(f"/nowhere/{name}")

    def _step(self, step: str, path: NotePath) -> None:
        self.disk.before(step, path)

    def _file(self, path: NotePath) -> _File:
        key = self.disk.key(path)
        if key in self.disk.folders:
            raise IsADirectoryError(errno.EISDIR, "is a directory", path)
        if key not in self.disk.files:
            raise FileNotFoundError(errno.ENOENT, "no such file", path)
        return self.disk.files[key]

    def close(self) -> None:
        pass

    def identity(self) -> tuple[int, int]:
        return 1, 1

    def listing(self, local: Local) -> Listing:
        self._step("list", "")
        found = Listing({}, [], {}, {}, [], [])
        named = [(one.name, one) for one in self.disk.files.values()]
        for path, file in named:
            folder, _, name = path.rpartition("/")
            if is_aside(name):
                found.asides.append(path)
            elif not is_left_out(path, local, is_folder=False):
                found.files[path] = _stamp(file, self.disk)
            del folder
        found.folders.extend(
            path
            for path in self.disk.folders.values()
            if not is_left_out(path, local, is_folder=True)
        )
        return found

    def folds_case(self, listing: Listing) -> bool:
        return self.disk.kind.folds_case

    def stamp(self, path: NotePath) -> Stamp | None:
        file = self.disk.files.get(self.disk.key(path))
        return _stamp(file, self.disk) if file else None

    def absent(self, path: NotePath) -> bool:
        return not self.disk.exists(path)

    def pieces(self, path: NotePath) -> Iterator[bytes]:
        self._step("read", path)
        yield self._file(path).content

    def state(self, path: NotePath) -> State | None:
        key = self.disk.key(path)
        if key in self.disk.folders:
            return FOLDER
        if key in self.disk.links:
            return link_state(self.disk.links[key][1])
        return self.seen(path)[0] if key in self.disk.files else None

    def seen(self, path: NotePath) -> tuple[State, Stamp | None, bytes | None]:
        self._step("read", path)
        file = self._file(path)
        return sha256(file.content).hexdigest(), _stamp(file, self.disk), file.content

    def make_folder(self, path: NotePath) -> None:
        self._step("mkdir", path)
        if self.disk.key(path) in self.disk.files:
            raise FileExistsError(errno.EEXIST, "a file has the name of this folder", path)
        self.disk.parents(f"{path}/x")

    def remove_folder(self, path: NotePath) -> None:
        self._step("rmdir", path)
        key = self.disk.key(path)
        held = (*self.disk.files, *self.disk.folders, *self.disk.links)
        if any(one.startswith(f"{key}/") for one in held):
            raise OSError(errno.ENOTEMPTY, "directory not empty", path)
        self.disk.folders.pop(key, None)

    @contextmanager
    def writing(self, path: NotePath) -> Iterator[NewFile]:
        self._step("create", path)
        if self.disk.exists(path):
            raise FileExistsError(errno.EEXIST, "file exists", path)
        self.disk.put(path, b"")
        yield _Writer(self, path)

    def make_link(self, path: NotePath, target: str) -> None:
        self._step("link", path)
        self.disk.links[self.disk.key(path)] = path, target

    def rename_new(self, path: NotePath, to: NotePath) -> None:
        self._step("rename", path)
        self._file(path)
        if self.disk.exists(to) and self.disk.key(to) != self.disk.key(path):
            raise FileExistsError(errno.EEXIST, "file exists", to)
        self.disk.move(path, to)

    def replace(self, path: NotePath, to: NotePath) -> None:
        self._step("replace", path)
        self._file(path)
        name = self.disk.files[self.disk.key(to)].name if self.stamp(to) else to
        self.disk.move(path, to)
        self.disk.files[self.disk.key(to)].name = name

    def exchange(self, path: NotePath, other: NotePath) -> None:
        self._step("exchange", other)
        if not self.disk.kind.exchanges:
            raise NotPossibleError(errno.EINVAL, "no exchange here", path)
        one, two = self._file(path), self._file(other)
        files = self.disk.files
        one.name, two.name = two.name, one.name
        files[self.disk.key(path)], files[self.disk.key(other)] = two, one

    def remove(self, path: NotePath) -> None:
        self._step("remove", path)
        self.disk.files.pop(self.disk.key(path), None)
        self.disk.links.pop(self.disk.key(path), None)

    def keep_attributes(self, old: NotePath, new: NotePath) -> None:
        pass

    def flush(self, path: NotePath) -> None:
        self._step("flush", path)

    def flush_folders(self, folders: set[NotePath]) -> None:
        pass

    def flush_all(self) -> bool:
        return False


class _Writer(NewFile):
    def __init__(self, folder: FakeFolder, path: NotePath) -> None:
        self.folder, self.path = folder, path

    def write(self, content: bytes) -> None:
        half = len(content) // 2
        disk = self.folder.disk
        for piece in (content[:half], content[half:]):
            self.folder._step("write", self.path)
            disk.put(self.path, disk.files[disk.key(self.path)].content + piece)

    def set_modified(self, modified: int) -> None:
        disk = self.folder.disk
        coarse = modified % 2_000_000_000 if disk.kind.coarse else 0
        disk.files[disk.key(self.path)].modified = modified - coarse

    def flush(self) -> None:
        self.folder._step("flush", self.path)


def _stamp(file: _File, disk: Disk) -> Stamp:
    del disk
    return len(file.content), file.modified, file.changed, file.number


def failure(number: int, path: NotePath) -> OSError:
    """Return the error that the system would give."""
    return OSError(number, os.strerror(number), path)
