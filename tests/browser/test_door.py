"""Who may see a console in the browser: a real server on a real port, and requests as browsers and others send them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie

import pytest
from aiohttp import ClientSession, DummyCookieJar, WSMsgType, WSServerHandshakeError

from lexiconsole.browser.server import Bounds, ConsoleServer
from lexiconsole.errors import UsageError


class Unheard:
    """Nobody is told anything; no console is begun."""

    uses = 0

    def opened(self, link: str) -> None: ...
    def ending(self, tabs: int) -> None: ...

    def used(self) -> None:
        self.uses += 1


@pytest.fixture
async def server() -> AsyncIterator[ConsoleServer]:
    served = ConsoleServer({}, Unheard(), Bounds(tabs=1))
    await served.begin("127.0.0.1", 0)
    yield served
    await served.end()


@pytest.fixture
async def client(server: ConsoleServer) -> AsyncIterator[ClientSession]:
    """Keeps no cookies, and goes where it is sent only when it is told to."""
    async with ClientSession(server.door.origin, cookie_jar=DummyCookieJar()) as session:
        yield session


async def entered(server: ConsoleServer, client: ClientSession) -> dict[str, str]:
    """The headers of a browser that came in."""
    async with client.get(server.door.link.removeprefix(server.door.origin), allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, server.door.room)
        (morsel,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", server.door.room)
    assert morsel.value not in server.door.link
    return {"Cookie": f"{morsel.key}={morsel.value}"}


async def test_no_route_answers_whoever_did_not_come_with_the_link(
    server: ConsoleServer, client: ClientSession
) -> None:
    """The page, what it loads, the toolkit's own files, what is not there, and any method."""
    room, link = server.door.room, server.door.link
    paths = [
        "/",
        room,
        f"{room}ws",
        f"{room}page/page.js",
        f"{room}toolkit/js/textual.js",
        "/static/",
        "/download/x",
        "/no",
    ]
    paths += [
        "/?token=",
        f"/?token={'x' * 43}",
        "/?token=%ED%A0%80",
        f"{link.split('/', 3)[3]}&token=x",
        f"{room}?{link.split('?')[1]}",
    ]
    for path in paths:
        async with client.get(f"/{path.lstrip('/')}") as answer:
            assert answer.status == 403, path
            assert answer.headers["Referrer-Policy"] == "no-referrer"
    for method in ("POST", "PUT", "HEAD", "OPTIONS"):
        async with client.request(method, "/", headers={"Origin": server.door.origin}) as answer:
            assert answer.status == 403, method
    assert server.door.link == link


async def test_the_link_opens_once(server: ConsoleServer, client: ClientSession) -> None:
    """The second who comes with it is refused, the first goes on with a cookie."""
    link = server.door.link
    headers = await entered(server, client)
    assert server.door.link == ""
    async with client.get(link.removeprefix(server.door.origin), allow_redirects=False) as answer:
        assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)
    for path in (
        "",
        "page/page.js",
        "page/page.css",
        "toolkit/js/textual.js",
        "toolkit/fonts/RobotoMono-VariableFont_wght.ttf",
    ):
        async with client.get(server.door.room + path, headers=headers) as answer:
            assert answer.status == 200, path
            assert "default-src 'none'; script-src 'self';" in answer.headers["Content-Security-Policy"]
            assert not path.endswith(".js") or answer.content_type.endswith("/javascript")
            assert path.startswith("toolkit") or b"https://" not in await answer.read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "evil.example:{port}"),
        ("Host", "localhost:{port}"),
        ("Host", "127.0.0.1"),
        ("Origin", "http://evil.example"),
        ("Origin", "http://127.0.0.1:1"),
        ("Origin", "null"),
        ("Origin", ""),
        ("Cookie", "lexiconsole=guessed"),
        ("Cookie", ""),
    ],
)
async def test_a_socket_is_for_our_own_page_only(
    server: ConsoleServer, client: ClientSession, name: str, value: str
) -> None:
    """Neither another name for this machine nor another page gets one, cookie or not."""
    headers = {**await entered(server, client), "Origin": server.door.origin}
    headers[name] = value.format(port=server.door.address.split(":")[1])
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect(f"{server.door.room}ws", headers={key: told for key, told in headers.items() if told})
    assert refused.value.status == 403
    assert server.tabs == 0


async def test_a_tab_too_many_says_so_and_begins_no_process(
    server: ConsoleServer, client: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one whose page came while there was room. It looks again by itself."""
    headers = await entered(server, client)
    async with client.get(server.door.room, headers=headers) as answer:
        assert (answer.status, "full" in await answer.text()) == (200, False)
    monkeypatch.setattr(ConsoleServer, "_full", True)
    async with client.get(server.door.room, headers=headers) as answer:
        said = await answer.text()
        assert (answer.status, "1 consoles" in said, 'http-equiv="refresh"' in said) == (503, False, True)
        assert "1 console is open here" in " ".join(said.split())
    page = await client.ws_connect(f"{server.door.room}ws", headers={**headers, "Origin": server.door.origin})
    assert b"no tab more" in await page.receive_bytes()
    assert (await page.receive()).type is WSMsgType.CLOSE
    await page.close()
    assert server.tabs == 0


async def test_another_page_gets_nothing_either(server: ConsoleServer, client: ClientSession) -> None:
    """With our cookie: a name that somebody made lead here, a form that is sent from elsewhere, or from nowhere."""
    headers = await entered(server, client)
    for method, more in (
        ("GET", {"Host": "evil.example"}),
        ("GET", {"Origin": "http://evil.example"}),
        ("POST", {"Origin": "http://evil.example"}),
        ("POST", {}),
    ):
        async with client.request(method, server.door.room, headers=headers | more) as answer:
            assert answer.status == 403, (method, more)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "::ffff:127.0.0.1", "example.org", ""])
async def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match=r"not this machine itself.*ssh -L"):
        await ConsoleServer({}, Unheard()).begin(host, 0)


async def test_a_port_that_is_taken_is_told(server: ConsoleServer) -> None:
    port = int(server.door.address.split(":")[1])
    with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 can not be had: .*--port 0"):
        await ConsoleServer({}, Unheard()).begin("127.0.0.1", port)
