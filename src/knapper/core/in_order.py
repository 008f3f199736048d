"""Texts in order, in which one is found without a set of them: that takes four times the room."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import overload

__all__ = ["InOrder"]


class InOrder(Sequence[str]):
    """Texts that are in order, and there once."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self.place(text) is not None

    def place(self, text: str) -> int | None:
        """Return where a text stands, None if it is not there."""
        at = bisect_left(self._texts, text)
        return at if text in self._texts[at : at + 1] else None

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        return self._texts[at]

    def __len__(self) -> int:
        return len(self._texts)
