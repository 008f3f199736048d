"""An editor for tests: a client of pygls that keeps buffers and makes the edits it is given.

It counts positions by itself, in UTF-16, so that a mistake of the server's shows.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from lsprotocol import types
from pygls.lsp.client import LanguageClient

__all__ = ["Editor", "capabilities", "talk"]

_PATIENCE = 20.0


def capabilities(**changes: Any) -> types.ClientCapabilities:
    """Return what a full editor can do."""
    workspace = types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(
            document_changes=True,
            resource_operations=[types.ResourceOperationKind.Rename],
        ),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        ),
    )
    text_document = types.TextDocumentClientCapabilities(
        document_symbol=types.DocumentSymbolClientCapabilities(
            hierarchical_document_symbol_support=True
        ),
    )
    made = types.ClientCapabilities(workspace=workspace, text_document=text_document)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


class Editor:
    """A client with buffers. Places are given as `path, text before the place`."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client, self.root = client, root
        self.buffers: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.found: dict[str, types.PublishDiagnosticsParams] = {}
        self.messages: list[str] = []
        self.progress: list[str] = []
        self._news = asyncio.Event()

    # -- buffers -------------------------------------------------------------------------

    def uri(self, path: str) -> str:
        return (self.root / path).as_uri()

    def document(self, path: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(path))

    async def open(self, path: str, text: str | None = None) -> list[str]:
        """Open a file, and return what is found in it."""
        self.buffers[path] = (self.root / path).read_bytes().decode() if text is None else text
        self.versions[path] = 1
        item = types.TextDocumentItem(self.uri(path), "markdown", 1, self.buffers[path])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.rules(path)

    async def change(self, path: str, text: str) -> list[str]:
        """Replace the text of a buffer, and return what is found in it then."""
        self.type(path, text)
        return await self.rules(path)

    def type(self, path: str, text: str) -> None:
        """Replace the text of a buffer."""
        self.buffers[path] = text
        self.versions[path] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.versions[path], self.uri(path)),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def close(self, path: str) -> None:
        del self.buffers[path]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.document(path)))

    def touched(self, *paths: str) -> None:
        """Tell that files changed on disk."""
        kind = types.FileChangeType.Changed
        events = [types.FileEvent(self.uri(path), kind) for path in paths]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    def folders_changed(self, *, added: Iterable[Path] = (), removed: Iterable[Path] = ()) -> None:
        """Tell that folders were opened, and others closed."""
        more, less = (
            [types.WorkspaceFolder(one.as_uri(), one.name) for one in folders]
            for folders in (added, removed)
        )
        event = types.WorkspaceFoldersChangeEvent(added=more, removed=less)
        self.client.workspace_did_change_workspace_folders(
            types.DidChangeWorkspaceFoldersParams(event)
        )

    def place(self, path: str, before: str) -> types.Position:
        """Return the position right after the first `before` in a buffer."""
        text = self.buffers[path]
        offset = text.index(before) + len(before)
        line = text.count("\n", 0, offset)
        start = text.rfind("\n", 0, offset) + 1
        return types.Position(line, units(text[start:offset]))

    # -- what the server says ------------------------------------------------------------

    def heard(self, params: types.PublishDiagnosticsParams) -> None:
        self.found[params.uri] = params
        self._news.set()

    def told(self, params: types.ShowMessageParams) -> None:
        self.messages.append(params.message)
        self._news.set()

    async def until(self, held: Callable[[], object]) -> None:
        """Wait until something holds, which is looked at when diagnostics come."""
        async with asyncio.timeout(_PATIENCE):
            while not held():
                self._news.clear()
                await self._news.wait()

    async def rules(self, path: str) -> list[str]:
        """Return the rules that speak of the newest text of a buffer."""
        uri, version = self.uri(path), self.versions[path]
        await self.until(lambda: uri in self.found and self.found[uri].version == version)
        return [str(one.code) for one in self.found[uri].diagnostics]

    def known(self, path: str) -> list[str]:
        """Return the rules that spoke last of a file, open or not."""
        found = self.found.get(self.uri(path))
        return [str(one.code) for one in found.diagnostics] if found else []

    def marked(self, path: str) -> list[str]:
        """Return the texts that the diagnostics of a buffer mark."""
        return [self.at(path, one.range) for one in self.found[self.uri(path)].diagnostics]

    def at(self, path: str, chosen: types.Range) -> str:
        """Return the text of a range, of a buffer or of a file."""
        text = self.buffers.get(path)
        text = (self.root / path).read_bytes().decode() if text is None else text
        return text[offset_of(text, chosen.start) : offset_of(text, chosen.end)]

    def shown(self, location: types.Location) -> str:
        """Return a location as `path: text`."""
        path = self.path(location.uri)
        return f"{path}: {self.at(path, location.range)}"

    def path(self, uri: str) -> str:
        return Path(unquote(urlparse(uri).path)).relative_to(self.root).as_posix()

    # -- requests ------------------------------------------------------------------------

    async def completed(self, path: str, before: str) -> dict[str, str]:
        """Return the suggestions at a place: label to the buffer after accepting it."""
        found = await self.client.text_document_completion_async(
            types.CompletionParams(self.document(path), self.place(path, before))
        )
        assert isinstance(found, types.CompletionList)
        made = {}
        for item in found.items:
            assert isinstance(item.text_edit, types.TextEdit)
            made[item.label] = edited(self.buffers[path], [item.text_edit])
        return made

    async def hovered(self, path: str, before: str) -> str:
        found = await self.client.text_document_hover_async(
            types.HoverParams(self.document(path), self.place(path, before))
        )
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value

    async def defined(self, path: str, before: str) -> list[str]:
        found = await self.client.text_document_definition_async(
            types.DefinitionParams(self.document(path), self.place(path, before))
        )
        assert isinstance(found, list)
        return [self.shown(one) for one in found if isinstance(one, types.Location)]

    async def referred(self, path: str, before: str, *, declaration: bool = False) -> list[str]:
        context = types.ReferenceContext(include_declaration=declaration)
        found = await self.client.text_document_references_async(
            types.ReferenceParams(context, self.document(path), self.place(path, before))
        )
        return [self.shown(one) for one in found or ()]

    async def actions(self, path: str, before: str, only: str = "") -> dict[str, types.CodeAction]:
        at = self.place(path, before)
        context = types.CodeActionContext([], only=[only] if only else None)
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(self.document(path), types.Range(at, at), context)
        )
        return {one.title: one for one in found or () if isinstance(one, types.CodeAction)}

    async def renamed(self, path: str, before: str, name: str) -> dict[str, str]:
        """Rename what stands at a place; return all files and their texts afterwards."""
        found = await self.client.text_document_rename_async(
            types.RenameParams(self.document(path), self.place(path, before), name)
        )
        assert found is not None
        return self.after(found)

    def after(self, edit: types.WorkspaceEdit) -> dict[str, str]:
        """Return the notes of the vault, buffers on top, as an edit leaves them."""
        files = {
            one.relative_to(self.root).as_posix(): one.read_bytes().decode()
            for one in self.root.rglob("*.md")
        }
        files |= self.buffers
        for change in edit.document_changes or ():
            if isinstance(change, types.RenameFile):
                files[self.path(change.new_uri)] = files.pop(self.path(change.old_uri))
                continue
            assert isinstance(change, types.TextDocumentEdit)
            path = self.path(change.text_document.uri)
            assert change.text_document.version == self.versions.get(path)
            edits = [one for one in change.edits if isinstance(one, types.TextEdit)]
            files[path] = edited(files[path], edits)
        for uri, changes in (edit.changes or {}).items():
            files[self.path(uri)] = edited(files[self.path(uri)], changes)
        return files


