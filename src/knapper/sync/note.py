"""A note that both sides changed: its properties by key, its body by lines."""

from knapper.sync.certificate import frontmatter_is_kept, lines_are_kept
from knapper.sync.clash import ClashError
from knapper.sync.insertions import are_separate_entries
from knapper.sync.lines import Piece, merged_lines
from knapper.sync.matching import matching
from knapper.sync.properties import Block, frontmatter_length, merged_frontmatter

__all__ = ["merged_note"]

Lines = list[str]


def merged_note(base: Lines | None, left: Lines, right: Lines) -> tuple[Lines, str]:
    """Return the lines of the merged note, and in plain words how it was joined.

    Without a base two notes are joined only where one has all of the other, or where
    both began alike (from one template) and differ in their entries. Raises
    `ClashError`.
    """
    has_base = base is not None
    old, was = _parts(base or [])
    ours, here = _parts(left)
    theirs, there = _parts(right)
    block = merged_frontmatter(old, ours, theirs)
    if not frontmatter_is_kept(old, ours, theirs, block, has_base=has_base):
        raise ClashError("the properties of both sides do not fit together")
    ways = [] if block in (ours, theirs) else ["properties"]
    if here == there or (has_base and was in (here, there)):
        body = here if was == there else there
    elif has_base:
        body = _merged_body(was, here, there, ways)
    else:
        body = _merged_new(here, there, ways)
    lines = [*block, *body]
    if frontmatter_length(lines) != len(block):
        raise ClashError("the properties and the text of both sides do not fit together")
    who = "both sides changed it" if has_base else "both sides made it"
    return lines, f"{who}, joined by {' and '.join(ways)}" if ways else f"{who}, in other parts"


def _parts(lines: Lines) -> tuple[Block, Lines]:
    length = frontmatter_length(lines)
    return tuple(lines[:length]), lines[length:]


def _merged_body(base: Lines, left: Lines, right: Lines, ways: list[str]) -> Lines:
    """Return the lines of the body; the ways that were taken are added to `ways`."""
    if _is_drawing(base, left, right):
        raise ClashError("both sides changed a drawing")
    pieces = merged_lines(base, left, right, prose=True)
    ways += _ways(base, left, right, pieces)
    return _checked(base, left, right, pieces, has_base=True)


def _merged_new(left: Lines, right: Lines, ways: list[str]) -> Lines:
    """Return what two notes of one name that nobody has seen before have together."""
    base = [
        line
        for block in matching(left, right)
        for line in left[block.left : block.left + block.size]
    ]
    pieces = merged_lines(base, left, right, prose=True)
    if base not in (left, right) and _head(left) != _head(right):
        raise ClashError("both sides made it, with different text")
    for piece in pieces:
        here, there = left[slice(*piece.left)], right[slice(*piece.right)]
        if here and there and here != there and not are_separate_entries(here, there):
            raise ClashError("both sides made it, with different text")
    ways += _ways(base, left, right, pieces)
    return _checked(base, left, right, pieces, has_base=False)


def _checked(
    base: Lines, left: Lines, right: Lines, pieces: list[Piece], *, has_base: bool
) -> Lines:
    """Return the merged lines if nothing is lost. Raises `ClashError`."""
    merged = [line for piece in pieces for line in piece.lines]
    if not lines_are_kept(base, left, right, merged, pieces, has_base=has_base):
        raise ClashError("the changes of both sides do not fit together")
    return merged


def _ways(base: Lines, left: Lines, right: Lines, pieces: list[Piece]) -> list[str]:
    """Return in plain words how the pieces were joined."""
    ways = {"lines"}
    for piece in pieces:
        here, there = left[slice(*piece.left)], right[slice(*piece.right)]
        was = base[slice(*piece.base)]
        if here not in (there, was) and there != was:
            ways.add("words" if was else "keeping what both added")
    return sorted(ways, key=["lines", "words", "keeping what both added"].index)


def _head(lines: Lines) -> str | None:
    return next((line for line in lines if line.strip()), None)


def _is_drawing(*sides: Lines) -> bool:
    """Tell whether a program packed a drawing into the note (the Excalidraw plugin)."""
    return any("```compressed-json" in side for side in sides)
