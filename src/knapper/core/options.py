"""Reading the options of a check: each has the type that its signature declares."""

from collections.abc import Mapping
from types import UnionType
from typing import cast, get_args, get_origin

from knapper.core.rule import Check
from knapper.core.tables import TableReader

__all__ = ["OptionReader", "words_of"]


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
            words = self.texts({key: value}, key)
            known = words_of(kind)
            for word in words:
                if known and word not in known:
                    self.fail(key, f"'{word}' is none of {', '.join(known)}")
            return words
        kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
        if float in kinds and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not any(type(value) is one for one in kinds):
            names = {bool: "true or false", int: "a whole number", str: "a text", float: "a number"}
            self.fail(key, f"expected {names.get(cast(type, kinds[0]), 'another type')}")
        return value


def words_of(kind: object) -> tuple[str, ...]:
    """Return the words that a list of this type may have, none where it may have any."""
    return get_args(get_args(kind)[0])
