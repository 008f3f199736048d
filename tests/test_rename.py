"""Renaming: every reference follows, nothing else changes, and it can be taken back."""

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import Knapper
from knapper.app.check import check
from knapper.app.rename import carry_out, mended_links, plan_rename
from knapper.app.undo import undo
from knapper.app.workspace import open_workspace
from knapper.cli.rename import command
from knapper.core.errors import KnapperError
from knapper.shell.folder import Folder


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault"


def make(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    (root / ".obsidian").mkdir(parents=True, exist_ok=True)
    return root


def read(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".obsidian" not in path.parts
    }


def renamed(root: Path, files: dict[str, str], old: str, new: str) -> dict[str, str]:
    workspace = open_workspace(make(root, files), root=root)
    outcome, _ = carry_out(workspace, plan_rename(workspace, old, new))
    assert not outcome.refused
    return read(root)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("[[A]] [[A|x]] [[A#h]] ![[A]]", "[[B]] [[B|x]] [[B#h]] ![[B]]"),
        ("[[a]] [[A.md]]", "[[B]] [[B.md]]"),
        ("[x](A.md) [y](<A.md#h>)", "[x](B.md) [y](<B.md#h>)"),
        ("`[[A]]` and\n\n```\n[[A]]\n```\n", "`[[A]]` and\n\n```\n[[A]]\n```\n"),
        ("|a|\n|-|\n|[[A\\|x]]|\n", "|a|\n|-|\n|[[B\\|x]]|\n"),
        ('---\nup: "[[A]]"\n---\n', '---\nup: "[[B]]"\n---\n'),
        ("---\nup: '[[A|it]]'\n---\n", "---\nup: '[[B|it]]'\n---\n"),
        ('---\nrel: ["[[A#h]]"]\n---\n', '---\nrel: ["[[B#h]]"]\n---\n'),
        ("%% [[A]] %%", "%% [[B]] %%"),
        ("[[./A]] [[/A]]", "[[./B]] [[/B]]"),
        ("From: [[ A ]] <br/>\r\n", "From: [[ B ]] <br/>\r\n"),
        ("no link to it, A", "no link to it, A"),
        ("[x][r]\n\n[r]: A.md 'A'\n[s]: <A.md#h>\n", "[x][r]\n\n[r]: B.md 'A'\n[s]: <B.md#h>\n"),
        ("[Ann]: A day at sea\n[r]: A.md 'A' b\n", "[Ann]: A day at sea\n[r]: A.md 'A' b\n"),
        ("[r]:A.md \r\n[s]: A (A)\t\r\n", "[r]:B.md \r\n[s]: B (A)\t\r\n"),
        ('[r]: A.md "a \\" b"\n[s]: A (\\))\n', '[r]: B.md "a \\" b"\n[s]: B (\\))\n'),
        ("> [r]: A\n\n[^1]: A.md\n", "> [r]: B\n\n[^1]: A.md\n"),
        ("```\n[r]: A.md\n```\n[A]: https://A.md\n", "```\n[r]: A.md\n```\n[A]: https://A.md\n"),
    ],
)  # fmt: skip
def test_links_follow_a_note(vault: Path, text: str, after: str) -> None:
    found = renamed(vault, {"A.md": "# h\n", "s.md": text}, "A", "B")
    assert found == {"B.md": "# h\n", "s.md": after}


def test_names_are_encoded_where_markdown_needs_it(vault: Path) -> None:
    found = renamed(vault, {"A.md": "", "s.md": "[x](A.md) [y](<A.md>)"}, "A", "B (c) é")
    assert found["s.md"] == "[x](B%20(c)%20é.md) [y](<B (c) é.md>)"


def test_definitions_in_angle_brackets_follow_though_they_look_like_html(vault: Path) -> None:
    text = "[x][r] [y][s]\n\n[r]: <My Note.md> 'My Note'\n[s]: <My Note.md#h>\n"
    found = renamed(vault, {"My Note.md": "# h\n", "s.md": text}, "My Note", "B c")
    assert found["s.md"] == "[x][r] [y][s]\n\n[r]: <B c.md> 'My Note'\n[s]: <B c.md#h>\n"


