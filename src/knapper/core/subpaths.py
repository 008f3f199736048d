"""What stands after the `#` of a link: a heading, a block, a footnote or a base's view.

Each question for such a part has a key, and a change of a note's facts has the keys of
those questions that it may answer anew. Both stand here, since they must agree.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from knapper.core.note import Facts
from knapper.core.paths import NotePath, extension, is_note

__all__ = [
    "Subpath",
    "changed_parts",
    "has_heading",
    "has_parts",
    "part_key",
    "reduced_heading",
    "reduced_headings",
    "subpath_of",
]

_REDUCED = str.maketrans(dict.fromkeys('!"#$%&()*+,.:;<=>?@^`{|}~/[]\\\r\n\t', " "))


class Subpath(NamedTuple):
    """What stands after the `#` of a link, and whether the file has it."""

    type: Literal["heading", "block", "footnote", "base-view"]
    found: bool


def reduced_heading(text: str) -> str:
    """Return what a heading and a link to it have in common.

    ASCII punctuation but `-`, `_` and `'` becomes a blank, blanks collapse, case
    does not count (Obsidian's `stripHeading`; behaviour seen in public vaults).
    """
    return " ".join(text.translate(_REDUCED).split()).lower()


def reduced_headings(facts: Facts) -> list[tuple[int, str]]:
    """Return level and reduced text of a note's headings."""
    return [(level, reduced_heading(text)) for level, text in facts.headings]


def has_parts(path: NotePath) -> bool:
    """Tell whether a `#` leads into a file: not for a PDF's page, or a time in a recording."""
    return is_note(path) or extension(path) == "base"


def subpath_of(path: NotePath, subpath: str, facts: Facts) -> Subpath:
    """Tell whether a note or base has what `subpath` (without its first `#`) names."""
    if not is_note(path):
        return Subpath("base-view", subpath.strip().lower() in _views(facts))
    last = subpath.rpartition("#")[2].strip()
    if last.startswith("^"):
        return Subpath("block", last[1:].strip().lower() in facts.blocks)
    if last.startswith("[^"):
        return Subpath("footnote", last[2:].rstrip("]").lower() in facts.footnotes)
    return Subpath("heading", has_heading(facts, subpath))


def has_heading(facts: Facts, subpath: str) -> bool:
    """Tell whether a note has the headings `A#B#…`, each below the one before.

    Levels may be skipped (Quartz issue 1458; order by Obsidian Help).
    """
    if any(text == subpath for _, text in facts.headings):
        return True  # written as it stands: as nearly every link, and cheap
    parts = _parts(subpath)
    headings = reduced_headings(facts)
    if len(parts) < 2:
        return bool(parts) and any(text == parts[0] for _, text in headings)
    reached = [False] * len(headings)  # this heading can be the part before
    for number, part in enumerate(parts):
        nearest: list[int] = []  # levels of the open sections that were reached
        now = [False] * len(headings)
        for index, (level, text) in enumerate(headings):
            nearest = [above for above in nearest if above < level]
            now[index] = text == part and (number == 0 or bool(nearest))
            if reached[index]:
                nearest.append(level)
        reached = now
    return any(reached)


def part_key(path: NotePath, subpath: str) -> str:
    """Return the key of the question whether a file has what `subpath` names."""
    if not is_note(path):
        return f"{path}#view#{subpath.strip().lower()}"
    last = subpath.rpartition("#")[2].strip()
    if last.startswith("^"):
        return f"{path}#^{last[1:].strip().lower()}"
    if last.startswith("[^"):
        return f"{path}#[^{last[2:].rstrip(']').lower()}"
    parts = _parts(subpath)
    # a chain depends on the order of all headings, as does one that only signs make up
    return f"{path}#{parts[0]}" if len(parts) == 1 else f"{path}##"


def changed_parts(path: NotePath, before: Facts, after: Facts) -> Iterator[str]:
    """Yield the keys of the parts for which another answer may hold now."""
    if before.headings != after.headings:
        yield f"{path}##"
        for text in _texts(before) ^ _texts(after):
            yield f"{path}#{text}"
    for mark, old, new in (
        ("^", before.blocks, after.blocks),
        ("[^", before.footnotes, after.footnotes),
        ("view#", _views(before), _views(after)),
    ):
        for name in old ^ new:
            yield f"{path}#{mark}{name}"


def _texts(facts: Facts) -> frozenset[str]:
    return frozenset(reduced_heading(text) for _, text in facts.headings)


def _views(facts: Facts) -> frozenset[str]:
    return frozenset(view.lower() for view in facts.views)


def _parts(subpath: str) -> list[str]:
    return [part for part in map(reduced_heading, subpath.split("#")) if part]
