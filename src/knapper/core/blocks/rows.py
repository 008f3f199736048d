"""The rows of a table, as Obsidian and GFM read them."""

import re

__all__ = ["underlines"]

_DELIMITER_ROW = re.compile(r"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*\|?[ \t]*+\Z")
_CELL_END = re.compile(r"\\.|\|")


def underlines(row: str, before: str) -> bool:
    """Tell whether a row is one of dashes that makes the row before it the first of a table.

    Where both have a pipe, the number of their cells does not matter (obsidian-footnotes,
    C1); otherwise it must be the same, as in GFM.
    """
    if row[0] not in "|-:" or _DELIMITER_ROW.match(row) is None:
        return False
    if "|" in row and "|" in before:
        return True
    return ("|" in row or "|" in before) and _cells(row) == _cells(before)


def _cells(row: str) -> int:
    """Count the cells of a table row, as GFM splits it."""
    row = row.strip()
    row = row.removeprefix("|")
    pipes = row.count("|")
    if "\\" in row:
        pipes = sum(match.group() == "|" for match in _CELL_END.finditer(row))
    return pipes if row.endswith("|") and not row.endswith("\\|") else pipes + 1
