"""A vault while it is edited: texts that are not saved yet lie over those on disk.

Nothing here writes. Whoever edits puts texts in (`put`, `close`), passes on what
changed outside (`look`), and asks; what was put in counts from `settle` on.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from knapper.answers.guesses import Guess, guesses
from knapper.answers.index import Index, Words, words_of
from knapper.answers.mending import Remedy, mended, remedies
from knapper.app.baseline import open_baseline
from knapper.app.roots import CONFIG_NAME, config_folder
from knapper.app.workspace import CHECKED, Workspace, facts, open_workspace
from knapper.core.config import Config
from knapper.core.fix import Concern
from knapper.core.lint import Ruleset
from knapper.core.live import Live
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, extension
from knapper.core.rule import Diagnostic
from knapper.core.settings import SETTING_FILES, Settings
from knapper.core.text import Edit, Span
from knapper.core.vault import Vault
from knapper.shell.disk import Tree, scan

__all__ = ["EditedVault", "Progress", "lone_vault", "open_vault"]

Progress = Callable[[int, int], None]
"""Is told (notes read, notes in all) from time to time."""

_Stamp = tuple[int, int, int]


def open_vault(
    root: Path, progress: Progress = lambda _done, _all: None, *, everything: bool = False
) -> "EditedVault":
    """Open the vault at `root`, and read all of it.

    Raises `KnapperError` for a configuration or a folder that cannot be read.
    """
    workspace = open_workspace(root, root=root)
    vault = EditedVault(workspace, workspace.rules_of, everything=everything)
    vault.look(progress=progress)
    return vault


def lone_vault(folder: Path) -> "EditedVault":
    """Return a vault of nothing but the notes that are put in.

    Of a folder that is no vault nothing is read, so no rule that reads the vault holds.
    """
    workspace = Workspace(folder, Config(), Settings(), Tree((), {}, frozenset()))

    @cache
    def rules(path: NotePath) -> Ruleset:
        return Ruleset.of(one for one in workspace.rules_at(path) if not one.check.reads_vault)

    return EditedVault(workspace, rules, alone=True)


class EditedVault:
    """A vault with the buffers of an editor laid over it.

    With `everything` all of its notes are judged, else only those that are edited. One
    that is `alone` has nothing but what is put in: its folder is never looked at.
    Paths are those of the vault; what is asked of a file that is not there is empty.
    """

    def __init__(
        self,
        workspace: Workspace,
        rules: Callable[[NotePath], Ruleset],
        *,
        everything: bool = False,
        alone: bool = False,
    ) -> None:
        self.workspace, self.root = workspace, workspace.root
        self.index = Index()
        self.live = Live(workspace.settings, rules, self._is_judged, self._facts)
        self._everything, self._alone = everything, alone
        self._buffers: dict[NotePath, Note] = {}
        self._waiting: set[NotePath] = set()
        self._stamps: dict[NotePath, _Stamp] = {}
        self._words: dict[NotePath, Words] = {}
        self._progress: Callable[[], None] = lambda: None
        self._concern: Concern = open_baseline(workspace).news

    # -- texts ---------------------------------------------------------------------------

    @property
    def vault(self) -> Vault:
        return self.live.vault

    @property
    def edited(self) -> Iterator[NotePath]:
        """The notes that are edited."""
        return iter(self._buffers)

    def note(self, path: NotePath) -> Note:
        """Return a file as the editor has it, or as it is on disk."""
        return self._buffers.get(path) or self.workspace.read(path)

    def put(self, path: NotePath, text: str) -> None:
        """Lay a text over the file at `path`, which need not exist."""
        self._buffers[path] = Note(path, text)
        self._waiting.add(path)

    def close(self, path: NotePath) -> set[NotePath]:
        """Take a text away; the file on disk counts again.

        Returns the notes that have other findings now.
        """
        if self._buffers.pop(path, None) is None:
            return set()
        self._stamps.pop(path, None)
        self._waiting.discard(path)
        return self.look([path])

    def overlaid(self) -> Workspace:
        """Return the workspace as the editor sees it."""
        texts = {path: note.text for path, note in self._buffers.items()}
        files = tuple(sorted({*self.workspace.tree.files, *texts}))
        return replace(
            self.workspace, tree=self.workspace.tree._replace(files=files), buffers=texts
        )

    def is_setting(self, path: NotePath) -> bool:
        """Tell whether a file says how the vault is to be read, so that it is to be reopened."""
        config = self.workspace.config
        folder, _, name = path.partition("/")
        own = bool(config.rules) and path.startswith(f"{config.rules}/")
        obsidian = folder == config_folder(self.root, config.config_folder)
        named = path in (CONFIG_NAME, "pyproject.toml", config.baseline)
        return own or named or (obsidian and name in SETTING_FILES)

    # -- keeping up ----------------------------------------------------------------------

    def settle(self) -> set[NotePath]:
        """Let count what was put in; return the notes that have other findings now."""
        if not self._waiting:
            return set()
        fresh = {path: self._buffers[path] for path in self._waiting}
        self._waiting = set()
        return self._take(fresh)

    def look(
        self,
        paths: Iterable[NotePath] | None = None,
        progress: Progress = lambda _done, _all: None,
    ) -> set[NotePath]:
        """Look at what changed on disk, at these paths or anywhere.

        Returns the notes that have other findings now.
        """
        if self._alone:
            return self._take({})
        hinted = set(paths or ())
        looked_at = hinted
        if paths is None or not all(map(self._is_known, hinted)):
            files = self._scanned()
            anywhere = paths is None or any(map(self._is_folder, hinted))
            looked_at = hinted | (files if anywhere else files - self._stamps.keys())
        fresh: dict[NotePath, Note] = {}
        for path in sorted(path for path in looked_at if extension(path) in CHECKED):
            stamp = self._stamp(path)
            if stamp is not None and (path in hinted or self._stamps.get(path) != stamp):
                self._stamps[path] = stamp
                if path not in self._buffers:
                    fresh[path] = self.workspace.read(path)
        self._progress = lambda: progress(len(self._words), len(fresh))
        return self._take(fresh)

    def _take(self, fresh: Mapping[NotePath, Note]) -> set[NotePath]:
        files = frozenset((*self.workspace.tree.files, *self._buffers))
        gone = self.vault.files - files
        kept = {path: note for path, note in fresh.items() if extension(path) in CHECKED}
        different = self.live.update(kept, files)
        others = {path: Words() for path in files - self.vault.facts.keys() - self._words.keys()}
        self.index.update({**others, **self._words}, gone)
        self._words = {}
        return different

    def _scanned(self) -> set[NotePath]:
        """Look which files there are."""
        tree = scan(self.root)
        self.workspace = replace(self.workspace, tree=tree)
        files = {*tree.files}
        for path in self._stamps.keys() - files:
            del self._stamps[path]
        return files

    def _is_known(self, path: NotePath) -> bool:
        return path in self._stamps and self._stamp(path) is not None

    def _is_folder(self, path: NotePath) -> bool:
        """Tell whether a path is a folder's; what is in it may be what was elsewhere."""
        return (self.root / path).is_dir()

    def _stamp(self, path: NotePath) -> _Stamp | None:
        try:
            status = os.stat(f"{self.root}{os.sep}{path}")  # noqa: PTH116 - ten thousand of them
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns, status.st_ino

    def _facts(self, note: Note) -> Facts:
        """Return the facts of a note, and keep its words for the index.

        Of a note that nobody edits, what was parsed is dropped: there may be many.
        """
        kept = self._everything or note.path in self._buffers
        read = note if kept else Note(note.path, note.text, note.trouble)
        found = facts(read)
        self._words[note.path] = words_of(read, found)
        if len(self._words) % 200 == 0:
            self._progress()
        return found

    def _is_judged(self, path: NotePath) -> bool:
        return (self._everything or path in self._buffers) and self.workspace.is_checked(path)

    # -- findings ------------------------------------------------------------------------

    def findings(self, path: NotePath) -> list[Diagnostic]:
        """Return what is found in a note; what the baseline knows is left out."""
        found = self.live.diagnostics.get(path, [])
        return self._concern(self.note(path), found) if found else []

    def remedies(self, path: NotePath, span: Span) -> list[Remedy]:
        """Return the fixes of the findings that touch a span of a note."""
        return list(remedies(self.note(path), self.findings(path), span))

    def guesses(self, path: NotePath, span: Span) -> list[Guess]:
        """Return what the links that touch a span of a note may have meant."""
        return list(guesses(self.note(path), self.vault, span))

    def mended(self, path: NotePath) -> tuple[Edit, ...]:
        """Return the edits that make all safe fixes of a note.

        None in the folder of a replica that asks for none (`fix = false`).
        """
        kept = tuple(
            f"{one.into}/".lstrip("/") for one in self.workspace.config.replica if not one.fix
        )
        if path.startswith(kept) or path not in self._buffers:
            return ()
        return mended(self.note(path), self.findings(path), self.vault, self.live.rules(path))
