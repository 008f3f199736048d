"""Contents that are kept for a while, in one piece: when it goes, so does all of its room.

What is kept piece by piece leaves holes, of which few are filled again.
"""

from array import array

__all__ = ["InARow"]


class InARow:
    """Contents by their number, one after the other."""

    def __init__(self) -> None:
        self._piece, self._ends = bytearray(), array("Q", [0])

    def append(self, content: bytes) -> None:
        """Take in the next content."""
        self._piece += content
        self._ends.append(len(self._piece))

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._piece[self._ends[number] : self._ends[number + 1]])
