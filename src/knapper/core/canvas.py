"""Reading a canvas, after JSON Canvas 1.0 (https://jsoncanvas.org/spec/1.0/).

Python's JSON reader gives no positions, so the object is walked one value at a
time: each node and edge is read where it stands, and its place is known.
"""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple, cast

__all__ = ["Canvas", "CanvasError", "CanvasNode", "read_canvas", "value_span"]

_REQUIRED = ("id", "type", "x", "y", "width", "height")
_BLANKS = re.compile(r"[ \t\r\n]*+")
_DECODER = json.JSONDecoder()


class CanvasError(NamedTuple):
    """Why a canvas cannot be read, and where (offset in code points)."""

    offset: int
    message: str


class CanvasNode(NamedTuple):
    """A node: its keys as they stand, and the offset at which its text begins."""

    values: Mapping[str, object]
    offset: int

    def text_of(self, key: str) -> str:
        """Return the value of a key that should be text, "" if it is not."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""


class Canvas(NamedTuple):
    """What a canvas holds. `error` tells why nothing could be read of it.

    `edge_offsets` tells where each of the `edges` begins.
    """

    nodes: tuple[CanvasNode, ...] = ()
    edges: tuple[Mapping[str, object], ...] = ()
    error: CanvasError | None = None
    edge_offsets: tuple[int, ...] = ()


def read_canvas(text: str) -> Canvas:
    """Read a canvas; an empty file is an empty board.

    A node without one of the keys that JSON Canvas requires makes it invalid. Keys
    that the format does not know are kept, as it asks.
    """
    start = int(text.startswith("\ufeff"))
    if not text[start:].strip():
        return Canvas()
    try:
        nodes, edges = _read_board(text, start)
    except json.JSONDecodeError as error:
        return Canvas(error=CanvasError(error.pos, f"this is not JSON: {error.msg.lower()}"))
    except RecursionError:
        return Canvas(error=CanvasError(0, "this JSON is nested too deeply to be a canvas"))
    except _NotACanvasError as error:
        return Canvas(error=error.args[0])
    return Canvas(
        tuple(CanvasNode(values, offset) for values, offset in nodes),
        tuple(values for values, _ in edges),
        None,
        tuple(offset for _, offset in edges),
    )


def value_span(text: str, offset: int, key: str) -> tuple[int, int] | None:
    """Return where the value of a key stands in the (well-formed) object at `offset`.

    Of a key that stands twice the last counts, as for the reader.
    """
    found = None
    position = _skip(text, offset + 1)
    while not text.startswith("}", position):
        name, position = _read(text, position)
        start = _skip(text, _expect(":", text, position))
        _, position = _read(text, start)
        if name == key:
            found = start, position
        position = _next_item("}", text, position)
    return found


_Item = tuple[Mapping[str, object], int]


class _NotACanvasError(Exception):
    """The text is JSON and yet no canvas; the argument is the `CanvasError`."""


def _read_board(text: str, start: int) -> tuple[list[_Item], list[_Item]]:
    """Return nodes and edges with the offsets at which they begin."""
    position = _skip(text, start)
    if text[position] != "{":
        _read(text, position)  # what is not JSON at all is told as such
        message = "a canvas is a JSON object with nodes and edges"
        raise _NotACanvasError(CanvasError(position, message))
    found: dict[str, list[_Item]] = {"nodes": [], "edges": []}
    position = _skip(text, position + 1)
    while not text.startswith("}", position):
        if not text.startswith('"', position):
            raise json.JSONDecodeError("Expecting a key in double quotes", text, position)
        key, position = _read(text, position)
        position = _skip(text, _expect(":", text, position))
        if key in found:
            found[str(key)], position = _read_items(str(key), text, position)
        else:
            _, position = _read(text, position)
        position = _next_item("}", text, position)
    end = _skip(text, position + 1)
    if end < len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    for values, offset in found["nodes"]:
        missing = [key for key in _REQUIRED if key not in values]
        if missing:
            raise _NotACanvasError(CanvasError(offset, f"a node has no {_listed(missing)}"))
    return found["nodes"], found["edges"]


def _read_items(key: str, text: str, position: int) -> tuple[list[_Item], int]:
    """Return the objects of a list with their offsets, and where the list ends."""
    if not text.startswith("[", position):
        _read(text, position)
        raise _NotACanvasError(CanvasError(position, f"'{key}' of a canvas is a list"))
    items: list[_Item] = []
    position = _skip(text, position + 1)
    while not text.startswith("]", position):
        start = position
        value, position = _read(text, start)
        if not isinstance(value, dict):
            raise _NotACanvasError(CanvasError(start, f"what stands in '{key}' is an object each"))
        items.append((cast(Mapping[str, object], value), start))
        position = _next_item("]", text, position)
    return items, position + 1


def _next_item(closing: str, text: str, position: int) -> int:
    """Step over a comma, or to the closing bracket."""
    position = _skip(text, position)
    if text.startswith(closing, position):
        return position
    position = _skip(text, _expect(",", text, position))
    if text.startswith(closing, position):
        raise json.JSONDecodeError("Illegal trailing comma", text, position)
    return position


def _expect(sign: str, text: str, position: int) -> int:
    position = _skip(text, position)
    if not text.startswith(sign, position):
        raise json.JSONDecodeError(f"Expecting '{sign}'", text, position)
    return position + 1


def _read(text: str, position: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # a number of more than 4,300 digits
        raise json.JSONDecodeError("A number is too long", text, position) from error


def _skip(text: str, position: int) -> int:
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position


def _listed(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " and no ".join(quoted) if len(quoted) < 3 else ", ".join(quoted)
