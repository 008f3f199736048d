"""Giving memory back to the system."""

from contextlib import suppress

__all__ = ["give_back"]


def give_back() -> None:
    """Give back the memory that the C library keeps for later (malloc_trim(3) of glibc).

    Texts of notes come and go in a watcher; what is free between those that stay would
    count as ours for days. Elsewhere than in glibc nothing happens.
    """
    import ctypes

    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
