"""Measure what one change costs in a vault whose findings are kept up to date.

    python bench/live.py VAULT [--rounds 20]

The vault is read once, and never written. Then notes are changed in memory, one at a time,
and changed back: notes drawn by lot, and those to which most links lead. Printed are
milliseconds of the processor from the change to all new findings, and how many notes were
judged again for it and found to be otherwise.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

import knapper.core.live as live_module
from knapper.app.workspace import CHECKED, facts, open_workspace
from knapper.core.live import Live
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension, name_of, stem_of


class Change(NamedTuple):
    """Notes that are others, and notes that are gone."""

    fresh: Mapping[NotePath, Note]
    gone: tuple[NotePath, ...] = ()


def added(text: str) -> Callable[[Note], Change]:
    return lambda note: Change({note.path: Note(note.path, f"{note.text}\n{text}\n")})


def heading(note: Note) -> Change:
    if not note.headings:
        return added("# Another heading")(note)
    last = note.headings[-1]
    place = note.text.index(last.text, last.start) + len(last.text)
    return Change({note.path: Note(note.path, f"{note.text[:place]} x{note.text[place:]}")})


def alias(note: Note) -> Change:
    return Change({note.path: Note(note.path, f"---\naliases: [Another]\n---\n{note.text}")})


def new(note: Note) -> Change:
    path = f"Another {name_of(note.path)}"
    return Change({path: Note(path, f"# Another\n\n[[{stem_of(note.path)}]]\n")})


def deleted(note: Note) -> Change:
    return Change({}, (note.path,))


def renamed(note: Note) -> Change:
    path = f"{note.path[:-3]} renamed.md"
    return Change({path: replace(note, path=path)}, (note.path,))


CHANGES: Mapping[str, Callable[[Note], Change]] = {
    "a word": added("word"),
    "a broken link": added("[[Nothing that is there]]"),
    "a heading": heading,
    "a block id": added("Text. ^another"),
    "a tag": added("#another"),
    "an alias": alias,
    "a new note": new,
    "a deletion": deleted,
    "a rename": renamed,
}


class Measured(NamedTuple):
    """Milliseconds of the processor, notes judged, and notes with other findings."""

    ms: float
    judged: int
    different: int


class Bench:
    """A vault that is changed and changed back."""

    def __init__(self, vault: Path) -> None:
        space = open_workspace(vault)
        self.live = Live(space.settings, space.rules_of, space.is_checked, facts)
        self.files = frozenset(space.tree.files)
        read = {path: space.read(path) for path in self.files if extension(path) in CHECKED}
        self.live.update(read, self.files)
        self.judged = 0
        for name in ("judge", "judge_again"):
            setattr(live_module, name, self._counting(getattr(live_module, name)))

    def _counting(self, judge: Callable[..., object]) -> Callable[..., object]:
        def counting(*args: object) -> object:
            self.judged += 1
            return judge(*args)

        return counting

    def measure(self, path: NotePath, change: Callable[[Note], Change]) -> Measured:
        """Change a note, measure that, and change it back."""
        note = self.live.notes[path]
        made = change(replace(note))
        files = (self.files - {*made.gone}) | made.fresh.keys()
        self.judged, start = 0, time.process_time()
        different = self.live.update(made.fresh, files)
        measured = Measured((time.process_time() - start) * 1000, self.judged, len(different))
        self.live.update({path: replace(note)}, self.files)
        return measured

    def most_linked(self, number: int) -> list[NotePath]:
        """Return the notes that are most often linked by their name alone."""
        known = (self.live.vault.known(path) for path in self.live.notes)
        links = Counter(target.partition("#")[0] for one in known if one for target in one.targets)
        by_name = {stem_of(path): path for path in self.live.notes if path.endswith(".md")}
        return [by_name[name] for name, _ in links.most_common() if name in by_name][:number]


def line(name: str, whose: str, all_measured: Iterable[Measured]) -> str:
    ms, judged, different = zip(*all_measured, strict=True)
    counts = f"{median(judged):g} / {max(judged)} | {median(different):g} / {max(different)}"
    return f"| {name} | {whose} | {median(ms):.1f} / {max(ms):.1f} | {counts} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vault", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    bench = Bench(options.vault.resolve())
    notes = sorted(path for path in bench.live.notes if path.endswith(".md"))
    drawn = random.Random(7).sample(notes, options.rounds)
    linked = bench.most_linked(options.rounds)
    print("| change | of notes | ms, median / most | judged again | found otherwise |")
    print("| --- | --- | --- | --- | --- |")
    for name, change in CHANGES.items():
        for whose, paths in (("drawn by lot", drawn), ("most linked", linked)):
            print(line(name, whose, [bench.measure(path, change) for path in paths]))


if __name__ == "__main__":
    main()
