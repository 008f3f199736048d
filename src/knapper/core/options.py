"""Reading the options of a check: each has the type that its signature declares."""

from collections.abc import Mapping
from types import UnionType
from typing import cast, get_args, get_origin

from knapper.core.rule import Check
from knapper.core.tables import TableReader

__all__ = ["OptionReader"]


class OptionReader(TableReader):
    """Reads options out of a table, and says what of them cannot be."""

    def options(self, table: Mapping[str, object], check: Check) -> dict[str, object]:
        """Return the options that a table gives."""
        self.known_keys(table, check.options)
        return {
            name: self.option(value, check.options[name].type, name)
            for name, value in table.items()
        }

    def option(self, value: object, kind: object, key: str) -> object:
        """Return the value of an option as its type wants it."""
        if get_origin(kind) is tuple:
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                return tuple(value)
            self.fail(key, "expected a list of texts")
        kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
        if float in kinds and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not any(type(value) is one for one in kinds):
            names = {bool: "true or false", int: "a whole number", str: "a text", float: "a number"}
            self.fail(key, f"expected {names.get(cast(type, kinds[0]), 'another type')}")
        return value
