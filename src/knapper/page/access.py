"""Who may see the page: only a browser on this machine that was given the address.

Every request is refused unless it (1) names this machine and port as its host, so no
other name can be made to lead here (DNS rebinding), (2) does not come from another
site, (3) only reads, and (4) has the token: once in the address, then in a cookie.
"""

import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Literal

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Access", "Guarded"]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HOW = "open the address that 'knapper status' shows"


class Access:
    """The token of one run of the server, and what a request must have."""

    def __init__(self, port: int) -> None:
        self.token, self._session = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self.cookie = f"knapper-{port}"

    @property
    def address(self) -> str:
        """The address to open, with the token."""
        return f"http://{self.hosts[0]}/?token={self.token}"

    def refusal(self, method: str, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """Return the status and reason for which a request is refused, token apart."""
        host = headers.get("host", "")
        if host not in self.hosts:
            return 421, "this is not the host that was asked for"
        if method not in ("GET", "HEAD"):
            return 405, "this page can only be read"
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return 403, "this page answers no other site"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            # a link to the page may be followed, but nothing may be built from it
            navigates = headers.get("sec-fetch-mode") == "navigate"
            if not navigates or headers.get("sec-fetch-dest") != "document":
                return 403, "this page answers no other site"
        return None

    def knows(self, token: str) -> bool:
        """Tell whether this is the token of the address."""
        return secrets.compare_digest(token.encode(), self.token.encode())

    def remembers(self, cookies: str) -> bool:
        """Tell whether the header `Cookie` has what `welcome` gave."""
        try:
            found = SimpleCookie(cookies).get(self.cookie)
        except CookieError:
            return False
        return found is not None and secrets.compare_digest(
            found.value.encode(), self._session.encode()
        )

    def welcome(self) -> Response:
        """Return the answer to the right token: a cookie, and the address without it."""
        answer = RedirectResponse("/", status_code=303)
        strict: Literal["strict"] = "strict"
        answer.set_cookie(self.cookie, self._session, httponly=True, samesite=strict, path="/")
        return answer


class Guarded:
    """An app behind its access; every answer forbids what the page does not need."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # no websockets, no lifespan

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._answer(scope)(scope, receive, guarded_send)

    def _answer(self, scope: Scope) -> ASGIApp:
        headers = Headers(scope=scope)
        refused = self._access.refusal(scope["method"], headers)
        if refused is not None:
            return _refused(refused[1], refused[0])
        token = Request(scope).query_params.get("token")
        if token is not None and scope["path"] == "/" and self._access.knows(token):
            return self._access.welcome()
        if token is not None or not self._access.remembers(headers.get("cookie", "")):
            return _refused(f"this page needs its token; {_HOW}", 403)
        return self._app


def _refused(why: str, status: int) -> Response:
    """Return the answer to whoever has no business here: it ends the connection as well."""
    return PlainTextResponse(f"{why}\n", status, {"Connection": "close"})
