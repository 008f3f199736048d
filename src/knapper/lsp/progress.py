"""Telling the user how far the reading of a vault is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer

from knapper.app.editing import Progress

__all__ = ["reading"]

_PATIENCE = 2.0
"""Seconds for an editor to say that it shows progress; without that, none is told."""


@asynccontextmanager
async def reading(ls: LanguageServer, root: Path) -> AsyncIterator[Progress]:
    """Give whom to tell how many notes of a vault are read, from any thread."""
    token = f"knapper {uuid4()}"
    if not await _is_shown(ls, token):
        yield lambda _done, _all: None
        return
    loop, progress = asyncio.get_running_loop(), ls.work_done_progress
    progress.begin(token, types.WorkDoneProgressBegin(f"knapper reads {root.name}", percentage=0))

    def told(done: int, every: int) -> None:
        part = types.WorkDoneProgressReport(
            f"{done} of {every} notes", percentage=100 * done // every
        )
        loop.call_soon_threadsafe(progress.report, token, part)

    try:
        yield told
    finally:
        progress.end(token, types.WorkDoneProgressEnd())


async def _is_shown(ls: LanguageServer, token: str) -> bool:
    if not get_capability(ls.client_capabilities, "window.work_done_progress", default=False):
        return False
    try:
        async with asyncio.timeout(_PATIENCE):
            await ls.work_done_progress.create_async(token)
    except Exception:  # whatever an editor answers: it is read all the same
        return False
    return True
