"""The hooks, run by the real pre-commit in a real repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import SOURCE

ROOT = Path(__file__).parents[1]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}

pytest.importorskip("pre_commit")
if not shutil.which("git"):
    pytest.skip("git is not installed", allow_module_level=True)


class Repository:
    """A vault under git with one of our hooks installed."""

    def __init__(self, root: Path, hook: str) -> None:
        self.root = root
        self.env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(root.parent),
            "PYTHONPATH": str(SOURCE),
            "PRE_COMMIT_HOME": str(root.parent / "pre-commit"),
            "KNAPPER_STATE_DIR": str(root.parent / "state"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
        }
        root.mkdir()
        (root / ".obsidian").mkdir()
        (root / ".obsidian/app.json").write_text("{}")
        # As in our file, but run from this checkout: nothing is fetched or installed.
        entry = HOOKS[hook]["entry"].replace("knapper", f"{sys.executable} -m knapper", 1)
        local = {**HOOKS[hook], "entry": entry, "language": "system"}
        local.pop("minimum_pre_commit_version")
        config = {"repos": [{"repo": "local", "hooks": [local]}]}
        (root / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
        self.git("init", "-q")
        for key, value in (("user.name", "T"), ("user.email", "t@example.org")):
            self.git("config", key, value)
        self.run(sys.executable, "-m", "pre_commit", "install")

    def run(self, *call: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            call, cwd=self.root, env=self.env, capture_output=True, text=True, check=False
        )

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("git", *arguments)

    def commit(self) -> subprocess.CompletedProcess[str]:
        self.git("add", "-A")
        return self.git("commit", "-qm", "change")


@pytest.mark.parametrize("hook", ["knapper", "knapper-fix"])
def test_the_hooks_see_the_whole_vault_at_every_commit(hook: str) -> None:
    assert HOOKS[hook]["always_run"] is True
    assert HOOKS[hook]["require_serial"] is True
    assert HOOKS[hook]["pass_filenames"] is False


def test_a_broken_link_stops_the_commit_and_a_deletion_too(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "vault", "knapper")
    (repository.root / "A.md").write_text("[[B]]\n")
    stopped = repository.commit()
    assert stopped.returncode == 1
    assert "broken-wikilink" in stopped.stderr + stopped.stdout
    (repository.root / "B.md").write_text("# B\n")
    assert repository.commit().returncode == 0
    (repository.root / "B.md").unlink()  # a commit that only deletes passes no file names
    assert repository.commit().returncode == 1


def test_the_fixing_hook_mends_stops_once_and_passes_then(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "vault", "knapper-fix")
    (repository.root / "some_note.md").write_text("")
    (repository.root / "A.md").write_text("[[some note]]\n")
    assert repository.commit().returncode == 1
    assert (repository.root / "A.md").read_text() == "[[some_note|some note]]\n"
    assert repository.commit().returncode == 0
