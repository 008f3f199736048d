"""Reading tables of TOML as values; nothing in them is guessed.

What is not understood raises `ConfigError`, which names the file, the key and what
would be right.
"""

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from typing import NoReturn, Self, cast

from knapper.core.errors import ConfigError
from knapper.core.patterns import is_pattern

__all__ = ["TableReader"]


class TableReader:
    """Reads values out of tables; `source` is the file's name for messages."""

    def __init__(self, source: str) -> None:
        self.source, self._where = source, ""

    def within(self, table: str) -> Self:
        """Return the reader of a table of this one: its messages name both."""
        inside = copy(self)
        inside._where = f"{self._where}{table}."
        return inside

    def known_keys(self, table: Mapping[str, object], known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                self.fail(key, f"unknown key{self.near(key, known)}")

    def near(self, word: str, words: Iterable[str]) -> str:
        """Return a hint at the word that was meant, "" if there is none like it."""
        from difflib import get_close_matches

        found = get_close_matches(word, list(words), 1)
        return f"; did you mean '{found[0]}'?" if found else ""

    def text(self, data: Mapping[str, object], key: str, default: str) -> str:
        value = data.get(key, default)
        if not isinstance(value, str):
            self.fail(key, "expected a text")
        return value

    def flag(self, data: Mapping[str, object], key: str, default: bool) -> bool:
        value = data.get(key, default)
        if not isinstance(value, bool):
            self.fail(key, "expected true or false")
        return value

    def number(self, data: Mapping[str, object], key: str, default: int) -> int:
        value = data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.fail(key, "expected a whole number, 0 or more")
        return value

    def texts(self, data: Mapping[str, object], key: str) -> tuple[str, ...]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(key, "expected a list of texts")
        return tuple(cast(list[str], value))

    def patterns(self, data: Mapping[str, object], key: str) -> tuple[str, ...]:
        """Return patterns as `.gitignore` has them."""
        found = self.texts(data, key)
        for one in found:
            if not is_pattern(one):
                self.fail(key, f"'{one}' is no pattern")
        return found

    def table(self, data: Mapping[str, object], key: str) -> Mapping[str, object]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            self.fail(key, "expected a table")
        return cast(dict[str, object], value)

    def tables(self, data: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail(key, f"expected tables, each under [[{key}]]")
        return cast(list[Mapping[str, object]], value)

    def fail(self, key: str, problem: str) -> NoReturn:
        raise ConfigError(self.source, f"{self._where}{key}", problem)
