"""A property that is worked out when it is first asked for."""

from functools import cached_property
from typing import Generic, TypeVar, overload

__all__ = ["lazy"]

_T_co = TypeVar("_T_co", covariant=True)


class lazy(cached_property[_T_co], Generic[_T_co]):  # noqa: N801 - it is called as what it is for
    """A `cached_property` without its lock, as it is from Python 3.12 on.

    Some twenty are asked of each note, and the locks take as long as finding the links.
    """

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> "lazy[_T_co]": ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> _T_co: ...
    def __get__(self, instance: object, owner: type | None = None) -> "lazy[_T_co] | _T_co":
        if instance is None:
            return self
        value: _T_co = self.func(instance)
        instance.__dict__[self.attrname or ""] = value
        return value