def test_the_link_format_of_the_vault_is_used(vault: Path) -> None:
    settings = {".obsidian/app.json": '{"newLinkFormat": "relative"}'}
    files = {**settings, "x/A.md": "", "y/s.md": "[[A]]"}
    assert renamed(vault, files, "x/A", "x/B")["y/s.md"] == "[[../x/B]]"


def test_links_of_the_moved_note_itself_still_lead_where_they_led(vault: Path) -> None:
    files = {"x/A.md": "[up](../s.md) [[./C]] [[C]]", "x/C.md": "", "y/C.md": "", "s.md": ""}
    found = renamed(vault, files, "x/A", "/A")
    assert found["A.md"] == "[up](./s.md) [[./x/C]] [[x/C]]"


def test_relative_links_of_a_moved_note_keep_their_place_though_nothing_is_there(
    vault: Path,
) -> None:
    files = {"x/A.md": "[o](../../out.md) [[./none]] [n](../y/none.md)"}
    found = renamed(vault, files, "x/A", "/d/e/A")
    assert found["d/e/A.md"] == "[o](../../../out.md) [[../../x/none]] [n](../../y/none.md)"


FOLDER_LINKS = [
    ("[x](f/g)", "s.md", "[x](h/g)", "s.md"),
    ("[x](f/g/) [y](/f) [z](./f/)", "s.md", "[x](h/g/) [y](/h) [z](./h/)", "s.md"),
    ("[x](../f/LICENSE)", "q/s.md", "[x](../h/LICENSE)", "q/s.md"),
    ("[x](g) [y](../q) [z](LICENSE)", "f/s.md", "[x](g) [y](../q) [z](LICENSE)", "h/s.md"),
]


@pytest.mark.parametrize(("text", "source", "after", "goal"), FOLDER_LINKS)
def test_markdown_links_to_folders_and_plain_files_follow(
    vault: Path, text: str, source: str, after: str, goal: str
) -> None:
    files = {"f/g/A.md": "", "f/LICENSE": "", "q/B.md": "", source: text}
    assert renamed(vault, files, "f", "/h")[goal] == after


def test_a_note_that_moves_keeps_its_links_to_folders(vault: Path) -> None:
    files = {"f/g/A.md": "", "f/s.md": "[x](g) [y](g/) [z](f/g)", "q/B.md": ""}
    assert renamed(vault, files, "f/s", "q/")["q/s.md"] == "[x](../f/g) [y](../f/g/) [z](f/g)"


def test_a_new_name_does_not_take_a_link_from_another_note(vault: Path) -> None:
    files = {"deep/er/B.md": "", "A.md": "", "s.md": "[[B]] [[A]]"}
    found = renamed(vault, files, "A", "B")
    assert found["s.md"] == "[[deep/er/B]] [[B]]"


def test_a_link_that_led_nowhere_and_is_captured_is_reported(vault: Path) -> None:
    make(vault, {"A.md": "", "s.md": "[[B]] [[A]]"})
    plan = plan_rename(open_workspace(vault, root=vault), "A", "B")
    assert [(one.path, one.line) for one in plan.left] == [("s.md", 1)]
    assert "'B' led nowhere and leads to 'B.md' now" in plan.left[0].reason


def test_a_dead_relative_link_keeps_its_place_and_goes_with_its_folder(vault: Path) -> None:
    text = "[[./Gone#h]] [[sub/../Gone]] [[../f/Gone]] [[../Gone]] [x](./Gone.md)"
    files = {"f/s.md": text, "f/g/t.md": "[[../Gone]] [[./Gone]]", "u.md": "[[./f/Gone]]"}
    found = renamed(vault, files, "f", "n/k")
    assert found["n/k/s.md"] == (
        "[[./Gone#h]] [[sub/../Gone]] [[./Gone]] [[../../Gone]] [x](./Gone.md)"
    )
    assert found["n/k/g/t.md"] == "[[../Gone]] [[./Gone]]"


def test_links_that_were_dead_before_others_moved_their_note_stay(vault: Path) -> None:
    make(vault, {"n/s.md": "[[./Gone]] [[./T]]", "f/T.md": ""})
    plan = mended_links(open_workspace(vault, root=vault), {"f/s.md": "n/s.md"})
    assert [(one.old, one.new) for one in plan.rewrites] == [("./T", "../f/T")]


