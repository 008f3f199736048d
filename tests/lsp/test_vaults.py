"""Vaults as an editor opens them: each once, and anew when their settings change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from conftest import WriteVault
from knapper.app.editing import Progress
from knapper.lsp.vaults import Vaults


def test_of_two_changes_of_the_configuration_the_last_one_counts(vault: WriteVault) -> None:
    root = vault({"A.md": "[[gone]]\n"})
    happened: list[str] = []

    @asynccontextmanager
    async def reading(_root: Path) -> AsyncIterator[Progress]:
        happened.append("begun")
        yield lambda _done, _all: None
        happened.append("done")

    async def session() -> None:
        vaults = Vaults(happened.append, lambda _: happened.append("opened"), reading)
        await vaults.at(root)
        await asyncio.gather(vaults.reopen(root), vaults.reopen(root))

    asyncio.run(session())
    assert happened == ["begun", "done", "opened"] * 3
