"""The README and the pages beside it are true: their commands print what they say.

`pytest --update` writes what is printed today into it; a person reads the diff.
"""

import html
import re
import shlex
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import picture
import pytest

import test_rules
from conftest import command
from knapper.app.workspace import rule_notes
from knapper.core.rule import CHECKS
from knapper.core.rulebook import read_examples, read_rule_note, rule_of

ROOT = Path(__file__).parents[1]
README, DOCS = ROOT / "README.md", ROOT / "docs"
PAGES = [README, *sorted(DOCS.glob("*.md"))]
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
FENCE = re.compile(r"^(`{3,}).*?^\1", re.DOTALL | re.MULTILINE)


def printed(block: str, folder: Path) -> tuple[str, Path]:
    """Run the commands of a console block; return it with what they print, and the folder."""
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
    return "\n".join(shown).strip("\n") + "\n", folder


def table() -> str:
    """Return the table of rules, by family."""
    lines = []
    for family in sorted({note.family for note in rule_notes()}):
        lines += [f"## {family}", "", "| Rule | | What it asks for |", "| --- | --- | --- |"]
        for note in rule_notes():
            if note.family == family:
                state = note.severity if note.enabled else f"{note.severity}, off by default"
                lines.append(f"| `{note.name}` | {state} | {note.summary} |")
        lines.append("")
    return "\n".join(lines)


def families() -> str:
    """Return the names of the rules, a line for each family."""
    lines = ["| Family | Rules |", "| --- | --- |"]
    for family in sorted({note.family for note in rule_notes()}):
        names = [f"`{note.name}`" if note.enabled else f"*`{note.name}`*"
                 for note in rule_notes() if note.family == family]  # fmt: skip
        lines.append(f"| [{family}](docs/rules.md#{family}) | {', '.join(names)} |")
    return "\n".join([*lines, ""])


def test_commands_print_what_the_pages_say(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The README makes the vault that the pages in `docs/` use as well."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    for page in PAGES:
        said = page.read_text(encoding="utf-8")
        blocks = CONSOLE.findall(said)
        assert blocks or page != README
        now, folder = said, tmp_path
        for block in blocks:
            new, folder = printed(block, folder)
            now = now.replace(block, new)
        if request.config.getoption("--update"):
            page.write_text(now, encoding="utf-8")
        assert now == page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "name", "made"), [(DOCS / "rules.md", "rules", table), (README, "families", families)]
)
def test_tables_of_rules_are_those_of_the_rules(
    page: Path, name: str, made: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    said = page.read_text(encoding="utf-8")
    marks = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    between = re.compile(f"{marks[0]}(.*?){marks[1]}", re.DOTALL)
    assert between.search(said)
    now = between.sub(lambda _: f"{marks[0]}{made()}{marks[1]}", said)
    if request.config.getoption("--update"):
        page.write_text(now, encoding="utf-8")
    assert now == page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges make them of their words."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_the_pages_link_to_is_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text(encoding="utf-8"))):
        if not link.startswith("http"):
            path, _, anchor = link.partition("#")
            goal = (page.parent / path).resolve() if path else page
            assert goal.exists(), link
            assert not anchor or anchor in anchors(goal), link


def test_the_rule_in_ten_lines_is_one() -> None:
    said = README.read_text(encoding="utf-8").partition("### A rule in ten lines")[2]
    (path,) = re.findall(r"`rules/(\S+\.md)`", said)
    (written,) = re.findall(r"````md\n(.*?)````", said, re.DOTALL)
    (function,) = re.findall(r"```python\n(.*?)```", said, re.DOTALL)
    (place,) = re.findall(r"`src/(knapper/checks/\S+)\.py`", said)
    note = read_rule_note(path, written)
    assert len([line for line in function.splitlines() if line]) <= 10
    module = import_module(place.replace("/", "."))
    try:
        exec(function, vars(module))
        test_rules.test_note_tells_its_options_and_has_both_kinds_of_example(note)
        for example in read_examples(note):
            test_rules.test_example(note, example)
            test_rules.test_dressed_example(note, example)
        assert rule_of(note).options == {"least": 5}
    finally:
        CHECKS.pop(note.name, None)
        vars(module).pop(note.name.replace("-", "_"), None)


def test_the_readme_counts_the_scenes_of_the_suite() -> None:
    scenes = (ROOT / "tests/sync/suite/scenarios.py").read_text(encoding="utf-8")
    number = scenes.count("\n@sc(")
    assert f"| **knapper** | {number} of {number} | 0 | 0 |" in README.read_text(encoding="utf-8")


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
