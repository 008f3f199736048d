"""Checking a vault: what is found in its notes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import NamedTuple

from knapper.app.batch import Texts
from knapper.app.keeping import Later, kept_survey
from knapper.app.survey import Progress, survey, with_texts
from knapper.app.workspace import Workspace
from knapper.core.excerpt import Findings, RecalledNote, findings_of
from knapper.core.found import EachFound, Found
from knapper.core.in_order import InOrder
from knapper.core.lint import lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.rule import Diagnostic
from knapper.core.vault import Vault

__all__ = ["Checked", "check"]

WORTH_KEEPING = 100
"""Files of a vault for which a survey is kept: fewer are read as quickly as it is."""


class Checked(NamedTuple):
    """What a check found; `notes` are those that were `judged`, read when asked for.

    Attachments and files of settings are among them where something was found.
    """

    diagnostics: Sequence[Diagnostic]
    notes: Mapping[NotePath, Note]
    vault: Vault
    judged: Sequence[NotePath]


def check(
    workspace: Workspace,
    wanted: Callable[[NotePath], bool],
    *,
    instead: Mapping[NotePath, str] = {},
    absent: AbstractSet[NotePath] = frozenset(),
    progress: Progress = lambda _done, _all: None,
    processes: int = 1,
    later: Later | None = None,
) -> Checked:
    """Check the notes that are `wanted`; the whole vault is read in any case.

    `instead` gives texts to take for those on disk (a buffer not yet saved), `absent`
    files that are not wanted and count as if they were not there. With more than one of
    `processes` a large vault is read by so many at once; other threads should not run
    then. With `later` what is found is kept in the user's cache folder, and only what
    changed since the last time is read; it is given what does so, to be done when the user
    has seen the findings.
    """
    texts = Texts(workspace, instead, absent)

    def judged() -> set[NotePath]:
        """Return the attachments too: which of them rules judge takes all rules to know."""
        return {*filter(wanted, (*workspace.checked, *workspace.attachments)), *instead}

    if later and len(workspace.tree.files) >= WORTH_KEEPING:
        done = kept_survey(workspace, later, processes=processes, progress=progress)
        done = with_texts(done, texts, judged()) if instead or absent else done
    else:
        done = survey(texts, judged(), processes=processes, progress=progress)
    found = done.found.only(lambda path: path in instead or wanted(path))
    found = found.updated(_in_settings(workspace, done.vault, wanted))
    # an attachment counts only where something was found
    others = {*instead, *filter(is_attachment, found)}
    notes = (path for path in workspace.checked if path not in others and wanted(path))
    paths = sorted((*notes, *others))
    judged_notes = _Judged(texts, InOrder(paths), found)
    return Checked(EachFound(found, paths), judged_notes, done.vault, paths)


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

    def __init__(self, texts: Texts, paths: InOrder, found: Found) -> None:
        self._texts, self._paths, self._found = texts, paths, found
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
