"""A vault while it is edited says what a fresh check says, whatever happened before."""

from pathlib import Path
from random import Random

import pytest

from conftest import WriteVault, contents
from knapper.app.baseline import open_baseline
from knapper.app.check import check
from knapper.app.editing import EditedVault, lone_vault, open_vault
from knapper.app.workspace import open_workspace

PATHS = ("A.md", "B.md", "x/A.md", "x/C.md", "board.canvas")
PIECES = (
    "[[A]] ", "[[B#One]] ", "[[C#^id]] ", "![[pic.png]] ", "[t](x/C.md) ", "# One\n", "\n\n",
    "^id\n", '<a class="yt-timestamp" data-t="1:2">[1:2]</a> ', "#tag ", "[[", "]] ", "[[Other]] ",
    "---\naliases: [Other]\n---\n", "😀 ", "`", '{"nodes": []}',
)  # fmt: skip


def text_of(random: Random) -> str:
    return "".join(random.choices(PIECES, k=random.randint(0, 6)))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("everything", [False, True])
def test_findings_are_those_of_a_fresh_check(
    vault: WriteVault, seed: int, everything: bool
) -> None:
    """Also in the eyes of who asks only for the notes that are told to have others now."""
    random = Random(seed)
    root = vault({"A.md": "[[B]]\n", "x/C.md": "# One\n"})
    edited, buffers = open_vault(root, everything=everything), dict[str, str]()
    shown = {path: edited.findings(path) for path in edited.live.diagnostics}
    for _ in range(25):
        different = {*_something(random, root, edited, buffers), *edited.settle()}
        shown |= {path: edited.findings(path) for path in different}
        workspace = open_workspace(root, root=root)
        fresh = check(workspace, lambda path: everything or path in buffers, instead=buffers)
        files = {*workspace.tree.files, *buffers}
        expected = {path: [one for one in fresh.diagnostics if one.path == path] for path in files}
        assert {path: edited.findings(path) for path in files} == expected
        assert {path: found for path, found in shown.items() if found} == {
            path: found for path, found in expected.items() if found
        }
        assert {name.path for name in edited.index.names} == files == set(edited.vault.files)


def _something(
    random: Random, root: Path, edited: EditedVault, buffers: dict[str, str]
) -> set[str]:
    """Type into a note, close one, or change what is on disk; return what that concerns."""
    path, text = random.choice(PATHS), text_of(random)
    match random.choice(["type", "type", "close", "disk", "disk", "disk"]):
        case "type":
            buffers[path] = text
            edited.put(path, text)
        case "close" if path in buffers:
            del buffers[path]
            return edited.close(path)
        case "disk":
            hints = [one for _ in range(random.randint(1, 3)) for one in _changed(random, root)]
            return edited.look(hints if random.random() < 0.5 else None)
    return set()


def _changed(random: Random, root: Path) -> list[str]:
    """Change something on disk; return the paths that an editor would tell of."""
    path, text = random.choice(PATHS), text_of(random)
    match random.choice(["write", "replace", "delete", "add", "swap folders"]):
        case "write":
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
            return [path]
        case "replace":  # as many editors save
            (root / path).parent.mkdir(exist_ok=True)
            (root / f"{path}.tmp").write_text(text, encoding="utf-8")
            (root / f"{path}.tmp").replace(root / path)
            return [f"{path}.tmp", path]
        case "delete":
            (root / path).unlink(missing_ok=True)
            return [path]
        case "add":
            (root / "pic.png").touch()
            return ["pic.png"]
        case "swap folders" if (root / "x").exists():
            (root / "y").mkdir(exist_ok=True)
            (root / "x").rename(root / "z")
            (root / "y").rename(root / "x")
            (root / "z").rename(root / "y")
            return ["x", "y"]
    return []


def test_what_is_saved_beside_a_new_note_counts(vault: WriteVault) -> None:
    root = vault({"A.md": "[[K#h1]] [[K#h2]]\n", "K.md": "# h1\n"})
    edited = open_vault(root)
    edited.put("A.md", "[[K#h1]] [[K#h2]]\n")
    edited.settle()
    (root / "K.md").write_text("# h2\n")
    (root / "New.md").touch()
    assert edited.look(["K.md", "New.md"]) == {"A.md"}
    assert [one.finding.span for one in edited.findings("A.md")] == [(0, 8)]


def test_a_lone_note_is_judged_by_what_needs_no_vault(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Other\n")
    lone = lone_vault(tmp_path)
    lone.put("a.md", '[[Nowhere]] [[#Nothing]] <a class="yt-timestamp" data-t="1:2]">[1:2]</a>\n')
    lone.settle()
    rules = {one.rule for one in lone.findings("a.md")}
    assert "timestamp-value-junk" in rules
    assert not {rule for rule in rules if "link" in rule}
    assert set(lone.vault.files) == {"a.md"}
    lone.close("a.md")
    assert not lone.vault.files


def test_known_findings_are_left_out(vault: WriteVault) -> None:
    known = '{"version": 1, "known": {}}'
    root = vault({".knapper.toml": 'baseline = "b.json"\n', "b.json": known, "A.md": "[[No]]\n"})
    workspace = open_workspace(root, root=root)
    found = check(workspace, lambda _: True)
    open_baseline(workspace).with_all(found, lambda _path, _rule: True).save(root)
    edited = open_vault(root)
    edited.put("A.md", "[[No]]\n[[Nor]]\n")
    edited.settle()
    assert [one.finding.span for one in edited.findings("A.md")] == [(7, 14)]


def test_notes_of_a_replica_that_is_not_to_be_mended_are_not(vault: WriteVault) -> None:
    stamp = '<a class="yt-timestamp" data-t="00:07:09]">[00:07:09]</a>\n'
    config = '[[replica]]\nname = "r"\npath = "../r"\nmode = "pull"\ninto = "In"\nfix = false\n'
    root = vault({".knapper.toml": config, "In/A.md": stamp, "B.md": stamp})
    edited = open_vault(root)
    before = contents(root)
    for path in ("In/A.md", "B.md"):
        edited.put(path, stamp)
    edited.settle()
    assert edited.mended("In/A.md") == ()
    assert len(edited.mended("B.md")) == 1
    assert contents(root) == before
