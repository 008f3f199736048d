"""Places, findings and edits as the protocol has them."""

from collections.abc import Iterable, Mapping

from lsprotocol import types
from pygls import uris

from knapper.answers.goal import Place
from knapper.answers.outline import Section
from knapper.app.editing import EditedVault
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.positions import Encoding, Positions
from knapper.core.rule import Diagnostic, Severity
from knapper.core.text import Edit, Span

__all__ = ["Converter"]

_SEVERITY: Mapping[Severity, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}


class Converter:
    """Converts for one client: in its encoding, with the addresses that it uses."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding: Encoding = encoding
        self.versions: dict[str, int] = {}
        self._uris: dict[tuple[EditedVault, NotePath], str] = {}
        self._held: dict[tuple[EditedVault, NotePath], tuple[Note, Positions]] = {}

    def opened(self, uri: str, version: int, vault: EditedVault, path: NotePath) -> None:
        """Take note of the address and version of a document that the editor has open."""
        self._uris[vault, path] = uri
        self.versions[uri] = version

    def closed(self, uri: str, vault: EditedVault, path: NotePath) -> None:
        """Forget a document that the editor has closed."""
        self._uris.pop((vault, path), None)
        self._held.pop((vault, path), None)
        self.versions.pop(uri, None)

    def uri(self, vault: EditedVault, path: NotePath) -> str:
        """Return the address of a file: the editor's own if it has it open."""
        return self._uris.get((vault, path)) or uris.from_fs_path(str(vault.root / path)) or ""

    def positions(self, vault: EditedVault, path: NotePath) -> Positions:
        """Return the lines of a file as the editor counts them."""
        note = vault.note(path)
        held = self._held.get((vault, path))
        if held is not None and held[0] is note:
            return held[1]
        is_open = (vault, path) in self._uris
        made = Positions(note.text, self.encoding, skips_mark=not is_open)
        if is_open:
            self._held[vault, path] = note, made
        return made

    def offset(self, vault: EditedVault, path: NotePath, position: types.Position) -> int:
        """Return the offset of a position."""
        return self.positions(vault, path).offset(position.line, position.character)

    def span(self, vault: EditedVault, path: NotePath, chosen: types.Range) -> Span:
        """Return the span of a range."""
        return Span(self.offset(vault, path, chosen.start), self.offset(vault, path, chosen.end))

    def range(self, vault: EditedVault, path: NotePath, span: Span) -> types.Range:
        """Return the range of a span."""
        return _range(self.positions(vault, path), span)

    def location(self, vault: EditedVault, place: Place) -> types.Location:
        """Return a place with the address of its file."""
        found = self.range(vault, place.path, place.span)
        return types.Location(self.uri(vault, place.path), found)

    def edits(
        self, vault: EditedVault, path: NotePath, edits: Iterable[Edit]
    ) -> list[types.TextEdit]:
        """Return edits of a file."""
        positions = self.positions(vault, path)
        return [types.TextEdit(_range(positions, edit.span), edit.text) for edit in edits]

    def document_edit(
        self, vault: EditedVault, path: NotePath, edits: Iterable[Edit]
    ) -> types.TextDocumentEdit:
        """Return edits of a file that hold for the version that the editor has of it."""
        uri = self.uri(vault, path)
        known = types.OptionalVersionedTextDocumentIdentifier(uri, self.versions.get(uri))
        return types.TextDocumentEdit(known, self.edits(vault, path, edits))

    def diagnostics(
        self, vault: EditedVault, path: NotePath, found: Iterable[Diagnostic]
    ) -> list[types.Diagnostic]:
        """Return the findings of a file."""
        positions = self.positions(vault, path)
        return [
            types.Diagnostic(
                range=_range(positions, one.finding.span),
                message=one.finding.message,
                severity=_SEVERITY[one.severity],
                code=one.rule,
                source="knapper",
            )
            for one in found
        ]

    def symbols(
        self, vault: EditedVault, path: NotePath, sections: Iterable[Section]
    ) -> list[types.DocumentSymbol]:
        """Return headings as a tree: each holds those of deeper levels that follow it."""
        positions = self.positions(vault, path)
        roots: list[types.DocumentSymbol] = []
        open_: list[tuple[int, list[types.DocumentSymbol]]] = [(0, roots)]
        for section in sections:
            while open_[-1][0] >= section.level:
                open_.pop()
            below: list[types.DocumentSymbol] = []
            open_[-1][1].append(
                types.DocumentSymbol(
                    name=section.text or "#" * section.level,  # a name must not be empty
                    kind=types.SymbolKind.String,
                    range=_range(positions, section.span),
                    selection_range=_range(positions, section.name_span),
                    children=below,
                )
            )
            open_.append((section.level, below))
        return roots


def _range(positions: Positions, span: Span) -> types.Range:
    start, end = positions.place(span.start), positions.place(span.end)
    return types.Range(types.Position(*start), types.Position(*end))
