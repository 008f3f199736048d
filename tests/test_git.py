"""`check` on what changed for git, in real repositories."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import SOURCE, Knapper, Ran, WriteVault, command, contents

if not shutil.which("git"):
    pytest.skip("git is not installed", allow_module_level=True)

Git = Callable[..., str]

FIRST = {
    "A.md": "# Old heading\n",
    "B.md": "[[A#Old heading]] [[debt]]\n",
    "C.md": "[[A]] [[debt]]\n",
    "Same.md": "[[debt]]\n",
}


@pytest.fixture
def git(vault: WriteVault, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Return git in the vault's repository, which has one commit of `FIRST`."""
    for name, value in (
        ("GIT_CONFIG_GLOBAL", os.devnull), ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "T"), ("GIT_AUTHOR_EMAIL", "t@example.org"),
        ("GIT_COMMITTER_NAME", "T"), ("GIT_COMMITTER_EMAIL", "t@example.org"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    root = vault(FIRST)

    def git(*arguments: str) -> str:
        call = ["git", *arguments]
        ran = subprocess.run(call, cwd=root, capture_output=True, text=True, check=True)
        return ran.stdout

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "first")
    return git


def found(knapper: Knapper, root: Path, *options: str) -> list[tuple[str, str]]:
    ran = knapper(root, "check", *options, "--output-format", "json")
    assert ran.err == ""
    return [(one["path"], one["message"]) for one in ran.json]


GONE = "no note is called 'A'"
NO_HEADING = "'A' has no heading 'Old heading'"
NEW = ("New.md", "no note is called 'nowhere'")


def test_nothing_changed_is_nothing_found(vault: WriteVault, git: Git, knapper: Knapper) -> None:
    root = vault({})
    for option in (["--staged"], ["--changed"], ["--since", "HEAD"], ["--since", "main"]):
        ran = knapper(root, "check", *option)
        assert (ran.status, ran.out) == (0, "0 notes checked, nothing found\n")


