"""Which request is answered by which function."""

from collections.abc import Callable

from lsprotocol import types

from knapper.lsp import actions, documents, places, protocol, renaming, suggestions
from knapper.lsp.server import Server

__all__ = ["make_server"]

_FEATURES: tuple[tuple[str, Callable[..., object], object], ...] = (
    (types.INITIALIZE, documents.initialize, None),
    (types.INITIALIZED, documents.initialized, None),
    (types.SHUTDOWN, documents.shutdown, None),
    (types.TEXT_DOCUMENT_DID_OPEN, documents.did_open, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, documents.did_change, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, documents.did_close, None),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, documents.did_change_files, None),
    (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, documents.did_change_folders, None),
    (types.TEXT_DOCUMENT_HOVER, places.hover, None),
    (types.TEXT_DOCUMENT_DEFINITION, places.definition, None),
    (types.TEXT_DOCUMENT_REFERENCES, places.references, None),
    (types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, places.document_symbols, None),
    (types.WORKSPACE_SYMBOL, places.workspace_symbols, None),
    (types.TEXT_DOCUMENT_COMPLETION, suggestions.complete, suggestions.OPTIONS),
    (types.COMPLETION_ITEM_RESOLVE, suggestions.resolve, None),
    (types.TEXT_DOCUMENT_CODE_ACTION, actions.code_actions, actions.OPTIONS),
    (types.CODE_ACTION_RESOLVE, actions.resolve, None),
    (types.TEXT_DOCUMENT_PREPARE_RENAME, renaming.prepare, None),
    (types.TEXT_DOCUMENT_RENAME, renaming.rename, renaming.OPTIONS),
    (types.WORKSPACE_WILL_RENAME_FILES, renaming.will_rename, renaming.ANY_FILE),
    (protocol.UNREADABLE, protocol.refuse, None),
)


def make_server() -> Server:
    """Return a server that answers every request that knapper has an answer to."""
    server = Server()
    for method, function, options in _FEATURES:
        server.feature(method, options)(function)
    return server
