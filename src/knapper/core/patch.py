"""The difference of two texts as a patch (unified diff), byte for byte."""

from collections.abc import Iterator
from difflib import unified_diff

__all__ = ["patch"]


def patch(name: str, before: str, after: str) -> Iterator[str]:
    """Yield the lines of a patch, without their LF; a CR stays, as it is part of the line."""
    for line in unified_diff(_lines(before), _lines(after), name, name):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    """Split after LF and nowhere else, as a patch has it."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return lines if lines[-1] else lines[:-1]
