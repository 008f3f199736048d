"""Code actions: a fix for each finding, and all safe fixes of a note."""

from collections.abc import Sequence

from lsprotocol import types

from knapper.app.editing import EditedVault
from knapper.core.paths import NotePath
from knapper.core.text import Span
from knapper.lsp.server import Server

__all__ = ["FIX_ALL", "OPTIONS", "code_actions", "resolve"]

FIX_ALL = "source.fixAll.knapper"
_QUICK_FIX = types.CodeActionKind.QuickFix

OPTIONS = types.CodeActionOptions(code_action_kinds=[_QUICK_FIX, FIX_ALL], resolve_provider=True)


async def code_actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Offer the fixes of the findings at a range, and all safe ones of the note."""
    uri, only = params.text_document.uri, params.context.only
    found = await ls.settled(uri)
    if found is None:
        return []
    vault, path = found
    actions: list[types.CodeAction] = []
    if _is_wanted(only, _QUICK_FIX):
        actions += _quick_fixes(ls, vault, path, ls.convert.span(vault, path, params.range))
    fixes = [one.finding.fix for one in vault.findings(path)]
    if _is_wanted(only, FIX_ALL) and any(fix is not None and fix.safe for fix in fixes):
        action = types.CodeAction("Make all safe fixes of this note", kind=FIX_ALL, data=uri)
        actions.append(action if ls.resolves_edits else await resolve(ls, action))
    return actions


async def resolve(ls: Server, action: types.CodeAction) -> types.CodeAction:
    """Give the action that makes all safe fixes its edits."""
    found = await ls.settled(str(action.data))
    if found is not None:
        vault, path = found
        edit = ls.convert.document_edit(vault, path, vault.mended(path))
        action.edit = ls.workspace_edit([edit])
    return action


def _quick_fixes(
    ls: Server, vault: EditedVault, path: NotePath, span: Span
) -> list[types.CodeAction]:
    fixes = [
        types.CodeAction(
            title=one.title if one.safe else f"{one.title} (unsafe: look at the result)",
            kind=_QUICK_FIX,
            diagnostics=ls.convert.diagnostics(vault, path, [one.diagnostic]),
            edit=ls.workspace_edit([ls.convert.document_edit(vault, path, one.edits)]),
            is_preferred=one.safe,
        )
        for one in vault.remedies(path, span)
    ]
    others = [
        types.CodeAction(
            title=one.title,
            kind=_QUICK_FIX,
            edit=ls.workspace_edit([ls.convert.document_edit(vault, path, [one.edit])]),
        )
        for one in vault.guesses(path, span)
    ]
    return fixes + others


def _is_wanted(only: Sequence[types.CodeActionKind | str] | None, kind: str) -> bool:
    """Tell whether a kind of action is asked for; kinds are a tree, parted by dots."""
    if only is None:
        return True
    return any(kind == one or kind.startswith(f"{one}.") for one in map(_text, only))


def _text(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind
