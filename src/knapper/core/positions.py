"""Places in a text as editors count them.

The Language Server Protocol (3.17, "Position") counts lines from 0, ends them after
LF, CR LF or CR alone, and counts columns in the units of an encoding that both sides
agree on: UTF-16 unless something else was settled. Inside knapper a place is an offset
in code points; here one becomes the other.
"""

import re
from bisect import bisect_right
from typing import Literal

__all__ = ["Encoding", "Positions"]

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n?|\n")
_CODEC: dict[Encoding, tuple[str, int]] = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2)}


class Positions:
    """The lines of a text, to turn offsets into an editor's (line, character) and back.

    With `skips_mark` a byte-order mark at the start of the text takes no room: so it is
    for a file on disk, whose mark editors take away when they open it.
    """

    __slots__ = ("_encoding", "_first", "_plain", "_starts", "text")

    def __init__(
        self, text: str, encoding: Encoding = "utf-16", *, skips_mark: bool = False
    ) -> None:
        self.text = text
        self._encoding: Encoding = encoding
        self._first = int(skips_mark and text.startswith("\ufeff"))
        self._plain = encoding == "utf-32" or text.isascii()
        if "\r" in text:
            ends = [found.end() for found in _LINE_END.finditer(text)]
        else:
            ends, at = [], text.find("\n")
            while at >= 0:
                ends.append(at + 1)
                at = text.find("\n", at + 1)
        self._starts = [self._first, *ends]

    def place(self, offset: int) -> tuple[int, int]:
        """Return (line, character) of an offset, both from 0.

        What lies before the first character of the editor counts as that one.
        """
        offset = min(max(offset, self._first), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        return line, offset - start if self._plain else self._units(self.text[start:offset])

    def offset(self, line: int, character: int) -> int:
        """Return the offset of (line, character).

        A character beyond the end of its line means that end, a line beyond the last
        one the end of the text, and the middle of a character its beginning.
        """
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[max(line, 0)]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        written = self.text[start:end].rstrip("\r\n")
        if line < 0 or character <= 0:
            return start
        if self._plain or written.isascii():
            return start + min(character, len(written))
        codec, size = _CODEC[self._encoding]
        units = written.encode(codec, errors="surrogatepass")[: character * size]
        return start + len(units.decode(codec, errors="ignore"))

    def _units(self, text: str) -> int:
        if text.isascii():
            return len(text)
        codec, size = _CODEC[self._encoding]
        return len(text.encode(codec, errors="surrogatepass")) // size
