"""Keeping the meaning of links when a heading gets another text."""

from knapper.core.link_text import linkable
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.references import CannotWriteError, Kind, Rewritten, rewritten
from knapper.core.subpaths import heading_named
from knapper.core.vault import Found, Vault, reduced_heading

__all__ = ["retitled"]


def retitled(note: Note, path: NotePath, index: int, title: str, vault: Vault) -> Rewritten:
    """Return the edits of a note's links after heading number `index` of `path` is renamed.

    `vault` has the facts of `path` as they were. A link keeps its other parts.
    """
    headings = vault.facts[path].headings
    after = list(headings)
    after[index] = headings[index][0], title
    old = reduced_heading(headings[index][1])
    inside = linkable(title)
    texts = {reduced_heading(text) for _, text in headings}

    def change(target: str, kind: Kind) -> str | None:
        name, mark, subpath = target.partition("#")
        last = subpath.rpartition("#")[2].strip()
        if kind in ("path", "folder") or not mark or last.startswith(("^", "[^")):
            return None
        if vault.resolve(target, note.path) != Found(path):
            return None
        parts = subpath.split("#")
        meant = heading_named(headings, subpath)
        new = [inside if reduced_heading(part) == old else part for part in parts]
        if meant is None:  # a chain of headings that may be out of order follows all the same
            known = all(reduced_heading(part) in texts for part in parts if part.strip())
            if known and new != parts:
                return f"{name}#{'#'.join(new)}"
            if heading_named(after, subpath) is not None:
                raise CannotWriteError(f"'{subpath}' named no heading and names '{title}' now")
            return None
        if heading_named(after, subpath) == meant:
            return None
        chains: list[list[str]] = [new]
        chains += [[*parts[:at], inside, *parts[at + 1 :]] for at in range(len(parts))]
        for chain in chains:
            if heading_named(after, "#".join(chain)) == meant:
                return f"{name}#{'#'.join(chain)}"
        raise CannotWriteError(f"'{subpath}' would mean another heading")

    return rewritten(note, change)
