"""Addresses that open a note in Obsidian."""

from typing import NamedTuple
from urllib.parse import quote

from knapper.core.paths import NotePath, is_note

__all__ = ["ADVANCED_URI", "Opening", "encoded"]

ADVANCED_URI = "obsidian-advanced-uri"
"""The id of the community plugin that opens a note at a line."""


class Opening(NamedTuple):
    """How the notes of a vault are opened: by its name, `at_lines` if it has the plugin."""

    vault: str
    at_lines: bool = False

    def note(self, path: NotePath) -> str:
        """Return the address that opens a file (Obsidian Help, "Obsidian URI")."""
        return f"obsidian://open?vault={encoded(self.vault)}&file={encoded(path)}"

    def line(self, path: NotePath, line: int) -> str:
        """Return the address that opens a note at a line (from 1), if that can be.

        Source: the documentation of the plugin Advanced URI, "Navigation" (`filepath`,
        `line`).
        """
        if not (self.at_lines and is_note(path)):
            return self.note(path)
        where = f"vault={encoded(self.vault)}&filepath={encoded(path)}&line={line}"
        return f"obsidian://adv-uri?{where}"


def encoded(text: str) -> str:
    """Percent-encode all but letters, digits and `_.-~`; a name may not be UTF-8."""
    return quote(text.encode(errors="surrogateescape"), safe="")