def test_a_canvas_a_base_and_a_folder_follow(vault: Path) -> None:
    box = {"x": 0, "y": 0, "width": 1, "height": 1}
    nodes = [
        {"id": "1", "type": "file", "file": "f/A.md", **box},
        {"id": "2", "type": "text", "text": "see [[f/A|\u00e4]]", **box},
    ]
    canvas = json.dumps({"nodes": nodes, "edges": []}, ensure_ascii=False)
    base = 'filters:\n  and:\n    - file.inFolder("f")\n    - file.hasLink("f/A")\n'
    files = {"f/A.md": "", "g/A.md": "", "c.canvas": canvas, "b.base": base, "f/.keep": ""}
    found = renamed(vault, files, "f", "h/i")
    assert found["c.canvas"] == canvas.replace("f/A", "h/i/A")
    assert found["b.base"] == base.replace('"f', '"h/i')
    assert set(found) == {"h/i/A.md", "h/i/.keep", "g/A.md", "c.canvas", "b.base"}
    assert not (vault / "f").exists()


@pytest.mark.parametrize(
    ("formula", "after"),
    [
        ('link("[[A]]").asFile()', 'link("[[B]]").asFile()'),
        ("file(link('[[f/A|it]]'))", "file(link('[[B|it]]'))"),
        ('file("f/A.md")', 'file("f/B.md")'),
        ('image("f/A.md")', 'image("f/B.md")'),
        ('file("A.md")', 'file("A.md")'),  # no path from the root
        ('"[[A]]"', '"[[A]]"'),
    ],
)
def test_the_formulas_of_a_base_follow(vault: Path, formula: str, after: str) -> None:
    base = "formulas:\n  x: {}\n"
    found = renamed(vault, {"f/A.md": "", "b.base": base.format(formula)}, "A", "B")
    assert found["b.base"] == base.format(after)


def test_an_attachment_keeps_its_extension(vault: Path) -> None:
    files = {"img/p.png": "", "s.md": "![[p.png|100]] ![](img/p.png)"}
    assert renamed(vault, files, "p.png", "new")["s.md"] == "![[new.png|100]] ![](new.png)"


@pytest.mark.parametrize(
    ("files", "old", "new", "message"),
    [
        ({"A.md": "", "b.md": ""}, "A", "B", "there already"),
        ({"A.md": ""}, "A", "../B", "outside"),
        ({"A.md": ""}, "A", str(Path.cwd() / "B"), "outside"),
        ({"A.md": ""}, "A", "~/B", "outside"),
        ({"A.md": ""}, "A", "B#c", "cannot be linked to"),
        ({"A.md": ""}, "A", ".B", "begin or end"),
        ({"A.md": ""}, "A", "A", "already"),
        ({"A.md": ""}, "C", "D", "no such file"),
        ({"f/A.md": ""}, "f", "f/g/h", "into itself"),
        ({"f/A.md": "", "g/A.md": ""}, "A", "B", "can mean"),
        ({"A.md": "# h\n"}, "A#x", "y", "no heading 'x'"),
        ({"A.md": "# h\n# h\n"}, "A#h", "y", "2 headings"),
        ({"A.md": "# h\n"}, "A#h", "##", "needs a text"),
    ],
)
def test_what_cannot_be_is_refused(
    vault: Path, files: dict[str, str], old: str, new: str, message: str
) -> None:
    make(vault, files)
    with pytest.raises(KnapperError, match=message):
        plan_rename(open_workspace(vault, root=vault), old, new)
    assert read(vault) == files


@pytest.mark.parametrize(
    ("new", "goal"),
    [("B.md", "B.md"), ("f/B", "f/B.md"), ("f/", "f/A.md"), ("f", "f/A.md"), ("new/B", "new/B.md")],
)
def test_a_path_of_the_disk_may_say_where_to(vault: Path, new: str, goal: str) -> None:
    files = {"d/A.md": "", "f/x.md": "", "s.md": "[[A]]"}
    ending = "/" if new.endswith("/") else ""
    assert goal in renamed(vault, files, "d/A", f"{vault / new}{ending}")


