"""What the real app recorded of real notes, where the recordings are at hand.

They are not part of this repository; the test reads them beside it, or skips.
Positions there are UTF-16 units from 0.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from knapper.core.frontmatter import frontmatter_links, read_frontmatter
from knapper.core.note import Facts, Note
from knapper.core.vault import Found, Vault

RECORDED = Path(__file__).parents[3] / "shared" / "obsidian-recorded"
FILES = sorted(RECORDED.glob("*.json"))

if not FILES:
    pytest.skip("no recordings beside this checkout", allow_module_level=True)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def recorded(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return found


def place(text: str, item: dict[str, Any]) -> tuple[int, int]:
    """Return a recorded position as code points."""
    units = text.encode("utf-16-le")
    start, end = (item["position"][edge]["offset"] * 2 for edge in ("start", "end"))
    return len(units[:start].decode("utf-16-le")), len(units[:end].decode("utf-16-le"))


def test_headings(recorded: dict[str, Any]) -> None:
    text = recorded["fileContents"]
    assert [(h.level, h.text, (h.start, h.end)) for h in Note("a.md", text).headings] == [
        (one["level"], one["heading"], place(text, one))
        for one in recorded["cachedMetadata"].get("headings", [])
    ]


def test_links_and_embeds(recorded: dict[str, Any]) -> None:
    text = recorded["fileContents"]
    links = Note("a.md", text).links
    for key, embed in (("links", False), ("embeds", True)):
        found = [(k.target, k.display, (k.start, k.end)) for k in links if k.embed == embed]
        said = recorded["cachedMetadata"].get(key, [])
        assert found == [(one["link"], one["displayText"], place(text, one)) for one in said]


def test_tags_and_block_ids(recorded: dict[str, Any]) -> None:
    text, cache = recorded["fileContents"], recorded["cachedMetadata"]
    note = Note("a.md", text)
    assert [(tag.name, (tag.start, tag.end)) for tag in note.tags] == [
        (one["tag"], place(text, one)) for one in cache.get("tags", [])
    ]
    assert sorted(block.name for block in note.blocks) == sorted(cache.get("blocks", {}))


def test_frontmatter_and_its_links(recorded: dict[str, Any]) -> None:
    front, cache = read_frontmatter(recorded["fileContents"]), recorded["cachedMetadata"]
    assert dict(front.data) == (cache.get("frontmatter") or {})
    assert [(link.key, link.link, link.display) for link in frontmatter_links(front)] == [
        (one["key"], one["link"], one["displayText"]) for one in cache.get("frontmatterLinks", [])
    ]


def test_every_link_leads_where_the_app_leads(recorded: dict[str, Any]) -> None:
    source = recorded["filePath"]
    leads = recorded["resolveLinkToPath"]
    files = {source, *(path for path in leads.values() if path)}
    vault = Vault(files, {path: Facts() for path in files})
    for link, path in leads.items():
        found = vault.resolve(link, source)
        assert (found.path if isinstance(found, Found) else None) == path, link
