"""Answers that are remembered: what would grow with the vault, or with time, is begun anew."""

from typing import TypeVar

__all__ = ["remember"]

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


def remember(answers: dict[_Asked, _Answer], asked: _Asked, answer: _Answer, most: int) -> None:
    """Put an answer among the others, of which there are so many at the most."""
    if len(answers) >= most:
        answers.clear()
    answers[asked] = answer
