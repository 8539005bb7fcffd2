"""The server: the page, what it loads, and a web socket for each tab. Bound to this machine; everything stands behind the door."""

from __future__ import annotations

import asyncio
import importlib.resources
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any, Protocol

import textual_serve
from aiohttp import web

from lexiconsole.browser.door import Door
from lexiconsole.browser.tab import ConsoleTab
from lexiconsole.errors import UsageError

__all__ = ["Bounds", "ConsoleServer", "Hears", "serve"]

_LATEST = 2.0
"""Seconds that connections have to end once every console is gone."""

_PAGE = Path(str(importlib.resources.files("lexiconsole.browser"))) / "page"
_TOOLKIT = Path(textual_serve.__file__).parent / "static"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Hears(Protocol):
    """Who says to a person what happens here."""

    def opened(self, link: str) -> None:
        """The link that lets one browser in."""

    def used(self) -> None:
        """A browser came with it."""

    def ending(self, tabs: int) -> None:
        """So many consoles put their runs down."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """So many `tabs` at once, each until it had no key for `idle` seconds; 0 is for ever."""

    tabs: int = 8
    idle: float = 0.0


class ConsoleServer:
    """`terms` are those of `in_browser.main`. `begin` raises UsageError for a host that is not this machine, or a port that is
    taken; 0 is any that is free.
    """

    def __init__(self, terms: Mapping[str, Any], hears: Hears, bounds: Bounds | None = None) -> None:
        self._terms, self._hears, self._bounds = terms, hears, bounds or Bounds()
        self._tabs: set[ConsoleTab] = set()
        self._runner: web.AppRunner | None = None
        self.door: Door

    @property
    def tabs(self) -> int:
        return len(self._tabs)

    @property
    def _full(self) -> bool:
        return len(self._tabs) >= self._bounds.tabs

    @property
    def _open(self) -> str:
        most = self._bounds.tabs
        return "1 console is open" if most == 1 else f"{most} consoles are open"

    async def begin(self, host: str, port: int) -> None:
        address = _loopback(host)
        app = web.Application()
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_LATEST)
        listening = _bound(address, port)
        with listening:
            taken = listening.getsockname()[1]
            shown = f"[{address}]" if ":" in address else address
            self.door = Door(shown if taken == 80 else f"{shown}:{taken}", self._hears.used)
            self._furnish(app)
            await self._runner.setup()
            await web.SockSite(self._runner, listening.dup()).start()

    def _furnish(self, app: web.Application) -> None:
        app.middlewares.append(self.door.guard)
        app.on_response_prepare.append(self.door.mark)
        room = self.door.room
        app.add_routes(
            [
                web.get(room, self._page, allow_head=False),
                web.get(f"{room}ws", self._socket),
                web.static(f"{room}page", _PAGE),
                web.static(f"{room}toolkit", _TOOLKIT),
            ]
        )

    async def _page(self, request: web.Request) -> web.Response:
        if self._full:
            said = (_PAGE / "full.html").read_text(encoding="utf-8").replace("{open}", self._open)
            return web.Response(status=503, text=said, content_type="text/html")
        text = (_PAGE / "index.html").read_text(encoding="utf-8")
        behind = f"ws://{self.door.address}{self.door.room}ws"
        return web.Response(text=text.replace("{socket}", behind), content_type="text/html")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        page = web.WebSocketResponse(heartbeat=15, max_msg_size=1 << 20)
        await page.prepare(request)
        if self._full:  # others came between the page and its socket
            await page.send_bytes(f"{self._open} here, so there is no tab more; close one first".encode())
            await page.close()
            return page
        tab = ConsoleTab(self._terms, page, idle=self._bounds.idle)
        self._tabs.add(tab)
        try:
            await tab.live(_number(request, "width", 80), _number(request, "height", 24))
        finally:
            self._tabs.discard(tab)
        return page

    async def end(self) -> None:
        """Every console puts its runs down; none is left."""
        await asyncio.gather(*(tab.stop() for tab in tuple(self._tabs)))
        if self._runner is not None:
            await self._runner.cleanup()

    def end_at_once(self) -> None:
        for tab in tuple(self._tabs):
            tab.end_at_once()


def serve(terms: Mapping[str, Any], host: str, port: int, hears: Hears, bounds: Bounds) -> int:
    """Serves until a signal comes, and gives its number."""
    return asyncio.run(_serve(terms, host, port, hears, bounds))


async def _serve(terms: Mapping[str, Any], host: str, port: int, hears: Hears, bounds: Bounds) -> int:
    came: asyncio.Queue[int] = asyncio.Queue()
    for sent in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(sent, came.put_nowait, sent)
    server = ConsoleServer(terms, hears, bounds)
    try:
        await server.begin(host, port)
        hears.opened(server.door.link)
        number = await came.get()
        hears.ending(server.tabs)
        tired = asyncio.create_task(_tired(came, server))
        await server.end()
        tired.cancel()
    finally:
        server.end_at_once()
    return number


async def _tired(came: asyncio.Queue[int], server: ConsoleServer) -> None:
    """Whoever asks again waits no longer."""
    with suppress(asyncio.CancelledError):
        await came.get()
        server.end_at_once()


def _loopback(host: str) -> str:
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
    except ValueError:
        address = None
    if address is None or not address.is_loopback or (isinstance(address, IPv6Address) and address.ipv4_mapped):
        raise UsageError(
            f"{host} is not this machine itself; a console is served on a loopback address only, such as 127.0.0.1 or ::1. "
            "From another machine: ssh -L PORT:127.0.0.1:PORT, with the same PORT as --port here"
        )
    return str(address)


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as fault:
        raise UsageError(
            f"port {port} of {address} can not be had: {fault.strerror}; --port 0 takes any that is free"
        ) from None


def _number(request: web.Request, name: str, usual: int) -> int:
    told = request.query.get(name, "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else usual
