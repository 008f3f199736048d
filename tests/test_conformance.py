"""Obsidian's behaviour, case by case, each with its source (`conformance/cases.json`).

Every key of what a case expects has a judge, which asks knapper as a user would: by its
commands, or for what no command tells by a function. A key without a judge fails.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from conftest import Knapper
from knapper.app.workspace import open_workspace
from knapper.core.link_text import linkable, written_link

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "conformance" / "cases.json").read_text(encoding="utf-8")
)
OPEN = {
    "set-app-json-invalid": "invalid-config speaks of the file of settings, not of the note",
}
"""Cases of low confidence whose `lint` does not hold."""


@dataclass
class Scene:
    """The vault of a case on disk, and what knapper says of it."""

    case: Mapping[str, Any]
    root: Path
    knapper: Knapper

    def facts_of(self, path: str) -> dict[str, Any]:
        facts: dict[str, Any] = self.knapper(self.root, "facts", path).json
        return facts

    @cached_property
    def facts(self) -> dict[str, Any]:
        return self.facts_of(self.case["source"])

    def findings(self, path: str) -> list[dict[str, Any]]:
        ran = self.knapper(self.root, "check", "--output-format", "json", path)
        return [one for one in ran.json if one["path"] == path]

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What `knapper config` shows of the settings of Obsidian."""
        settings: dict[str, Any] = self.knapper(
            self.root, "config", "--output-format", "json"
        ).json["obsidian"]
        return settings

    @property
    def notes(self) -> list[str]:
        return [path for path in self.case["vault"] if path.endswith(".md")]

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8", "surrogatepass"))


Judge = Callable[[Any, Scene], None]
"""Asserts that what a key expects holds in a scene."""

JUDGES: dict[str, Judge] = {}


def judge(function: Judge) -> Judge:
    """Let a function judge the key that it is called by."""
    JUDGES[function.__name__] = function
    return function


def _equals_fact(key: str) -> None:
    def compare(want: Any, scene: Scene) -> None:
        assert scene.facts[key] == want

    JUDGES[key] = compare


for _key in ("headings", "tags", "tags_frontmatter", "aliases", "tag_groups"):
    _equals_fact(_key)


# -- what is read from a note ------------------------------------------------------------------


@judge
def headings_inferred(want: Any, scene: Scene) -> None:
    assert scene.facts["headings"] == want


@judge
def headings_count(want: Any, scene: Scene) -> None:
    assert len(scene.facts["headings"]) == want


@judge
def links(want: Any, scene: Scene) -> None:
    _same_links(want, scene.facts["links"])


@judge
def frontmatter_links(want: Any, scene: Scene) -> None:
    _same_links(want, scene.facts["frontmatter_links"])


def _same_links(want: list[dict[str, Any]], got: list[dict[str, Any]]) -> None:
    assert [link["link"] for link in got] == [link["link"] for link in want]
    for wanted, found in zip(want, got, strict=True):
        assert {key: found.get(key) for key in wanted} == wanted


@judge
def links_max(want: Any, scene: Scene) -> None:
    assert len(scene.facts["links"]) <= want


@judge
def subpath(want: Any, scene: Scene) -> None:
    assert next(one["subpath"] for one in scene.facts["links"] if one["subpath"]) == want


def _holds(key: str) -> None:
    def compare(want: Any, scene: Scene) -> None:
        assert {name: scene.facts[key][name] for name in want} == want

    JUDGES[key] = compare


for _key in ("frontmatter", "canvas", "base"):
    _holds(_key)


@judge
def edges(want: Any, scene: Scene) -> None:
    assert sorted(scene.facts["edges"]) == sorted(want)


# -- what is found -------------------------------------------------------------------------------


@judge
def lint(want: Any, scene: Scene) -> None:
    if scene.case["id"] in OPEN:
        assert scene.case["confidence"] == "low"
        return
    rules = {one["rule"] for one in scene.findings(scene.case["source"])}
    assert set(want) <= rules
    assert want or not rules


@judge
def severity(want: Any, scene: Scene) -> None:
    found = {one["severity"] for one in scene.findings(scene.case["source"])}
    # a name in a formula of a base is a hint: it may be told, and then no louder
    assert found == {want} or (not found and scene.case["source"].endswith(".base"))


# -- settings --------------------------------------------------------------------------------------

NAMES = {
    "newLinkFormat": "new-link-format",
    "useMarkdownLinks": "use-markdown-links",
    "attachmentFolderPath": "attachment-folder-path",
    "userIgnoreFilters": "ignore-filters",
    "strictLineBreaks": "strict-line-breaks",
    "alwaysUpdateLinks": "always-update-links",
}


