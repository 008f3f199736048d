"""Measures the merge: silent damage, conflicts and time.

    python bench/merge.py [PAIRS]

A hundred thousand pairs of random edits (one to three a side, in notes of 8 to 29
lines) are merged, in one area of the note and far apart. Every word that a side
wrote carries a mark that stands nowhere else, every line of the base too: so what
was lost, damaged or doubled is counted, not estimated. Then the cases that notes
meet in a table, and the time for notes of a usual and of a great length.
"""

import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from knapper.sync.merge import Conflicts, Merged, merge

PAIRS = 100_000
WORDS = (
    "archive bread canvas daily engine forest garden harbour index journal kettle lantern "
    "market notebook orchard paper quarry river stone table umbrella village window yard "
    "and the of a to in with for"
).split()


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    print(f"{pairs} random pairs an area; per cent")
    print(f"{'':28}{'merged':>9}{'conflict':>9}{'lost':>8}{'damaged':>8}{'doubled':>8}{'ms':>7}")
    for label, apart, deletes in (
        ("same area", False, True),
        ("same area, no deletions", False, False),
        ("far apart", True, True),
        ("far apart, no deletions", True, False),
    ):
        counts, seconds = random_pairs(pairs, apart=apart, deletes=deletes)
        rates = [counts[kind] / pairs * 100 for kind in VERDICTS]
        columns = "".join(
            f"{rate:>{width}.3f}" for rate, width in zip(rates, (9, 9, 8, 8, 8), strict=True)
        )
        print(f"{label:28}{columns}{seconds / pairs * 1000:>7.2f}")
    print()
    for name, (base, left, right, wanted) in cases().items():
        found = verdict(base, left, right)
        print(f"{name:34}{found:10}{'as wanted' if found == wanted else f'WANTED {wanted}'}")
    print()
    for label, sides in long_notes().items():
        times = [timed(*sides) for _ in range(15)]
        print(f"{label:34}{median(times) * 1000:8.2f} ms")


VERDICTS = ("merged", "conflict", "lost", "damaged", "doubled")


def random_pairs(pairs: int, *, apart: bool, deletes: bool) -> tuple[Counter[str], float]:
    """Merge random pairs; return how often what happened, and the seconds."""
    chance = random.Random(20260101)
    counts: Counter[str] = Counter()
    seconds = 0.0
    for _ in range(pairs):
        lines = [f"{sentence(chance)} mark{n}" for n in range(chance.randrange(8, 30))]
        place = chance.randrange(len(lines))
        other = (place + len(lines) // 2) % len(lines) if apart else place
        left = Writer(chance, "left", lines, place, deletes=deletes)
        right = Writer(chance, "right", lines, other, deletes=deletes)
        versions = [text(lines), text(left.result()), text(right.result())]
        start = perf_counter()
        merged = merge("Note.md", *versions)
        seconds += perf_counter() - start
        kept = [f"mark{n}" for n in range(len(lines)) if n not in left.gone and n not in right.gone]
        counts[judged(merged, left.written + right.written, kept)] += 1
    return counts, seconds


class Writer:
    """Someone who changes a note in one to three places near each other."""

    def __init__(
        self, chance: random.Random, name: str, lines: list[str], place: int, *, deletes: bool
    ) -> None:
        self.lines: list[list[str]] = [[line] for line in lines]
        self.written: list[str] = []
        self.gone: set[int] = set()
        for count in range(chance.randrange(1, 4)):
            index = min(max(0, int(chance.gauss(place, 2.5))), len(lines) - 1)
            if self.lines[index] != [lines[index]]:
                continue  # one change a line
            self.change(chance, index, f"{name}{count}", deletes=deletes)

    def change(self, chance: random.Random, index: int, mark: str, *, deletes: bool) -> None:
        """Put one word, or a line, or delete one; in the proportions of the peers' measure."""
        kind = chance.random()
        old = self.lines[index][0]
        if kind < 0.4:
            words = old.split(" ")
            words[chance.randrange(len(words) - 1)] = mark
            self.lines[index] = [" ".join(words)]
        elif kind < 0.55:
            self.lines[index] = [f"{mark} {sentence(chance)}"]
            self.gone.add(index)
        elif kind < 0.75 or (kind < 0.85 and not deletes):
            self.lines[index] = [old, f"{mark} {sentence(chance)}"]
        elif kind < 0.85:
            self.lines[index] = []
            self.gone.add(index)
            return
        else:
            self.lines[-1] = [*self.lines[-1], f"{mark} {sentence(chance)}"]
        self.written.append(mark)

    def result(self) -> list[str]:
        return [line for lines in self.lines for line in lines]


def sentence(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randrange(6, 16)))


def text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def judged(merged: Merged | Conflicts, written: list[str], kept: list[str]) -> str:
    if isinstance(merged, Conflicts):
        return "conflict"
    found = Counter(re.findall(r"\w+", merged.content.decode()))
    if any(not found[word] for word in written):
        return "lost"
    if any(not found[word] for word in kept):
        return "damaged"
    return "doubled" if any(found[word] > 1 for word in (*written, *kept)) else "merged"


