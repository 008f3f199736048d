"""The life of a session and of its documents."""

from lsprotocol import types

from knapper.lsp.server import Server
from knapper.lsp.vaults import path_of

__all__ = [
    "did_change",
    "did_change_files",
    "did_change_folders",
    "did_close",
    "did_open",
    "initialize",
    "initialized",
    "shutdown",
]


def initialize(ls: Server, params: types.InitializeParams) -> None:
    """Take in what the editor is."""
    ls.begin(params)


def initialized(ls: Server, _params: types.InitializedParams) -> None:
    """Begin to read."""
    ls.ready()


def shutdown(ls: Server, _params: None) -> None:
    """Stop."""
    ls.end()


async def did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    """Judge a note that was opened."""
    document = params.text_document
    await ls.opened(document.uri, document.version, document.text)


def did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Take in a new text."""
    document = params.text_document
    text = ls.workspace.get_text_document(document.uri).source
    ls.changed(document.uri, document.version, text)


async def did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    """Let what is on disk count again."""
    await ls.closed(params.text_document.uri)


async def did_change_files(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """Look at files that changed outside."""
    paths = [path for event in params.changes if (path := path_of(event.uri))]
    await ls.look(paths)


def did_change_folders(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Read the vaults of folders that were added, and forget those that were taken away."""
    gone = [path for folder in params.event.removed if (path := path_of(folder.uri))]
    added = [path for folder in params.event.added if (path := path_of(folder.uri))]
    ls.change_folders(gone, added)