def test_a_heading_and_the_links_to_it(vault: Path) -> None:
    files = {
        "A.md": "# Top\n## Old one ##\ntext [[#Old one]]\n### Sub\n## Other\n",
        "s.md": "[[A#Old one]] [[A#Top#old  one|x]] [[A#Old one#Sub]] [y](A.md#Old%20one)",
    }
    found = renamed(vault, files, "A#Old one", "New: [one]")
    assert found["A.md"].startswith("# Top\n## New: [one] ##\ntext [[#New one]]\n")
    assert found["s.md"] == (
        "[[A#New one]] [[A#Top#New one|x]] [[A#New one#Sub]] [y](A.md#New%20one)"
    )


def test_the_definitions_of_links_to_a_heading_follow(vault: Path) -> None:
    files = {"A.md": "# h\n[x]\n\n[x]: #H\n[y]: <#h> 'h'\n", "s.md": "[z]: A#h\n[u]: #h\n"}
    found = renamed(vault, files, "A#h", "New one")
    assert found["A.md"] == "# New one\n[x]\n\n[x]: #New%20one\n[y]: <#New one> 'h'\n"
    assert found["s.md"] == "[z]: A#New%20one\n[u]: #h\n"


def test_a_heading_with_a_number_sign_is_named_by_its_text(vault: Path) -> None:
    files = {"A.md": "# Issue # 5\n[[#Issue 5]]\n"}
    found = renamed(vault, files, "A#Issue # 5", "Issue six")
    assert found["A.md"] == "# Issue six\n[[#Issue six]]\n"


def test_a_link_that_named_no_heading_and_names_the_new_one_is_reported(vault: Path) -> None:
    make(vault, {"A.md": "# Old\n", "s.md": "[[A#New]] [[A#Old]] [[A#New]]"})
    plan = plan_rename(open_workspace(vault, root=vault), "A#Old", "New")
    assert [(one.path, one.line, one.reason) for one in plan.left] == [
        ("s.md", 1, "'New' named no heading and names 'New' now")
    ]


def test_a_folder_is_spelt_as_it_is_already(vault: Path) -> None:
    files = {"Notes/A.md": "", "B.md": "", "notes2/C.md": ""}
    assert "Notes/B.md" in renamed(vault, files, "B", "/notes/B")


SETTINGS = [
    ("templates.json", {"folder": "x/f"}, "x/f", "a folder of templates"),
    ("templates.json", {"folder": "x/f"}, "x", "a folder of templates"),
    ("daily-notes.json", {"template": "x/f/A"}, "x/f/A.md", "a template"),
    ("daily-notes.json", {"folder": "x/f"}, "x/f", "the folder of notes of days"),
    ("app.json", {"attachmentFolderPath": "x/f"}, "x/f", "the folder of attachments"),
    ("app.json", {"userIgnoreFilters": ["x/f/"]}, "x/f", "excluded files"),
]


@pytest.mark.parametrize(("name", "value", "old", "what"), SETTINGS)
def test_settings_that_name_what_is_renamed_are_told(
    vault: Path, name: str, value: dict[str, object], old: str, what: str
) -> None:
    make(vault, {f".obsidian/{name}": json.dumps(value), "x/f/A.md": "", "x/g.md": ""})
    plan = plan_rename(open_workspace(vault, root=vault), old, "new")
    reason = f"Obsidian's settings name it as {what}; change it there"
    assert [(one.path, one.reason) for one in plan.left] == [(old, reason)]
    assert not plan_rename(open_workspace(vault, root=vault), "x/g", "h").left


def test_a_configuration_that_names_what_is_renamed_is_told(vault: Path) -> None:
    make(vault, {".knapper.toml": 'exclude = ["Old/*.md"]\n', "Old/A.md": "", "Older/B.md": ""})
    assert plan_rename(open_workspace(vault, root=vault), "Old", "New").left
    assert not plan_rename(open_workspace(vault, root=vault), "Older", "New").left