def verdict(base: str, left: str, right: str) -> str:
    """Merge a case in both directions and tell what came of it."""
    versions = [side.encode() for side in (base, left, right)]
    merged, mirrored = merge("Note.md", *versions), merge("Note.md", versions[0], *versions[:0:-1])
    if merged != mirrored:
        return "UNFAIR"
    new = [word for word in ("AAA", "BBB") if word in left + right]
    found = judged(merged, new, [])
    return "merged" if found == "merged" else found


def long_notes() -> dict[str, tuple[bytes, bytes, bytes]]:
    """Return notes to take the time of: a usual one, a long one, one that both rewrote."""
    note = usual_note()
    lines = [f"para {n} some words to fill the line with text number {n * 7}" for n in range(2000)]
    left, right = list(lines), list(lines)
    left[100], right[1800] = "AAA" + left[100], "BBB" + right[1800]
    busy = [list(lines), list(lines)]
    for side, changed in enumerate(busy):
        for n in range(side * 5, 2000, 10):
            changed[n] = f"{changed[n]} side{side} was here"
    huge = [f"{n} {line}" for n in range(20) for line in lines]
    huge_left, huge_right = list(huge), list(huge)
    huge_left[100], huge_right[-100] = "AAA", "BBB"
    return {
        "a note of 45 lines": (
            note.encode(),
            on_line(note, 3, "AAA").encode(),
            on_line(note, 25, "BBB").encode(),
        ),
        "2,000 lines, a change a side": (text(lines), text(left), text(right)),
        "2,000 lines, 200 changes a side": (text(lines), text(busy[0]), text(busy[1])),
        "40,000 lines, a change a side": (text(huge), text(huge_left), text(huge_right)),
    }


def timed(base: bytes, left: bytes, right: bytes) -> float:
    start = perf_counter()
    merge("Note.md", base, left, right)
    return perf_counter() - start


def usual_note() -> str:
    head = "---\ntitle: n1\ntags:\n  - alpha\n  - beta\naliases: [n1x]\nstatus: draft\n"
    body = "".join(f"n1 line {n:02} of the base text\n" for n in range(1, 31))
    return f"{head}updated: 2026-01-01T10:00:00\n---\n# n1\n\nThe beginning\n\n{body}"


def on_line(note: str, number: int, new: str) -> str:
    return re.sub(rf"(?m)^n1 line {number:02} of.*$", new, note)


def cases() -> dict[str, tuple[str, str, str, str]]:
    """Return what happens to notes: base, both sides, and what is wanted."""
    note = usual_note()
    pangram = "the quick brown fox jumps over the lazy dog " * 5 + "alpha omega\n"
    tasks = "- [ ] one\n- [ ] two\n- [ ] three\n"
    line = "n1 line 05 of the base text\n"

    def both(change: Callable[[str, str], str]) -> tuple[str, str]:
        return change("AAA", "12:00"), change("BBB", "13:30")

    return {
        "different lines": (note, on_line(note, 3, "AAA"), on_line(note, 25, "BBB"), "merged"),
        "adjacent lines": (note, on_line(note, 10, "AAA"), on_line(note, 11, "BBB"), "merged"),
        "same line": (note, on_line(note, 10, "AAA"), on_line(note, 10, "BBB"), "conflict"),
        "both append": (note, *both(lambda new, at: f"{note}- {at} {new}\n"), "merged"),
        "two words of one line": (
            pangram,
            pangram.replace("quick", "AAA", 1),
            pangram.replace("omega", "BBB"),
            "merged",
        ),
        "task ticked, next task": (
            tasks,
            tasks.replace("[ ] one", "[x] one AAA"),
            tasks.replace("two", "two BBB"),
            "merged",
        ),
        "frontmatter: different keys": (
            note,
            note.replace("draft", "AAA"),
            note.replace("10:00:00\n", "10:00:00\nreviewed: BBB\n"),
            "merged",
        ),
        "frontmatter: both add a tag": (
            note,
            *both(lambda new, _: note.replace("  - beta\n", f"  - beta\n  - {new}\n")),
            "merged",
        ),
        "frontmatter: inline list": (
            note,
            *both(lambda new, _: note.replace("[n1x]", f"[n1x, {new}]")),
            "merged",
        ),
        "frontmatter: same key": (
            note,
            *both(lambda new, _: note.replace("draft", new)),
            "conflict",
        ),
        "updated: and body": (
            note,
            on_line(note, 3, "AAA").replace("T10:00", "T12:00"),
            on_line(note, 25, "BBB").replace("T10:00", "T13:30"),
            "merged",
        ),
        "paragraph deleted, edited": (
            note,
            re.sub(r"(?m)^n1 line 1[0-4] .*\n", "", note),
            on_line(note, 12, "BBB"),
            "conflict",
        ),
        "paragraph moved, edited": (
            note,
            note.replace(line, "") + line,
            on_line(note, 5, "BBB edited"),
            "conflict",
        ),
        "identical edit": (note, on_line(note, 4, "AAA"), on_line(note, 4, "AAA"), "merged"),
        "both insert, apart": (
            note,
            on_line(note, 4, "AAA\nSAME"),
            on_line(note, 20, "BBB\nSAME"),
            "merged",
        ),
    }


if __name__ == "__main__":
    main()
