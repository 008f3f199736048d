"""Each recipe is run: on a sound vault it passes, on a broken one it does what it says.

Programs that we do not have (pip, reviewdog, a forge) are played by scripts that note
down how they were called; knapper, git, pre-commit and prek are the real ones.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator

from conftest import SOURCE

ROOT = Path(__file__).parents[1]
RECIPES = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
BROKEN = "See [[nowhere]].\n"
FOUND = "broken-wikilink"

if sys.platform == "win32" or not shutil.which("git") or not shutil.which("bash"):
    pytest.skip("these recipes need git and a Unix shell", allow_module_level=True)


class Fence(NamedTuple):
    """A block of a recipe: its language, the file that it is, and what it says."""

    language: str
    path: str
    text: str


def recipe(title: str) -> list[Fence]:
    section = RECIPES.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [Fence(*found) for found in FENCE.findall(section)]


class Machine:
    """A computer with a vault `vault` under git and just the programs that a recipe needs."""

    def __init__(self, root: Path) -> None:
        self.root, self.vault, self.programs = root, root / "vault", root / "programs"
        (self.vault / ".obsidian").mkdir(parents=True)
        (self.vault / ".obsidian/app.json").write_text("{}")
        (self.vault / "Home.md").write_text("# Home\n")
        self.programs.mkdir()
        self.program("knapper", f'PYTHONPATH="{SOURCE}" exec "{sys.executable}" -m knapper "$@"')
        for name in ("pip", "apt-get"):
            self.program(name, f'echo "{name} $*" >> "$HOME/calls"')
        self.environment = {
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(root),
            "KNAPPER_STATE_DIR": str(root / "state"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER")
               for what in ("NAME", "EMAIL")},
        }  # fmt: skip
        self("git init -q -b main && git add -A && git commit -qm first")

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def __call__(self, script: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a script as a shell of a forge does; standard error is with the output."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.vault, env={**self.environment, **environment}, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def break_a_link(self) -> None:
        (self.vault / "Broken.md").write_text(BROKEN)
        self("git add -A")

    def calls(self) -> str:
        path = self.root / "calls"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def validated(text: str, schema: str) -> Any:
    document = yaml.safe_load(text)
    folder = Path(str(pytest.importorskip("check_jsonschema").__file__)).parent
    found = json.loads((folder / f"builtin_schemas/vendor/{schema}.json").read_text())
    from jsonschema.validators import validator_for

    # YAML 1.1 takes the key `on` of a workflow for true
    named = {"on" if key is True else key: value for key, value in document.items()}
    validator_for(found)(found).validate(named)
    return named


class Workflow:
    """A runner of workflows: the steps of a job, and of our action where it is used."""

    def __init__(self, machine: Machine, **given: str) -> None:
        self.machine, self.outputs = machine, dict[str, str]()
        self.uploaded: dict[str, str] = {}
        self.temp = machine.root / "runner"
        self.temp.mkdir()
        self.summary = self.temp / "summary.md"
        machine.program(
            "python-of-the-runner",
            'case "$2" in pip) echo "$*" >> "$HOME/calls";; '
            f'*) PYTHONPATH="{SOURCE}" exec "{sys.executable}" "$@";; esac',
        )
        self.given = {"RUNNER_TEMP": str(self.temp), "GITHUB_STEP_SUMMARY": str(self.summary),
                      "GITHUB_OUTPUT": str(self.temp / "output"), **given}  # fmt: skip
        self.values = {
            "github.action_path": "/the/action",
            "steps.python.outputs.python-path": str(machine.programs / "python-of-the-runner"),
        }

    def run(self, workflow: Mapping[str, Any]) -> "subprocess.CompletedProcess[str]":
        (job,) = workflow["jobs"].values()
        return self._steps(job["steps"], {})

    def _steps(self, steps: Any, inputs: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        last = self.machine("true")
        for step in steps:
            if not self._is_wanted(step, inputs):
                continue
            if "run" in step:
                env = {
                    name: self._text(value, inputs) for name, value in step.get("env", {}).items()
                }
                last = self.machine(step["run"], **self.given, **env)
            elif "knapper@" in step["uses"]:
                defaults = {name: one["default"] for name, one in ACTION["inputs"].items()}
                last = self._steps(ACTION["runs"]["steps"], {**defaults, **step.get("with", {})})
            elif "upload-sarif" in step["uses"]:
                self.values |= self._written()
                self.uploaded = {
                    name: self._text(one, inputs) for name, one in step["with"].items()
                }
            if last.returncode:
                return last
        return last

    def _is_wanted(self, step: Mapping[str, Any], inputs: Mapping[str, str]) -> bool:
        if "if" not in step:
            return True
        asked = re.fullmatch(r"inputs\.(\w+) == '(\w+)'", step["if"])
        assert asked, step["if"]
        return inputs[asked[1]] == asked[2]

    def _text(self, text: str, inputs: Mapping[str, str]) -> str:
        values = {**self.values, **{f"inputs.{name}": value for name, value in inputs.items()}}
        version = "inputs.version && format('knapper=={0}', inputs.version) || github.action_path"
        chosen = inputs.get("version") and f"knapper=={inputs['version']}"
        values[version] = chosen or self.values["github.action_path"]
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], text)

    def _written(self) -> dict[str, str]:
        lines = Path(self.given["GITHUB_OUTPUT"]).read_text().splitlines()
        return {f"steps.sarif.outputs.{line.partition('=')[0]}": line.partition("=")[2]
                for line in lines}  # fmt: skip


def test_the_action_is_one() -> None:
    validated((ROOT / "action.yml").read_text(), "github-actions")
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), "what a user gives never becomes a script"


def test_github(machine: Machine) -> None:
    (fence,) = recipe("GitHub")
    workflow = validated(fence.text, "github-workflows")
    assert Workflow(machine).run(workflow).returncode == 0
    machine.break_a_link()
    shutil.rmtree(machine.root / "runner")
    runner = Workflow(machine)
    ran = runner.run(workflow)
    assert ran.returncode == 1
    assert ran.stdout.startswith(f"::error title=knapper ({FOUND}),file=Broken.md,line=1,")
    assert f"     1  {FOUND}  error\n" in runner.summary.read_text()
    assert runner.uploaded == {}
    assert "--target" in machine.calls()
    assert "/the/action" in machine.calls()


def test_inputs_of_the_action(machine: Machine) -> None:
    machine.break_a_link()
    (machine.vault / "a folder").mkdir()
    (machine.vault / "a folder/$(touch x).md").write_text("fine\n")
    (fence,) = recipe("GitHub")
    workflow = yaml.safe_load(fence.text)
    with_ = workflow["jobs"]["check"]["steps"][1]["with"]
    with_ |= {"path": "a folder/$(touch x).md", "args": "  --select links   --no-cache ",
              "version": "1.2.3"}  # fmt: skip
    assert Workflow(machine).run(workflow).returncode == 0
    assert "knapper==1.2.3" in machine.calls()
    assert not list(machine.root.rglob("x"))
    table = RECIPES.partition("| Input |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(ACTION["inputs"])


def test_github_code_scanning(machine: Machine) -> None:
    machine.break_a_link()
    (fence,) = recipe("GitHub, code scanning")
    runner = Workflow(machine)
    assert runner.run(validated(fence.text, "github-workflows")).returncode == 1
    log = json.loads(Path(runner.uploaded["sarif_file"]).read_text())
    schema = json.loads((ROOT / "tests/schemas/sarif-2.1.0.json").read_text())
    Draft202012Validator(schema).validate(log)
    assert log["runs"][0]["results"][0]["ruleId"] == FOUND


def test_github_only_what_a_pull_request_changes(machine: Machine) -> None:
    (fence,) = recipe("GitHub, only what a pull request changes")
    workflow = validated(fence.text, "github-workflows")
    (machine.vault / "Debt.md").write_text(BROKEN)
    machine("git add -A && git commit -qm debt && git branch origin/main && git checkout -qb mine")
    ran = Workflow(machine, GITHUB_BASE_REF="main").run(workflow)
    assert (ran.returncode, ran.stdout) == (0, "")
    machine.break_a_link()
    shutil.rmtree(machine.root / "runner")
    ran = Workflow(machine, GITHUB_BASE_REF="main").run(workflow)
    assert ran.returncode == 1
    assert ran.stdout.count("::error") == 1
    assert "file=Broken.md" in ran.stdout


def test_gitlab(machine: Machine) -> None:
    (fence,) = recipe("GitLab")
    (job,) = validated(fence.text, "gitlab-ci").values()
    script = "\n".join([*job["before_script"], *job["script"]])
    report = machine.vault / job["artifacts"]["reports"]["codequality"]
    assert machine(script).returncode == 0
    assert report.read_text() == "[]\n"
    machine.break_a_link()
    assert machine(script).returncode == 1
    assert [one["check_name"] for one in json.loads(report.read_text())] == [FOUND]
    assert "pip install git+https://example.com/knapper" in machine.calls()


def test_reviewdog(machine: Machine) -> None:
    machine.break_a_link()
    machine.program("reviewdog", 'echo "reviewdog $*" >> "$HOME/calls"; cat > "$HOME/said.json"')
    (fence,) = recipe("reviewdog")
    machine(fence.text)
    assert "-f=rdjson" in machine.calls()
    said = json.loads((machine.root / "said.json").read_text())
    assert said["diagnostics"][0]["code"]["value"] == FOUND


def hooked(machine: Machine, fences: list[Fence], program: str) -> str:
    """Write the configuration of a recipe with our hooks as they are in this checkout."""
    config, commands = fences
    (repo,) = yaml.safe_load(config.text)["repos"]
    assert set(repo) == {"repo", "rev", "hooks"}
    known = {hook["id"]: {**hook, "language": "system"} for hook in HOOKS}
    hooks = [{**known[hook["id"]], **hook} for hook in repo["hooks"]]
    for hook in hooks:
        hook.pop("minimum_pre_commit_version")
    local = {"repos": [{"repo": "local", "hooks": hooks}]}
    (machine.vault / config.path).write_text(yaml.safe_dump(local))
    path = shutil.which(program, path=str(Path(sys.executable).parent))
    assert path is not None
    machine.program(program, f'exec "{path}" "$@"')
    machine.environment |= {"PRE_COMMIT_HOME": str(machine.root / "pc"),
                            "PREK_HOME": str(machine.root / "prek")}  # fmt: skip
    machine(f"git add {config.path} && git commit -qm hooks")
    return commands.text


@pytest.mark.parametrize("program", ["pre-commit", "prek"])
def test_hooks_that_see_everything(machine: Machine, program: str) -> None:
    commands = hooked(machine, recipe(program), program)
    ran = machine(commands)
    assert ran.returncode == 0, ran.stdout
    machine.break_a_link()
    assert FOUND in machine(commands).stdout
    commit = machine("git commit -m broken")
    assert commit.returncode == 1
    assert FOUND in commit.stdout


def test_pre_commit_with_what_is_staged(machine: Machine) -> None:
    (machine.vault / "Debt.md").write_text(BROKEN)
    machine("git add -A && git commit -qm debt")
    commands = hooked(machine, recipe("pre-commit, only what is staged"), "pre-commit")
    ran = machine(commands)
    assert ran.returncode == 0, ran.stdout
    machine.break_a_link()
    commit = machine("git commit -m broken")
    assert commit.returncode == 1
    assert "Broken.md" in commit.stdout
    assert "Debt.md" not in commit.stdout


def installed(machine: Machine, fence: Fence) -> None:
    path = machine.vault / fence.path
    path.write_text(fence.text)
    path.chmod(0o755)


def test_a_plain_git_hook(machine: Machine) -> None:
    (fence,) = recipe("A plain git hook")
    installed(machine, fence)
    (machine.vault / "More.md").write_text("fine\n")
    assert machine("git add -A && git commit -qm more").returncode == 0
    machine.break_a_link()
    assert machine("git commit -qm broken").returncode == 1
    assert machine("git commit -qm broken --no-verify").returncode == 0


def test_obsidian_git(machine: Machine) -> None:
    told, stopped = recipe("Obsidian Git")
    installed(machine, told)
    installed(machine, stopped)
    machine.program("git", 'PATH=/usr/bin:/bin exec git "$@"')
    home = machine.root / ".local/bin"  # knapper is where pipx puts it
    home.mkdir(parents=True)
    (machine.programs / "knapper").rename(home / "knapper")
    machine.break_a_link()
    assert machine("git commit -qm backup").returncode == 0
    assert FOUND in (machine.vault / ".git/knapper.txt").read_text()
    machine("git init -q --bare ../remote && git remote add origin ../remote")
    pushed = machine("git push -q origin main")
    assert pushed.returncode == 1
    assert FOUND in pushed.stdout
    (machine.vault / "nowhere.md").write_text("here\n")
    assert machine("git push -q origin main").returncode == 0


def crontab() -> Iterator[str]:
    for fence in recipe("cron"):
        minute, hour, *others, command = fence.text.strip().split(" ", 5)
        assert (int(minute) < 60, int(hour) < 24, others) == (True, True, ["*"] * 3)
        assert "%" not in command, "cron takes it for the end of a line"
        yield command


def test_cron(machine: Machine) -> None:
    check, sync = crontab()
    (machine.root / "replica").mkdir()
    config = machine.vault / ".knapper.toml"
    config.write_text('[[replica]]\nname = "r"\npath = "../replica"\n')
    for command in (check, sync):
        ran = machine(f"sh -c '{command}'")
        assert (ran.returncode, ran.stdout) == (0, "")
    assert (machine.root / "replica/Home.md").exists()
    machine.break_a_link()
    assert f"Broken.md:1:5: error {FOUND}" in machine(f"sh -c '{check}'").stdout
    shutil.rmtree(machine.root / "replica")
    assert "replica" in machine(f"sh -c '{sync}'").stdout


def test_no_recipe_is_left_out() -> None:
    """Every section of the page is named in a test of this file."""
    titles = re.findall(r"^## (.*)$", RECIPES, re.MULTILINE)
    tested = Path(__file__).read_text(encoding="utf-8")
    assert len(titles) > 9
    assert [title for title in titles if f'"{title}"' not in tested] == []