def test_what_is_staged_is_judged_as_it_is_staged(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    root = vault({"New.md": "[[nowhere]]\n"})
    assert found(knapper, root, "--staged") == []
    git("add", "New.md")
    vault({"New.md": "fine again\n"})
    assert found(knapper, root, "--staged") == [NEW]
    vault({"New.md": "[[other]]\n\n\n[[other]]\n"})
    assert found(knapper, root, "--staged") == [NEW]
    (root / "New.md").unlink()
    assert found(knapper, root, "--staged") == [NEW]
    assert found(knapper, root, "--staged", "C.md") == []


def test_what_is_staged_may_not_be_utf_8(vault: WriteVault, git: Git, knapper: Knapper) -> None:
    root = vault({"New.md": b"caf\xe9 [[nowhere]]\n"})
    git("add", "New.md")
    vault({"New.md": "mended since\n"})
    ((path, said),) = found(knapper, root, "--staged")
    assert (path, said[:36]) == ("New.md", "this note is not UTF-8: byte 0xe9 me")


def test_the_vault_is_as_the_next_commit_has_it(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    """The heading is on disk only; the commit would not have it."""
    root = vault({"New.md": "[[A#Later]]\n", "A.md": "# Old heading\n# Later\n"})
    git("add", "New.md")
    assert found(knapper, root, "--staged") == [("New.md", "'A' has no heading 'Later'")]
    git("add", "A.md")
    assert found(knapper, root, "--staged") == []
    (root / "A.md").unlink()
    assert found(knapper, root, "--staged") == []


def test_what_the_commit_will_not_have_is_not_there(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    root = vault({"New.md": "[[Later]] ![[Later.png]] [[Known]]\n", "Later.md": "", "Later.png": "",
                  "Known.md": "", ".gitignore": "Known.md\n"})  # fmt: skip
    git("add", "New.md", ".gitignore")
    no_note = ("New.md", "no note is called 'Later'")
    no_file = ("New.md", "no file is called 'Later.png'")
    assert found(knapper, root, "--staged") == [no_note, no_file]
    git("add", "--intent-to-add", "Later.md")
    assert found(knapper, root, "--staged") == [no_note, no_file]
    assert found(knapper, root, "--changed") == []
    git("add", "Later.md", "Later.png")
    assert found(knapper, root, "--staged") == []
    git("rm", "-q", "--cached", "A.md")
    assert found(knapper, root, "--staged") == [("B.md", GONE), ("C.md", GONE)]
    vault({"C.md": "no link any more, but that is not staged\n"})
    assert found(knapper, root, "--staged") == [("B.md", GONE), ("C.md", GONE)]
    vault({".gitignore": "A.md\nKnown.md\n"})
    git("add", ".gitignore")
    assert found(knapper, root, "--staged") == []


def test_what_a_change_breaks_elsewhere_is_told_and_old_debts_are_not(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    root = vault({"A.md": "# New heading\n"})
    assert found(knapper, root, "--changed") == [("B.md", NO_HEADING)]
    assert found(knapper, root, "--staged") == []
    git("add", "A.md")
    assert found(knapper, root, "--staged") == [("B.md", NO_HEADING)]
    git("rm", "-qf", "A.md")
    assert found(knapper, root, "--staged") == [("B.md", GONE), ("C.md", GONE)]
    assert found(knapper, root, "--changed") == [("B.md", GONE), ("C.md", GONE)]
    assert found(knapper, root, "--changed", "C.md") == [("C.md", GONE)]
    git("commit", "-qm", "second")
    assert found(knapper, root, "--staged") == []
    assert found(knapper, root, "--since", "HEAD~1") == [("B.md", GONE), ("C.md", GONE)]
    vault({"Other.md": "new\n"})
    (root / "Other.md").rename(root / "A.md")  # it is there again, and untracked
    assert found(knapper, root, "--changed") == []
    assert found(knapper, root, "--staged") == []


def test_a_second_note_of_a_name_makes_links_elsewhere_doubtful(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    root = vault({"One/A.md": "", "Two/A.md": ""})
    (root / "A.md").unlink()
    assert {path for path, _ in found(knapper, root, "--changed")} == {"B.md", "C.md"}


def test_untracked_notes_count_as_changed_and_ignored_ones_do_not(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    root = vault({"New.md": "[[nowhere]] [[Mine]]\n", "Mine.md": "[[nowhere]]\n"})
    vault({".gitignore": "Mine.md\n"})
    assert found(knapper, root, "--changed") == [NEW]
    assert found(knapper, root, "--since", "main") == [NEW]
    assert found(knapper, root, "--staged") == []


def test_since_counts_from_where_the_branch_parted(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    root = vault({})
    git("checkout", "-qb", "mine")
    vault({"Mine.md": "[[gone]]\n"})
    git("add", "-A")
    git("commit", "-qm", "mine")
    git("checkout", "-q", "main")
    vault({"Theirs.md": "[[gone]]\n", "C.md": "[[A]]\n"})
    git("add", "-A")
    git("commit", "-qm", "theirs")
    git("checkout", "-q", "mine")
    assert found(knapper, root, "--since", "main") == [("Mine.md", "no note is called 'gone'")]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are text")
def test_any_name_that_git_may_have(vault: WriteVault, git: Git, knapper: Knapper) -> None:
    root = vault({'Line\nend "quoted"\t[é]: -x.md': "[[one]]\n", "-rf.md": "[[two]]\n"})
    (Path(os.fsdecode(os.fsencode(root) + b"/raw\xff.md"))).write_bytes(b"[[three]]\n")
    assert len(found(knapper, root, "--changed", "--select", "links")) == 3
    git("add", "-A")
    vault({'Line\nend "quoted"\t[é]: -x.md': "fine\n", "-rf.md": "fine\n"})
    assert len(found(knapper, root, "--staged", "--select", "links")) == 3


def test_before_the_first_commit(vault: WriteVault, git: Git, knapper: Knapper) -> None:
    root = vault({})
    git("checkout", "-q", "--orphan", "fresh")
    git("rm", "-qr", "--cached", ".")
    git("add", "B.md")
    assert found(knapper, root, "--staged") == [
        ("B.md", GONE),
        ("B.md", "no note is called 'debt'"),
    ]
    assert {path for path, _ in found(knapper, root, "--changed")} == {"B.md", "C.md", "Same.md"}


def test_a_vault_in_a_folder_of_the_repository(
    tmp_path: Path, git: Git, vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({})
    shutil.rmtree(root / ".obsidian")
    notes = root / "notes"
    (notes / ".obsidian").mkdir(parents=True)
    (notes / "New.md").write_text("[[nowhere]]\n")
    (root / "Outside.md").write_text("[[nowhere]]\n")
    git("add", "-A")
    assert found(knapper, root, "--staged", "--vault", "notes") == [NEW]
    assert found(knapper, notes, "--changed") == [NEW]


def hooked(root: Path, *options: str) -> None:
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    call = f"PYTHONPATH={SOURCE} exec {sys.executable} -m knapper check --staged"
    hook.write_text(f"#!/bin/sh\n{call} {' '.join(options)}\n")
    hook.chmod(0o755)


def commit(root: Path, *arguments: str) -> Ran:
    call = ["git", "commit", "-qm", "x", *arguments]
    ran = subprocess.run(call, cwd=root, capture_output=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr.decode())


def test_a_commit_of_some_files_only_is_judged_by_its_own_index(
    vault: WriteVault, git: Git
) -> None:
    """For `git commit PATH` and `-a`, git gives its hook an index of another name."""
    root = vault({"C.md": "[[A]] [[worse]]\n", "A.md": "# Old heading\n\nmore\n"})
    notes = root / "notes"
    notes.mkdir()
    hooked(root)
    assert commit(root, "A.md").status == 0
    stopped = commit(root, "-a")
    assert stopped.status == 1
    assert "C.md:1:7: error broken-wikilink" in stopped.err + stopped.out
    hooked(root, "--vault", "notes")
    assert commit(root, "-a").status == 0


def test_a_work_tree_of_its_own(vault: WriteVault, git: Git, tmp_path: Path) -> None:
    root = vault({})
    hooked(root)
    git("worktree", "add", "-q", str(tmp_path / "second"))
    second = tmp_path / "second"
    (second / ".knapper.toml").write_text("")
    (second / "New.md").write_text("[[nowhere]]\n")
    subprocess.run(["git", "add", "-A"], cwd=second, check=True)
    stopped = commit(second)
    assert stopped.status == 1
    assert "New.md:1:1: error broken-wikilink" in stopped.err + stopped.out


def test_git_is_asked_and_nothing_is_written(vault: WriteVault, git: Git, knapper: Knapper) -> None:
    root = vault({"New.md": "[[nowhere]]\n", "A.md": "# Other\n"})
    git("add", "New.md")
    os.utime(root / "B.md", (1, 1))  # git would like to note down that it is the same
    before = contents(root)
    for option in (["--staged"], ["--changed"], ["--since", "HEAD"]):
        knapper(root, "check", *option)
    assert contents(root) == before


def test_what_is_mended_is_what_is_staged_as_it_is_on_disk(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    root = vault({"some_note.md": "", "One.md": "[[some note]]\n", "Two.md": "[[some note]]\n",
                  "Old.md": "[[some note]]\n"})  # fmt: skip
    git("add", "One.md", "Two.md", "some_note.md")
    vault({"Two.md": "[[some note]] and more\n"})
    ran = knapper(root, "check", "--staged", "--fix")
    assert ran.status == 1
    assert "Two.md: not mended: it is staged otherwise than it is on disk" in ran.err
    assert (root / "One.md").read_text() == "[[some_note|some note]]\n"
    assert (root / "Two.md").read_text() == "[[some note]] and more\n"
    assert (root / "Old.md").read_text() == "[[some note]]\n"


def test_a_link_that_is_right_on_disk_is_not_mended(
    vault: WriteVault, git: Git, knapper: Knapper
) -> None:
    root = vault({"Food.md": "---\naliases: Soup\n---\n", "New.md": "[[Soup]]\n", "Soup.md": ""})
    git("add", "Food.md", "New.md")
    ran = knapper(root, "check", "--staged", "--fix")
    assert (ran.status, "New.md: not mended: it names a file that is not staged" in ran.err) == (
        1, True,
    )  # fmt: skip
    assert (root / "New.md").read_text() == "[[Soup]]\n"
    git("add", "Soup.md")
    assert knapper(root, "check", "--staged", "--fix").status == 0


def test_a_folder_that_git_does_not_know(vault: WriteVault, knapper: Knapper) -> None:
    for option in (["--staged"], ["--changed"], ["--since", "main"]):
        ran = knapper(vault(FIRST), "check", *option)
        assert (ran.status, ran.output) == (2, b"")
        assert ran.err.endswith(
            f"this vault lies in no git repository, and {option[0]} asks git what changed\n"
        )


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "", "HEAD:A.md"])
def test_a_revision_that_is_none(
    vault: WriteVault, git: Git, knapper: Knapper, revision: str
) -> None:
    ran = knapper(vault({}), "check", f"--since={revision}")
    assert (ran.status, ran.output) == (2, b"")
    assert f"git knows no revision '{revision}' here" in ran.err
    assert not (vault({}) / "x").exists()


def test_without_git(vault: WriteVault, git: Git) -> None:
    ran = command(vault({}), "check", "--staged", PATH="")
    assert (ran.status, ran.err) == (
        2, "error: git is not installed, and --staged asks it what changed\n",
    )  # fmt: skip


def test_two_choices_exclude_each_other(vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault({}), "check", "--staged", "--since", "main")
    assert ran.status == 2
    assert "--staged and --since exclude each other" in ran.err
