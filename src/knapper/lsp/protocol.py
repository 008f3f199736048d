"""Requests that cannot be read: each has an answer, where pygls only logs that it failed."""

from typing import Any

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import JsonRPCRequestMessage, LanguageServerProtocol

__all__ = ["UNREADABLE", "Protocol", "refuse"]

UNREADABLE = "knapper/unreadable"
"""Stands in for the method of a request that cannot be read."""


class Protocol(LanguageServerProtocol):
    """Turns a request that cannot be read into one that is refused."""

    def structure_message(self, data: dict[str, Any]) -> object:
        """Return a message as an object; raises `JsonRpcException` if nobody waits for it."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            number, method = data.get("id"), data.get("method")
            if not isinstance(number, int | str) or not isinstance(method, str):
                raise
            return JsonRPCRequestMessage(number, UNREADABLE, self.VERSION, method)


def refuse(_ls: LanguageServer, method: str) -> None:
    """Answer a request that could not be read."""
    raise JsonRpcInvalidParams(f"the parameters of '{method}' cannot be read")
