"""What makes the repository the one that its readers expect."""

import importlib
import pkgutil
import re
import tomllib
from pathlib import Path

import pytest

import knapper
from conftest import Knapper

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = [module.name for module in pkgutil.walk_packages(knapper.__path__, "knapper.")
           if not module.name.endswith("__main__")]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_public_names_are_there_and_sorted(name: str) -> None:
    module = importlib.import_module(name)
    public = getattr(module, "__all__", [])
    assert all(hasattr(module, one) for one in public)
    assert len(set(public)) == len(public)


def test_every_module_says_what_it_is() -> None:
    assert [name for name in MODULES if not importlib.import_module(name).__doc__] == []


def test_rules_and_template_are_in_the_wheel() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {
        "rules": "knapper/_rules",
        "vault-template": "knapper/_vault_template",
    }


def test_the_readme_names_every_dependency() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    extras = PROJECT["project"]["optional-dependencies"]
    for requirement in PROJECT["project"]["dependencies"]:
        assert f"| {requirement.partition('>')[0]}" in readme
    for extra, requirements in extras.items():
        rows = [row for row in readme.splitlines() if f"(extra `{extra}`)" in row]
        assert all(any(one.partition(">")[0] in row for row in rows) for one in requirements)


def test_the_page_for_contributors_is_true_and_short() -> None:
    page = (ROOT / "AGENTS.md").read_text(encoding="utf-8")
    assert len(page.splitlines()) <= 80
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}:" in makefile for target in re.findall(r"make ([a-z]+)  ", page))
    named = re.findall(r"(?:src|tests|rules)/[\w/.-]*|[A-Z]+\.md", page)
    assert named and [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("folder", ["rules", "vault-template"])
def test_our_own_vaults_are_clean(folder: str, knapper: Knapper) -> None:
    ran = knapper(ROOT, "check", folder, "--vault", folder)
    assert (ran.status, ran.lines()[-1][-13:]) == (0, "nothing found")


@pytest.mark.parametrize("path", sorted((ROOT / "seeds").rglob("*.md")), ids=lambda p: p.stem)
def test_seeds_have_the_form_of_their_family(path: Path) -> None:
    text = path.read_bytes().decode("utf-8-sig")
    assert text.startswith("---")
    assert "title:" in text
