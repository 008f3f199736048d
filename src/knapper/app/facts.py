"""What knapper reads from a note, in plain values: the answer to "what do you see?"."""

from collections import Counter
from collections.abc import Iterator
from math import isfinite
from typing import Any

from knapper.app.workspace import Workspace, facts
from knapper.core.base import base_references, read_base
from knapper.core.copies import original_of
from knapper.core.inline import Link
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension
from knapper.core.properties import aliases_of, distinct_tags, tags_of
from knapper.core.timestamps import parse_time
from knapper.core.vault import Ambiguous, Found, Vault

__all__ = ["facts_shown"]


def facts_shown(workspace: Workspace, path: NotePath) -> dict[str, Any]:
    """Return what is read from a note, as `knapper facts` prints it."""
    paths = [p for p in workspace.tree.files if extension(p) in ("md", "canvas", "base")]
    note = workspace.read(path)
    vault = Vault(
        {*workspace.tree.files, path},
        {one: facts(workspace.read(one)) for one in {*paths, path}},
        workspace.settings,
    )
    front = note.frontmatter
    return {
        "path": path,
        "frontmatter": {"exists": bool(front.data), "data": _finite(front.data)},
        "aliases": list(aliases_of(front)),
        "tags_frontmatter": list(tags_of(front)),
        "tags": [tag.name for tag in note.tags],
        "headings": [[heading.level, heading.text] for heading in note.headings],
        "blocks": [block.name for block in note.blocks],
        "links": [_link(link, note, path, vault) for note, link in _links(note)],
        "frontmatter_links": [
            {
                "key": link.key,
                "link": link.link,
                "display": link.display,
                "resolved": _resolved(link.link, path, vault),
            }
            for link in note.frontmatter_links
        ],
        "timestamps": [
            {
                "seconds": _seconds(stamp.value),
                "label_seconds": _seconds(stamp.label.strip("[]")),
                **_place(note, stamp.span.start),
            }
            for stamp in note.timestamps
        ],
        "canvas": _canvas(note, vault),
        "base": _base(note),
        "edges": _edges(note, vault),
        "tag_groups": list(distinct_tags((*tags_of(front), *(tag.name for tag in note.tags)))),
        "template": workspace.settings.is_template(path),
        "excluded": workspace.settings.excludes(path),
        "conflict_copy_of": original_of(path),
        "attachment_folder": workspace.settings.attachment_folder(path),
    }


def _finite(value: object) -> object:
    """Return a value that JSON can hold: it knows no infinite number."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _seconds(text: str) -> int | None:
    time = parse_time(text)
    return time.seconds if time else None


def _links(note: Note) -> Iterator[tuple[Note, Link]]:
    """Yield the links of a note, or those in the text nodes of a canvas."""
    for link in note.links:
        yield note, link
    for node in note.canvas.nodes if note.canvas else ():
        card = Note("card.md", node.text_of("text"))
        for link in card.links:
            yield card, link


def _link(link: Link, note: Note, source: NotePath, vault: Vault) -> dict[str, Any]:
    subpath = vault.subpath(link.target, source)
    return {
        "link": link.target,
        "display": link.display,
        "kind": link.kind,
        "embed": link.embed,
        "resolved": _resolved(link.target, source, vault),
        **_candidates(link, source, vault),
        "subpath": subpath and {"type": subpath.type, "found": subpath.found},
        **_place(note, link.start),
    }


def _candidates(link: Link, source: NotePath, vault: Vault) -> dict[str, Any]:
    resolved = vault.resolve(link.target, source)
    if isinstance(resolved, Ambiguous):
        return {"ambiguous": True, "candidates": list(resolved.candidates)}
    return {}


def _resolved(target: str, source: NotePath, vault: Vault) -> NotePath | None:
    resolved = vault.resolve(target, source)
    return resolved.path if isinstance(resolved, Found) else None


def _place(note: Note, offset: int) -> dict[str, int]:
    line, column = note.lines.place(offset)
    return {"line": line, "column": column}


def _canvas(note: Note, vault: Vault) -> dict[str, Any] | None:
    if note.canvas is None:
        return None
    named = [
        node.text_of("file" if node.text_of("type") == "file" else "background")
        for node in note.canvas.nodes
    ]
    parts = [(node.text_of("file"), node.text_of("subpath")) for node in note.canvas.nodes]
    held = {one: vault.subpath_in(one[0], one[1].removeprefix("#")) for one in parts if all(one)}
    return {
        "valid": note.canvas.error is None,
        "missing_files": [path for path in named if path and path not in vault.files],
        "missing_subpaths": [
            path + subpath for (path, subpath), part in held.items() if part and not part.found
        ],
    }


def _base(note: Note) -> dict[str, Any] | None:
    if extension(note.path) != "base":
        return None
    base, references = read_base(note.text), list(base_references(note.text))
    return {
        "valid": base.error is None,
        "views": [view.name for view in base.views],
        "string_refs": [one.text for one in references if one.kind != "folder"],
        "folder_refs": [one.text for one in references if one.kind == "folder"],
    }


def _edges(note: Note, vault: Vault) -> list[list[str | int]]:
    """Count the references to each file, as the graph does, properties and cards included."""
    targets = [link.target for _, link in _links(note)]
    targets += [link.link for link in note.frontmatter_links]
    for node in note.canvas.nodes if note.canvas else ():
        targets += [f"/{node.text_of('file')}"] if node.text_of("file") else []
    found = (_resolved(target, note.path, vault) for target in targets)
    counts = Counter(path for path in found if path is not None)
    return [[note.path, path, count] for path, count in counts.items()]
