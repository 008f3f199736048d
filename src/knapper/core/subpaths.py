"""What stands after the `#` of a link: a heading, a block, a footnote or a base's view.

Each question for such a part has a key, and a change of a note's facts has the keys of
those questions that it may answer anew. Both stand here, since they must agree.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from knapper.core.note import Facts
from knapper.core.paths import NotePath, extension, is_note

__all__ = [
    "Part",
    "Subpath",
    "changed_parts",
    "has_heading",
    "has_parts",
    "heading_named",
    "part_key",
    "part_of",
    "reduced_heading",
    "section_end",
    "subpath_of",
    "view_key",
]

_REDUCED = str.maketrans(dict.fromkeys('!"#$%&()*+,.:;<=>?@^`{|}~/[]\\\r\n\t', " "))


Part = Literal["heading", "block", "footnote", "base-view"]


class Subpath(NamedTuple):
    """What stands after the `#` of a link, and whether the file has it."""

    type: Part
    found: bool


def reduced_heading(text: str) -> str:
    """Return what a heading and a link to it have in common.

    ASCII punctuation but `-`, `_` and `'` becomes a blank, blanks collapse, case
    does not count (Obsidian's `stripHeading`; behaviour seen in public vaults).
    """
    return " ".join(text.translate(_REDUCED).split()).lower()


def heading_named(headings: Sequence[tuple[int, str]], subpath: str) -> int | None:
    """Return the number of the heading that `A#B#…` leads to, None if there is none.

    `headings` are levels and texts. Each heading of the chain lies below the one
    before, and levels may be skipped (Quartz issue 1458; order by Obsidian Help); of
    several that answer, the first is meant, as in Obsidian.
    """
    texts = [reduced_heading(text) for _, text in headings]
    names = _parts(subpath)
    if not names:
        return None
    reached = [False] * len(texts)  # this heading can be the part before
    for number, name in enumerate(names):
        above: list[int] = []  # levels of the open sections that were reached
        now = [False] * len(texts)
        for index, (level, _) in enumerate(headings):
            above = [other for other in above if other < level]
            now[index] = texts[index] == name and (number == 0 or bool(above))
            if reached[index]:
                above.append(level)
        reached = now
    return next((index for index, is_it in enumerate(reached) if is_it), None)


def section_end(levels: Sequence[int], index: int) -> int | None:
    """Return the number of the heading that ends a section, None if the note does."""
    after = range(index + 1, len(levels))
    return next((other for other in after if levels[other] <= levels[index]), None)


def has_parts(path: NotePath) -> bool:
    """Tell whether a `#` leads into a file: not for a PDF's page, or a time in a recording."""
    return is_note(path) or extension(path) == "base"


def part_of(path: NotePath, subpath: str) -> Part:
    """Tell what `subpath` (without its first `#`) names in a note or base."""
    if not is_note(path):
        return "base-view"
    last = subpath.rpartition("#")[2].lstrip()
    if last.startswith("^"):
        return "block"
    return "footnote" if last.startswith("[^") else "heading"


def subpath_of(path: NotePath, subpath: str, facts: Facts) -> Subpath:
    """Tell whether a note or base has what `subpath` (without its first `#`) names."""
    last = subpath.rpartition("#")[2].strip()
    match part_of(path, subpath):
        case "base-view":
            return Subpath("base-view", subpath.strip().lower() in _views(facts))
        case "block":
            return Subpath("block", last[1:].strip().lower() in facts.blocks)
        case "footnote":
            return Subpath("footnote", last[2:].rstrip("]").lower() in facts.footnotes)
        case "heading":
            return Subpath("heading", has_heading(facts, subpath))


def has_heading(facts: Facts, subpath: str) -> bool:
    """Tell whether a note has the headings `A#B#…`, each below the one before."""
    if any(text == subpath for _, text in facts.headings):
        return True  # written as it stands: as nearly every link, and cheap
    return heading_named(facts.headings, subpath) is not None


def view_key(subpath: str) -> str:
    """Return the key of the question whether a base has the view that `subpath` names."""
    return f"view#{subpath.strip().lower()}"


def part_key(subpath: str) -> str:
    """Return the key of the question whether a note has what `subpath` names."""
    last = subpath.rpartition("#")[2].strip()
    if last.startswith("^"):
        return f"^{last[1:].strip().lower()}"
    if last.startswith("[^"):
        return f"[^{last[2:].rstrip(']').lower()}"
    parts = _parts(subpath)
    # a chain depends on the order of all headings, as does one that only signs make up
    return parts[0] if len(parts) == 1 else "#"


def changed_parts(before: Facts, after: Facts) -> Iterator[str]:
    """Yield the keys of the parts for which another answer may hold now."""
    if before.headings != after.headings:
        yield "#"
        yield from _texts(before) ^ _texts(after)
    for mark, old, new in (
        ("^", before.blocks, after.blocks),
        ("[^", before.footnotes, after.footnotes),
        ("view#", _views(before), _views(after)),
    ):
        for name in old ^ new:
            yield f"{mark}{name}"


def _texts(facts: Facts) -> frozenset[str]:
    return frozenset(reduced_heading(text) for _, text in facts.headings)


def _views(facts: Facts) -> frozenset[str]:
    return frozenset(view.lower() for view in facts.views)


def _parts(subpath: str) -> list[str]:
    return [part for part in map(reduced_heading, subpath.split("#")) if part]
