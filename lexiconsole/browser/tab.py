"""A tab: one console process, and the web socket of the page that shows it. Neither outlives the other."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from lexiconsole.views.durations import span

__all__ = ["ConsoleTab"]

_COMMAND = (
    "import json, sys; terms = json.loads(sys.argv[1]); sys.path[:] = terms.pop('path'); "
    "from lexiconsole.tui.in_browser import main; sys.exit(main(**terms))"
)
"""What `python -c` runs. The folder one stands in is not searched for modules, only where this process searches."""

_PRELUDE = b"__GANGLION__\n"
_GRACE = 8.0
"""Seconds that a console has to put its runs down; its engine has five. Whatever is cut off can be resumed."""

_NARROWEST, _WIDEST = 10, 500
"""Cells either way: a page can ask for anything."""


class ConsoleTab(AppService):
    """`terms` are those of `in_browser.main`. What the console has to say before it paints, or when it fell, the page shows.
    It ends when nothing was typed or pointed at for `idle` seconds, unless that is 0.
    """

    def __init__(self, terms: Mapping[str, Any], socket: web.WebSocketResponse, *, idle: float = 0.0) -> None:
        super().__init__(
            "console",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._leave,
            download_manager=DownloadManager(),
        )
        self._terms, self._socket, self._idle = terms, socket, idle
        self._said = bytearray()
        self._why = ""

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def live(self, width: int, height: int) -> None:
        """Until the page or the console is gone."""
        await self.start(_cells(width), _cells(height))
        try:
            async with asyncio.timeout(self._idle or None) as ends:
                async for message in self._socket:
                    if message.type is web.WSMsgType.TEXT and await self._asked(message.data) and self._idle:
                        ends.reschedule(asyncio.get_running_loop().time() + self._idle)
        except TimeoutError:
            self._why = f"no key came for {span(self._idle)}, so this console was ended"
        finally:
            await self.stop()

    async def stop(self) -> None:
        """The console is gone when this returns."""
        process = self._process
        if process is None:
            return
        await self.send_meta({"type": "quit"})
        with suppress(OSError, RuntimeError):
            self.stdin.close()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE)
        self.end_at_once()
        await process.wait()
        if self._task is not None:
            await asyncio.wait({self._task})

    def end_at_once(self) -> None:
        """Its engine sees that and ends by itself."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _leave(self) -> None:
        await self._socket.close()

    async def _asked(self, text: str) -> bool:
        """What the page sends; what it never would is overlooked. Whether somebody is there: a key, or the mouse."""
        try:
            told = json.loads(text)
        except ValueError:
            return False
        match told:
            case ["stdin", str(typed)]:
                await self.send_bytes(typed.encode("utf-8", "replace"))
                return True
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self.set_terminal_size(_cells(width), _cells(height))
            case ["focus"]:
                await self.focus()
            case ["blur"]:
                await self.blur()
            case ["ping", str(moment)]:
                await self.remote_write_str(json.dumps(["pong", moment]))
        return False

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """In a session of its own: a Ctrl-C in the terminal of the server is for the server, which then asks for the end."""
        terms = {**self._terms, "size": [width, height], "path": sys.path}
        command = (sys.executable, "-c", _COMMAND, json.dumps(terms))
        surroundings = {**os.environ, "TEXTUAL_COLOR_SYSTEM": "truecolor"}
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=surroundings, start_new_session=True
        )
        self._stdin = self._process.stdin
        return self._process

    async def run(self) -> None:
        """Hands on what the console paints, until it ended."""
        assert self._process is not None
        hearing = asyncio.create_task(self._hear())
        try:
            await self._hand_on()
        finally:
            await hearing
        with suppress(ConnectionError, RuntimeError):
            fell = await self._process.wait() != 0
            why = self._why.encode() or (bytes(self._said) if fell else b"")
            await self.remote_write_bytes(b"\x1b[0m\x1b[2J\x1b[H" + why.replace(b"\n", b"\r\n"))
            await self.remote_close()

    async def _hand_on(self) -> None:
        assert self._process is not None
        told = self._process.stdout
        assert told is not None
        if await told.readline() != _PRELUDE:
            return
        with suppress(asyncio.IncompleteReadError):
            while True:
                kind, size = await told.readexactly(1), await told.readexactly(4)
                payload = await told.readexactly(int.from_bytes(size, "big"))
                if kind == b"D":
                    with suppress(ConnectionError, RuntimeError):  # the page is gone, and the console is told
                        await self.remote_write_bytes(payload)

    async def _hear(self) -> None:
        """Standard error: the end of it is kept."""
        assert self._process is not None
        assert self._process.stderr is not None
        while said := await self._process.stderr.read(4096):
            self._said += said
            del self._said[:-16_384]


def _cells(wanted: int) -> int:
    return min(max(wanted, _NARROWEST), _WIDEST)
