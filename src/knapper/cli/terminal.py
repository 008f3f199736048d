"""What a terminal can show: colours, links, safe text."""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TextIO
from unicodedata import category, east_asian_width
from urllib.parse import quote

__all__ = [
    "Paint",
    "columns_of",
    "head",
    "is_terminal",
    "number_of",
    "printable",
    "tail",
    "time_of",
]

_WIDEST = 108
"""Columns that are filled at most, and where nobody looks."""

_CONTROL = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_COLOURS = {"error": "31", "warning": "33", "info": "36", "dim": "2", "bold": "1", "good": "32"}


def is_terminal(stream: TextIO) -> bool:
    """Tell whether somebody looks at the stream."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: control characters are spelt out."""
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text.replace("\t", " "))


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0  # accents, joiners, what chooses the form of an emoji
    return 2 if east_asian_width(character) in "WF" else 1


def time_of(stamp: object) -> str:
    """Return a time that is kept as ISO 8601, as one reads it: without `T` and zone."""
    return str(stamp)[:19].replace("T", " ")


def head(text: str, room: int) -> str:
    """Return as much of the beginning of a text as fits into so many columns."""
    if text.isascii():
        return text[: max(0, room)]
    for at, character in enumerate(text):
        room -= _columns(character)
        if room < 0:
            return text[:at]
    return text


def tail(text: str, room: int) -> str:
    """Return as much of the end of a text as fits into so many columns."""
    kept = len(head(text[::-1], room))
    return text[len(text) - kept :]


def number_of(count: int, noun: str) -> str:
    """Return a number with its noun: `1 note`, `2 notes`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


class Paint:
    """Colours text for a stream, if it wants colours.

    `NO_COLOR` (not empty) turns them off, `FORCE_COLOR` on (no-color.org); otherwise
    a terminal has them. `width` is how many columns there are.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        stream = stream or sys.stdout
        self.width = _WIDEST
        if is_terminal(stream):
            self.width = min(_WIDEST, shutil.get_terminal_size().columns)
        self.links = is_terminal(stream) and not os.environ.get("NO_COLOR")
        if os.environ.get("NO_COLOR"):
            self.colours = False
        else:
            self.colours = bool(os.environ.get("FORCE_COLOR")) or is_terminal(stream)

    @classmethod
    def plain(cls) -> "Paint":
        """Return one that colours nothing, for a file."""
        paint = cls()
        paint.colours = paint.links = False
        paint.width = _WIDEST
        return paint

    def __call__(self, text: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.colours else text

    def link(self, text: str, path: Path) -> str:
        """Make the text clickable: it opens the file (OSC 8)."""
        if not self.links:
            return text
        import socket  # two milliseconds that only a terminal needs

        url = f"file://{socket.gethostname()}{quote(os.fsencode(path.absolute()))}"
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"
