"""The command line as a person and a program meet it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import SOURCE, Knapper, WriteVault, command, contents

VAULT = {
    "Recipes.md": "---\naliases: [Cooking]\n---\n# Soup\n",
    "some_note.md": "",
    "Note.md": "Line one\n\nSee [[Recipies]] and [[some note | x]].\n",
    "Folder/Deep.md": "[[Cooking]] [[Recipes#Stew]]\n",
}

TEXT = """\
Folder/Deep.md:1:1: error alias-as-target: 'Cooking' is an alias of 'Recipes'; a link needs \
the note's own name [fix]
    1 | [[Cooking]] [[Recipes#Stew]]
      | ^^^^^^^^^^^
Folder/Deep.md:1:13: error broken-heading-link: 'Recipes' has no heading 'Stew'
    1 | [[Cooking]] [[Recipes#Stew]]
      |             ^^^^^^^^^^^^^^^^
Note.md:3:5: error broken-wikilink: no note is called 'Recipies'; did you mean 'Recipes'?
    3 | See [[Recipies]] and [[some note | x]].
      |     ^^^^^^^^^^^^
Note.md:3:22: error title-form: 'some note' is the title of 'some_note'; a link needs the \
file's name [fix]
    3 | See [[Recipies]] and [[some note | x]].
      |                      ^^^^^^^^^^^^^^^^^

4 errors in 2 notes of 4; 2 can be mended with --fix
"""


def test_findings_for_a_person(vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault(VAULT), "check")
    assert ran.out == TEXT
    assert (ran.status, ran.err) == (1, "")


def test_findings_for_a_program(vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault(VAULT), "check", "--output-format", "json")
    assert [sorted(found) for found in ran.json] == [
        ["column", "end_column", "end_line", "fix", "line", "message", "path", "rule", "severity"]
    ] * 4
    assert ran.json[3] == {
        "path": "Note.md",
        "line": 3,
        "column": 22,
        "end_line": 3,
        "end_column": 39,
        "rule": "title-form",
        "severity": "error",
        "message": "'some note' is the title of 'some_note'; a link needs the file's name",
        "fix": {
            "title": "link to 'some_note'",
            "safe": True,
            "edits": [
                {"line": 3, "column": 24, "end_line": 3, "end_column": 33, "text": "some_note"}
            ],
        },
    }
    places = [(found["path"], found["line"], found["column"]) for found in ran.json]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("arguments", "rules"),
    [
        (["Note.md"], ["broken-wikilink", "title-form"]),
        (["Folder"], ["alias-as-target", "broken-heading-link"]),
        (["--select", "title-form,alias-as-target"], ["alias-as-target", "title-form"]),
        (["--select", "links", "--ignore", "title-form,broken-wikilink"],
         ["alias-as-target", "broken-heading-link"]),
        (["--ignore", "links"], []),
        (["--select", "timestamps"], []),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_reported(
    vault: WriteVault, knapper: Knapper, arguments: list[str], rules: list[str]
) -> None:
    ran = knapper(vault(VAULT), "check", "--output-format", "json", *arguments)
    assert ran.rules == rules
    assert ran.status == bool(rules)


def test_paths_limit_what_is_mended_too(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(VAULT)
    knapper(root, "check", "--fix", "Folder")
    assert "[[Recipes|Cooking]]" in (root / "Folder/Deep.md").read_text()
    assert "[[some note | x]]" in (root / "Note.md").read_text()


def test_names_of_attachments_are_judged_and_their_bytes_never_read(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({"Note.md": "", "Pictures/Figure #1.png": b"\xff", "Pictures/b.png": b"\xff"})
    ran = knapper(root, "check", "--output-format", "json")
    assert [(one["path"], one["rule"], one["line"]) for one in ran.json] == [
        ("Pictures/Figure #1.png", "unlinkable-file-name", 1)
    ]
    assert knapper(root, "check", "Note.md").status == 0
    assert "1 warning in 1 note of 2" in knapper(root, "check", "--fix").out
    (root / ".knapper.toml").write_text('exclude = ["Pictures/"]')
    assert knapper(root, "check").status == 0


def test_diff_shows_and_changes_nothing(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(VAULT)
    before = contents(root)
    ran = knapper(root, "check", "--diff", "Note.md")
    assert ran.out == (
        "--- Note.md\n+++ Note.md\n@@ -1,3 +1,3 @@\n Line one\n \n"
        "-See [[Recipies]] and [[some note | x]].\n+See [[Recipies]] and [[some_note | x]].\n"
    )
    assert ran.status == 1
    assert contents(root) == before


def test_fix_then_undo(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(VAULT)
    before = contents(root)
    ran = knapper(root, "check", "--fix", "--statistics")
    assert "mended 2 findings in 2 notes" in ran.err
    assert ran.status == 1
    assert "broken-wikilink" in ran.out
    mended = contents(root)
    assert mended != before
    undone = knapper(root, "undo")
    assert (undone.status, undone.out) == (
        0,
        "run 1 (check --fix) undone: 2 files are as they were before it\n",
    )
    assert contents(root) == before
    assert knapper(root, "undo").status == 2
    again = knapper(root, "undo", "2")  # the undo itself
    assert again.status == 0
    assert contents(root) == mended
    assert "check --fix" in knapper(root, "undo", "--list").out


def test_undo_leaves_what_the_user_changed_since(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(VAULT)
    knapper(root, "check", "--fix")
    (root / "Note.md").write_text("mine now\n")
    ran = knapper(root, "undo")
    assert ran.status == 1
    assert "Note.md: not undone: it was changed meanwhile" in ran.err
    assert (root / "Note.md").read_text() == "mine now\n"
    assert "[[Cooking]]" in (root / "Folder/Deep.md").read_text()


def test_statistics_and_exit_zero(vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault(VAULT), "check", "--statistics", "--exit-zero")
    assert ran.status == 0
    assert ran.lines()[:2] == [
        "     1  alias-as-target      error  (1 with a safe fix)",
        "     1  broken-heading-link  error",
    ]


def test_a_baseline_forgives_once_what_was_known(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(VAULT)
    assert knapper(root, "check", "--write-baseline").status == 0
    known = root / ".knapper-baseline.json"
    assert knapper(root, "check", "--baseline", known).status == 0
    (root / "Note.md").write_text("new line\n" + VAULT["Note.md"] + "[[Gone]]\n")
    ran = knapper(root, "check", "--baseline", known, "--output-format", "json")
    assert [found["message"] for found in ran.json] == ["no note is called 'Gone'"]
    known.write_text("{}")
    assert knapper(root, "check", "--baseline", known).status == 2


def test_a_buffer_is_checked_in_place_of_its_note(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(VAULT)
    arguments = ("check", "--stdin-filename", "Note.md")
    ran = knapper(root, *arguments, "--output-format", "json", stdin=b"[[Recipes]] [[Typo]]\n")
    assert ran.rules == ["broken-wikilink"]
    fixed = knapper(root, *arguments, "--fix", stdin="é [[some note]]\r\n".encode())
    assert fixed.output == "é [[some_note|some note]]\r\n".encode()
    assert (fixed.status, fixed.err) == (0, "")
    assert (root / "Note.md").read_text() == VAULT["Note.md"]
    new = knapper(root, "check", "--stdin-filename", "Folder/New.md", stdin=b"[[Deep]]\n")
    assert new.status == 0


def test_what_is_left_of_a_mended_buffer_is_told_aside(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(VAULT)
    call = ("check", "--stdin-filename", "Note.md", "--fix")
    text, mended = b"[[some note]] [[lost]]\n", b"[[some_note|some note]] [[lost]]\n"
    ran = knapper(root, *call, "--output-format", "concise", stdin=text)
    assert (ran.status, ran.output) == (1, mended)
    assert ran.err.startswith("Note.md:1:25: error broken-wikilink: no note is called 'lost'")
    counted = knapper(root, *call, "--statistics", "--exit-zero", stdin=text)
    assert (counted.status, counted.output) == (0, mended)
    assert "broken-wikilink" in counted.err

    goal = root.parent / "left.json"
    ran = knapper(root, *call, "--output-format", "json", "-o", goal, stdin=text)
    assert (ran.status, ran.output) == (1, mended)
    assert [one["rule"] for one in json.loads(goal.read_text())] == ["broken-wikilink"]
    ran = knapper(root, *call, "--output-format", "json", stdin=text)
    assert (ran.status, ran.output) == (2, b"")
    assert "--output-format json needs --output-file" in ran.err


CONFIG = """\
exclude = ["Archive/"]
extend-select = ["self-link"]
ignore = ["title-form"]
[severity]
broken-heading-link = "info"
[options.broken-wikilink]
ignore = ["Recipies"]
[[overrides]]
include = ["Folder/"]
ignore = ["alias-as-target"]
"""


def test_the_configuration_is_obeyed_and_shown(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({**VAULT, ".knapper.toml": CONFIG, "Archive/Old.md": "[[gone]]\n",
                  "Me.md": "[[Me]]\n"})  # fmt: skip
    ran = knapper(root, "check", "--output-format", "json")
    found = [(one["path"], one["rule"], one["severity"]) for one in ran.json]
    assert found == [
        ("Folder/Deep.md", "broken-heading-link", "info"),
        ("Me.md", "self-link", "info"),
    ]
    assert ran.status == 0  # infos do not count
    shown = knapper(root, "config", "--output-format", "json").json
    assert shown["exclude"] == ["Archive/"]
    assert shown["rules"]["broken-wikilink"] == {"severity": "error", "ignore": ["Recipies"]}
    assert "title-form" not in shown["rules"]
    other = root / "other.toml"
    other.write_text('select = ["title-form"]\n')
    assert knapper(root, "check", "--config", other, "--output-format", "json").rules == [
        "title-form"
    ]


def test_what_obsidian_excludes_and_templates_are_not_checked(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault(
        {
            ".obsidian/app.json": json.dumps({"userIgnoreFilters": ["Old/", "/^\\d+\\.md$/"]}),
            ".obsidian/templates.json": '{"folder": "Templates"}',
            "Old/A.md": "[[gone]]\n",
            "12.md": "[[gone]]\n",
            "Templates/T.md": "---\ncreated: {{date}}\n---\n[[{{title}}]] [[gone]]\n",
            "N.md": "[[A]] [[12]] [[T]]\n",
        }
    )
    assert knapper(root, "check", "--output-format", "json").json == []


def test_facts_have_the_promised_shape(vault: WriteVault, knapper: Knapper) -> None:
    text = (
        '---\ntags: [a]\nup: "[[Recipes|R]]"\n---\n# H #x\n\n![[Recipes#Soup]] ^id\n\n'
        '<a class="yt-timestamp" data-t="00:01:02">[00:01:02]</a>\n'
    )
    root = vault({**VAULT, "F.md": text})
    assert knapper(root, "facts", "F.md").json == {
        "path": "F.md",
        "frontmatter": {"exists": True, "data": {"tags": ["a"], "up": "[[Recipes|R]]"}},
        "aliases": [],
        "tags_frontmatter": ["#a"],
        "tags": ["#x"],
        "headings": [[1, "H #x"]],
        "blocks": ["id"],
        "links": [
            {
                "link": "Recipes#Soup",
                "display": "Recipes > Soup",
                "kind": "wiki",
                "embed": True,
                "resolved": "Recipes.md",
                "subpath": {"type": "heading", "found": True},
                "line": 7,
                "column": 1,
            }
        ],
        "frontmatter_links": [
            {"key": "up", "link": "Recipes", "display": "R", "resolved": "Recipes.md"}
        ],
        "timestamps": [{"seconds": 62, "label_seconds": 62, "line": 9, "column": 1}],
        "canvas": None,
        "base": None,
        "edges": [["F.md", "Recipes.md", 2]],
        "tag_groups": ["#a", "#x"],
        "template": False,
        "excluded": False,
        "conflict_copy_of": None,
        "attachment_folder": "",
    }


def test_rules_are_explained(tmp_path: Path, knapper: Knapper) -> None:
    page = knapper(tmp_path, "rule", "broken-wikilink").out
    assert page.startswith("broken-wikilink (links, error, on)\n")
    assert "## " in page
    assert "broken-wikilink" in knapper(tmp_path, "rule").out
    wrong = knapper(tmp_path, "rule", "broken-wikilnk")
    assert (wrong.status, wrong.output) == (2, b"")
    assert "did you mean 'broken-wikilink'?" in wrong.err
    listed = knapper(tmp_path, "rule", "--output-format", "json").json
    assert {"name", "family", "severity", "summary", "options"} <= set(listed[0])


def test_init_makes_a_vault_that_is_clean(tmp_path: Path, knapper: Knapper) -> None:
    source = tmp_path / "talks"
    source.mkdir()
    (source / "A note.md").write_text("# A\n")
    made = knapper(tmp_path, "init", "v", "--source", source)
    assert made.status == 0
    assert (tmp_path / "v/Sources/talks/A note.md").read_text() == "# A\n"
    assert (tmp_path / "v/.obsidian/app.json").is_file()
    assert 'mode = "pull"' in (tmp_path / "v/.knapper.toml").read_text()
    assert knapper(tmp_path, "check", "v").status == 0
    assert "\nnext: knapper check v\n" in made.out
    assert "\nnext: knapper check 'my vault'\n" in knapper(tmp_path, "init", "my vault").out
    assert knapper(tmp_path, "init", "v").status == 2
    assert knapper(tmp_path, "init", "w", "--source", "nowhere").status == 2


def test_init_in_a_vault_keeps_what_is_there(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({".obsidian/app.json": "{}", "A.md": "---\nvideoId: abcdefghijk\n---\n"})
    before = contents(root)
    ran = knapper(root.parent, "init", root.name)
    assert ran.lines()[0] == "vault: a vault, 1 file written, preset 'video-notes'"
    after = contents(root)
    assert 'preset = "video-notes"' in after.pop(".knapper.toml").decode()
    assert after == before


def test_init_in_a_folder_of_notes_adds_what_is_not_there(tmp_path: Path, knapper: Knapper) -> None:
    (tmp_path / "Home.md").write_text("mine\n")
    ran = knapper(tmp_path, "init", ".")
    assert (tmp_path / "Home.md").read_text() == "mine\n"
    assert (tmp_path / ".obsidian/app.json").is_file()
    assert "Home.md: left as it was" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "there is no command 'chekc'; did you mean 'check'?"),
        (["check", "--selct", "x"], "--select"),
        (["check", "--output-format", "xml"], "text"),
        (["check", "--select", "no-such-rule"], "no rule is called 'no-such-rule'"),
        (["facts", "nowhere.md"], "no such file or folder"),
        (["undo", "7"], "there is no run 7; 'knapper undo --list' shows them"),
        (["check", "/"], "outside the vault"),
    ],
)
def test_a_mistaken_call_is_told_what_would_be_right(
    vault: WriteVault, knapper: Knapper, arguments: list[str], said: str
) -> None:
    root = vault(VAULT)
    extra = ["--vault", str(root)] if arguments[-1] == "/" else []
    ran = knapper(root, *arguments, *extra)
    assert ran.status == 2
    assert said in ran.err
    assert "raceback" not in ran.err


def test_colours_only_where_they_are_wanted(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = vault(VAULT)
    assert "\x1b" not in knapper(root, "check").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31m" in knapper(root, "check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in knapper(root, "check").out


def test_a_long_line_is_shown_in_part_with_its_caret(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"N.md": "中" * 100_000 + "[[gone]]" + "b" * 900_000 + "\n"})
    lines = knapper(root, "check").lines()
    assert max(map(len, lines)) < 240
    assert "[[gone]]" in lines[1]
    caret = lines[2].index("^") - 8
    wide = sum(2 if sign == "中" else 1 for sign in lines[1][8 : lines[1].index("[[")])
    assert caret == wide


def test_an_interruption_is_status_130(
    vault: WriteVault, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("knapper.app.survey.look", interrupt)
    ran = knapper(vault(VAULT), "check")
    assert (ran.status, ran.output) == (130, b"")


DROPPED = """
import signal, weakref
from knapper import cli
def main():
    gone = weakref.ref(thing := set(), lambda _: signal.raise_signal(signal.SIGINT))
    del thing
signal.signal(signal.SIGINT, signal.default_int_handler)
cli.main = main
cli.run()
"""


def test_an_interruption_that_python_drops_is_one(tmp_path: Path) -> None:
    """Once the run went on after a traceback, and ended as if nobody had asked it to."""
    call, env = [sys.executable, "-c", DROPPED], {"PYTHONPATH": str(SOURCE), "PATH": ""}
    ran = subprocess.run(call, cwd=tmp_path, env=env, capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, b"", b"interrupted\n")


def test_a_reader_that_leaves_early_is_no_failure(vault: WriteVault) -> None:
    root = vault({f"N{number}.md": "[[gone]]\n" * 400 for number in range(20)})
    call = [sys.executable, "-m", "knapper", "check", str(root)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={"PYTHONPATH": str(SOURCE), "PATH": ""}) as run:  # fmt: skip
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode in (1, 141)


def test_the_version_imports_nothing_heavy(tmp_path: Path) -> None:
    ran = command(tmp_path, "--version")
    assert ran.out.startswith("knapper 0.")
    code = "import sys, knapper.cli; print('click' in sys.modules, 'yaml' in sys.modules)"
    call = [sys.executable, "-c", code]
    env = {"PYTHONPATH": str(SOURCE)}
    assert subprocess.run(call, env=env, capture_output=True, check=True).stdout == b"False False\n"
