"""Checking a vault, and mending what can be mended."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from knapper.app.act import act as carry_out
from knapper.app.workspace import CHECKED, Workspace, facts
from knapper.core.fix import Concern, Dropped, fix_vault
from knapper.core.lint import lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension
from knapper.core.plan import Outcome, Plan, Refused, Write, digest
from knapper.core.rule import Diagnostic
from knapper.core.vault import Vault

__all__ = ["Checked", "Repaired", "check", "repair"]

Progress = Callable[[int, int], None]
"""Is told (notes done, notes in all) from time to time."""


class Checked(NamedTuple):
    """What a check found; `notes` are those that were read to be `judged`.

    Attachments and files of settings are among them where something was found.
    """

    diagnostics: list[Diagnostic]
    notes: Mapping[NotePath, Note]
    vault: Vault
    judged: Sequence[NotePath]


class Repaired(NamedTuple):
    """What `repair` would do or did."""

    plan: Plan
    made: Sequence[Diagnostic]
    dropped: Sequence[Dropped]
    refused: Sequence[Refused]
    after: Checked
    run: int | None = None


def check(
    workspace: Workspace,
    wanted: Callable[[NotePath], bool],
    *,
    instead: Mapping[NotePath, str] = {},
    progress: Progress = lambda _done, _all: None,
) -> Checked:
    """Check the notes that are `wanted`; the whole vault is read in any case.

    `instead` gives texts to take for those on disk (a buffer not yet saved).
    """
    paths = [path for path in workspace.tree.files if extension(path) in CHECKED]
    notes: dict[NotePath, Note] = {}
    known = {}
    for number, path in enumerate(sorted({*paths, *instead, *workspace.tree.odd})):
        note = Note(path, instead[path]) if path in instead else workspace.read(path)
        known[path] = facts(note)
        if path in instead or wanted(path):
            notes[path] = note
        if number % 100 == 0:
            progress(number, len(paths) * 2)
    files = {*workspace.tree.files, *instead}
    vault = Vault(files, known, workspace.settings)
    diagnostics: list[Diagnostic] = []
    judged = [path for path in dict.fromkeys((*workspace.checked, *instead)) if path in notes]
    for number, path in enumerate(judged):
        diagnostics += lint_note(notes[path], vault, workspace.rules_of(path))
        if number % 100 == 0:
            progress(len(paths) + number, len(paths) * 2)
    for other in _others(workspace):
        if not wanted(other.path):
            continue
        if found := lint_note(other, vault, workspace.rules_of(other.path)):
            notes[other.path] = other
            judged.append(other.path)
            diagnostics += found
    return Checked(sorted(diagnostics, key=attrgetter("path")), notes, vault, judged)


def _others(workspace: Workspace) -> Iterator[Note]:
    """Yield the broken files of settings, and the attachments without their text."""
    for note in workspace.broken_settings:
        if workspace.is_checked(note.path):
            yield note
    for path in workspace.attachments:
        yield Note(path, "")


def repair(
    workspace: Workspace,
    checked: Checked,
    *,
    unsafe: bool,
    act: bool,
    concern: Concern = lambda _, found: list(found),
    mendable: Callable[[NotePath], bool] = lambda _: True,
) -> Repaired:
    """Mend what was found; with `act` false only say what would be done.

    What a run replaces is remembered before anything is written, for `undo`.
    `concern` is asked again, after each pass, what of a note is to be mended. A note
    that is not `mendable`, or comes from a replica with `fix = false`, stays as it is.
    """
    kept = tuple(f"{one.into}/".lstrip("/") for one in workspace.config.replica if not one.fix)

    def concerned(note: Note, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        left = concern(note, found)
        if mendable(note.path) and not note.path.startswith(kept):
            return left
        return [one._replace(finding=one.finding._replace(fix=None)) for one in left]

    by_note = {path: concerned(checked.notes[path], d) for path, d in _by_note(checked).items()}
    read = checked.notes.__getitem__
    rules = workspace.rules_of
    mended = fix_vault(by_note, read, checked.vault, rules, unsafe=unsafe, concern=concerned)
    plan = tuple(
        Write(path, text.encode(), _digest_of(checked.notes[path]), "safe fixes")
        for path, text in sorted(mended.texts.items())
    )
    outcome = carry_out(workspace.root, plan, "check --fix") if act else (Outcome(plan, ()), None)
    refused = {one.change.path for one in outcome[0].refused}
    left = {path: found for path, found in mended.left.items() if path not in refused}
    now = {**by_note, **left}
    diagnostics = [diagnostic for path in sorted(now) for diagnostic in now[path]]
    notes = {
        path: Note(path, mended.texts[path]) if path in mended.texts and path not in refused else n
        for path, n in checked.notes.items()
    }
    after = checked._replace(diagnostics=diagnostics, notes=notes)
    made = [diagnostic for diagnostic in mended.made if diagnostic.path not in refused]
    return Repaired(plan, made, mended.dropped, outcome[0].refused, after, outcome[1])


def _by_note(checked: Checked) -> dict[NotePath, list[Diagnostic]]:
    """Return the diagnostics of each note that was checked, those without any included."""
    grouped: dict[NotePath, list[Diagnostic]] = {path: [] for path in checked.judged}
    for diagnostic in checked.diagnostics:
        grouped.setdefault(diagnostic.path, []).append(diagnostic)
    return grouped


def _digest_of(note: Note) -> str:
    return digest(note.text.encode())