def test_the_command_plans_acts_and_tells_how_to_undo(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make(vault, {"A.md": "", "s.md": "[[A]]"}))
    planned = CliRunner().invoke(command, ["A", "B", "--dry-run"], standalone_mode=False)
    assert planned.output == (
        "A.md -> B.md\ns.md:1: A -> B\nwould move 1 file and rewrite 1 reference\n"
    )
    assert read(vault) == {"A.md": "", "s.md": "[[A]]"}
    done = CliRunner().invoke(command, ["A", "B", "--json"], standalone_mode=False)
    account = json.loads(done.output)
    assert account["moved"] == {"A.md": "B.md"}
    assert account["rewritten"] == [{"path": "s.md", "line": 1, "old": "A", "new": "B"}]
    undo(vault, account["run"])
    assert read(vault) == {"A.md": "", "s.md": "[[A]]"}


def test_an_edited_note_goes_back_with_its_edits(vault: Path, knapper: Knapper) -> None:
    root = make(vault, {"A.md": "[[Old]]", "Old.md": "text\n"})
    knapper(root, "rename", "Old.md", "New")
    (root / "New.md").write_text("text\nmore\n")
    assert knapper(root, "undo").status == 0
    assert read(root) == {"A.md": "[[Old]]", "Old.md": "text\nmore\n"}


def test_a_renaming_that_cannot_be_undone_leaves_its_links_and_can_be_tried_again(
    vault: Path, knapper: Knapper
) -> None:
    root = make(vault, {"A.md": "[[Old]]", "Old.md": "text\n"})
    knapper(root, "rename", "Old.md", "New")
    (root / "Old.md").write_text("another\n")
    ran = knapper(root, "undo")
    assert (ran.status, "changed meanwhile" in ran.err) == (1, False)
    assert ran.out == "run 1 (rename) was not undone\n"
    assert read(root) == {"A.md": "[[New]]", "New.md": "text\n", "Old.md": "another\n"}
    (root / "Old.md").unlink()
    assert knapper(root, "undo").status == 0
    assert read(root) == {"A.md": "[[Old]]", "Old.md": "text\n"}


def test_a_folder_of_which_one_name_is_taken_is_not_called_undone(
    vault: Path, knapper: Knapper
) -> None:
    knapper(make(vault, {"f/1.md": "one\n", "f/2.md": "two\n"}), "rename", "f", "g")
    before = read(make(vault, {"f/2.md": "another\n"}))
    assert knapper(vault, "undo").out == "run 1 (rename) was not undone\n"
    assert read(vault) == before


def test_an_edited_note_whose_own_links_were_rewritten_is_not_split_in_two(
    vault: Path, knapper: Knapper
) -> None:
    before = {"A.md": "[[f/1]]", "f/1.md": "[[f/2]]\n", "f/2.md": "[[f/2]]\n"}
    knapper(make(vault, before), "rename", "f", "g")
    text = (vault / "g/2.md").read_text()
    edited = read(make(vault, {"g/2.md": text + "more\n"}))
    ran = knapper(vault, "undo")
    assert (ran.status, ran.err) == (1, "g/2.md: not undone: it was changed meanwhile\n")
    assert read(vault) == edited
    assert knapper(make(vault, {"g/2.md": text}), "undo").status == 0
    assert read(vault) == before


def test_of_notes_with_one_text_each_goes_back_to_its_own_name(
    vault: Path, knapper: Knapper
) -> None:
    root = make(vault, {"f/1.md": "", "f/2.md": "", "f/3.md": ""})
    knapper(root, "rename", "f", "g")
    (root / "g/2.md").write_text("more\n")
    assert knapper(root, "undo").status == 0
    assert read(root) == {"f/1.md": "", "f/2.md": "more\n", "f/3.md": ""}


@pytest.mark.parametrize(
    ("old", "stuck"), [("A", "A.md"), ("f", "f/C.md"), ("f", "f/B.md")],
    ids=["a note", "a folder, its last note", "a folder, its first note"],
)  # fmt: skip
def test_where_a_file_cannot_move_nothing_is_renamed_or_rewritten(
    old: str, stuck: str, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"A.md": "[[A]]", "f/B.md": "[[C]]", "f/C.md": "", "s.md": "[[A]] [[f/B]] [[f/C]]"}
    whole = Folder.rename_new

    def refused(self: Folder, path: str, new: str) -> None:
        if path == stuck:
            raise PermissionError(1, "Operation not permitted")
        whole(self, path, new)

    monkeypatch.chdir(make(vault, files))
    with monkeypatch.context() as patched:
        patched.setattr(Folder, "rename_new", refused)
        ran = CliRunner().invoke(command, [old, "new/place", "--json"], standalone_mode=False)
    assert ran.return_value == 1
    account = json.loads(ran.stdout)
    assert account["refused"] == [{"path": stuck, "reason": "operation not permitted"}]
    assert (account["moved"], account["rewritten"], account["run"]) == ({}, [], None)
    assert read(vault) == files
    assert not (vault / "new").exists()
    with pytest.raises(LookupError, match="nothing to undo"):
        undo(vault, None)


