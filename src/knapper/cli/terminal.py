"""What a terminal can show: colours, links, safe text."""

import os
import re
import sys
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

__all__ = ["Paint", "is_terminal", "number_of", "printable"]

_CONTROL = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_COLOURS = {"error": "31", "warning": "33", "info": "36", "dim": "2", "bold": "1", "good": "32"}


def is_terminal(stream: TextIO) -> bool:
    """Tell whether somebody looks at the stream."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: control characters are spelt out."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text.replace("\t", " "))


def number_of(count: int, noun: str) -> str:
    """Return a number with its noun: `1 note`, `2 notes`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


class Paint:
    """Colours text for a stream, if it wants colours.

    `NO_COLOR` (not empty) turns them off, `FORCE_COLOR` on (no-color.org); otherwise
    a terminal has them.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        stream = stream or sys.stdout
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
