"""The vaults that an editor has open, and which of them a document lies in."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pygls import uris

from knapper.app.editing import EditedVault, Progress, lone_vault, open_vault
from knapper.app.roots import find_root, is_vault
from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath

__all__ = ["Document", "Vaults", "path_of"]


class Document(NamedTuple):
    """A document of the editor: the vault that it lies in, and its path there."""

    vault: EditedVault
    path: NotePath


def path_of(uri: str) -> Path | None:
    """Return the path of a `file:` address, None for any other."""
    if not uri.startswith("file:"):
        return None
    found = uris.to_fs_path(uri)
    return Path(found) if found else None


class Vaults:
    """Opens vaults as they are needed, each once; reading them goes on beside the rest.

    `fail` is told why a vault could not be opened, `opened` that one was; `reading` gives
    whom to tell how far the reading of one is.
    """

    def __init__(
        self,
        fail: Callable[[str], None],
        opened: Callable[[EditedVault], None],
        reading: Callable[[Path], AbstractAsyncContextManager[Progress]],
        *,
        everything: bool = False,
    ) -> None:
        self.folders: list[Path] = []
        self._roots: dict[Path, Path | None] = {}
        self._fail, self._opened, self._reading = fail, opened, reading
        self._everything = everything
        self._tasks: dict[Path, asyncio.Task[EditedVault | None]] = {}
        self._lone: dict[Path, EditedVault] = {}
        self._reopening = asyncio.Lock()

    @property
    def all(self) -> list[EditedVault]:
        """The vaults that are open by now, without those of lone notes."""
        done = [task for task in self._tasks.values() if task.done() and not task.cancelled()]
        return [vault for task in done if (vault := task.result()) is not None]

    async def holding(self, uri: str) -> Document | None:
        """Return where a document lies; None where it is no file, or its vault cannot be read."""
        path = path_of(uri)
        if path is None:
            return None
        root = self.root_of(path)
        if root is None or _is_hidden(path, root):
            vault = self._lone.setdefault(path.parent, lone_vault(path.parent))
            return Document(vault, path.name)
        found = await self.at(root)
        return Document(found, path.relative_to(root).as_posix()) if found else None

    def root_of(self, path: Path) -> Path | None:
        """Return the root of the vault that holds a file; None if it lies in none.

        A folder of the editor that no vault holds counts as one, as for the command
        line; but not the user's home, nor anything that holds it.
        """
        folder = path.parent
        if folder not in self._roots:
            self._roots[folder] = self._look_for_root(folder)
        return self._roots[folder]

    def change_folders(self, gone: Collection[Path], added: Collection[Path]) -> list[EditedVault]:
        """Take in which folders the editor has open; a vault of none of them is forgotten.

        Returns the vaults that were open and are forgotten now.
        """
        before = {self.root_of(folder / "any.md") for folder in gone}
        self.folders = [*(one for one in self.folders if one not in gone), *added]
        self.forget_roots()
        after = {self.root_of(folder / "any.md") for folder in self.folders}
        forgotten = [vault for vault in self.all if vault.root in before - after]
        for root in before - after:
            if root is not None:
                self._tasks.pop(root, None)
        return forgotten

    def forget_roots(self) -> None:
        """Look for the roots of vaults anew: a folder may have become one, or be none now."""
        self._roots = {}

    def _look_for_root(self, folder: Path) -> Path | None:
        found = find_root(folder)
        if is_vault(found):
            return found
        home = Path.home()
        around = [one for one in self.folders if folder.is_relative_to(one)]
        around = [one for one in around if not home.is_relative_to(one)]
        return max(around, key=lambda one: len(one.parts), default=None)

    async def at(self, root: Path) -> EditedVault | None:
        """Return the vault at a root; it is opened if that is not done yet."""
        if root not in self._tasks:
            self._tasks[root] = asyncio.create_task(self._open(root))
        return await asyncio.shield(self._tasks[root])

    async def reopen(self, root: Path) -> EditedVault | None:
        """Open a vault anew, since its settings changed; if that fails, all stays as it is.

        One after the other: what was read last is what counts. Returns the new vault.
        """
        async with self._reopening:
            made = asyncio.create_task(self._open(root))
            vault = await made
            if vault is not None or root not in self._tasks:
                self._tasks[root] = made
            return vault

    def has(self, root: Path) -> bool:
        """Tell whether a vault was asked for, be it that it is still read or cannot be."""
        return root in self._tasks

    async def _open(self, root: Path) -> EditedVault | None:
        loop = asyncio.get_running_loop()
        try:
            async with self._reading(root) as progress:
                read = partial(open_vault, root, progress, everything=self._everything)
                vault = await loop.run_in_executor(None, read)
        except (KnapperError, OSError) as error:
            self._fail(str(error))
            return None
        for one in vault.workspace.broken_settings:
            self._fail(f"{one.path}: this is not a JSON object, so its settings do not count")
        self._opened(vault)
        return vault


def _is_hidden(path: Path, root: Path) -> bool:
    """Tell whether a file lies in a hidden folder, which Obsidian does not see."""
    return any(part.startswith(".") for part in path.relative_to(root).parts)
