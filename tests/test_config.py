"""The configuration: its schema, what is refused, which layer says what, how it is shown."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import Knapper, WriteVault
from knapper.app.workspace import load_rules, rule_notes
from knapper.core.config import PRESETS, Chosen, Config, read_config
from knapper.core.config_schema import config_schema
from knapper.core.errors import ConfigError
from knapper.core.layers import explained

ROOT = Path(__file__).parents[1]
RULES = {rule.name: rule for rule in load_rules()}
SCHEMA: Any = config_schema(RULES.values(), rule_notes())
VALIDATOR = Draft202012Validator(SCHEMA)


def is_read(data: dict[str, Any]) -> bool:
    """Tell whether a configuration is accepted; the schema has to say the same."""
    try:
        read_config(data, "test", RULES)
    except ConfigError:
        return False
    return True


def test_the_schema_is_one_and_describes_everything() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(Config.known_keys())
    tables = [SCHEMA["properties"], *(SCHEMA["properties"][name]["properties"]
              for name in ("sync", "watch", "severity", "options")),
              *(SCHEMA["properties"][name]["items"]["properties"]
                for name in ("replica", "overrides"))]  # fmt: skip
    for table in tables:
        assert [name for name, one in table.items() if not one["description"].strip()] == []
    options = SCHEMA["properties"]["options"]["properties"]
    for rule in RULES.values():
        named = options[rule.name]["properties"]
        assert list(named) == list(rule.check.options)
        assert all(one["description"] for one in named.values())
        assert "default" not in " ".join(one["description"] for one in named.values())


SAMPLES = [
    tomllib.loads(found)
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for found in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    if page.name != "editors.md"  # they have configurations of their own
]
GOOD: list[Any] = [
    *SAMPLES,
    tomllib.loads((ROOT / "vault-template/.knapper.toml").read_text()),
    {},
    {"select": ["all"], "extend-select": ["links", "orphan-note"], "ignore": ["graph"]},
    {"severity": {"broken-wikilink": "info"}, "options": {"timestamp-shifted": {"max-hours": 3}}},
    {"replica": [{"name": "a", "path": "~/b", "into": " Sources/.. x/y ", "mode": "mirror"}]},
    {"overrides": [{"include": ["A/"], "severity": {"link-case": "error"}, "options": {}}]},
    {"options": {"forbidden-text": {"text": ["x"], "message": "y"}}},
]
BAD = {
    "a key at the top": {"exclud": []},
    "a key of an override": {"overrides": [{"include": ["A/"], "exclude": []}]},
    "an override for no notes": {"overrides": [{"ignore": []}]},
    "an override for an empty list of notes": {"overrides": [{"include": []}]},
    "a key of a replica": {"replica": [{"name": "a", "path": "b", "folder": ""}]},
    "a replica with no path": {"replica": [{"name": "a"}]},
    "a replica with an empty name": {"replica": [{"name": "", "path": "b"}]},
    "a replica that leaves the vault": {"replica": [{"name": "a", "path": "b", "into": "c/../.."}]},
    "a replica at a root": {"replica": [{"name": "a", "path": "b", "into": "/c"}]},
    "a mode": {"replica": [{"name": "a", "path": "b", "mode": "both"}]},
    "one replica for many": {"replica": {"name": "a", "path": "b"}},
    "a key of sync": {"sync": {"days": 3}},
    "a number below zero": {"sync": {"keep-days": -1}},
    "a key of watch": {"watch": {"quiet": 3}},
    "no pause at all": {"watch": {"rescan": 0}},
    "an observer": {"watch": {"observer": "inotify"}},
    "a rule": {"ignore": ["broken-wikilnk"]},
    "a rule of an override": {"overrides": [{"include": ["A/"], "ignore": ["x"]}]},
    "a rule of severity": {"severity": {"broken-wikilnk": "error"}},
    "a severity": {"severity": {"broken-wikilink": "fatal"}},
    "a rule of options": {"options": {"broken-wikilnk": {}}},
    "an option": {"options": {"broken-wikilink": {"ignored": []}}},
    "an option of an override": {
        "overrides": [{"include": ["A/"], "options": {"broken-wikilink": {"x": 1}}}]
    },
    "a preset": {"preset": "strickt"},
    "a word of an option": {"options": {"illegal-file-name": {"systems": ["window"]}}},
    "true for a number": {"sync": {"keep-days": True}},
}


@pytest.mark.parametrize("data", GOOD)
def test_what_is_read_fits_the_schema(data: dict[str, Any]) -> None:
    assert is_read(data)
    VALIDATOR.validate(data)


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_what_is_refused_does_not_fit_the_schema(data: dict[str, Any]) -> None:
    assert not is_read(data)
    assert not VALIDATOR.is_valid(data)


def leaves(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value that the schema has a place for, and its own schema."""
    for name, one in schema.get("properties", {}).items():
        yield (*path, name), one
        yield from leaves(one, (*path, name))
    if "properties" in schema.get("items", {}):
        yield from leaves(schema["items"], (*path, "[]"))


