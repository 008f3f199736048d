"""Mending what a check found, as far as it can be mended."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from knapper.app.act import act as carry_out
from knapper.app.check import Checked
from knapper.app.workspace import Workspace
from knapper.core.fix import Concern, Dropped, fix_vault
from knapper.core.lint import lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.plan import Outcome, Plan, Refused, Write, digest
from knapper.core.rule import Diagnostic

__all__ = ["Repaired", "repair"]


class Repaired(NamedTuple):
    """What `repair` would do or did."""

    plan: Plan
    made: Sequence[Diagnostic]
    dropped: Sequence[Dropped]
    refused: Sequence[Refused]
    after: Checked
    run: int | None = None


def repair(
    workspace: Workspace,
    checked: Checked,
    *,
    unsafe: bool,
    act: bool,
    concern: Concern = lambda _, found: list(found),
    mendable: Callable[[NotePath], bool] = lambda _: True,
    command: str = "check --fix",
) -> Repaired:
    """Mend what was found; with `act` false only say what would be done.

    The run is filed under the name of the `command` that makes it.
    What a run replaces is remembered before anything is written, for `undo`.
    `concern` is asked again, after each pass, what of a note is to be mended. A note
    that is not `mendable`, or comes from a replica with `fix = false`, stays as it is.
    """
    kept = tuple(f"{one.into}/".lstrip("/") for one in workspace.config.replica if not one.fix)
    read = _Once(checked.notes)

    def concerned(note: Note, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        left = concern(note, found)
        if mendable(note.path) and not note.path.startswith(kept):
            return left
        return [one._replace(finding=one.finding._replace(fix=None)) for one in left]

    def found_in(path: NotePath, found: list[Diagnostic]) -> list[Diagnostic]:
        """Judge what can be mended again: it must fit the text that is to be changed."""
        if not any(one.finding.fix for one in found):
            return found
        return concerned(read(path), lint_note(read(path), checked.vault, workspace.rules_of(path)))

    by_note = {path: found_in(path, found) for path, found in _by_note(checked).items()}
    rules = workspace.rules_of
    mended = fix_vault(by_note, read, checked.vault, rules, unsafe=unsafe, concern=concerned)
    plan = tuple(
        Write(path, text.encode(), digest(read(path).text.encode()), "safe fixes")
        for path, text in sorted(mended.texts.items())
    )
    outcome = carry_out(workspace.root, plan, command) if act else (Outcome(plan, ()), None)
    refused = {one.change.path for one in outcome[0].refused}
    left = {path: found for path, found in mended.left.items() if path not in refused}
    now = {**by_note, **left}
    diagnostics = [diagnostic for path in sorted(now) for diagnostic in now[path]]
    texts = {path: text for path, text in mended.texts.items() if path not in refused}
    fresh = {path: Note(path, text) for path, text in texts.items()}
    notes = ChainMap(fresh, cast(dict[NotePath, Note], checked.notes))
    after = checked._replace(diagnostics=diagnostics, notes=notes)
    made = [diagnostic for diagnostic in mended.made if diagnostic.path not in refused]
    return Repaired(plan, made, mended.dropped, outcome[0].refused, after, outcome[1])


class _Once:
    """Reads each note once: what is mended, and what is expected on disk, is one text."""

    def __init__(self, notes: Mapping[NotePath, Note]) -> None:
        self._notes, self._read = notes, dict[NotePath, Note]()

    def __call__(self, path: NotePath) -> Note:
        if path not in self._read:
            self._read[path] = self._notes[path]
        note = self._read[path]
        return Note(path, note.text, note.trouble)  # what is parsed of thousands is dropped


def _by_note(checked: Checked) -> dict[NotePath, list[Diagnostic]]:
    """Return the diagnostics of each note that was checked, those without any included."""
    grouped: dict[NotePath, list[Diagnostic]] = {path: [] for path in checked.judged}
    for diagnostic in checked.diagnostics:
        grouped[diagnostic.path].append(diagnostic)
    return grouped
