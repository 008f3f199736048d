"""The README is true: its commands print what it says, its table of rules is complete.

`pytest --update` writes what is printed today into it; a person reads the diff.
"""

import html
import re
import shlex
import shutil
from pathlib import Path

import picture
import pytest

from conftest import command
from knapper.app.workspace import rule_notes

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
RULES = re.compile(r"<!-- rules -->\n(.*?)<!-- end of rules -->", re.DOTALL)


def printed(block: str, folder: Path) -> str:
    """Run the commands of a console block and return it with what they print."""
    shown = []
    for line in block.splitlines():
        if not line.startswith("$ "):
            continue
        program, *arguments = shlex.split(line[2:])
        assert program in ("knapper", "cd"), line
        if program == "cd":
            folder /= arguments[0]
            shown.append(line)
            continue
        ran = command(folder, *arguments)
        output = f"{ran.out}{ran.err}".strip("\n")
        shown += [line, *output.splitlines(), ""]
    return "\n".join(shown).strip("\n") + "\n"


def table() -> str:
    """Return the table of rules, by family."""
    lines = []
    for family in sorted({note.family for note in rule_notes()}):
        lines += [f"**{family}**", "", "| Rule | | What it asks for |", "| --- | --- | --- |"]
        for note in rule_notes():
            if note.family == family:
                state = note.severity if note.enabled else f"{note.severity}, off by default"
                lines.append(f"| `{note.name}` | {state} | {note.summary} |")
        lines.append("")
    return "\n".join(lines)


def test_commands_print_what_the_readme_says(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    said = README.read_text(encoding="utf-8")
    blocks = CONSOLE.findall(said)
    assert blocks
    now = said
    for block in blocks:
        now = now.replace(block, printed(block, tmp_path))
    if request.config.getoption("--update"):
        README.write_text(now, encoding="utf-8")
    assert now == README.read_text(encoding="utf-8")


def test_table_of_rules_is_that_of_the_rules(request: pytest.FixtureRequest) -> None:
    said = README.read_text(encoding="utf-8")
    now = RULES.sub(lambda _: f"<!-- rules -->\n{table()}<!-- end of rules -->", said)
    if request.config.getoption("--update"):
        README.write_text(now, encoding="utf-8")
    assert now == README.read_text(encoding="utf-8")


def test_files_that_the_readme_names_are_there() -> None:
    for name in ("Makefile", "LICENSE", "CHANGELOG.md", "rules", "seeds", "vault-template"):
        assert (ROOT / name).exists()


def test_the_picture_shows_what_is_printed(request: pytest.FixtureRequest) -> None:
    text = re.sub(r"\x1b\[[0-9;]*m", "", picture.printed())
    if request.config.getoption("--update"):
        picture.PICTURE.write_text(picture.drawn(picture.printed()), encoding="utf-8")
    lines: dict[str, str] = {}
    drawn = picture.PICTURE.read_text(encoding="utf-8")
    for y, piece in re.findall(r'<text [^>]*y="([0-9.]+)"[^>]*>([^<]*)</text>', drawn):
        lines[y] = lines.get(y, "") + html.unescape(piece)
    assert "".join("".join(lines.values()).split()) == "".join(text.split())
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
