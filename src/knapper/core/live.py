"""The findings of a vault, kept up to date while its notes change.

What others may know of a note are its `Facts`. As long as these stay the same, and the
same files are there, only the changed notes are judged again; else every note is, by
those rules that read the vault.
"""

from collections.abc import Callable, Collection, Mapping

from knapper.core.lint import Ruleset, lint_note
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.rule import Diagnostic
from knapper.core.settings import Settings
from knapper.core.vault import Vault

__all__ = ["Live"]


class Live:
    """A vault and what is found in it. `diagnostics` has the notes with findings only.

    `wanted` tells which notes are judged, `facts` what others may know of a note.
    """

    def __init__(
        self,
        settings: Settings,
        rules: Callable[[NotePath], Ruleset],
        wanted: Callable[[NotePath], bool],
        facts: Callable[[Note], Facts],
    ) -> None:
        self.rules, self.wanted, self._facts = rules, wanted, facts
        self._again: dict[int, Ruleset] = {}
        self.notes: dict[NotePath, Note] = {}
        self.diagnostics: dict[NotePath, list[Diagnostic]] = {}
        self.vault = Vault((), {}, settings)

    def update(self, fresh: Mapping[NotePath, Note], files: Collection[NotePath]) -> set[NotePath]:
        """Take in notes that are new or changed, and which files there are by now.

        Returns the notes of which the findings are others now.
        """
        files = frozenset(files)
        named = {path for path in files - self.vault.files if is_attachment(path)}
        fresh = {**{path: Note(path, "") for path in named}, **fresh}
        known = {path: self._facts(note) for path, note in fresh.items()}
        gone = [path for path in self.notes if path not in files and path not in fresh]
        for path in gone:
            del self.notes[path]
        self.notes.update(fresh)
        others: Collection[NotePath] = ()
        changed = {path: one for path, one in known.items() if self.vault.facts.get(path) != one}
        if changed or gone or files != self.vault.files:
            left = {path: one for path, one in self.vault.facts.items() if path in self.notes}
            self.vault = Vault(files, {**left, **changed}, self.vault.settings)
            others = self.notes.keys() - fresh.keys()
        judged = {path: self._judged(path) for path in fresh if self.wanted(path)}
        judged |= {path: self._judged_again(path) for path in others if self.wanted(path)}
        judged |= {path: [] for path in gone}
        different = {path for path, one in judged.items() if self.diagnostics.get(path, []) != one}
        for path in different:
            self.diagnostics.pop(path, None)
            if judged[path]:
                self.diagnostics[path] = judged[path]
        return different

    def all(self) -> list[Diagnostic]:
        """Return all diagnostics, by path."""
        return [one for path in sorted(self.diagnostics) for one in self.diagnostics[path]]

    def _judged(self, path: NotePath) -> list[Diagnostic]:
        return lint_note(self.notes[path], self.vault, self.rules(path))

    def _judged_again(self, path: NotePath) -> list[Diagnostic]:
        """Judge a note that is the same by the rules that read the vault."""
        rules = self.rules(path)
        again = self._again.get(id(rules))
        if again is None:
            again = Ruleset.of(rule for rule in rules.rules if rule.check.reads_vault)
            self._again[id(rules)] = again
        now = lint_note(self.notes[path], self.vault, again)
        before = self.diagnostics.get(path, [])
        names = {rule.name for rule in again.rules}
        kept = [one for one in before if one.rule not in names]
        if not kept:
            return now
        found = [*kept, *now]
        return sorted(found, key=lambda one: (one.finding.span, one.rule)) if now else kept
