"""What an output is made of: the findings, their notes, and where the vault lies."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from knapper.app.baseline import mark_of
from knapper.app.roots import find_repository
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic, Rule

__all__ = ["Report"]


class Report(NamedTuple):
    """The findings of one run.

    `diagnostics` are in order of path, position and rule, `notes` those that they are
    about, `counted` says how many were checked. `own_rules` come from the vault at
    `root`.
    """

    diagnostics: Sequence[Diagnostic]
    notes: Mapping[NotePath, Note]
    counted: int
    root: Path
    own_rules: Sequence[Rule] = ()

    def to_here(self) -> str:
        """Return what to put before a path to see it from the working folder."""
        return _prefix(self.root, Path())

    def to_repository(self) -> str:
        """Return what to put before a path to see it from the root of the repository.

        There a forge looks for it. Outside of a git repository it is the working folder
        that counts, or the vault itself if it lies elsewhere.
        """
        if repository := find_repository(self.root):
            return _prefix(self.root.resolve(), repository)
        prefix = self.to_here()
        return "" if prefix.startswith(("..", "/")) else prefix

    def fingerprints(self) -> list[str]:
        """Return for each finding what it is known by again, unique in this report.

        It holds the note, the rule and the words of the line, so lines above may come
        and go; of equal ones the second, third, ... are told apart by their number.
        """
        seen = Counter[str]()
        found = []
        for diagnostic in self.diagnostics:
            mark = mark_of(diagnostic, self.notes[diagnostic.path])
            seen[mark] += 1
            found.append(_digest(f"{mark}|{seen[mark]}"))
        return found


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]


def _prefix(root: Path, base: Path) -> str:
    try:
        prefix = os.path.relpath(root, base).replace(os.sep, "/")
    except ValueError:  # another drive
        prefix = root.as_posix()
    return "" if prefix == "." else f"{prefix}/"
