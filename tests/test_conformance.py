"""Obsidian's behaviour, case by case, each with its source (`conformance/cases.json`).

Cases of high and medium confidence must hold; one of low confidence may differ, and
must then stand in `OPEN`. Settings, renames and the like are asserted elsewhere.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import Knapper

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "conformance" / "cases.json").read_text(encoding="utf-8")
)
ASSERTED = ("headings", "tags", "tags_frontmatter", "aliases")
LINK_KEYS = ("link", "resolved", "display", "kind", "embed", "key")
OPEN = {
    "b-dup-id": "the rule duplicate-block-id is to come",
    "set-app-json-invalid": "the finding stands at the broken file, not at the note",
}
"""Cases that the command line answers in another way than a case proposes."""


def different(want: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    """Say in what the facts differ from what the case expects."""
    wrong = [f"{key}: {got[key]}" for key in ASSERTED if key in want and got[key] != want[key]]
    if want.get("headings_inferred", got["headings"]) != got["headings"]:
        wrong.append(f"headings: {got['headings']}")
    if want.get("headings_count", len(got["headings"])) != len(got["headings"]):
        wrong.append(f"headings: {got['headings']}")
    if len(got["links"]) > want.get("links_max", len(got["links"])):
        wrong.append(f"links: {got['links']}")
    if "subpath" in want:
        found = next((link["subpath"] for link in got["links"] if link["subpath"]), None)
        if found != want["subpath"]:
            wrong.append(f"subpath: {found}")
    for key in ("links", "frontmatter_links"):
        if key in want:
            wrong += _links(want[key], got[key])
    for key in ("frontmatter", "canvas"):
        for name, value in want.get(key, {}).items():
            if name in ("exists", "data", "valid", "missing_files") and got[key][name] != value:
                wrong.append(f"{key}.{name}: {got[key][name]}")
    return wrong


def _links(want: list[dict[str, Any]], got: list[dict[str, Any]]) -> list[str]:
    if len(want) != len(got):
        return [f"links: {[link['link'] for link in got]}"]
    return [
        f"{wanted['link']}: {key} is {found.get(key)!r}"
        for wanted, found in zip(want, got, strict=True)
        for key in LINK_KEYS
        if key in wanted and found.get(key) != wanted[key]
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any], tmp_path: Path, knapper: Knapper) -> None:
    root = tmp_path / "vault"
    (root / ".obsidian").mkdir(parents=True)
    for path, text in {**case["vault"], case["source"]: case["text"]}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8", "surrogatepass"))
    want = case["expect"]
    assert different(want, knapper(root, "facts", case["source"]).json) == []
    if "lint" in want and case["id"] not in OPEN:
        ran = knapper(root, "check", "--output-format", "json", case["source"])
        rules = {one["rule"] for one in ran.json if one["path"] == case["source"]}
        assert set(want["lint"]) <= rules
        assert want["lint"] or not rules
