"""The tools for programs, called by the SDK's own client over stdio."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import SOURCE, WriteVault, contents

pytest.importorskip("mcp", reason="the extra 'mcp' is not installed")

from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

STAMP = 'Go <a class="yt-timestamp" data-t="00:07:09]">[00:07:09]</a>\n'
FILES = {
    "A.md": f"---\ntitle: A\nvideoId: dQw4w9WgXcQ\n---\n[[Nowhere]] and [[B#One]]\n{STAMP}",
    "B.md": "# One\n\n[[A]] ^id\n",
    "Box/C.md": "[[B]] and [[B#^id]] [[A]]\n",
}


class Caller:
    """Calls tools; what comes back is their answer, or the text of their error."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def __call__(self, tool: str, **arguments: object) -> Any:
        result = await self.client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        assert not result.is_error, result.content
        return result.structured_content

    async def refused(self, tool: str, **arguments: object) -> str:
        result = await self.client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        assert result.is_error
        (content,) = result.content
        assert isinstance(content, TextContent)
        return content.text


def talk(root: Path, scene: Callable[[Caller], Awaitable[None]]) -> None:
    """Start a server on a vault, and play a scene with it."""

    async def whole() -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "knapper", "mcp", "--vault", str(root)],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )
        async with Client(server) as client:
            await scene(Caller(client))

    asyncio.run(whole())


@pytest.fixture
def root(vault: WriteVault) -> Path:
    return vault(FILES)


def test_the_tools_say_what_they_do(root: Path) -> None:
    async def scene(call: Caller) -> None:
        listed = (await call.client.list_tools()).tools
        reading = {
            tool.name: tool.annotations and tool.annotations.read_only_hint for tool in listed
        }
        assert reading == {
            "check": True, "facts": True, "backlinks": True, "status": True, "rule": True,
            "fix": False, "rename": False,
        }  # fmt: skip
        assert all(tool.description and tool.input_schema for tool in listed)
        assert not any(tool.input_schema["additionalProperties"] for tool in listed)
        assert "data" in (call.client.instructions or "")

    talk(root, scene)


def test_looking(root: Path) -> None:
    before = contents(root)

    async def scene(call: Caller) -> None:
        found = await call("check")
        assert found["found"] == {"error": 2, "warning": 0, "info": 0}
        assert [(one["path"], one["line"], one["rule"]) for one in found["findings"]] == [
            ("A.md", 5, "broken-wikilink"),
            ("A.md", 6, "timestamp-value-junk"),
        ]
        page = await call("check", limit=1)
        assert (page["total"], len(page["findings"]), page["next_offset"]) == (2, 1, 1)
        page = await call("check", limit=1, offset=1)
        assert (page["findings"][0]["fix"], page["next_offset"]) == ("safe", None)
        assert (await call("check", paths=["Box"]))["total"] == 0
        assert (await call("check", rules=["links"]))["total"] == 1

        facts = await call("facts", note="B")
        assert (facts["path"], facts["headings"], facts["blocks"]) == ("B.md", [[1, "One"]], ["id"])
        cut = await call("facts", note="Box/C.md", limit=1)
        assert (len(cut["links"]), cut["left_off"]["links"]) == (1, 2)

        long = "\n".join(f"a{number}: {'x' * 900}" for number in range(700))
        (root / "Long.md").write_text(f"---\n{long}\n---\n")
        data = (await call("facts", note="Long"))["frontmatter"]["data"]
        assert (len(data), len(data["a0"])) == (500, 501)  # cut, and marked as cut
        (root / "Long.md").unlink()

        links = await call("backlinks", note="B")
        assert [(one["path"], one["link"]) for one in links["backlinks"]] == [
            ("A.md", "[[B#One]]"),
            ("Box/C.md", "[[B]]"),
            ("Box/C.md", "[[B#^id]]"),
        ]
        assert (await call("backlinks", note="B#one"))["total"] == 1
        assert (await call("backlinks", note="B#^id"))["total"] == 1

        assert len((await call("rule"))["rules"]) > 50
        assert "summary" in await call("rule", name="broken-wikilink")
        assert (await call("status"))["conflicts"] == []

    talk(root, scene)
    assert contents(root) == before