def units(text: str) -> int:
    """Count the UTF-16 units of a text."""
    return sum(2 if ord(sign) > 0xFFFF else 1 for sign in text)


def offset_of(text: str, position: types.Position) -> int:
    """Return the offset of a UTF-16 position; it must not lie inside of a character."""
    start = 0
    for _ in range(position.line):
        start = text.index("\n", start) + 1
    left, offset = position.character, start
    while left > 0:
        left -= units(text[offset])
        offset += 1
    assert left == 0
    return offset


def edited(text: str, edits: Sequence[types.TextEdit]) -> str:
    """Make the edits, which are told from the text before any of them."""
    spans = [(offset_of(text, e.range.start), offset_of(text, e.range.end), e) for e in edits]
    for start, end, edit in sorted(spans, key=lambda one: one[:2], reverse=True):
        text = text[:start] + edit.new_text + text[end:]
    return text


def talk(
    root: Path,
    scene: Callable[[Editor], Awaitable[None]],
    *,
    client: types.ClientCapabilities | None = None,
    folders: Mapping[str, Path] | None = None,
    options: object = None,
) -> None:
    """Start a server on a vault over stdio, play a scene with it, and end it."""
    asyncio.run(_talk(root, scene, client or capabilities(), folders, options))


async def _talk(
    root: Path,
    scene: Callable[[Editor], Awaitable[None]],
    can: types.ClientCapabilities,
    folders: Mapping[str, Path] | None,
    options: object,
) -> None:
    client = LanguageClient("test", "1")
    editor = Editor(client, root)

    # pygls marks what it is given, which a bound method does not let it do
    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(partial(Editor.heard, editor))
    client.feature(types.WINDOW_SHOW_MESSAGE)(partial(Editor.told, editor))
    client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda _params: None)
    client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)(lambda _params: None)
    client.feature(types.PROGRESS)(
        lambda said: editor.progress.append(str(getattr(said.value, "kind", said.value["kind"])))
    )

    source = Path(__file__).parents[2] / "src"
    environment = {**os.environ, "PYTHONPATH": str(source)}
    await client.start_io(sys.executable, "-m", "knapper", "lsp", env=environment)
    held = folders or {"vault": root}
    answer = await client.initialize_async(
        types.InitializeParams(
            capabilities=can,
            workspace_folders=[types.WorkspaceFolder(p.as_uri(), n) for n, p in held.items()],
            initialization_options=options,
        )
    )
    assert answer.server_info is not None and answer.server_info.name == "knapper"
    client.initialized(types.InitializedParams())
    try:
        await scene(editor)
    finally:
        async with asyncio.timeout(_PATIENCE):
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()  # type: ignore[no-untyped-call]  # pygls gives it no types
