"""Which notes a check reports on: PATHS, what changed for git, or standard input."""

import sys
from collections import ChainMap
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import click

from knapper.app.check import Checked
from knapper.app.workspace import CHECKED, Workspace
from knapper.cli.vault import existing, vault_root
from knapper.core.errors import KnapperError
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension
from knapper.core.vault import Vault

if TYPE_CHECKING:
    from knapper.app.changes import Changes

__all__ = [
    "Asked",
    "Scope",
    "broken_elsewhere",
    "judged_by",
    "scope_of",
    "starting_folder",
    "together",
]


class Asked(NamedTuple):
    """What the command line asks for."""

    paths: tuple[Path, ...] = ()
    stdin_filename: str | None = None
    staged: bool = False
    changed: bool = False
    since: str | None = None


class Scope(NamedTuple):
    """The notes that are reported on, and texts to take for those on disk.

    `within` is the part of the vault that PATHS name; what `changes` break there in
    other notes is told too.
    """

    within: Callable[[NotePath], bool]
    wanted: Callable[[NotePath], bool]
    instead: Mapping[NotePath, str]
    changes: "Changes | None" = None

    @property
    def absent(self) -> AbstractSet[NotePath]:
        """The files that count as if they were not there."""
        return self.changes.unstaged if self.changes else frozenset()

    def why_not_mended(self, vault: Vault) -> Callable[[NotePath], str]:
        """Return what tells why a note is not to be mended on disk, "" if it may be."""
        if not self.changes:
            return lambda _: ""
        from knapper.app.changes import why_not_mended

        return why_not_mended(self.changes, vault)

    def narrowed(self, checked: Checked) -> Checked:
        """Leave out what was judged for its text alone."""
        if not self.instead:
            return checked
        return checked._replace(
            diagnostics=[one for one in checked.diagnostics if self.wanted(one.path)],
            judged=[path for path in checked.judged if self.wanted(path)],
        )


def starting_folder(asked: Asked, vault: Path | None) -> Path:
    """Return where the vault is looked for; raises `KnapperError` for what is not there."""
    given = (asked.staged, asked.changed, asked.since is not None, bool(asked.stdin_filename))
    if sum(given) > 1:
        names = ("--staged", "--changed", "--since", "--stdin-filename")
        both = [name for name, is_given in zip(names, given, strict=True) if is_given]
        raise click.UsageError(f"{both[0]} and {both[1]} exclude each other.")
    for path in asked.paths:
        existing(path)
    if vault is not None:
        vault_root(vault)
    name = asked.stdin_filename
    first = asked.paths[0] if asked.paths else Path(name).parent if name else Path()
    return (vault or first).absolute()


def scope_of(workspace: Workspace, asked: Asked) -> Scope:
    """Return what is to be reported on; reads standard input or asks git if need be."""
    if asked.stdin_filename:
        only = workspace.note_path(Path(asked.stdin_filename))
        return Scope(only.__eq__, only.__eq__, {only: _standard_input()})
    within = _within([workspace.note_path(path) for path in asked.paths])
    if not (asked.staged or asked.changed or asked.since is not None):
        return Scope(within, within, {})
    from knapper.app.changes import changed, staged  # and what speaks to git

    changes = staged(workspace) if asked.staged else changed(workspace, asked.since)

    def wanted(path: NotePath) -> bool:
        return path in changes.paths and within(path) and workspace.is_checked(path)

    return Scope(within, wanted, changes.instead, changes)


def broken_elsewhere(workspace: Workspace, checked: Checked, scope: Scope) -> Checked:
    """Return what the changes broke in notes that are the same."""
    if not scope.changes:
        return Checked([], {}, checked.vault, [])
    from knapper.app.changes import effects

    found = effects(workspace, checked.vault, scope.changes)
    found = [(note, one) for note, one in found if scope.within(note.path)]
    notes = {note.path: note for note, _ in found}
    return Checked([one for _, one in found], notes, checked.vault, sorted(notes))


def together(one: Checked, other: Checked) -> Checked:
    """Return what was found in both, which are about different notes."""
    if not other.judged:
        return one
    return one._replace(
        diagnostics=sorted((*one.diagnostics, *other.diagnostics), key=attrgetter("path")),
        notes=ChainMap(
            cast(dict[NotePath, Note], other.notes), cast(dict[NotePath, Note], one.notes)
        ),
        judged=sorted((*one.judged, *other.judged)),
    )


def judged_by(
    workspace: Workspace, asked: Asked, checked: Checked
) -> Callable[[NotePath, str], bool]:
    """Return the test whether a rule was asked of a note, be it gone by now."""
    whole = asked == Asked()
    paths, files = frozenset(checked.judged), frozenset(workspace.tree.files)

    @cache
    def everywhere() -> set[str]:
        return {rule.name for rule in workspace.known_rules}

    def judged(path: NotePath, rule: str) -> bool:
        seen = path in paths or (whole and (path not in files or extension(path) not in CHECKED))
        asked_rules = {one.name for one in workspace.rules_of(path).rules}
        return seen and (rule in asked_rules or rule not in everywhere())

    return judged


def _within(prefixes: list[NotePath]) -> Callable[[NotePath], bool]:
    """Return the test for paths that lie in these folders, or are these."""
    if not prefixes or "." in prefixes:
        return lambda _: True
    return lambda path: any(path == one or path.startswith(f"{one}/") for one in prefixes)


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise KnapperError(f"standard input is not UTF-8 (byte {error.start})") from error