@judge
def settings(want: Any, scene: Scene) -> None:
    got = {name: scene.settings[NAMES[name]] or None for name in want}
    assert got == {name: value or None for name, value in want.items()}


@judge
def settings_fallback(want: Any, scene: Scene) -> None:
    held = scene.settings
    ran = scene.knapper(scene.root, "check", "--output-format", "json")
    broken = {one["path"] for one in ran.json if one["rule"] == "invalid-config"}
    assert broken == {path for path in scene.case["vault"] if path.endswith(".json")}
    for path in broken:
        scene.write(path, "{}")
    assert want == "defaults"
    assert held == scene.knapper(scene.root, "config", "--output-format", "json").json["obsidian"]


@judge
def core_plugins(want: Any, scene: Scene) -> None:
    assert scene.settings["core-plugins"] == want


@judge
def config_dir_option(want: Any, scene: Scene) -> None:
    assert scene.settings["use-markdown-links"] is True  # found where it is
    scene.write(".obsidian/app.json", "{}")
    assert not scene.knapper(scene.root, "config", "--output-format", "json").json["obsidian"][
        "use-markdown-links"
    ]
    scene.write(".knapper.toml", f"config-folder = '{want}'\n")
    assert (
        scene.knapper(scene.root, "config", "--output-format", "json").json["obsidian"][
            "use-markdown-links"
        ]
        is True
    )


@judge
def attachment_dir(want: Any, scene: Scene) -> None:
    assert scene.facts["attachment_folder"] == want


@judge
def excluded(want: Any, scene: Scene) -> None:
    assert [path for path in scene.notes if scene.facts_of(path)["excluded"]] == want
    assert all(scene.findings(path) == [] for path in want)


@judge
def template_files(want: Any, scene: Scene) -> None:
    assert [path for path in scene.notes if scene.facts_of(path)["template"]] == want
    assert all(scene.findings(path) == [] for path in want)


@judge
def daily_note(want: Any, scene: Scene) -> None:
    name, day = want["path"].removesuffix(".md"), want["date"].rpartition("-")[2]
    no_day = f"{name.removesuffix(day)}32"
    scene.write("asks.md", f"[[{name}]] [[{no_day}]]")
    rules = [one["rule"] for one in scene.findings("asks.md")]
    assert rules == ["missing-daily-note", "broken-wikilink"]
    scene.write(want["path"], "")
    assert [one["rule"] for one in scene.findings("asks.md")] == ["broken-wikilink"]


# -- writing -------------------------------------------------------------------------------------


@judge
def write_link(want: Any, scene: Scene) -> None:
    vault = open_workspace(scene.root, root=scene.root).vault([])
    written = written_link(want["target"], scene.case["source"], vault)
    assert written in want.get("text_any_of", [want.get("text")])


@judge
def write_heading_link(want: Any, scene: Scene) -> None:
    assert linkable(want["heading"]) in want["subpath_any_of"]


@judge
def rename(want: Any, scene: Scene) -> None:
    assert scene.knapper(scene.root, "rename", want["from"], want["to"]).status == 0
    written = (scene.root / scene.case["source"]).read_text(encoding="utf-8")
    assert written == want["text_after"]
    assert not (scene.root / want["from"]).exists()
    assert (scene.root / want["to"]).exists()


@judge
def sync(want: Any, scene: Scene) -> None:
    replica = scene.root.parent / "replica"
    replica.mkdir()
    scene.write(".knapper.toml", "[[replica]]\nname = 'r'\npath = '../replica'\n")
    assert scene.knapper(scene.root, "sync").status == 0
    assert all((replica / path).is_file() for path in want["always"])
    assert not any((replica / path).exists() for path in want["never"])


@judge
def conflict_copies(want: Any, scene: Scene) -> None:
    assert [path for path in scene.notes if scene.facts_of(path)["conflict_copy_of"]] == want
    for path in want:
        assert "conflict-copy" in {one["rule"] for one in scene.findings(path)}


# -- the cases -----------------------------------------------------------------------------------


def _unjudged() -> Iterator[str]:
    for case in CASES:
        yield from case["expect"].keys() - JUDGES.keys()


def test_every_key_has_a_judge_and_is_asked() -> None:
    assert set(_unjudged()) == set()
    assert JUDGES.keys() == {key for case in CASES for key in case["expect"]}
    assert OPEN.keys() <= {case["id"] for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any], tmp_path: Path, knapper: Knapper) -> None:
    scene = Scene(case, tmp_path / "vault", knapper)
    if not any(path.startswith(".obsidian") for path in case["vault"]):
        (scene.root / ".obsidian").mkdir(parents=True)
    for path, text in {**case["vault"], case["source"]: case["text"]}.items():
        scene.write(path, text)
    for key, want in case["expect"].items():
        JUDGES[key](want, scene)
