"""A property that is worked out when it is first asked for."""

from functools import cached_property
from typing import TYPE_CHECKING

__all__ = ["lazy"]

if TYPE_CHECKING:  # to a checker it is the same; one of our own sends mypy 2.4 round in circles
    lazy = cached_property
else:

    class lazy(cached_property):  # noqa: N801 - it is called as what it is for
        """A `cached_property` without its lock, as it is from Python 3.12 on.

        Some twenty are asked of each note, and the locks take as long as finding the links.
        """

        def __get__(self, instance: object, owner: type | None = None) -> object:
            """Return the value, and keep it where the next asking finds it."""
            if instance is None:
                return self
            value = self.func(instance)
            instance.__dict__[self.attrname] = value
            return value
