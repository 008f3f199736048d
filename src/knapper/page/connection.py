"""A connection to the page: one that asks for nothing is ended."""

from asyncio import BaseTransport, Transport
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

__all__ = ["Connection"]

_PATIENCE = 5.0
"""Seconds in which the head of a request has to be there, whole."""


class Connection(H11Protocol):
    """HTTP for whoever asks soon: else a few silent programs could keep all others out.

    A stream of events, or any other answer that is being given, may take its time.
    """

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for the first request."""
        super().connection_made(cast(Transport, transport))
        self._wait()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._wait()

    def _wait(self) -> None:
        self.loop.call_later(_PATIENCE, self._end_after, self.cycle)

    def _end_after(self, last: RequestResponseCycle | None) -> None:
        if self.cycle is last:
            self.transport.close()
