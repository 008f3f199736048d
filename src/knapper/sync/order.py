"""The order of named things (keys, list items, cards) after both sides changed it."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

__all__ = ["joined_order"]

_Name = TypeVar("_Name", bound=Hashable)


def joined_order(
    base: Sequence[_Name], left: Sequence[_Name], right: Sequence[_Name]
) -> list[_Name]:
    """Return what neither side removed and what either side added, each name once.

    The order is that of the side which moved something, else of `left`; what the
    other side added stands behind what it stood behind there.
    """
    lefts, rights = set(left), set(right)
    gone = {name for name in base if name not in lefts or name not in rights}
    first, second = left, right
    if _is_moved(base, right) and not _is_moved(base, left):
        first, second, lefts, rights = right, left, rights, lefts
    known = set(base)
    stays = [name for name in first if name not in gone]
    followers = _followers(second, known | lefts, set(stays))
    order: list[_Name] = []
    own: list[_Name] = []  # what `first` added behind the last name that both know
    pending = followers.get(None, [])
    for name in stays:
        if name in known or name in rights:
            order += _by_text(own, pending)
            order.append(name)
            own, pending = [], followers.get(name, [])
        else:
            own.append(name)
    return order + _by_text(own, pending)


def _is_moved(base: Sequence[_Name], side: Sequence[_Name]) -> bool:
    there, was = set(side), set(base)
    return [name for name in base if name in there] != [name for name in side if name in was]


def _followers(
    side: Sequence[_Name], known: set[_Name], stays: set[_Name]
) -> dict[_Name | None, list[_Name]]:
    """Return the names that only this side added, by the name they stand behind."""
    followers: dict[_Name | None, list[_Name]] = {}
    behind: _Name | None = None
    for name in side:
        if name in stays:
            behind = name
        elif name not in known:
            followers.setdefault(behind, []).append(name)
    return followers


def _by_text(own: list[_Name], pending: list[_Name]) -> list[_Name]:
    if own and pending and str(pending[0]) < str(own[0]):
        return pending + own
    return own + pending
