"""Measure long notes and many notes: does the time grow with what there is to read?

    python bench/long.py [--notes 10000] [--rounds 3]

Each shape of a note is checked, and mended in a dry run (a defect stands at its end), at a
quarter of its length and at all of it, in a vault of its own; then vaults of a tenth of the
notes and of all. What is told is seconds of processor time, the least of some rounds, less
what a vault with an empty note takes; and how many times as long all of it takes.

Exit status: 0 if no long note takes longer than 2 s to check, nothing grows faster than
what there is to read by more than half, and ten times the notes take less than 12 times.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from watch import make

LONGEST, NOISE, PART = 2.0, 0.5, 4
DEFECT = '\n\nx <a class="yt-timestamp" data-t="00:00:05"></a> y\n'
WORDS = "some words about [[Long note|it]], *all* of `them` and more of $them$ "
ANCHOR = '<a class="yt-timestamp" data-t="00:00:16">[00:00:16]</a> said\n'
TABLE = "| a | b |\n| - | - |\n"
SIGNS = ("[[", "[", "![", "`x", "$", "$$\n", "%%", "**_", "<a ", "<!--", "[[a|", "[^", "\\",
         "http://", "```\n", "==", "~~", "#", "&", "-\n", "- ", "1. ", "> ")  # fmt: skip

SHAPES: dict[str, tuple[str, str, int]] = {
    "5 MB of prose": ("", WORDS * 6 + "\n\n", 11_500),
    "a line of 1 MB": ("", WORDS, 14_000),
    "14,000 defects in a line": ("", WORDS.replace("Long", "No"), 14_000),
    "a list of 100,000 lines": ("", "- item of a [[Long note]] #tag\n", 100_000),
    "a list 200 deep, 8,000 lines": (
        "", "".join("  " * deep + "- item\n" for deep in range(200)), 40
    ),
    "a table of 10,000 rows": (TABLE, "| [[Long note\\|b]] | x |\n", 10_000),
    "50,000 timestamps": ("", ANCHOR, 50_000),
    "20,000 headings": ("", "## Part {}\n\nx\n\n", 20_000),
    "20,000 footnotes": ("", "x[^{0}]\n\n[^{0}]: y\n\n", 20_000),
    "20,000 blocks": ("", "x ^b{}\n\n", 20_000),
    "10,000 properties": ("---\n", "key{}: [a, b]\n", 10_000),
    **{f"`` {sign.strip()} `` 100,000 times": ("", sign, 100_000) for sign in SIGNS},
}  # fmt: skip
"""What a note begins with, what is repeated (`{}` is a number), and how often."""


def text_of(shape: tuple[str, str, int], part: int) -> str:
    """Return a text of a shape, or a part of it."""
    begin, piece, times = shape
    times //= part
    body = "".join(map(piece.format, range(times))) if "{" in piece else piece * times
    return begin + body + (begin if begin == "---\n" else "")


def seconds(vault: Path, option: str, rounds: int) -> float:
    """Return what a check takes at least, in seconds of the processor."""
    command = [sys.executable, "-m", "knapper", "check", "--no-cache", "--exit-zero", option]
    taken = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=vault, capture_output=True, check=option != "--diff")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def long_notes(place: Path, rounds: int) -> bool:
    """Print a row for each shape; tell whether all of them hold."""
    numbers = count()

    def vault_with(text: str) -> Path:
        vault = place / f"vault {next(numbers)}"
        (vault / ".obsidian").mkdir(parents=True)
        (vault / "Long note.md").write_text(text + DEFECT)
        return vault

    empty, all_hold = vault_with(""), True
    base = {option: seconds(empty, option, 3) for option in ("--statistics", "--diff")}
    print("| | check, s | times a quarter | mend, s | times a quarter |")
    print("| --- | --- | --- | --- | --- |")
    for name, shape in SHAPES.items():
        part, whole = vault_with(text_of(shape, PART)), vault_with(text_of(shape, 1))
        row, holds = [name], True
        for option, least in base.items():
            took, less = (
                max(seconds(v, option, rounds) - least, 0.01) for v in (whole, part)
            )  # fmt: skip
            row += [f"{took:.2f}", f"{took / less:.1f}"]
            holds &= took < 1.5 * PART * less or took < NOISE
            holds &= option == "--diff" or took <= LONGEST
        print(f"| {' | '.join(row)} |{'' if holds else ' FAILED'}", flush=True)
        all_hold &= holds
    return all_hold


def many_notes(place: Path, number: int, rounds: int) -> bool:
    """Print what ten times the notes cost; tell whether it is less than twelve times."""
    few, many = place / "few", place / "many"
    make(few, number // 10)
    make(many, number)
    less, took = (seconds(vault, "--statistics", rounds) for vault in (few, many))
    times = f"{took / less:.1f} times"
    print(f"\n{number // 10:,} notes {less:.2f} s, {number:,} notes {took:.2f} s: {times}")
    return took < 12 * less


def main() -> None:
    """Measure, and print tables."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--notes", type=int, default=10_000)
    reader.add_argument("--rounds", type=int, default=3)
    options = reader.parse_args()
    with tempfile.TemporaryDirectory() as name:
        holds = long_notes(Path(name), options.rounds)
        holds &= many_notes(Path(name), options.notes, options.rounds)
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
