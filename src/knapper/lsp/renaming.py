"""Renaming notes and headings from an editor, as edits that the editor makes."""

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from knapper.answers.goal import goals
from knapper.answers.subject import HeadingSubject, LinkSubject, subject_at
from knapper.app.editing import EditedVault
from knapper.app.rename import Plan, plan_links, plan_move, plan_retitle
from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath, stem_of
from knapper.core.text import Span
from knapper.lsp.server import Server
from knapper.lsp.vaults import Document, path_of

__all__ = ["ANY_FILE", "OPTIONS", "prepare", "rename", "will_rename"]

OPTIONS = types.RenameOptions(prepare_provider=True)
ANY_FILE = types.FileOperationRegistrationOptions(
    [types.FileOperationFilter(types.FileOperationPattern("**/*"), scheme="file")]
)
_REQUEST_FAILED = -32803

_MOST_TOLD = 5


async def prepare(
    ls: Server, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    """Say what would be renamed here: a heading, or the note of a link."""
    document = await ls.settled(params.text_document.uri)
    found = _renamed_at(ls, document, params.position) if document else None
    if document is None or found is None:
        return None
    vault, path = document
    span, target, number = found
    name = stem_of(target)
    if number >= 0:
        name = vault.note(target).headings[number].text
    return types.PrepareRenamePlaceholder(ls.convert.range(vault, path, span), name)


async def rename(ls: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """Give a note or heading another name, and let every reference follow."""
    document = await ls.settled(params.text_document.uri)
    try:
        return _renamed(ls, document, params.position, params.new_name) if document else None
    except KnapperError as error:
        raise JsonRpcException(str(error), code=_REQUEST_FAILED) from error


def _renamed(
    ls: Server, document: Document, position: types.Position, name: str
) -> types.WorkspaceEdit:
    vault, _ = document
    found = _renamed_at(ls, document, position)
    if found is None:
        raise KnapperError("here is no heading, and no link whose note could be renamed")
    _, target, number = found
    if number >= 0:
        plan = plan_retitle(vault.overlaid(), target, number, name)
    else:
        plan = plan_move(vault.overlaid(), target, name)
    _tell_left(ls, plan)
    moves = [
        types.RenameFile(ls.convert.uri(vault, old), ls.convert.uri(vault, new))
        for old, new in plan.moved.items()
    ]
    return ls.workspace_edit(_edits(ls, vault, plan), moves)


async def will_rename(ls: Server, params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
    """Let references follow files that the editor is about to move."""
    await ls.settle()
    moved: dict[EditedVault, dict[NotePath, NotePath]] = {}
    for one in params.files:
        old, new = path_of(one.old_uri), path_of(one.new_uri)
        root = ls.vaults.root_of(old) if old else None
        if old is None or new is None or root is None or not new.is_relative_to(root):
            continue
        vault = await ls.vaults.at(root)
        if vault is not None:
            paths = moved.setdefault(vault, {})
            paths[old.relative_to(root).as_posix()] = new.relative_to(root).as_posix()
    edits = []
    for vault, paths in moved.items():
        plan = plan_links(vault.overlaid(), paths)
        _tell_left(ls, plan)
        edits += _edits(ls, vault, plan)
    return ls.workspace_edit(edits) if edits else None


def _renamed_at(
    ls: Server, document: Document, position: types.Position
) -> tuple[Span, NotePath, int] | None:
    """Return (where its name stands, path, number of the heading or -1) of what is meant."""
    vault, path = document
    subject = subject_at(vault.note(path), ls.convert.offset(vault, path, position))
    if isinstance(subject, HeadingSubject):
        return subject.span, path, subject.number
    if not isinstance(subject, LinkSubject):
        return None
    led = list(goals(subject.reference.target, path, vault.vault))
    if len(led) != 1:
        return None
    (goal,) = led
    written = subject.reference.target_span
    mark = vault.note(path).text.find("#", *written)
    if subject.in_subpath:
        if goal.kind != "heading":
            return None
        return Span(mark + 1, written.end), goal.path, goal.number
    return Span(written.start, mark if mark >= 0 else written.end), goal.path, -1


def _edits(ls: Server, vault: EditedVault, plan: Plan) -> list[types.TextDocumentEdit]:
    return [ls.convert.document_edit(vault, path, edits) for path, edits in plan.edits.items()]


def _tell_left(ls: Server, plan: Plan) -> None:
    """Say which references could not be rewritten."""
    if plan.left:
        lines = [f"{one.path}:{one.line}: {one.reason}" for one in plan.left[:_MOST_TOLD]]
        more = len(plan.left) - len(lines)
        ls.warn("\n".join(["left as they are:", *lines, *([f"and {more} more"] if more else [])]))
