"""The note that all this began with, where it lies beside this checkout, and a big vault."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Knapper

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared" / "seeds" / "Unilateral and multilateral approaches in governance.md"
MAKER = ROOT / "bench" / "make_vault.py"


@pytest.mark.skipif(not SEED.exists(), reason="the original seed is not beside this checkout")
def test_the_original_seed_has_nine_broken_links_and_nothing_else(
    tmp_path: Path, knapper: Knapper
) -> None:
    (tmp_path / SEED.name).write_bytes(SEED.read_bytes())
    found = knapper(tmp_path, "check", "--output-format", "json").json
    assert [one["rule"] for one in found] == ["broken-wikilink"] * 9
    lines = SEED.read_text(encoding="utf-8").split("\n")
    for one in found:
        link = lines[one["line"] - 1][one["column"] - 1 : one["end_column"] - 1]
        assert link.startswith("[[")
        assert link.endswith("]]")


@pytest.mark.skipif(not SEED.exists(), reason="the original seed is not beside this checkout")
def test_the_original_seed_gets_its_seven_titles_mended(tmp_path: Path, knapper: Knapper) -> None:
    before = SEED.read_bytes()
    (tmp_path / SEED.name).write_bytes(before)
    slugs = {
        "International Collaboration on Governance Innovation",
        "Innovative approaches in public sector organizations",
    }
    for title in slugs:
        (tmp_path / f"{title.lower().replace(' ', '_')}.md").write_text("# x\n")
    knapper(tmp_path, "check", "--fix")
    wanted = before
    for title in slugs:
        slug = title.lower().replace(" ", "_")
        wanted = wanted.replace(f"[[{title} |".encode(), f"[[{slug} |".encode())
    assert before.count(b"[[") == 9
    assert sum(before.count(f"[[{title} |".encode()) for title in slugs) == 7
    assert (tmp_path / SEED.name).read_bytes() == wanted


@pytest.mark.skipif(not MAKER.exists(), reason="this copy has no benchmarks")
def test_every_planted_link_is_found_and_no_trap_is_flagged(
    tmp_path: Path, knapper: Knapper
) -> None:
    subprocess.run([sys.executable, MAKER, "1000", tmp_path / "v"], check=True, capture_output=True)
    lines = (tmp_path / "v.manifest.jsonl").read_text(encoding="utf-8").splitlines()
    planted = [json.loads(line) for line in lines]
    found = knapper(tmp_path / "v", "check", "--select", "links,canvas", "--output-format", "json")
    spoken = {(one["path"], one["line"]) for one in found.json}
    said = {(one["path"], one["message"]) for one in found.json}
    broken = [one for one in planted if one["expect"] == "broken"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"| **knapper** | {len(broken)} of {len(broken)} | 0 |" in readme
    for one in broken:
        if one["line"]:
            assert (one["file"], one["line"]) in spoken, one
        else:
            assert any(path == one["file"] and one["target"] in text for path, text in said), one
    allowed = {(one["file"], one["line"]) for one in planted if one["expect"] != "ok"}
    canvases = {one["file"] for one in broken if not one["line"]}
    assert [key for key in sorted(spoken) if key not in allowed and key[0] not in canvases] == []
