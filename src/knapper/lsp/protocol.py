"""What cannot be read: each request has an answer, and each log entry is one line."""

import logging
from typing import Any

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import JsonRPCRequestMessage, LanguageServerProtocol

__all__ = ["UNREADABLE", "Protocol", "log_in_lines", "refuse"]

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
            if not isinstance(method, str):
                raise
            if not isinstance(number, int | str):
                raise JsonRpcInvalidParams(_unreadable(method)) from None
            return JsonRPCRequestMessage(number, UNREADABLE, self.VERSION, method)


def refuse(_ls: LanguageServer, method: str) -> None:
    """Answer a request that could not be read."""
    raise JsonRpcInvalidParams(_unreadable(method))


def _unreadable(method: str) -> str:
    return f"the parameters of '{method}' cannot be read"


def log_in_lines() -> None:
    """Let pygls log to standard error, each entry in one line and without a traceback."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.addFilter(lambda entry: "\n" not in entry.msg)  # a traceback of what is raised as well
    handler.setFormatter(_OneLine())
    logger = logging.getLogger("pygls")
    logger.addHandler(handler)
    logger.propagate = False


class _OneLine(logging.Formatter):
    """Shows what was logged, and of an error only what it says."""

    def format(self, record: logging.LogRecord) -> str:
        """Return an entry as one line, with the reason if there is one."""
        error = record.exc_info[1] if record.exc_info else None
        reason = f": {type(error).__name__}: {error}" if error else ""
        return " ".join(f"{record.getMessage()}{reason}".split())