def test_a_reference_that_cannot_be_rewritten_is_not_counted(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make(vault, {"A.md": "[[A]]", "r.md": "[[A]]", "s.md": "[[A]]"}))
    whole = Folder.exchange

    def refused(self: Folder, aside: str, path: str) -> None:
        if path == "s.md":
            raise PermissionError(1, "Operation not permitted")
        whole(self, aside, path)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "exchange", refused)
        ran = CliRunner().invoke(command, ["A", "B"], standalone_mode=False)
    assert ran.return_value == 1
    assert "1 file moved, 2 references rewritten" in ran.stdout
    assert "s.md: not done: operation not permitted" in ran.stderr
    assert read(vault) == {"B.md": "[[B]]", "r.md": "[[B]]", "s.md": "[[A]]"}


# -- laws ----------------------------------------------------------------------------------

_NAMES = ("A", "B", "b c", "Ä", "A.B", "d", "v1.2", "(e)")
_FOLDERS = ("", "f/", "f/g/", "A/", "h/")


def _vault(chance: random.Random) -> dict[str, str]:
    paths = {chance.choice(_FOLDERS) + chance.choice(_NAMES) for _ in range(chance.randint(2, 9))}
    folds: dict[str, str] = {}
    for path in sorted(paths):
        folds.setdefault(path.lower(), f"{path}{chance.choice(('.md', '.md', '.md', '.png'))}")
    files = list(folds.values())

    def target() -> str:
        path = chance.choice(files)
        stem = path.removesuffix(".md")
        return chance.choice((stem, stem.rpartition("/")[2], path, f"/{stem}", "missing"))

    def line() -> str:
        name = target()
        encoded = name.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        return chance.choice(
            (f"[[{name}]]", f"[[{name}#H|x]]", f"![[{name}]]", f"[x]({encoded})", f"[y](<{name}>)",
             f"[[../{name}]]", f"[[./{name}]]", f"| [[{name}\\|t]] |", "`[[A]]`", "[[#H]]")
        )  # fmt: skip

    def note() -> str:
        head = f'---\nup: "[[{target()}]]"\n---\n' if chance.random() < 0.3 else ""
        return head + "# H\n" + "\n".join(line() for _ in range(chance.randint(0, 6))) + "\n"

    settings = json.dumps({"newLinkFormat": chance.choice(("shortest", "relative", "absolute"))})
    texts = {path: note() if path.endswith(".md") else "png" for path in files}
    return {".obsidian/app.json": settings, **texts}


def findings(root: Path) -> list[tuple[str, str]]:
    checked = check(open_workspace(root, root=root), lambda _: True)
    return sorted((one.path, one.rule) for one in checked.diagnostics)


@pytest.mark.parametrize("seed", range(120))
def test_a_renaming_brings_no_new_finding_and_can_be_undone(vault: Path, seed: int) -> None:
    chance = random.Random(seed)
    root = make(vault, _vault(chance))
    workspace = open_workspace(root, root=root)
    before, old_bytes = findings(root), read(root)
    path = chance.choice(workspace.tree.files)
    old = chance.choice((path, path.rpartition("/")[0] or path))
    new = chance.choice(_FOLDERS) + chance.choice((*_NAMES, "new", "new one"))
    try:
        plan = plan_rename(workspace, old, new)
    except KnapperError:
        return
    outcome, run = carry_out(workspace, plan)
    assert not outcome.refused
    left = [(plan.moved.get(path, path), rule) for path, rule in before]
    extra = []
    for one in findings(root):
        left.remove(one) if one in left else extra.append(one)
    assert {path for path, _ in extra} <= {plan.moved.get(one.path, one.path) for one in plan.left}
    undo(root, run)
    assert read(root) == old_bytes
