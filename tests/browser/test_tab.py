"""A console in a browser's tab: the program itself serves it, and a client does what the page does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMessage, WSMsgType

from lexiconsole.app.workspace import Workspace
from lexiconsole.browser import tab
from tests.terminals import Screen, Stream

_PATIENCE = 90.0  # seconds for what takes one or two, on a machine that does other things too


class Page:
    """What a browser shows, and the processes behind it."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket, self._screen = socket, Screen(100, 30)
        self._stream = Stream(self._screen)

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    async def until(self, *words: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                while not all(word in self.text for word in words):
                    message = await self._socket.receive()
                    assert message.type is WSMsgType.BINARY, (message, words, self.text)
                    self._stream.feed(message.data.replace(b"\x1b[?2026$p", b""))
        except TimeoutError:
            pytest.fail(f"{words} did not come:\n{self.text}")

    async def press(self, keys: str) -> None:
        await self._socket.send_str(json.dumps(["stdin", keys]))

    async def gone(self) -> None:
        async with asyncio.timeout(_PATIENCE):
            while (await self._socket.receive()).type not in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING}:
                pass


@asynccontextmanager
async def shown(client: ClientSession, origin: str, room: str) -> AsyncIterator[Page]:
    where = f"{room}ws?width=100&height=30"
    async with client.ws_connect(where, headers={"Origin": origin}) as socket:
        yield Page(socket)


def below(pid: int) -> list[int]:
    """The processes that it began, and those that they began."""
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [*children, *(more for child in children for more in below(child))]


def living(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def told_of(pids: list[int]) -> list[bytes]:
    """What everybody on the machine may see of them, and what their owner may."""
    return [Path(f"/proc/{pid}/{file}").read_bytes() for pid in pids for file in ("cmdline", "environ")]


async def come(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them")
async def test_a_tab_shows_a_console_and_ends_it(tmp_path: Path) -> None:
    """Runs are on it and keys are answered. A console that is left, a tab that is closed and a server that is stopped leave
    nothing behind, and the token stands in no list of processes. It is read-only: no engine takes its time here.
    """
    (tmp_path / "application.yaml").write_text("console:\n  tabs: 2\n", encoding="utf-8")
    with Workspace.find(tmp_path) as workspace:
        workspace.start("expense_claim", {"amount": 12, "purpose": "Taxi"}, id="claim-7")
    command = (sys.executable, "-m", "lexiconsole", "-C", str(tmp_path), "serve", "--readonly", "--json")
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=surroundings)
    try:
        assert server.stdout is not None
        told = json.loads(await asyncio.wait_for(server.stdout.readline(), _PATIENCE))
        origin, token = told["link"].split("/?token=")
        async with ClientSession(origin, cookie_jar=CookieJar(unsafe=True)) as client:
            async with client.get(f"/?token={token}") as answer:
                room = answer.url.path
            async with shown(client, origin, room) as page:
                await page.until("▸ Dashboard", "claim-7", "READ-ONLY")
                console = below(server.pid)
                assert token.encode() not in b"".join(told_of(console))
                await page.press("?")
                await page.until("type to search", "esc closes")
                await page.press("\x11")
                await page.gone()
            await come(lambda: not living(console))
            async with shown(client, origin, room) as stays:
                async with shown(client, origin, room) as page:
                    await page.until("▸ Dashboard", "claim-7")
                    await stays.until("▸ Dashboard", "claim-7")
                    consoles = below(server.pid)
                    async with client.get(room) as answer:
                        assert (answer.status, "2 consoles are open here" in await answer.text()) == (503, True)
                await come(lambda: len(living(consoles)) == len(console))
                server.send_signal(signal.SIGINT)
                await stays.gone()
        _, said = await asyncio.wait_for(server.communicate(), _PATIENCE)
        assert (server.returncode, token.encode() in said) == (130, False)
        await come(lambda: not living(consoles))
    finally:
        if server.returncode is None:
            server.kill()
            await server.wait()


class Silent:
    """A page that nobody types in."""

    def __init__(self) -> None:
        self.shown = b""
        self.closed = asyncio.Event()

    def __aiter__(self) -> Silent:
        return self

    async def __anext__(self) -> WSMessage:
        await self.closed.wait()
        raise StopAsyncIteration

    async def send_bytes(self, data: bytes) -> None:
        self.shown += data

    async def send_str(self, data: str) -> None: ...

    async def close(self) -> None:
        self.closed.set()


async def test_a_tab_without_a_key_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process too. Any that reads its input to the end will do."""
    monkeypatch.setattr(tab, "_COMMAND", "import sys; sys.stdin.read()")
    page = Silent()
    quiet = tab.ConsoleTab({}, page, idle=0.05)  # type: ignore[arg-type]
    async with asyncio.timeout(_PATIENCE):
        await quiet.live(80, 24)
    assert b"no key came for 50 ms, so this console was ended" in page.shown
    assert page.closed.is_set()
    assert not living([pid for pid in (quiet.pid,) if pid is not None])
