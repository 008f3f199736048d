"""Completion."""

from collections.abc import Mapping

from lsprotocol import types

from knapper.answers.completion import Completion, Kind, completions
from knapper.answers.goal import Goal
from knapper.answers.preview import link_preview
from knapper.lsp.server import Server
from knapper.lsp.vaults import Document

__all__ = ["OPTIONS", "complete", "resolve"]

OPTIONS = types.CompletionOptions(
    trigger_characters=["[", "(", "#", "^", "|", "/", ":", " "], resolve_provider=True
)

_KINDS: Mapping[Kind, types.CompletionItemKind] = {
    "note": types.CompletionItemKind.File,
    "file": types.CompletionItemKind.File,
    "alias": types.CompletionItemKind.Reference,
    "heading": types.CompletionItemKind.Text,
    "block": types.CompletionItemKind.Reference,
    "tag": types.CompletionItemKind.Keyword,
    "property": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.Value,
}


async def complete(ls: Server, params: types.CompletionParams) -> types.CompletionList:
    """Suggest what may be typed here."""
    found = await ls.document(params.text_document.uri)
    if found is None:
        return types.CompletionList(is_incomplete=False, items=[])
    vault, path = found
    offset = ls.convert.offset(vault, path, params.position)
    made = completions(vault.note(path), offset, vault.vault, vault.index)
    items = [_item(ls, found, one, number) for number, one in enumerate(made.items)]
    return types.CompletionList(is_incomplete=not made.complete, items=items)


async def resolve(ls: Server, item: types.CompletionItem) -> types.CompletionItem:
    """Show the beginning of the note that a suggestion means."""
    data = item.data
    if isinstance(data, list | tuple) and len(data) == 2:
        for vault in ls.vaults.all:
            if str(vault.root) == data[0] and data[1] in vault.vault.files:
                preview = link_preview(Goal(str(data[1])), vault.note)
                item.documentation = types.MarkupContent(types.MarkupKind.Markdown, preview)
    return item


def _item(ls: Server, document: Document, one: Completion, number: int) -> types.CompletionItem:
    vault, path = document
    (edit,) = ls.convert.edits(vault, path, [one.edit])
    return types.CompletionItem(
        label=one.label,
        kind=_KINDS[one.kind],
        detail=one.detail or None,
        filter_text=one.sought,
        sort_text=f"{number:04}",
        text_edit=edit,
        data=[str(vault.root), one.path] if one.path else None,
    )
