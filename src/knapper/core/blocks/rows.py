"""The rows of a table, as GFM reads them."""

import re

__all__ = ["underlines"]

_DELIMITER_ROW = re.compile(r"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*\|?[ \t]*+\Z")
_CELL_END = re.compile(r"\\.|\|")


def underlines(row: str, before: str) -> bool:
    """Tell whether a row is one of dashes, and has the cells of the row before it."""
    return (
        row[0] in "|-:"
        and _DELIMITER_ROW.match(row) is not None
        and ("|" in row or "|" in before)
        and _cells(row) == _cells(before)
    )


def _cells(row: str) -> int:
    """Count the cells of a table row, as GFM splits it."""
    row = row.strip()
    row = row.removeprefix("|")
    pipes = row.count("|")
    if "\\" in row:
        pipes = sum(match.group() == "|" for match in _CELL_END.finditer(row))
    return pipes if row.endswith("|") and not row.endswith("\\|") else pipes + 1
