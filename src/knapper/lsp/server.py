"""The server: its life, the documents that are open, and what is found in them."""

import asyncio
import gc
import time
from collections.abc import Collection, Coroutine, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer

from knapper import __version__
from knapper.app.editing import EditedVault
from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath
from knapper.lsp.convert import Converter
from knapper.lsp.outside import Outside
from knapper.lsp.progress import reading
from knapper.lsp.protocol import Protocol
from knapper.lsp.vaults import Document, Vaults, path_of

__all__ = ["Server"]

_PAUSE, _LONGEST_PAUSE = 0.03, 1.0
"""Seconds from a change to its findings: short, but as long as judging took last."""


class Server(LanguageServer):
    """What is known of one editor. Texts come whole, so that no edit can go astray."""

    def __init__(self) -> None:
        sync = types.TextDocumentSyncKind.Full
        super().__init__("knapper", __version__, sync, protocol_cls=Protocol, max_workers=4)
        self.vaults = Vaults(self.warn, self._has_opened, partial(reading, self))
        self.convert = Converter("utf-16")
        self._everything = False
        self._put: dict[str, tuple[EditedVault, NotePath, int]] = {}
        self._texts: dict[str, tuple[int, str]] = {}
        self._changed: set[str] = set()
        self._cost = 0.0
        self._outside: Outside | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # -- its life ------------------------------------------------------------------------

    def begin(self, params: types.InitializeParams) -> None:
        """Take in what the editor is and has open."""
        options = params.initialization_options
        wanted = options.get("diagnostics") if isinstance(options, dict) else None
        self._everything = wanted == "vault"
        self.vaults = Vaults(
            self.warn, self._has_opened, partial(reading, self), everything=self._everything
        )
        encoding = types.PositionEncodingKind(self.workspace.position_encoding or "utf-16")
        self.convert = Converter(encoding.value)
        given = [folder.uri for folder in params.workspace_folders or ()]
        for uri in given or [params.root_uri or ""]:
            if path := path_of(uri):
                self.vaults.folders.append(path)

    def ready(self) -> None:
        """Begin to read the vaults among the folders, and to hear of changes outside."""
        if self.can("workspace.did_change_watched_files.dynamic_registration"):
            self._start(self._register_watching())
        else:
            self._outside = Outside(asyncio.get_running_loop(), self._look_soon)
        self.read(self.vaults.folders)

    def read(self, folders: Iterable[Path]) -> None:
        """Begin to read the vaults of folders."""
        for folder in folders:
            root = self.vaults.root_of(folder / "any.md")
            if root is not None:
                self._start(self._read(root))

    async def _read(self, root: Path) -> None:
        await self.vaults.at(root)

    async def _register_watching(self) -> None:
        watchers = [types.FileSystemWatcher("**/*")]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        one = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await self.client_register_capability_async(types.RegistrationParams([one]))

    def _has_opened(self, vault: EditedVault) -> None:
        gc.collect()
        gc.freeze()  # a vault is much and stays: looking through it again and again is slow
        if self._outside is not None:
            self._outside.watch([one.root for one in self.vaults.all] + [vault.root])
            vault.look()  # what changed before somebody listened
        if self._everything:
            before = [one for one in self.vaults.all if one.root == vault.root]  # if read anew
            told = {path for one in (vault, *before) for path in one.live.diagnostics}
            asyncio.get_running_loop().call_soon(self.publish, vault, told)

    def change_folders(self, gone: Collection[Path], added: Collection[Path]) -> None:
        """Read the vaults of folders that were added, and forget those that were taken away."""
        for vault in self.vaults.change_folders(gone, added):
            for path in vault.live.diagnostics.keys() - {*vault.edited}:
                self._send(self.convert.uri(vault, path), [], None)
        self.read(added)

    def end(self) -> None:
        """Stop what goes on beside."""
        if self._outside is not None:
            self._outside.stop()

    def can(self, capability: str) -> bool:
        """Tell whether the editor has a capability, named by its dotted path."""
        return bool(get_capability(self.client_capabilities, capability, default=False))

    def warn(self, message: str) -> None:
        """Show the user a message."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))

    def workspace_edit(
        self,
        edits: Iterable[types.TextDocumentEdit],
        moved: Iterable[types.RenameFile] = (),
    ) -> types.WorkspaceEdit:
        """Return an edit in the form that the editor takes.

        Raises `KnapperError` if files are moved and it cannot do that.
        """
        changes, moves = list(edits), list(moved)
        if self.can("workspace.workspace_edit.document_changes"):
            kinds = get_capability(
                self.client_capabilities, "workspace.workspace_edit.resource_operations", []
            )
            if not moves or types.ResourceOperationKind.Rename in (kinds or ()):
                return types.WorkspaceEdit(document_changes=[*changes, *moves])
        if moves:
            raise KnapperError("this editor renames no files for others; 'knapper rename' does")
        plain = {
            one.text_document.uri: [edit for edit in one.edits if isinstance(edit, types.TextEdit)]
            for one in changes
        }
        return types.WorkspaceEdit(changes=plain)

    @property
    def resolves_edits(self) -> bool:
        """Whether the editor asks for the edits of an action when it is chosen."""
        path = "text_document.code_action.resolve_support.properties"
        return "edit" in (get_capability(self.client_capabilities, path, []) or ())

    # -- documents -----------------------------------------------------------------------

    async def document(self, uri: str) -> Document | None:
        """Return where a document lies, with its newest text laid over the vault."""
        found = await self.vaults.holding(uri)
        if found is None or uri not in self._texts:
            return found
        version, text = self._texts[uri]
        now = (found.vault, found.path, version)
        if self._put.get(uri) != now:
            found.vault.put(found.path, text)
            self._put[uri] = now
            self.convert.opened(uri, version, found.vault, found.path)
        return found

    async def settled(self, uri: str) -> Document | None:
        """Return where a document lies, when all that was typed counts; findings are sent."""
        await self.settle()
        found = await self.document(uri)
        if found is not None:
            self.publish(found.vault, found.vault.settle())
        return found

    async def settle(self) -> None:
        """Let all that was typed count, and send what is found now."""
        for uri in list(self._changed):
            await self._judge(uri)
        self._changed.clear()

    def changed(self, uri: str, version: int, text: str) -> None:
        """Take in a new text; its findings follow after a pause."""
        self._texts[uri] = version, _whole(text)
        if not self._changed:
            pause = min(max(_PAUSE, self._cost), _LONGEST_PAUSE)
            asyncio.get_running_loop().call_later(pause, self._judge_changed)
        self._changed.add(uri)

    async def opened(self, uri: str, version: int, text: str) -> None:
        """Take in a document that was opened, and send its findings."""
        self._texts[uri] = version, _whole(text)
        await self._judge(uri)

    async def closed(self, uri: str) -> None:
        """Let the file on disk count again."""
        self._texts.pop(uri, None)
        self._changed.discard(uri)
        if put := self._put.pop(uri, None):
            vault, path, _ = put
            different = vault.close(path)
            self.convert.closed(uri, vault, path)
            self._send(uri, [], None)  # by the editor's address, which need not be ours
            self.publish(vault, {path, *different})

    def _judge_changed(self) -> None:
        uris, self._changed = self._changed, set()
        for uri in uris:
            self._start(self._judge(uri))

    async def _judge(self, uri: str) -> None:
        if (found := await self.document(uri)) is None:
            return
        begun = time.perf_counter()
        self.publish(found.vault, {found.path, *found.vault.settle()})
        self._cost = time.perf_counter() - begun

    def publish(self, vault: EditedVault, paths: Iterable[NotePath]) -> None:
        """Send the findings of those notes that the editor wants to hear of."""
        edited = set(vault.edited)
        for path in paths:
            if path in edited or self._everything:
                uri = self.convert.uri(vault, path)
                found = self.convert.diagnostics(vault, path, vault.findings(path))
                self._send(uri, found, self.convert.versions.get(uri))

    def _send(self, uri: str, found: list[types.Diagnostic], version: int | None) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, found, version=version)
        )

    # -- changes outside -----------------------------------------------------------------

    def _look_soon(self, paths: set[str] | None) -> None:
        if paths is None:
            for vault in self.vaults.all:
                self.publish(vault, vault.look())
        else:
            self._start(self.look(map(Path, paths)))

    async def look(self, paths: Iterable[Path]) -> None:
        """Take in that files changed outside of the editor."""
        held: dict[Path, set[NotePath]] = {}
        every = list(paths)
        if any(path.name.startswith(".") or path.parent.name.startswith(".") for path in every):
            self.vaults.forget_roots()
        for path in every:
            root = self.vaults.root_of(path)
            if root is not None and self.vaults.has(root):
                held.setdefault(root, set()).add(path.relative_to(root).as_posix())
        for root, found in held.items():
            vault = await self.vaults.at(root)
            if vault is None or any(map(vault.is_setting, found)):
                await self._reopen(root)
                continue
            seen = {path for path in found if not path.startswith(".") and "/." not in path}
            if seen:
                self.publish(vault, vault.look(seen))

    async def _reopen(self, root: Path) -> None:
        if (vault := await self.vaults.reopen(root)) is not None:
            self.publish(vault, vault.look())  # told of while it was read: taken in by the old one
        for uri in list(self._texts):
            path = path_of(uri)
            if path is not None and self.vaults.root_of(path) == root:
                await self._judge(uri)

    def _start(self, task: Coroutine[None, None, None]) -> None:
        made = asyncio.get_running_loop().create_task(task)
        self._tasks.add(made)
        made.add_done_callback(self._tasks.discard)


def _whole(text: str) -> str:
    """Return a text without halves of characters, which JSON can hold and no file can."""
    with suppress(UnicodeEncodeError):
        text.encode()
        return text
    return text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
