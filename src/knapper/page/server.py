"""The live page's server: on this machine only, in a thread of its own, for reading only."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from knapper.app.watch import Watch
from knapper.core.errors import KnapperError
from knapper.page.access import Access, Guarded
from knapper.page.board import Desk
from knapper.page.connection import Connection
from knapper.page.document import asset
from knapper.page.views import (
    filter_of,
    missing_page,
    pieces,
    rows_page,
    rule_page,
    title,
    whole_page,
)

__all__ = ["LOOPBACK", "Page", "serving"]

LOOPBACK = "127.0.0.1"
"""The one address that is listened at; nothing can change it."""

_BEAT = 15.0
"""Seconds after which a silent stream of events is shown to be alive."""
_CLIENTS = 64
_ASSETS = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}


class Page:
    """The server of one watcher's page. `address` has the token; tell it to nobody else."""

    def __init__(self, desk: Desk, port: int) -> None:
        self._desk = desk
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._access = Access(self.port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: set[asyncio.Event] = set()
        self._ending = False
        app = Starlette(routes=[
            Route("/", self._whole), Route("/pieces", self._pieces), Route("/rows", self._rows),
            Route("/missing", self._missing),
            Route("/events", self._events), Route("/rules/{name}", self._rule),
            *(Route(f"/{name}", self._asset) for name in _ASSETS),
        ])  # fmt: skip
        config = uvicorn.Config(
            Guarded(app, self._access), loop="asyncio", http=Connection, ws="none",
            lifespan="off", log_config=None, log_level="critical", access_log=False,
            server_header=False, proxy_headers=False, limit_concurrency=_CLIENTS,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return self._access.address

    def start(self) -> None:
        """Begin to answer."""
        self._desk.listen(self._wake)
        self._thread.start()

    def stop(self) -> None:
        """Tell whoever listens that it is over, and end."""
        self._ending = True
        self._wake()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(5)
        self._socket.close()

    def _run(self) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await self._server.serve([self._socket])

        asyncio.run(serve())

    def _wake(self) -> None:
        """Let every stream of events look at the board; from any thread."""

        def wake() -> None:
            for event in self._changed:
                event.set()

        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(wake)

    # -- what is answered; all but the events in threads of the server's -------------------

    def _whole(self, request: Request) -> Response:
        self._desk.stand_again()
        filtered = filter_of(request.query_params)
        return HTMLResponse(whole_page(self._desk.now(), filtered, time.time()))

    def _pieces(self, request: Request) -> Response:
        board = self._desk.now()
        made = pieces(board, filter_of(request.query_params), time.time())
        return JSONResponse({"version": board.version, "title": title(board), "pieces": made})

    def _rows(self, request: Request) -> Response:
        query = request.query_params
        start = int(query.get("from", "0")) if query.get("from", "0").isdecimal() else 0
        board, filtered = self._desk.board, filter_of(query)
        found = rows_page(board, filtered, query.get("key", ""), start, time.time())
        return HTMLResponse(found) if found is not None else _nothing()

    def _missing(self, _request: Request) -> Response:
        return HTMLResponse(missing_page(self._desk.board, time.time()))

    def _rule(self, request: Request) -> Response:
        found = rule_page(self._desk.board, request.path_params["name"])
        return HTMLResponse(found) if found is not None else _nothing()

    def _asset(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        return Response(asset(name), media_type=_ASSETS[name])

    async def _events(self, _request: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        changed, seen = asyncio.Event(), -1
        self._changed.add(changed)
        try:
            while not self._ending:
                version = self._desk.board.version
                yield f"data: {version}\n\n" if version != seen else ": alive\n\n"
                seen = version
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), _BEAT)
                changed.clear()
            yield "event: ended\ndata:\n\n"
        finally:
            self._changed.discard(changed)


@contextmanager
def serving(watch: Watch, port: int) -> Iterator[tuple[Desk, Page]]:
    """Serve the page of a watcher while the block runs; tell the desk what happens.

    Raises `KnapperError` if the port is taken; port 0 is any that is free.
    """
    desk = Desk(watch)
    page = Page(desk, port)
    page.start()
    try:
        yield desk, page
    finally:
        page.stop()


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where reuse would share the port
        made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((LOOPBACK, port))
        made.listen()
    except OSError as error:
        made.close()
        reason = (error.strerror or str(error)).lower()
        raise KnapperError(
            f"the page cannot listen at port {port}: {reason}; "
            "give another one, --http=PORT (0 is any that is free)"
        ) from error
    return made


def _nothing() -> Response:
    return PlainTextResponse("there is nothing here\n", 404)
