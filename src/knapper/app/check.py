"""Checking a vault, and mending what can be mended."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from typing import NamedTuple, cast

from knapper.app.act import act as carry_out
from knapper.app.batch import Texts
from knapper.app.keeping import Later, kept_survey
from knapper.app.survey import Progress, survey, with_texts
from knapper.app.workspace import Workspace
from knapper.core.excerpt import Findings, RecalledNote, findings_of
from knapper.core.fix import Concern, Dropped, fix_vault
from knapper.core.lint import lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.plan import Outcome, Plan, Refused, Write, digest
from knapper.core.rule import Diagnostic
from knapper.core.vault import Vault

__all__ = ["Checked", "Repaired", "check", "repair"]

WORTH_KEEPING = 100
"""Files of a vault for which a survey is kept: fewer are read as quickly as it is."""


class Checked(NamedTuple):
    """What a check found; `notes` are those that were `judged`, read when asked for.

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
    processes: int = 1,
    later: Later | None = None,
) -> Checked:
    """Check the notes that are `wanted`; the whole vault is read in any case.

    `instead` gives texts to take for those on disk (a buffer not yet saved). With more
    than one of `processes` a large vault is read by so many at once; other threads
    should not run then. With `later` what is found is kept in the user's cache folder, and
    only what changed since the last time is read; it is given what does so, to be done when
    the user has seen the findings.
    """
    texts = Texts(replace(workspace), instead)
    judged = {*filter(wanted, (*workspace.checked, *workspace.attachments)), *instead}
    if later and len(workspace.tree.files) >= WORTH_KEEPING:
        done = kept_survey(workspace, later, processes=processes, progress=progress)
        done = with_texts(done, texts, judged) if instead else done
    else:
        done = survey(texts, judged, processes=processes, progress=progress)
    found = {path: some for path, some in done.found.items() if path in judged}
    found |= _in_settings(workspace, done.vault, wanted)
    return _checked(texts, done.vault, found, judged)


def _checked(
    texts: Texts,
    vault: Vault,
    found: Mapping[NotePath, Findings],
    judged: AbstractSet[NotePath],
) -> Checked:
    """Return what was found; an attachment counts only where something was."""
    with_findings = {path for path, one in found.items() if one.diagnostics}
    paths = sorted({path for path in judged if not is_attachment(path)} | with_findings)
    diagnostics = [one for path in paths if path in found for one in found[path].diagnostics]
    return Checked(diagnostics, _Judged(texts, paths, found), vault, paths)


def _in_settings(
    workspace: Workspace, vault: Vault, wanted: Callable[[NotePath], bool]
) -> Iterator[tuple[NotePath, Findings]]:
    """Yield what is found in the files of settings that cannot be read."""
    for note in workspace.broken_settings:
        if workspace.is_checked(note.path) and wanted(note.path):
            rules = workspace.rules_of(note.path)
            yield note.path, findings_of(note, lint_note(note, vault, rules))


class _Judged(Mapping[NotePath, Note]):
    """The notes that were judged: those with findings by an excerpt, and read if need be."""

    def __init__(
        self, texts: Texts, paths: Sequence[NotePath], found: Mapping[NotePath, Findings]
    ) -> None:
        self._texts, self._paths, self._found = texts, dict.fromkeys(paths), found
        self._last: Note | None = None

    def __getitem__(self, path: NotePath) -> Note:
        if path not in self._paths:
            raise KeyError(path)
        if self._last is None or self._last.path != path:
            self._last = self._note(path)
        return self._last

    def _note(self, path: NotePath) -> Note:
        read = partial(self._texts.read, path)
        findings = self._found.get(path)
        return RecalledNote(path, findings.excerpt, read) if findings else read()

    def __iter__(self) -> Iterator[NotePath]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


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
    outcome = carry_out(workspace.root, plan, "check --fix") if act else (Outcome(plan, ()), None)
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
