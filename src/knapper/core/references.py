"""Every place where a file of the vault names another one, and writing it anew.

A note names files in its links, in the definitions of links (`[x]: path`) and in its
properties, a canvas in its cards and in the text of cards, a base in its formulas and
filters.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from knapper.core.base import BaseReference, base_references
from knapper.core.blocks import DEFINITION
from knapper.core.canvas import CanvasNode, value_span
from knapper.core.frontmatter import PropertyLink, read_tree
from knapper.core.frontmatter.scalars import double_quoted, is_one_line, single_quoted
from knapper.core.inline import Link, decoded
from knapper.core.link_text import encoded
from knapper.core.note import Note
from knapper.core.paths import extension
from knapper.core.text import Edit, Span, apply_edits

__all__ = ["CannotWriteError", "Kind", "Rewritten", "Unwritable", "rewritten"]

Kind = str
"""How a file is named: `wiki` and `md` links, `path` (a whole path), `folder`; a `part` of
one is named by a path with its `#…`."""

Change = Callable[[str, Kind], str | None]
"""Gives the new target for a target (with its `#…`), None where it may stay."""


class Unwritable(NamedTuple):
    """What ought to be written anew and cannot be: where (code points), and why."""

    offset: int
    reason: str


class Rewritten(NamedTuple):
    """The edits that give a file its new references, and what could not be edited."""

    edits: tuple[Edit, ...] = ()
    left: tuple[Unwritable, ...] = ()


class CannotWriteError(Exception):
    """A new target cannot be written in this place; the argument says why."""


def rewritten(note: Note, change: Change) -> Rewritten:
    """Ask `change` of each reference in a file, and return the edits that follow.

    `change` may raise `CannotWriteError`. Only the part of a target that differs is
    written anew: spelling, display text and all around it keep their bytes.
    """
    edits: list[Edit] = []
    left: list[Unwritable] = []
    for offset, edit in _edits(note, change):
        try:
            made = edit()
        except CannotWriteError as error:
            left.append(Unwritable(offset, str(error)))
        else:
            edits += [made] if made else []
    return Rewritten(tuple(edits), tuple(left))


_Made = Callable[[], Edit | None]

_DEFINITION = re.compile(rf"^[ >]*+{DEFINITION}", re.MULTILINE)
_EXTERNAL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:|//")
_UNFIT = re.compile(r"[#^|]|\[\[|\]\]")


def _edits(note: Note, change: Change) -> Iterator[tuple[int, _Made]]:
    """Yield the place of each reference, and what makes its edit."""
    if extension(note.path) == "base":
        for found in base_references(note.text):
            yield found.span.start, partial(_in_base, note, found, change)
        return
    for node in note.canvas.nodes if note.canvas else ():
        for key in ("file", "background", "text", "subpath"):
            if node.text_of(key):
                yield node.offset, partial(_in_canvas, note, node, key, change)
    for link in note.links:
        yield link.start, partial(_in_body, note, link, change)
    for match in _DEFINITION.finditer(note.text, note.body) if note.is_markdown else ():
        # not the region at the target: `<a b.md>` looks like a tag of HTML
        if note.region_at(match.start("label")) is None and not _EXTERNAL.match(match["target"]):
            yield match.start(), partial(_in_definition, match, change)
    for held in note.frontmatter_links:
        yield held.span.start, partial(_in_properties, note, held, change)


def _in_body(note: Note, link: Link, change: Change) -> Edit | None:
    new = change(link.target, link.kind)
    if new is None or new == link.target:
        return None
    span = Span(link.target_start, link.target_end)
    pointed = note.text.startswith("<", link.target_start - 1)
    return Edit(span, _spelt(note.text[slice(*span)], link.target, new, link.kind, pointed=pointed))


def _in_definition(match: "re.Match[str]", change: Change) -> Edit | None:
    written, pointed = match["target"], match["pointed"] is not None
    old = decoded(written)
    new = change(old, "md")
    if new is None or new == old:
        return None
    return Edit(Span(*match.span("target")), _spelt(written, old, new, "md", pointed=pointed))


def _spelt(written: str, old: str, new: str, kind: Kind, *, pointed: bool = False) -> str:
    """Return a target as it is to be written, where `old` was written as `written`."""
    path, mark, subpath = written.partition("#")
    if kind == "md" and ("%23" in path or "\\#" in path):
        raise CannotWriteError("its address has an encoded '#'")
    new_path, new_mark, new_subpath = new.partition("#")
    old_path, _, old_subpath = old.partition("#")
    if new_path != old_path:
        path = _escaped(new_path, kind, pointed=pointed)
    if (new_subpath, bool(new_mark)) != (old_subpath, bool(mark)):
        mark, subpath = new_mark, _escaped_subpath(new_subpath, kind, pointed=pointed)
    return f"{path}{mark}{subpath}"


def _escaped(path: str, kind: Kind, *, pointed: bool) -> str:
    if kind == "wiki":
        if _UNFIT.search(path):
            raise CannotWriteError(f"'{path}' cannot stand in a wikilink")
        return path
    if "#" in path:
        raise CannotWriteError(f"'{path}' cannot stand in a link: it has a '#'")
    return encoded(path, pointed=pointed)


def _escaped_subpath(subpath: str, kind: Kind, *, pointed: bool) -> str:
    return subpath if kind == "wiki" else encoded(subpath, pointed=pointed)


def _in_properties(note: Note, link: PropertyLink, change: Change) -> Edit | None:
    new = change(link.link, link.kind)
    if new is None or new == link.link:
        return None
    start, end = link.span
    raw = note.text[start:end]
    if raw.startswith(("'", '"')):  # the whole value: it is written with escapes
        root = read_tree(raw).root
        value = root.value if root and isinstance(root.value, str) else ""
        place, text = _retargeted(value, link, new)
        return Edit(link.span, _quoted_like(raw, value[: place.start] + text + value[place.end :]))
    sign = note.text[start - 1 : start]
    place, text = _retargeted(raw, link, new)
    if sign not in ("'", '"'):
        raise CannotWriteError("the property has no quotes")
    text = text.replace("'", "''") if sign == "'" else re.sub(r'["\\]', r"\\\g<0>", text)
    return Edit(Span(start + place.start, start + place.end), text)


def _retargeted(value: str, link: PropertyLink, new: str) -> tuple[Span, str]:
    """Return where the target of a link stands in the text of a property, and its new text."""
    opening = 2 if link.kind == "wiki" else value.rfind("](") + 2
    pointed = link.kind == "md" and value.startswith("<", opening)
    opening += pointed
    closing = "|" if link.kind == "wiki" and "|" in value else "]]" if link.kind == "wiki" else ")"
    close = value.find(">" if pointed else closing, opening)
    if not value.startswith("[") or close < 0:
        raise CannotWriteError("the property is written in a way that is not known here")
    written = value[opening:close]
    kept = written.strip()
    first = opening + len(written) - len(written.lstrip())
    return Span(first, first + len(kept)), _spelt(kept, link.link, new, link.kind, pointed=pointed)


def _quoted_like(raw: str, value: str) -> str:
    single = raw.startswith("'") and is_one_line(value)
    return single_quoted(value) if single else double_quoted(value)


def _in_canvas(note: Note, node: CanvasNode, key: str, change: Change) -> Edit | None:
    old = node.text_of(key)
    if key == "text":
        card = rewritten(Note("card.md", old), change)
        if card.left:
            raise CannotWriteError(card.left[0].reason)
        new = apply_edits(old, card.edits)
    elif key == "subpath":
        renamed = change(f"/{node.text_of('file')}{old}", "part")
        new = old if renamed is None else f"#{renamed.partition('#')[2]}"
    else:
        new = change(f"/{old}", "path") or old
        new = new.removeprefix("/") if new != old else new
    place = value_span(note.text, node.offset, key)
    if new == old or place is None:
        return None
    plain = "\\u" in note.text[slice(*place)]
    return Edit(Span(*place), json.dumps(new, ensure_ascii=plain))


def _in_base(note: Note, found: BaseReference, change: Change) -> Edit | None:
    old = found.text
    match found.kind:
        case "folder":
            new = change(old, "folder")
        case "path":
            new = (change(f"/{old}", "path") or f"/{old}").removeprefix("/")
        case "link":
            new = change(old, "wiki")
    if new is None or new == old:
        return None
    start = found.span.start
    before = note.text[note.text.rfind("\n", 0, start) + 1 : start]
    # where YAML holds a formula in quotes, these would have to be doubled or escaped
    unfit = '"\\' if before.endswith('"') and "'" not in before else "\"'\\"
    if any(sign in new and sign not in old for sign in unfit):
        raise CannotWriteError(f"'{new}' has a quote, which cannot stand here")
    return Edit(found.span, new)
