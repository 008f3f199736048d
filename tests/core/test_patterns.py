"""Patterns for paths; and regular expressions: linear, right on every Python we support."""

import re
import subprocess
from pathlib import Path

import pytest

from knapper.core.blocks import read_blocks
from knapper.core.inline import read_inline
from knapper.core.note import Note, facts_of
from knapper.core.patterns import matches

PATHS = ("A.md", "Daily/A.md", "Daily/Sub/E.md", "In/Daily/A.md")
HELD = [
    (["Daily/"], ["Daily/A.md", "Daily/Sub/E.md", "In/Daily/A.md"]),
    (["/Daily/", "!Daily/Sub/E.md"], ["Daily/A.md", "Daily/Sub/E.md"]),
    (["/Daily/", "!/Daily/Sub/"], ["Daily/A.md", "Daily/Sub/E.md"]),
    (["Daily/*", "!Daily/Sub/"], ["Daily/A.md"]),
    (["/Daily/**", "!E.md"], ["Daily/A.md", "Daily/Sub/E.md"]),
    (["*", "!*.md"], ["Daily/A.md", "Daily/Sub/E.md", "In/Daily/A.md"]),
    (["A.md", "!Daily/", "!/A.md"], ["Daily/A.md", "In/Daily/A.md"]),
    (["Daily", "!Daily/"], []),
    (["*", "!*/", "!*.md"], []),
    (["*", "!*/", "!E.md"], ["A.md", "Daily/A.md", "In/Daily/A.md"]),
    (["**", "!**/", "!/**/Sub/*"], ["A.md", "Daily/A.md", "In/Daily/A.md"]),
    (["/Daily/**", "!A.md"], ["Daily/Sub/E.md"]),
    (["/*", "!/Daily"], ["A.md", "In/Daily/A.md"]),
]
SOURCES = sorted((Path(__file__).parents[2] / "src").rglob("*.py"))
POSSESSIVE_GROUP = re.compile(r"""\)(?:[*+?]|\{[\d,]+\})\+(?![,"'])""")


@pytest.mark.parametrize(("patterns", "held"), HELD, ids=[" ".join(one) for one, _ in HELD])
def test_patterns_hold_what_they_hold_in_git(
    patterns: list[str], held: list[str], tmp_path: Path
) -> None:
    assert [path for path in PATHS if matches(patterns, path)] == held
    (tmp_path / ".gitignore").write_text("\n".join(patterns))
    for path in PATHS:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    asked = ["git", "check-ignore", *PATHS]
    said = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert said.splitlines() == held


def test_no_pattern_has_a_possessive_group() -> None:
    """Python 3.11.0 to 3.11.4 do not match some of them at all (cpython issue 106052)."""
    found = [
        f"{path.name}: {line.strip()}"
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if POSSESSIVE_GROUP.search(line.replace("()*+,", ""))
    ]
    assert not found


HOSTILE = {
    "brackets": "[" * 100_000,
    "links that never close": "[[a" * 40_000,
    "links in links": "[[a|" * 30_000 + "]]" * 30_000,
    "runs of backticks": " ".join("`" * length for length in range(1, 400)),
    "dollars": "$a " * 40_000,
    "comments that never close": "<!--" * 40_000,
    "tags that never close": "<a b='" * 30_000,
    "attributes": "<a " + "b=c " * 40_000,
    "destinations": "](" * 60_000,
    "nested destinations": "[a](" + "(" * 60_000,
    "escapes": "\\" * 200_000,
    "quotes in quotes": "> " * 100_000 + "x",
    "items in items": "- " * 100_000 + "x",
    "numbers in numbers": "1. " * 100_000 + "x",
    "stars": "*" * 200_000,
    "table rows": "| a | b |\n|---|---|\n" + "| [[a\\|b]] | c |\n" * 8_000,
    "tags": "#a" * 80_000,
    "block ids": "x ^a\n" * 40_000,
    "carets": "^" * 200_000,
    "a long list": "- [[a]] `b`\n" * 30_000,
    "one long line": "word [[link]] `code` " * 50_000,
    "blanks": " " * 500_000 + "x",
    "percent signs": "%%" * 100_000,
    "headings": "# h\n" * 40_000,
    "footnotes in footnotes": "[^a]:" * 40_000,
    "lines that a quote has open": "> " * 200 + "```\n" + "a\n" * 40_000,
    "lines that an item has open": "- " * 200 + "<div>\n" + "a\n" * 40_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_read_to_their_end(text: str) -> None:
    """Each of these takes well under a second if reading is linear, and minutes if not."""
    blocks = read_blocks(text)
    inline = read_inline(text, 0, blocks)
    for link in inline.links:
        assert text.startswith(("[", "!["), link.start)
    assert facts_of(Note("a.md", text)) is not None
