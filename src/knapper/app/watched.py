"""A vault as it was last looked at: its notes, and what is found in them."""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from knapper.app.baseline import open_baseline
from knapper.app.roots import CONFIG_NAME
from knapper.app.workspace import CHECKED, Workspace, facts, open_workspace
from knapper.core.fix import Concern
from knapper.core.lint import lint_note
from knapper.core.live import Live
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension
from knapper.core.rule import Diagnostic
from knapper.core.settings import SETTING_FILES
from knapper.core.text import Lines
from knapper.shell.disk import read_text, scan
from knapper.shell.source import Stamp
from knapper.shell.stamps import Stamps
from knapper.sync.tree import parents

__all__ = ["Look", "Watched", "real_folders"]


class Look(NamedTuple):
    """What a look found to be otherwise.

    `texts` are the notes that have another text than before, with the text before (None
    for a new note), `gone` those that are not there any more; `files` are all files that
    came or went. `findings` are of the notes in which something else, or the same in other
    lines, was found before, and `before` is that.
    """

    texts: Mapping[NotePath, str | None]
    gone: Collection[NotePath]
    files: Collection[NotePath]
    findings: dict[NotePath, list[Diagnostic]]
    before: dict[NotePath, list[Diagnostic]]


class Watched:
    """The notes of a vault, kept up to date by looks.

    `found` has the findings that the baseline does not know, for the notes with any, and
    `rule_counts` how often each rule speaks in them.
    Raises `ConfigError` for a configuration that cannot be, `KnapperError` where the
    vault cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.found: dict[NotePath, list[Diagnostic]] = {}
        self.rule_counts: Counter[str] = Counter()
        self.files: frozenset[NotePath] = frozenset()
        self._stamps = Stamps(root)
        self._linked: tuple[frozenset[NotePath], set[Path]] = frozenset(), set()
        self._open(open_workspace(root, root=root))

    def _open(self, workspace: Workspace) -> None:
        self.news: Concern = open_baseline(workspace).news
        self.workspace = workspace
        self.live = Live(workspace.settings, workspace.rules_of, workspace.is_checked, facts)
        broken = filter(lambda note: workspace.is_checked(note.path), workspace.broken_settings)
        self._settings = {note.path: note for note in broken}
        self._inputs = self._read_inputs()

    def note(self, path: NotePath) -> Note:
        """Return a note as it was last read, or a file of settings in which something is found."""
        return self.live.notes.get(path) or self._settings[path]

    def text(self, path: NotePath) -> str:
        """Return the text of a note as it was last read, "" if there is none."""
        note = self.live.notes.get(path)
        return note.text if note else ""

    def modified(self, path: NotePath) -> int:
        """Return when a file was modified (ns), by its own account; 0 if it is not there."""
        return self._stamps.modified(path)

    def linked_folders(self) -> set[Path]:
        """Return the real folders to which folders of the vault that are links lead."""
        linked = self.workspace.tree.linked
        if linked != self._linked[0]:
            self._linked = linked, set(real_folders(self.root, linked))
        return self._linked[1]

    # -- the configuration ---------------------------------------------------------------

    def is_input(self, path: NotePath) -> bool:
        """Tell whether a file says how the vault is to be judged."""
        own = self.workspace.config.rules
        return path in self._inputs or (bool(own) and path.startswith(f"{own}/"))

    @property
    def has_other_inputs(self) -> bool:
        """Whether the configuration is another one than was last read."""
        return self._read_inputs() != self._inputs

    @property
    def has_lost_configuration(self) -> bool:
        """Whether the file of the configuration is gone (or empty): perhaps it is being saved."""
        return bool(self._inputs[CONFIG_NAME]) and not self._read_inputs()[CONFIG_NAME]

    def _read_inputs(self) -> dict[NotePath, str]:
        config = self.workspace.config
        names = [CONFIG_NAME, "pyproject.toml", config.baseline]
        names += [f"{config.config_folder}/{name}" for name in SETTING_FILES]
        if config.rules:
            files = self.workspace.tree.files
            names += [path for path in files if path.startswith(f"{config.rules}/")]
        return {name: read_text(self.root, name) for name in names if name}

    def reload(self) -> Look:
        """Read the configuration anew; if that fails, the one before holds."""
        notes = self.live.notes
        self._inputs = self._read_inputs()  # a broken one is complained of once
        self._open(open_workspace(self.root, root=self.root))
        self.live.update(notes, self.files)
        return self._result({}, (), (), {*notes, *self.found})

    # -- looking -------------------------------------------------------------------------

    def is_known(self, path: NotePath) -> bool:
        """Tell whether a path is a file as before, but perhaps for its content."""
        if path not in self.files or path in self.workspace.tree.odd:
            return False
        return os.path.isfile(self._place(path))  # noqa: PTH113 - answers any error with False

    def look(self, hinted: Iterable[NotePath], now: int) -> Look:
        """Look at every file; raises `OSError` if the root is not there. `now` is in ns.

        What is `hinted` is read whatever its stamp says.
        """
        tree = scan(self.root)
        if tree != self.workspace.tree:
            self.workspace = replace(self.workspace, tree=tree)
            self.live.wanted, self.live.rules = self.workspace.is_checked, self.workspace.rules_of
        stamps = self._stamps.changed(filter(_is_checked, tree.files), now)
        stamps |= {path: stamps.get(path) for path in hinted if path in self._stamps}
        return self._take(stamps, frozenset(tree.files))

    def read(self, paths: Iterable[NotePath], now: int) -> Look:
        """Read known notes again, whatever their stamps say; raises as `look` does."""
        notes = [path for path in paths if _is_checked(path)]
        stamps = self._stamps.changed(notes, now)
        return self._take({path: stamps.get(path) for path in notes}, self.files)

    def _place(self, path: NotePath) -> str:
        """Return where a file is; of a `Path`, Python remembers each part for good."""
        return f"{self.root}{os.sep}{path}"

    def _take(self, stamps: Mapping[NotePath, Stamp | None], files: frozenset[NotePath]) -> Look:
        """Read what changed, and judge what that may concern."""
        odd = self.workspace.tree.odd
        fresh: dict[NotePath, Note] = {path: self.workspace.read(path) for path in odd}
        texts: dict[NotePath, str | None] = {}
        known: dict[NotePath, Stamp | None] = {}
        for path, stamp in stamps.items():
            note, old = self.workspace.read(path), self.live.notes.get(path)
            if note.trouble and not os.path.lexists(self._place(path)):
                self.root.stat()  # is all of it gone?
                files -= {path}  # it went away after it was listed
                continue
            known[path] = stamp
            if old is None or old.text != note.text:
                texts[path] = None if old is None else old.text
            elif old.trouble == note.trouble:
                continue
            fresh[path] = note
        self._stamps.read(known)
        other: Collection[NotePath] = ()
        gone: Collection[NotePath] = ()
        if files is not self.files:
            gone = self._stamps.drop(files)
            other, self.files = files ^ self.files, files
        different = self.live.update(fresh, files) if fresh or gone or other else set()
        return self._result(texts, gone, other, {*different, *texts})

    def _result(
        self,
        texts: Mapping[NotePath, str | None],
        gone: Collection[NotePath],
        files: Collection[NotePath],
        judged: Iterable[NotePath],
    ) -> Look:
        look = Look(texts, gone, files, {}, {})
        for path in sorted({*judged, *self._settings}):
            before, found = self.found.get(path, []), self._found_in(path)
            if found == before and not self._has_moved(path, texts.get(path), found):
                continue
            look.findings[path], look.before[path] = found, before
            self.rule_counts.subtract(one.rule for one in before)
            self.rule_counts.update(one.rule for one in found)
            self.found.pop(path, None)
            if found:
                self.found[path] = found
        return look

    def _found_in(self, path: NotePath) -> list[Diagnostic]:
        """Return what is found in a note or a file of settings, and is news."""
        found = self.live.diagnostics.get(path, [])
        if path in self._settings:
            found = lint_note(self._settings[path], self.live.vault, self.workspace.rules_of(path))
        return self.news(self.note(path), found) if found else []

    def _has_moved(self, path: NotePath, before: str | None, found: list[Diagnostic]) -> bool:
        """Tell whether findings at the same offsets stand in other lines by now."""
        if before is None or not found:
            return False
        then, now = Lines(before), self.live.notes[path].lines
        starts = (one.finding.span.start for one in found)
        return any(then.place(start) != now.place(start) for start in starts)


def _is_checked(path: NotePath) -> bool:
    return extension(path) in CHECKED


def real_folders(root: Path, linked: Iterable[NotePath]) -> Iterator[Path]:
    """Yield the folders to which folders of a vault that are links lead; `linked` lie in them."""
    for folder in {folder for path in linked for folder in parents(path)}:
        if (root / folder).is_symlink():
            yield (root / folder).resolve()
