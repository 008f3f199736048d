"""Rules about canvases, after JSON Canvas 1.0 (https://jsoncanvas.org/spec/1.0/)."""

import re
from collections.abc import Iterator, Mapping

from knapper.checks.links.judgement import judge, judge_part
from knapper.checks.links.wording import described, either
from knapper.core.canvas import Canvas
from knapper.core.note import Note
from knapper.core.paths import NotePath, folded, is_note, name_of, stem_of
from knapper.core.rule import Finding, check
from knapper.core.text import Span
from knapper.core.vault import Vault


@check(when="canvas")
def invalid_canvas(note: Note) -> Iterator[Finding]:
    """Report canvases that cannot be read."""
    error = _canvas(note).error
    if error:
        yield Finding(_at(error.offset, note), error.message)


@check(when="canvas")
def broken_canvas_file(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report cards and backgrounds whose file does not exist."""
    for path, offset in _files(note):
        if not _found(path, vault):
            yield Finding(_at(offset, note), f"no file is at '{path}'{_elsewhere(path, vault)}")


@check(when="canvas")
def canvas_path_case(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report cards whose path differs in case from that of the file."""
    for path, offset in _files(note):
        found = _found(path, vault)
        if found and path not in found:
            yield Finding(_at(offset, note), f"the file is at '{found[0]}', and not at '{path}'")


@check(when="canvas")
def broken_canvas_subpath(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report cards that show a heading or block which their note does not have."""
    for node in _canvas(note).nodes:
        subpath = node.text_of("subpath").removeprefix("#")
        found = _found(node.text_of("file"), vault)
        if not subpath.strip() or not found:
            continue
        what = judge_part(subpath, found[0], vault)
        if what in _PARTS:
            message = f"'{stem_of(found[0])}' has no {_PARTS[what]} '{subpath}'"
            yield Finding(_at(node.offset, note), message)


@check(when="canvas")
def broken_canvas_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links in the text of cards that lead nowhere."""
    for node in _canvas(note).nodes:
        text = node.text_of("text")
        if "](" not in text and "[[" not in text:
            continue
        for link in Note("card.md", text).links:
            for suspect in judge(link, note.path, vault):
                if suspect.defect not in _MAY_HOLD:
                    yield Finding(_at(node.offset, note), described(suspect, note.path, vault))


@check(when="canvas")
def canvas_duplicate_id(note: Note) -> Iterator[Finding]:
    """Report nodes and edges with an id that another has already."""
    seen: set[object] = set()
    for values, offset in _items(note):
        identifier = values.get("id")
        if isinstance(identifier, str) and identifier in seen:
            yield Finding(_at(offset, note), f"the id '{identifier}' stands here a second time")
        elif isinstance(identifier, str):
            seen.add(identifier)


@check(when="canvas")
def canvas_colour(note: Note) -> Iterator[Finding]:
    """Report colours that are neither one of the six presets nor hexadecimal."""
    for values, offset in _items(note):
        colour = values.get("color")
        if colour is not None and not (isinstance(colour, str) and _COLOUR.fullmatch(colour)):
            message = f"'{colour}' is no colour; expected '1' to '6' or one like '#FF0000'"
            yield Finding(_at(offset, note), message)


@check(when="canvas")
def canvas_edge(note: Note) -> Iterator[Finding]:
    """Report edges that begin or end at a node which is not there."""
    canvas = _canvas(note)
    nodes = {node.values.get("id") for node in canvas.nodes if node.text_of("id")}
    for edge, offset in zip(canvas.edges, canvas.edge_offsets, strict=True):
        for key, doing in (("fromNode", "begins"), ("toNode", "ends")):
            identifier = edge.get(key)
            if identifier is None:
                yield Finding(_at(offset, note), f"this edge has no '{key}'")
            elif not isinstance(identifier, str) or identifier not in nodes:
                yield Finding(
                    _at(offset, note),
                    f"this edge {doing} at '{identifier}', and no node has this id",
                )


@check(when="canvas")
def canvas_side(note: Note) -> Iterator[Finding]:
    """Report sides and ends of edges that are none of those JSON Canvas has."""
    canvas = _canvas(note)
    for edge, offset in zip(canvas.edges, canvas.edge_offsets, strict=True):
        for key, allowed in _SIDES.items():
            value = edge.get(key)
            if value is not None and value not in allowed:
                message = f"'{value}' is no '{key}'; expected {either(list(allowed), 4)}"
                yield Finding(_at(offset, note), message)


_PARTS = {"heading": "heading", "block": "block", "footnote": "footnote", "view": "base-view"}
_MAY_HOLD = frozenset(
    ("case", "doubtful", "empty", "ambiguous", "collision", "missing-daily", "anchor", "route")
)
_FOUR = ("top", "right", "bottom", "left")
_SIDES = dict.fromkeys(("fromSide", "toSide"), _FOUR) | dict.fromkeys(
    ("fromEnd", "toEnd"), ("none", "arrow")
)
_COLOUR = re.compile(r"[1-6]|#(?:[0-9a-fA-F]{3}){1,2}|#(?:[0-9a-fA-F]{4}){1,2}|")


def _canvas(note: Note) -> Canvas:
    return note.canvas or Canvas()


def _at(offset: int, note: Note) -> Span:
    """Return the first character of a node; a node is too long to be shown whole."""
    return Span(offset, min(offset + 1, len(note.text)))


def _items(note: Note) -> Iterator[tuple[Mapping[str, object], int]]:
    """Yield nodes and edges with the offsets at which they begin."""
    canvas = _canvas(note)
    for node in canvas.nodes:
        yield node.values, node.offset
    yield from zip(canvas.edges, canvas.edge_offsets, strict=True)


def _files(note: Note) -> Iterator[tuple[NotePath, int]]:
    """Yield the paths that cards show and groups have as background."""
    for node in _canvas(note).nodes:
        key = {"file": "file", "group": "background"}.get(node.text_of("type"), "")
        if path := node.text_of(key):
            yield path, node.offset


def _found(path: str, vault: Vault) -> list[NotePath]:
    """Return the files at a path, compared without case; a bare name is no path."""
    if not path:
        return []
    return [one for one in vault.named(name_of(path)) if folded(one) == folded(path)]


def _elsewhere(path: str, vault: Vault) -> str:
    """Say where the only file of this name is, or which name is near."""
    same = vault.named(name_of(path))
    if len(same) == 1:
        return f"; did you mean '{same[0]}'?"
    if is_note(path):
        near = vault.nearest("note", stem_of(path))
    else:
        near = vault.nearest("file", name_of(path))
    found = vault.named(f"{near}.md" if is_note(path) else near) if near else []
    return f"; did you mean '{found[0]}'?" if len(found) == 1 else ""
