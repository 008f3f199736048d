"""The headings of a note as links name them."""

from collections.abc import Sequence

from knapper.core.vault import reduced_heading

__all__ = ["heading_named", "section_end"]


def heading_named(headings: Sequence[tuple[int, str]], subpath: str) -> int | None:
    """Return the number of the heading that `A#B#…` leads to, None if there is none.

    `headings` are levels and texts. Each heading of the chain lies below the one
    before; of several that answer, the first is meant, as in Obsidian.
    """
    texts = [reduced_heading(text) for _, text in headings]
    names = [name for name in map(reduced_heading, subpath.split("#")) if name]
    if not names:
        return None
    reached = [False] * len(texts)
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
