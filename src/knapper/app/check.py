"""Checking a vault, and mending what can be mended."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from knapper.app.workspace import CHECKED, Workspace, facts
from knapper.core.fix import Concern, Dropped, fix_vault
from knapper.core.lint import lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension
from knapper.core.plan import Outcome, Plan, Refused, Write, digest
from knapper.core.rule import Diagnostic
from knapper.core.vault import Vault
from knapper.shell.disk import execute, read_bytes
from knapper.shell.store import Store

__all__ = ["Checked", "Repaired", "check", "repair", "undo"]

Progress = Callable[[int, int], None]
"""Is told (notes done, notes in all) from time to time."""


class Checked(NamedTuple):
    """What a check found; `notes` are those that were read to be `judged`."""

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
    return Checked(diagnostics, notes, vault, judged)


def repair(
    workspace: Workspace,
    checked: Checked,
    *,
    unsafe: bool,
    act: bool,
    concern: Concern = lambda _, found: list(found),
) -> Repaired:
    """Mend what was found; with `act` false only say what would be done.

    What a run replaces is remembered before anything is written, for `undo`.
    `concern` is asked again, after each pass, what of a note is to be mended.
    """
    by_note = _by_note(checked)
    read = checked.notes.__getitem__
    rules = workspace.rules_of
    mended = fix_vault(by_note, read, checked.vault, rules, unsafe=unsafe, concern=concern)
    plan = tuple(
        Write(path, text.encode(), _digest_of(checked.notes[path]), "safe fixes")
        for path, text in sorted(mended.texts.items())
    )
    outcome = _carry_out(plan, workspace, checked) if act else (Outcome(plan, ()), None)
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
        grouped[diagnostic.path].append(diagnostic)
    return grouped


def _digest_of(note: Note) -> str:
    return digest(note.text.encode())


def _carry_out(plan: Plan, workspace: Workspace, checked: Checked) -> tuple[Outcome, int | None]:
    if not plan:
        return Outcome((), ()), None
    store = Store(workspace.root)
    before = {change.path: checked.notes[change.path].text.encode() for change in plan}
    changes = [(c.path, before[c.path], c.content) for c in plan if isinstance(c, Write)]
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    run = store.remember("check --fix", now, list(changes))
    outcome = execute(plan, workspace.root, store.folder / "trash")
    store.forget(run, [refused.change.path for refused in outcome.refused])
    return outcome, run


def undo(workspace: Workspace, run: int | None) -> tuple[int, Outcome]:
    """Take back a run (the latest that was not taken back); raises `LookupError`.

    A note that was changed since is refused, not overwritten.
    """
    store = Store(workspace.root)
    runs = store.runs()
    undone = {one.undoes for one in runs}
    possible = [one.id for one in runs if one.undoes is None and one.id not in undone]
    chosen = run if run is not None else next(iter(possible), None)
    if chosen is None or chosen not in {one.id for one in runs}:
        raise LookupError("nothing to undo" if run is None else f"there is no run {run}")
    plan = tuple(
        Write(one.path, one.before, one.after, f"undo of run {chosen}")
        for one in store.replaced(chosen)
        if one.before is not None
    )
    contents = [(c.path, _now(workspace, c.path), c.content) for c in plan]
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    number = store.remember(f"undo {chosen}", now, list(contents), undoes=chosen)
    outcome = execute(plan, workspace.root, store.folder / "trash")
    store.forget(number, [refused.change.path for refused in outcome.refused])
    return chosen, outcome


def _now(workspace: Workspace, path: NotePath) -> bytes | None:
    try:
        return read_bytes(workspace.root, path)
    except OSError:
        return None
