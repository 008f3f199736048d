"""The findings of a vault, kept up to date while its notes change.

A note is judged again if it is another one, or if a change of the vault concerns what
was asked when it was judged (`difference`). All others stay as they are.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from knapper.core.asked import Questions
from knapper.core.difference import Askers, difference
from knapper.core.first_look import FirstLook, Granted, is_right
from knapper.core.lint import Ruleset, Verdict, judge, judge_again
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.rule import Diagnostic
from knapper.core.settings import Settings
from knapper.core.sketch import sketch_of, sketched
from knapper.core.vault import Vault

__all__ = ["Live"]


_PARSED = 32
"""Notes that are held parsed at once at the most: memory keeps the mark of the highest tide."""

_IN_PARTS = 1000
"""Changed notes that are taken in by parts at the most, for the same reason.

Some are judged twice then, which costs too much where a whole vault is read.
"""


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
        self.notes: dict[NotePath, Note] = {}
        self.diagnostics: dict[NotePath, list[Diagnostic]] = {}
        self.vault = Vault((), {}, settings)
        self._askers = Askers()
        self._sketches: dict[NotePath, bytes] = {}

    def update(self, fresh: Mapping[NotePath, Note], files: Collection[NotePath]) -> set[NotePath]:
        """Take in notes that are new or changed, and which files there are by now.

        Notes that are there and yet no files (a folder `x.md`) are fresh each time.
        Returns the notes of which the findings are others now.
        """
        files = frozenset(files)
        named = (path for path in files - self.vault.names.files if is_attachment(path))
        fresh = {**{path: Note(path, "") for path in named}, **fresh}
        gone = [path for path in self.notes if path not in files and path not in fresh]
        if not self.notes or not _PARSED < len(fresh) <= _IN_PARTS:
            return self._update(fresh, gone, files)
        before, different = dict(self.diagnostics), set[NotePath]()
        for part in _parts(fresh):
            different |= self._update(part, gone, files)
            gone = []
        return {one for one in different if before.get(one, []) != self.diagnostics.get(one, [])}

    def all(self) -> list[Diagnostic]:
        """Return all diagnostics, by path."""
        return [one for path in sorted(self.diagnostics) for one in self.diagnostics[path]]

    def _update(
        self, fresh: Mapping[NotePath, Note], gone: Collection[NotePath], files: frozenset[NotePath]
    ) -> set[NotePath]:
        """Take in some of the notes at once."""
        before = self.vault
        read = self._read if len(fresh) <= _PARSED else self._read_many
        verdicts = read(fresh, gone, files)
        changes = difference(before, self.vault, {*fresh, *gone})
        for path in self._askers.concerned(changes) - fresh.keys() - {*gone}:
            verdicts[path] = self._judged_again(path, self.diagnostics.get(path, ()))
        verdicts |= dict.fromkeys((*gone, *(fresh.keys() - verdicts.keys())), _NOTHING)
        return {path for path, verdict in verdicts.items() if self._take(path, verdict)}

    def _read(
        self, fresh: Mapping[NotePath, Note], gone: Collection[NotePath], files: frozenset[NotePath]
    ) -> dict[NotePath, Verdict]:
        """Bring the vault up to date, and judge what is fresh."""
        self._turn(fresh, {path: self._facts(note) for path, note in fresh.items()}, gone, files)
        return {
            path: self._judged(note, self.vault)
            for path, note in fresh.items()
            if self.wanted(path)
        }

    def _read_many(
        self, fresh: Mapping[NotePath, Note], gone: Collection[NotePath], files: frozenset[NotePath]
    ) -> dict[NotePath, Verdict]:
        """Do the same, but judge each note while it is parsed: to hold them all costs much."""
        first = FirstLook(self.vault.names.replaced(files), self.vault.settings)
        known: dict[NotePath, Facts] = {}
        verdicts: dict[NotePath, Verdict] = {}
        granted: dict[NotePath, Granted] = {}
        for path, given in fresh.items():
            note = replace(given)
            known[path] = self._facts(note)
            if self.wanted(path):
                first.look_at(path, known[path])
                verdicts[path] = self._judged(note, first)
                if assumed := first.granted():
                    granted[path] = assumed
        self._turn(fresh, known, gone, files)
        wrong = (path for path, one in granted.items() if not is_right(one, self.vault))
        again = {path: self._judged_again(path, verdicts[path].diagnostics) for path in wrong}
        return verdicts | again

    def _turn(
        self,
        fresh: Mapping[NotePath, Note],
        known: Mapping[NotePath, Facts],
        gone: Collection[NotePath],
        files: frozenset[NotePath],
    ) -> None:
        """Turn to the vault as it is now."""
        for path in gone:
            del self.notes[path]
            self._sketches.pop(path, None)
        self.notes |= {path: replace(note) for path, note in fresh.items()}
        changed = {path: one for path, one in known.items() if self.vault.known(path) != one}
        if changed or gone or files != self.vault.names.files:
            self.vault = self.vault.updated(changed, gone, files)

    def _judged(self, note: Note, vault: Vault) -> Verdict:
        """Judge a note that is new or changed."""
        verdict = judge(note, vault, self.rules(note.path))
        self._sketches[note.path] = sketch_of(note)
        return verdict

    def _judged_again(self, path: NotePath, before: Sequence[Diagnostic]) -> Verdict:
        """Judge a note that is the same, in a vault that is another one."""
        if not self.wanted(path):
            return _NOTHING
        note = sketched(self.notes[path], self._sketches[path])
        return judge_again(note, self.vault, self.rules(path), before)

    def _take(self, path: NotePath, verdict: Verdict) -> bool:
        """Take over what was found in a note; True if it is something else than before."""
        self._askers.put(path, verdict.questions)
        before = self.diagnostics.pop(path, [])
        if verdict.diagnostics:
            self.diagnostics[path] = verdict.diagnostics
        return before != verdict.diagnostics


_NOTHING = Verdict([], Questions())


def _parts(fresh: Mapping[NotePath, Note]) -> Iterator[Mapping[NotePath, Note]]:
    rest = iter(fresh.items())
    while part := {path: replace(note) for path, note in islice(rest, _PARSED)}:
        yield part
