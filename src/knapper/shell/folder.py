"""A folder on disk as sync changes it, one step at a time, by relative paths."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from knapper.core.paths import NotePath, folder_of
from knapper.shell.source import BINARY, BY_DESCRIPTOR, NO_FOLLOW, Listing, Place, Source, new_aside
from knapper.sync.tree import FOLDER

__all__ = ["Folder", "NewFile"]


class NewFile:
    """A file that is being written."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, content: bytes) -> None:
        """Write all of it; raises `OSError`, of a full disk for one."""
        left = memoryview(content)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def set_modified(self, modified: int) -> None:
        """Set the modification time (ns); it is a courtesy, and no error if it fails."""
        with suppress(OSError):
            os.utime(self._descriptor, ns=(modified, modified))

    def flush(self) -> None:
        """Make what was written last through a power cut."""
        os.fsync(self._descriptor)


class Folder(Source):
    """A folder that can be changed, one step at a time."""

    def folds_case(self, listing: Listing) -> bool:
        """As `Source.folds_case`; in an empty folder it is tried with a file of ours."""
        if listing.files:
            return super().folds_case(listing)
        aside = new_aside()
        try:
            with self.writing(aside):
                return self.stamp(aside.upper()) is not None
        except OSError:
            return False
        finally:
            self.remove(aside)

    def make_folder(self, path: NotePath) -> None:
        """Make a folder and those above it; one that is there is no mistake."""
        with suppress(FileExistsError):
            folder, name = self._made_above(path)
            os.mkdir(name, dir_fd=folder)
            return
        if self.state(path) != FOLDER:
            raise FileExistsError(17, "a file has the name of this folder", path)

    def _made_above(self, path: NotePath) -> Place:
        """Return as `_at` does, and make the folder if it is not there."""
        try:
            place = self._at(path)
            if BY_DESCRIPTOR or os.path.isdir(os.path.dirname(place[1])):
                return place
        except FileNotFoundError:
            if not folder_of(path):  # it is the folder itself that is gone
                raise
        self.make_folder(folder_of(path))
        return self._at(path)

    def remove_folder(self, path: NotePath) -> None:
        """Remove an empty folder; raises `OSError` if it is not empty."""
        self._forget(path)
        folder, name = self._at(path)
        os.rmdir(name, dir_fd=folder)

    def _forget(self, path: NotePath) -> None:
        """Let go of the folders at and below a path."""
        for folder in [f for f in self._held if f == path or f.startswith(f"{path}/")]:
            os.close(self._held.pop(folder))

    @contextmanager
    def writing(self, path: NotePath) -> Iterator["NewFile"]:
        """Make a new file for writing; raises `FileExistsError` if one is there."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW | BINARY
        folder, name = self._made_above(path)
        descriptor = os.open(name, flags, 0o666, dir_fd=folder)
        try:
            yield NewFile(descriptor)
        finally:
            os.close(descriptor)

    def make_link(self, path: NotePath, target: str) -> None:
        """Make a symbolic link where nothing stands."""
        folder, name = self._made_above(path)
        os.symlink(target, name, dir_fd=folder)

    def rename_new(self, path: NotePath, to: NotePath) -> None:
        """Rename where nothing may stand; raises `FileExistsError`."""
        from knapper.shell.renaming import NotPossibleError, rename_new

        self._made_above(to)
        (folder, name), (goal, new) = self._at(path), self._at(to, beside=True)
        if folder is None or goal is None:
            os.rename(name, new)  # on Windows this never overwrites
            return
        try:
            rename_new(folder, name, goal, new)
        except NotPossibleError:
            self._rename_slowly(path, to)

    def _rename_slowly(self, path: NotePath, to: NotePath) -> None:
        """Rename by a second name, or where there is none (exFAT) after a look."""
        (folder, name), (goal, new) = self._at(path), self._at(to, beside=True)
        try:
            os.link(name, new, src_dir_fd=folder, dst_dir_fd=goal, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:
            if not self.absent(to):
                raise FileExistsError(17, "there is a file already", to) from None
            os.rename(name, new, src_dir_fd=folder, dst_dir_fd=goal)
            return
        os.unlink(name, dir_fd=folder)

    def replace(self, path: NotePath, to: NotePath) -> None:
        """Rename over what stands there."""
        (folder, name), (goal, new) = self._at(path), self._at(to, beside=True)
        os.replace(name, new, src_dir_fd=folder, dst_dir_fd=goal)

    def exchange(self, path: NotePath, other: NotePath) -> None:
        """Exchange two names of one folder in one step; raises `NotPossibleError`."""
        from knapper.shell.renaming import NotPossibleError, exchange

        (folder, name), (_, second) = self._at(path), self._at(other)
        if folder is None:
            raise NotPossibleError(38, "not on this system")
        exchange(folder, name, second)

    def remove(self, path: NotePath) -> None:
        """Remove a file or link of ours; one that is not there is no mistake."""
        with suppress(FileNotFoundError):
            folder, name = self._at(path)
            os.unlink(name, dir_fd=folder)

    def keep_attributes(self, old: NotePath, new: NotePath) -> None:
        """Give a new file the mode and the extended attributes of the old one."""
        with suppress(OSError), self.opened(old) as (before, was), self.opened(new) as (after, now):
            if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
                with suppress(OSError):  # only root may give a file away
                    os.fchown(after, was.st_uid, was.st_gid)
            mode = stat.S_IMODE(was.st_mode)
            if mode != stat.S_IMODE(now.st_mode):
                os.fchmod(after, mode)
            for name in os.listxattr(before):
                os.setxattr(after, name, os.getxattr(before, name))

    def flush(self, path: NotePath) -> None:
        """Make the content of a file last; raises `OSError`."""
        with self.opened(path) as (descriptor, _):
            os.fsync(descriptor)

    def flush_folders(self, folders: set[NotePath]) -> None:
        """Make the names in these folders last, where the file system can."""
        for folder in folders:
            with suppress(OSError):
                os.fsync(self._descriptor(folder))

    def flush_all(self) -> bool:
        """Make everything last at once; False if the system cannot do that."""
        return BY_DESCRIPTOR and _sync_all(self._descriptor(""))


def _sync_all(descriptor: int) -> bool:
    """Flush the whole file system of a file in one go, where the system can."""
    import ctypes

    try:
        return bool(ctypes.CDLL(None).syncfs(descriptor) == 0)
    except (AttributeError, OSError, TypeError):
        return False
