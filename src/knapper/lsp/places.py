"""Hover, definition, references and symbols."""

from lsprotocol import types

from knapper.answers.backlinks import backlinks, tagged
from knapper.answers.goal import Goal, Place, goal_of, goals, place_of
from knapper.answers.outline import outline, sought
from knapper.answers.preview import finding_page, link_preview
from knapper.answers.subject import LinkSubject, Subject, TagSubject, subject_at
from knapper.app.editing import EditedVault
from knapper.app.workspace import rule_notes
from knapper.core.paths import NotePath
from knapper.lsp.server import Server

__all__ = ["definition", "document_symbols", "hover", "references", "workspace_symbols"]

_MOST_SYMBOLS = 200


async def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    """Show the page of a finding's rule, and what a link leads to."""
    found = await ls.settled(params.text_document.uri)
    if found is None:
        return None
    vault, path = found
    offset = ls.convert.offset(vault, path, params.position)
    pages = {page.name: page for page in rule_notes()}
    spans, parts = [], []
    for one in vault.findings(path):
        if one.finding.span.start <= offset <= one.finding.span.end:
            spans.append(one.finding.span)
            parts.append(finding_page(one, pages.get(one.rule)))
    subject = subject_at(vault.note(path), offset)
    if isinstance(subject, LinkSubject):
        for goal in goals(subject.reference.target, path, vault.vault):
            spans.append(subject.reference.span)
            parts.append(link_preview(goal, vault.note))
    if not parts:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts))
    return types.Hover(content, ls.convert.range(vault, path, spans[-1]))


async def definition(
    ls: Server, params: types.DefinitionParams
) -> list[types.Location] | list[types.LocationLink]:
    """Lead to the note, heading or block that a link names."""
    found = await ls.settled(params.text_document.uri)
    if found is None:
        return []
    vault, path = found
    subject = subject_at(vault.note(path), ls.convert.offset(vault, path, params.position))
    if subject is None or isinstance(subject, TagSubject):
        return []
    if not isinstance(subject, LinkSubject):
        return [ls.convert.location(vault, Place(path, subject.span))]
    led = goals(subject.reference.target, path, vault.vault)
    locations = [ls.convert.location(vault, place_of(goal, vault.note)) for goal in led]
    if not ls.can("text_document.definition.link_support"):
        return locations
    origin = ls.convert.range(vault, path, subject.reference.target_span)
    return [
        types.LocationLink(one.uri, one.range, one.range, origin_selection_range=origin)
        for one in locations
    ]


async def references(ls: Server, params: types.ReferenceParams) -> list[types.Location]:
    """List who links to what stands here; to the note itself where nothing does."""
    found = await ls.settled(params.text_document.uri)
    if found is None:
        return []
    vault, path = found
    subject = subject_at(vault.note(path), ls.convert.offset(vault, path, params.position))
    if isinstance(subject, TagSubject):
        places = list(tagged(subject.name, vault.vault, vault.note))
    else:
        wanted = _meant(subject, vault, path)
        places = [place for goal in wanted for place in backlinks(goal, vault.vault, vault.note)]
        if params.context.include_declaration:
            places = [*(place_of(goal, vault.note) for goal in wanted), *places]
    return [ls.convert.location(vault, place) for place in places]


def _meant(subject: Subject | None, vault: EditedVault, path: NotePath) -> list[Goal]:
    if isinstance(subject, LinkSubject):
        return list(goals(subject.reference.target, path, vault.vault))
    goal = goal_of(subject, path)
    return [] if goal is None else [goal]


async def document_symbols(
    ls: Server, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    """List the headings of a note."""
    found = await ls.document(params.text_document.uri)
    if found is None:
        return []
    vault, path = found
    sections = outline(vault.note(path))
    if ls.can("text_document.document_symbol.hierarchical_document_symbol_support"):
        return ls.convert.symbols(vault, path, sections)
    kind = types.SymbolKind.String
    return [
        types.SymbolInformation(ls.convert.location(vault, Place(path, one.span)), one.text, kind)
        for one in sections
    ]


async def workspace_symbols(
    ls: Server, params: types.WorkspaceSymbolParams
) -> list[types.WorkspaceSymbol]:
    """List the notes, aliases and headings whose names hold what was typed."""
    await ls.settle()
    file, heading = types.SymbolKind.File, types.SymbolKind.String
    return [
        types.WorkspaceSymbol(
            ls.convert.location(vault, place_of(one.goal, vault.note)),
            one.name,
            file if one.goal.kind == "file" else heading,
            container_name=one.within,
        )
        for vault in ls.vaults.all
        for one in sought(params.query, vault.vault, vault.index, _MOST_SYMBOLS)
    ]