def placed(path: tuple[str, ...], value: Any) -> Any:
    """Return the configuration that has a value at a path, and nothing else but what it must."""
    needed: dict[str, Any] = {
        "replica": {"name": "a", "path": "b"}, "overrides": {"include": ["A/"]},
    }  # fmt: skip
    for at in range(len(path) - 1, -1, -1):
        one = path[at]
        value = [{**needed[path[at - 1]], **value}] if one == "[]" else {one: value}
    return value


LEAVES = list(leaves(SCHEMA))


@pytest.mark.parametrize(("path", "schema"), LEAVES, ids=[".".join(path) for path, _ in LEAVES])
def test_every_value_is_held_to_its_type_by_both(path: tuple[str, ...], schema: Any) -> None:
    values: list[Any] = ["text", 3, 1.5, True, [], ["text"], {}, [{}]]
    for value in values:
        data = placed(path, value)
        assert is_read(data) == VALIDATOR.is_valid(data), (value, data)
    if "default" in schema:
        assert is_read(placed(path, schema["default"]))


MISSPELT = [
    ('preset = "strickt"', "preset: 'strickt' is no preset; did you mean 'strict'?"),
    ("exclud = []", "exclud: unknown key; did you mean 'exclude'?"),
    ('exclude = ["A/", "!"]', "exclude: '!' is no pattern"),
    ("exclude = ['a\\']", "exclude: 'a\\' is no pattern"),
    ('exclude = ["[\\\\d-a]"]', "exclude: '[\\d-a]' is no pattern"),
    ('[[overrides]]\ninclude = ["!"]', "overrides.include: '!' is no pattern"),
    (
        '[[replica]]\nname = "r"\npath = "r"\nexclude = ["!"]',
        "replica.exclude: '!' is no pattern",
    ),
    ('ignore = ["broken-wikilnk"]', "ignore: no rule is called 'broken-wikilnk'; did you mean"
     " 'broken-wikilink'?"),
    ('[severity]\nlinkcase = "info"', "severity: no rule is called 'linkcase'; did you mean"
     " 'link-case'?"),
    ('[severity]\nlinks = "info"', "severity: 'links' is a family; expected the name of a rule"),
    ("[options.links]", "options.links: 'links' is a family; expected the name of a rule"),
    ('[severity]\nlink-case = "eror"', "severity.link-case: 'eror' is none of error, warning,"),
    ("[options.link-cas]", "options.link-cas: no rule is called 'link-cas'; did you mean"),
    ("[options.broken-wikilink]\nignored = []", "options.broken-wikilink.ignored: unknown key; did"
     " you mean 'ignore'?"),
    ("[options.broken-wikilink]\nignore = 3", "options.broken-wikilink.ignore: expected a list"),
    ('[options.illegal-file-name]\nsystems = ["ios", "window"]', "options.illegal-file-name"
     ".systems: 'window' is none of windows, android, macos, ios"),
    ("[[overrides]]\nincluded = []", "overrides.included: unknown key; did you mean 'include'?"),
    ('[[overrides]]\ninclude = ["A"]\nignore = ["link"]', "overrides.ignore: no rule is called"
     " 'link'; did you mean 'links'?"),
    ('[[overrides]]\ninclude = ["A"]\n[overrides.options.link-case]\nx = 1',
     "overrides.options.link-case.x: unknown key"),
    ('[[replica]]\nnam = "a"', "replica.nam: unknown key; did you mean 'name'?"),
    ('[[replica]]\nname = 3', "replica.name: expected a text"),
    ("[sync]\nhistory-day = 3", "sync.history-day: unknown key; did you mean 'history-days'?"),
    ('[sync]\nhistory-days = "3"', "sync.history-days: expected a whole number"),
    ("[watch]\nfixquiet = 3", "watch.fixquiet: unknown key; did you mean 'fix-quiet'?"),
    ("[watch]\nfix = 3", "watch.fix: expected true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), MISSPELT)
def test_what_is_misspelt_is_named_with_its_table(
    vault: WriteVault, knapper: Knapper, text: str, said: str
) -> None:
    ran = knapper(vault({".knapper.toml": text}), "check")
    assert (ran.status, ran.output) == (2, b"")
    assert ran.err.startswith(f"error: .knapper.toml: {said}")


def state(config: Config, rule: str, path: str = "N.md") -> tuple[bool, str]:
    found = explained(config, [RULES[rule]], path, lambda patterns, path: path in patterns)
    ((_, is_on, why, _),) = found
    return is_on, why


FILE, LINE = ".knapper.toml", "the command line"
BY_OVERRIDE = f"{FILE}, overrides 1"
LAYERS: list[Any] = [
    pytest.param({}, (), (), "broken-wikilink", True, "default", id="on by default"),
    pytest.param({}, (), (), "self-link", False, "default", id="off by default"),
    pytest.param({"preset": "strict"}, (), (), "self-link", True, "preset 'strict'",
                 id="strict turns all on"),
    pytest.param({"preset": "strict", "ignore": ["links"]}, (), (), "self-link", False, FILE,
                 id="ignored though strict"),
    pytest.param({"select": ["links"]}, (), (), "broken-wikilink", True, FILE,
                 id="selected by family"),
    pytest.param({"select": ["links"]}, (), (), "self-link", False, FILE,
                 id="a family selects what is on by default"),
    pytest.param({"select": ["self-link"]}, (), (), "self-link", True, FILE, id="by name"),
    pytest.param({"select": ["links"]}, (), (), "invalid-frontmatter", False, FILE,
                 id="not selected"),
    pytest.param({"preset": "strict", "select": ["links"]}, (), (), "invalid-tag", False, FILE,
                 id="select narrows strict too"),
    pytest.param({"extend-select": ["links"]}, (), (), "self-link", True, FILE, id="added"),
    pytest.param({"ignore": ["links"], "extend-select": ["self-link"]}, (), (), "self-link", True,
                 FILE, id="a name is more exact than a family"),
    pytest.param({"ignore": ["self-link"], "extend-select": ["links"]}, (), (), "self-link", False,
                 FILE, id="so it is for ignore"),
    pytest.param({"ignore": ["links"], "extend-select": ["links"]}, (), (), "self-link", False,
                 FILE, id="of equal words ignore counts"),
    pytest.param({"overrides": [{"include": ["N.md"], "ignore": ["links"]}]}, (), (),
                 "broken-wikilink", False, BY_OVERRIDE, id="off in a folder"),
    pytest.param({"overrides": [{"include": ["Other.md"], "ignore": ["links"]}]}, (), (),
                 "broken-wikilink", True, "default", id="not in another"),
    pytest.param({"ignore": ["all"], "overrides": [{"include": ["N.md"],
                  "extend-select": ["links"]}]}, (), (), "self-link", True, BY_OVERRIDE,
                 id="an override beats the vault"),
    pytest.param({"ignore": ["self-link"]}, ("self-link",), (), "self-link", True, LINE,
                 id="the command line beats it by the same name"),
    pytest.param({"ignore": ["links"]}, ("self-link",), (), "self-link", True, LINE,
                 id="and by a more exact one"),
    pytest.param({"ignore": ["broken-wikilink"]}, ("links",), (), "broken-wikilink", False, LINE,
                 id="a part of a family stays ignored"),
    pytest.param({"overrides": [{"include": ["N.md"], "ignore": ["broken-wikilink"]}]}, ("links",),
                 (), "broken-wikilink", False, LINE, id="in a folder as well"),
    pytest.param({"preset": "strict"}, ("links",), (), "self-link", False, LINE,
                 id="what is not selected there does not run"),
    pytest.param({}, (), ("links",), "broken-wikilink", False, LINE, id="ignored there"),
    pytest.param({"overrides": [{"include": ["N.md"], "extend-select": ["self-link"]}]}, (),
                 ("links",), "self-link", False, LINE, id="ignored there, though an override adds"),
    pytest.param({}, ("broken-wikilink",), ("links",), "broken-wikilink", True, LINE,
                 id="selected by name, ignored by family"),
    pytest.param({}, ("links",), ("broken-wikilink",), "broken-wikilink", False, LINE,
                 id="selected by family, ignored by name"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "select", "ignore", "rule", "is_on", "why"), LAYERS)
def test_the_last_and_most_exact_word_counts(
    data: dict[str, Any],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    rule: str,
    is_on: bool,
    why: str,
) -> None:
    config = read_config(data, FILE, RULES)._replace(chosen=Chosen(select, ignore))
    assert state(config, rule) == (is_on, why)


CONFIG = """\
preset = "video-notes"
extend-select = ["self-link"]
ignore = ["graph"]
[severity]
broken-wikilink = "info"
[options.timestamp-shifted]
max-hours = 9
[sync]
keep-days = 7
[[replica]]
name = "a \\"b\\""
path = "../é"
[[overrides]]
include = ["Daily/"]
ignore = ["missing-frontmatter"]
[overrides.severity]
broken-wikilink = "error"
[overrides.options.broken-wikilink]
ignore = ["Later"]
"""


def test_what_holds_is_shown_with_where_it_comes_from(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({".knapper.toml": CONFIG, "Daily/D.md": "", "N.md": ""})
    lines = knapper(root, "config").lines()
    for line in (
        "# its configuration: .knapper.toml",
        'preset = "video-notes"                  # .knapper.toml',
        "exclude = []                            # default",
        "keep-days = 7                           # .knapper.toml",
        "history-days = 365                      # default",
        'broken-wikilink = "info"                # .knapper.toml, on by default',
        'self-link = "info"                      # default, on by .knapper.toml',
        "max-hours = 9                           # .knapper.toml",
        "safe = true                             # preset 'video-notes'",
        "#   orphan-note                         .knapper.toml",
    ):
        assert line in lines
    lines = knapper(root, "config", "Daily/D.md", "--ignore", "link-case").lines()
    for line in (
        "# as it holds for: Daily/D.md",
        'broken-wikilink = "error"               # .knapper.toml, overrides 1, on by default',
        'ignore = ["Later"]                      # .knapper.toml, overrides 1',
        "#   missing-frontmatter                 .knapper.toml, overrides 1",
        "#   link-case                           the command line",
        'ignore = ["graph", "link-case"]         # the command line',
    ):
        assert line in lines


def test_what_holds_is_shown_to_programs(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({".knapper.toml": CONFIG, "Daily/D.md": ""})
    shown = knapper(root, "config", "--output-format", "json", "Daily/D.md").json
    assert shown["path"] == "Daily/D.md"
    assert shown["rules"]["broken-wikilink"] == {"severity": "error", "ignore": ["Later"]}
    assert "missing-frontmatter" in shown["off"]
    assert shown["sync"] == {"history-megabytes": 1000, "history-days": 365, "keep-days": 7}
    origins = shown["from"]
    assert origins["sync.keep-days"] == ".knapper.toml"
    assert origins["rules.broken-wikilink"] == "default"
    assert origins["rules.broken-wikilink.severity"] == ".knapper.toml, overrides 1"
    assert origins["rules.missing-frontmatter"] == ".knapper.toml, overrides 1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        CONFIG,
        'preset = "strict"\nselect = ["links"]\n',
        'ignore = ["all"]\nextend-select = ["links", "self-link"]\n',
    ],
)
def test_what_is_shown_is_a_configuration_that_means_the_same(
    vault: WriteVault, knapper: Knapper, text: str
) -> None:
    root = vault({".knapper.toml": text, "Daily/D.md": ""})
    shown = knapper(root, "config").out
    VALIDATOR.validate(tomllib.loads(shown))
    paths = ["Daily/D.md", "."]
    before = [knapper(root, "config", "--output-format", "json", path).json for path in paths]
    (root / ".knapper.toml").write_text(shown)
    after = [knapper(root, "config", "--output-format", "json", path).json for path in paths]
    for one, other in zip(before, after, strict=True):
        one.pop("from"), other.pop("from")
        assert one | {"severity": 0, "options": 0} == other | {"severity": 0, "options": 0}


def test_the_schema_knows_the_rules_of_the_vault(vault: WriteVault, knapper: Knapper) -> None:
    note = "---\ncheck: forbidden-text\ntext: [TODO]\n---\n"
    root = vault({".knapper.toml": 'rules = "Rules"\n', "Rules/no-todo.md": note})
    schema = knapper(root, "config", "--schema").json
    Draft202012Validator(schema).validate({"severity": {"no-todo": "info"}, "ignore": ["own"]})
    assert json.dumps(SCHEMA) == json.dumps(
        knapper(vault({".knapper.toml": ""}), "config", "--schema").json
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_our_own_vault_is_clean_under_each_preset(
    tmp_path: Path, knapper: Knapper, preset: str
) -> None:
    assert knapper(tmp_path, "init", "v").status == 0
    config = tmp_path / "v/.knapper.toml"
    config.write_text(config.read_text().replace('"recommended"', f'"{preset}"', 1))
    ran = knapper(tmp_path, "check", "v")
    assert (ran.status, ran.out.count("error")) == (0, 0)