def test_mending_and_renaming(root: Path) -> None:
    before = contents(root)

    async def scene(call: Caller) -> None:
        shown = await call("fix")
        assert (shown["dry_run"], shown["mended"], shown["run"]) == (True, 1, None)
        assert '+Go <a class="yt-timestamp" data-t="00:07:09">' in shown["diff"]
        assert contents(root) == before
        done = await call("fix", dry_run=False)
        assert (done["mended"], done["undo"]) == (1, f"knapper undo {done['run']}")
        mended = FILES["A.md"].replace('data-t="00:07:09]"', 'data-t="00:07:09"')
        assert (root / "A.md").read_text() == mended

        shown = await call("rename", old="B", new="Bee")
        assert shown["moved"] == {"B.md": "Bee.md"}
        assert (root / "B.md").exists()
        done = await call("rename", old="B", new="Bee", dry_run=False)
        assert (done["total"], done["undo"]) == (3, f"knapper undo {done['run']}")
        assert (root / "Box/C.md").read_text() == "[[Bee]] and [[Bee#^id]] [[A]]\n"
        await call("rename", old="Bee#One", new="Two", dry_run=False)
        assert "[[Bee#Two]]" in (root / "A.md").read_text()

    talk(root, scene)


def test_a_rule_of_the_vault_is_told_as_any(vault: WriteVault) -> None:
    rule = "---\ncheck: forbidden-text\ntext: [TODO]\n---\nNo loose ends.\n"
    root = vault({".knapper.toml": 'rules = "Rules"\n', "Rules/no-todo.md": rule})

    async def scene(call: Caller) -> None:
        told = await call("rule", name="no-todo")
        assert (told["family"], told["body"]) == ("own", "No loose ends.\n")
        assert "no-todo" in [one["name"] for one in (await call("rule"))["rules"]]

    talk(root, scene)


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("facts", {"note": "../../etc/passwd"}, "no such file"),
    ("facts", {"note": "/etc/passwd"}, "no such file"),
    ("facts", {"note": ".obsidian/app.json"}, "no such file"),
    ("check", {"paths": [".."]}, "no such file or folder"),
    ("check", {"rules": ["broken-wikilnk"]}, "broken-wikilink"),
    ("check", {"limit": 0}, "greater than or equal to 1"),
    ("check", {"limit": "many"}, "valid integer"),
    ("backlinks", {"note": "B#Nowhere"}, "there is no '#Nowhere' in it"),
    ("backlinks", {}, "Field required"),
    (
        "fix",
        {"path": "A.md", "dry_run": False},  # with `paths` left out, all notes would be mended
        "there is no argument 'path'; there are: paths, rules, unsafe, dry_run",
    ),
    ("check", {"select": ["links"]}, "there is no argument 'select'; there are: paths, rules"),
    ("status", {"path": "A.md"}, "there is no argument 'path'; there are none"),
    ("rename", {"old": "A", "new": "../out"}, "outside the vault"),
    ("rename", {"old": "/etc/passwd", "new": "B"}, "no such file"),
    ("rename", {"old": "A", "new": "B"}, "there already"),
    ("rule", {"name": "no-todo"}, "no rule is called 'no-todo'"),
    ("rule", {"name": "broken-wikilnk"}, "did you mean 'broken-wikilink'"),
]


def test_what_cannot_be_is_told_and_ends_no_session(root: Path) -> None:
    before = contents(root)

    async def scene(call: Caller) -> None:
        for tool, arguments, said in REFUSED:
            assert said in await call.refused(tool, **arguments), (tool, arguments)
        (root / ".knapper.toml").write_text("select = 1\n")
        assert ".knapper.toml: select: expected" in await call.refused("check")
        (root / ".knapper.toml").unlink()
        assert (await call("check"))["total"] == 2

    talk(root, scene)
    assert contents(root) == before
