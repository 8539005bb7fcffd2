"""The door: who may come in. Every request of every route passes it, those for what is not there too.

A link holds a token that opens once. Whoever comes with it gets a cookie with another secret, and from then on the cookie, the
address that was asked for (`Host`) and the page that asks (`Origin`) decide. A browser sends cookies to every port of a host,
so ours is bound to a path that no other server is asked for: it never leaves for another port.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from hmac import compare_digest

from aiohttp import web

__all__ = ["Door"]

_COOKIE = "lexiconsole"
_TOKEN = "token"  # noqa: S105 - the name of a parameter

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws://{address}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing is loaded from elsewhere and nothing is sent there. The terminal in the page makes its styles as it goes."""


class Door:
    """`address` is host and port as they stand in the link; `used` hears that it was opened. `room` is the path of all behind it."""

    def __init__(self, address: str, used: Callable[[], None]) -> None:
        self.address, self.room = address, f"/{secrets.token_urlsafe(12)}/"
        self._used = used
        self.origin = f"http://{address}"
        self._token: str | None = secrets.token_urlsafe(32)
        self._secret = secrets.token_urlsafe(32)
        self._policy = _POLICY.format(address=address)

    @property
    def link(self) -> str:
        """What opens the door once; "" when it did."""
        return f"{self.origin}/?{_TOKEN}={self._token}" if self._token is not None else ""

    @web.middleware
    async def guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        reason = self._elsewhere(request)
        if not reason and not self._known(request):
            if self._opens(request):
                return self._let_in()
            reason = "this console opens with the link that `lexiconsole serve` printed, and that link opens once"
        if reason:
            return web.Response(status=403, text=f"{reason}\n")
        return await handler(request)

    async def mark(self, request: web.Request, response: web.StreamResponse) -> None:
        """The headers of every answer."""
        response.headers.update(_HEADERS)
        response.headers["Content-Security-Policy"] = self._policy

    def _elsewhere(self, request: web.Request) -> str:
        """Why a request was not meant for us, or does not come from our page; "" when it may."""
        if request.headers.getall("Host", []) != [self.address]:
            return f"this console is at {self.origin} and under no other name"
        origins = request.headers.getall("Origin", [])
        changes = request.method != "GET" or "Upgrade" in request.headers or request.path == f"{self.room}ws"
        if origins != [self.origin] and (origins or changes):
            return "this console takes no requests from other pages"
        return ""

    def _known(self, request: web.Request) -> bool:
        return _same(request.cookies.get(_COOKIE, ""), self._secret)

    def _opens(self, request: web.Request) -> bool:
        """Spends the token."""
        told = request.query.getall(_TOKEN, [])
        if self._token is None or request.method != "GET" or request.path != "/" or len(told) != 1:
            return False
        if not _same(told[0], self._token):
            return False
        self._token = None
        self._used()
        return True

    def _let_in(self) -> web.Response:
        answer = web.Response(status=303, headers={"Location": self.room})
        answer.set_cookie(_COOKIE, self._secret, path=self.room, httponly=True, samesite="Strict")
        return answer


def _same(told: str, secret: str) -> bool:
    """In a time that says nothing about either."""
    return compare_digest(told.encode("utf-8", "surrogatepass"), secret.encode())
