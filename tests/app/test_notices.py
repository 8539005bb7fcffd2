"""People are told of what happens: by real programs and over real HTTP, once over all processes, and never at a run's cost."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sys
import threading
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lexiconsole.app.config import Settings
from lexiconsole.app.notices import SIGNATURE, Teller, pause_before
from lexiconsole.app.sections import NotificationSettings
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.store.conformance.stories import driven
from lexiconsole.testing import JumpingClock
from tests.store.writing import opened

ASKED = (Kind.ASKED, "q", {"prompt": "How much?", "who": ["role:manager"], "kind": "input"})
FAILED = (Kind.FAILED, "", {"error": {"type": "Err", "message": "no stock"}})
NOTES = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"


NO_HTTP = 0
"""Stands for an answer that is no HTTP."""


class Listener(HTTPServer):
    """Keeps what is posted to it; answers with the next of `answers`, else 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        answer = self.server.answers.pop(0) if self.server.answers else 200
        if answer == NO_HTTP:
            self.wfile.write(b"who is there?\r\n\r\n")
            return
        self.send_response(answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def hook():
    server = Listener()
    thread = threading.Thread(target=lambda: server.serve_forever(0.01))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class _NoDefinitions:
    def find(self, name):
        return None

    def names(self):
        return frozenset()

    def fingerprint(self, name):
        return ""


@asynccontextmanager
async def telling(journal, clock=None, **terms):
    """A process that tells on these terms."""
    runtime = Runtime(journal, _NoDefinitions(), clock=clock)
    teller = Teller(runtime, journal.notices, NotificationSettings.model_validate(terms))
    runtime.spawn(teller.work())
    try:
        await teller.settled()
        yield teller
    finally:
        await runtime.stop()


def noted(file):
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def test_a_program_is_told_on_its_input_and_only_of_what_it_wants(tmp_path):
    file = tmp_path / "notes"
    command = {"run": [sys.executable, "-c", NOTES, str(file)], "on": ["question", "failed"]}
    async with opened(tmp_path / "s.db") as journal, telling(journal, command=command) as teller:
        pen = await driven(journal)
        await pen.append(ASKED, (Kind.DOUBTED, "s", {"why": "killed"}))
        await teller.settled()
        await pen.append(FAILED)
        await teller.settled()
        question, failed = noted(file)
        assert (question["event"], question["task"], question["prompt"]) == ("question", "run:q", "How much?")
        assert (failed["event"], failed["run"], failed["name"]) == ("failed", "run", "order")
        assert failed["error"]["message"] == "no stock"


async def test_what_was_before_anybody_was_to_be_told_stays_untold(tmp_path):
    file = tmp_path / "notes"
    command = {"run": [sys.executable, "-c", NOTES, str(file)]}
    async with opened(tmp_path / "s.db") as journal:
        pen = await driven(journal)
        await pen.append(ASKED)
        async with telling(journal, command=command):
            pass
        await pen.append(FAILED)  # while nobody tells
        async with telling(journal, command=command):
            assert [note["event"] for note in noted(file)] == ["failed"]
        async with telling(journal, command=command):
            assert len(noted(file)) == 1


async def test_the_body_is_signed_with_the_key_from_the_environment(tmp_path, hook, monkeypatch):
    monkeypatch.setenv("HOOK_KEY", "hush")
    webhook = {"url": hook.url, "key_variable": "HOOK_KEY"}
    async with opened(tmp_path / "s.db") as journal, telling(journal, webhook=webhook) as teller:
        await (await driven(journal)).append(ASKED)
        await teller.settled()
    ((headers, body),) = hook.got
    assert headers[SIGNATURE] == f"sha256={hmac.new(b'hush', body, hashlib.sha256).hexdigest()}"
    assert (headers["X-Lexiconsole-Event"], json.loads(body)["event"]) == ("question", "question")


@pytest.mark.parametrize("answer", [500, 302, 404, NO_HTTP])
async def test_what_was_not_taken_is_told_again_later_and_then_no_more(tmp_path, hook, answer):
    hook.answers = [answer] * 2
    clock = JumpingClock()
    async with (
        opened(tmp_path / "s.db") as journal,
        telling(journal, clock, webhook={"url": hook.url}, backoff=5.0) as teller,
    ):
        await (await driven(journal)).append(ASKED)
        await teller.settled()
        ((channel, given_up, count, why),) = await journal.notices.faults()
        assert (len(hook.got), channel, given_up, count) == (1, "webhook", False, 1)
        assert f"answered {answer}" in why if answer else why
        for wait, tries in ((4.0, 1), (2.0, 2), (11.0, 3), (1000.0, 3)):
            await clock.advance(wait)
            await _turns(teller, lambda wanted=tries: len(hook.got) >= wanted)
            assert len(hook.got) == tries
        assert await journal.notices.faults() == []


async def _turns(teller, done):
    """One look of the teller, and until it is over."""
    teller._idle.clear()
    teller._news.set()
    await teller.settled()
    assert done()


async def test_it_is_given_up_after_so_many_tries_and_that_is_on_show(tmp_path):
    command = {"run": [sys.executable, "-c", "import sys; sys.exit('no such user')"]}
    clock = JumpingClock()
    async with opened(tmp_path / "s.db") as journal, telling(journal, clock, command=command, tries=2) as teller:
        await (await driven(journal)).append(ASKED)
        await teller.settled()
        await clock.advance(3)
        await _turns(teller, lambda: True)
        ((_, given_up, _, why),) = await journal.notices.faults()
        assert given_up
        assert why.endswith("ended with 1: no such user")


def test_the_pause_before_a_try_never_outgrows_an_hour():
    """Whoever never gives up (`tries: 100000`) comes to the thousandth try after six weeks."""
    assert [pause_before(tries, 2.0) for tries in (1, 2, 5, 12, 1_100)] == [2.0, 4.0, 32.0, 3600.0, 3600.0]


async def test_several_processes_tell_each_event_once(tmp_path, hook):
    path = tmp_path / "s.db"
    webhook = {"url": hook.url}
    async with (
        opened(path, busy=5.0) as one,
        opened(path, busy=5.0) as two,
        opened(path, busy=5.0) as three,
        telling(one, webhook=webhook) as a,
        telling(two, webhook=webhook) as b,
        telling(three, webhook=webhook) as c,
    ):
        pens = [await driven(which, f"r{n}") for n, which in enumerate((one, two, three) * 5)]
        await asyncio.gather(*(pen.append(ASKED) for pen in pens))
        for teller in (a, b, c):
            await _turns(teller, lambda: True)
    told = [json.loads(body)["run"] for _, body in hook.got]
    assert sorted(told) == sorted(pen.run.id for pen in pens)


async def test_one_that_died_while_telling_leaves_it_to_another(tmp_path, hook):
    clock = JumpingClock()
    async with opened(tmp_path / "s.db") as journal:
        await journal.notices.looked(await journal.head())
        await (await driven(journal)).append(ASKED)
        await journal.notices.add([("webhook", "question", "run", 2)], clock.now())
        claimed = await journal.notices.claim(clock.now(), clock.now() + 40.0, clock.now() + 3600)  # and dies
        assert claimed is not None
        async with telling(journal, clock, webhook={"url": hook.url}) as teller:
            assert hook.got == []
            await clock.advance(41)
            await _turns(teller, lambda: len(hook.got) == 1)


async def test_a_question_is_told_again_when_it_is_due_soon(tmp_path, hook):
    clock = JumpingClock()
    webhook = {"url": hook.url, "on": ["due_soon"]}
    async with opened(tmp_path / "s.db") as journal, telling(journal, clock, webhook=webhook, due_soon=600.0) as teller:
        pen = await driven(journal)
        await pen.append((Kind.ASKED, "q", {"prompt": "?", "due": clock.now() + 3600}))
        await _turns(teller, lambda: hook.got == [])
        await clock.advance(3001)
        await _turns(teller, lambda: len(hook.got) == 1)
        await clock.advance(100)
        await _turns(teller, lambda: len(hook.got) == 1)
        message = json.loads(hook.got[0][1])
        assert (message["event"], message["task"], message["due"]) == ("due_soon", "run:q", clock.now() - 3101 + 3600)


async def test_a_question_reminds_when_it_says_so_itself_each_time_once(tmp_path, hook):
    clock = JumpingClock()
    webhook = {"url": hook.url, "on": ["due_soon"]}
    async with opened(tmp_path / "s.db") as journal, telling(journal, clock, webhook=webhook, due_soon=600.0) as teller:
        pen = await driven(journal)
        await pen.append((Kind.ASKED, "q", {"prompt": "?", "due": clock.now() + 3600, "remind": [1800, 60]}))
        await _turns(teller, lambda: hook.got == [])
        await clock.advance(1801)
        await _turns(teller, lambda: len(hook.got) == 1)
        await clock.advance(1300)
        await _turns(teller, lambda: len(hook.got) == 1)
        await clock.advance(470)
        await _turns(teller, lambda: len(hook.got) == 2)
        assert {json.loads(body)["event"] for _, body in hook.got} == {"due_soon"}


async def test_reminders_go_by_the_clock_also_when_it_was_put_back_and_none_comes_twice(tmp_path, hook):
    clock = JumpingClock()
    webhook = {"url": hook.url, "on": ["due_soon"]}
    async with opened(tmp_path / "s.db") as journal, telling(journal, clock, webhook=webhook, due_soon=600.0) as teller:
        pen = await driven(journal)
        await pen.append((Kind.ASKED, "early", {"prompt": "?", "due": clock.now() + 300}))
        await clock.advance(31)
        await _turns(teller, lambda: len(hook.got) == 1)
        clock.set_back(7200)
        await pen.append((Kind.ASKED, "late", {"prompt": "?", "due": clock.now() + 300}))
        await clock.advance(31)
        await _turns(teller, lambda: len(hook.got) == 2)
        clock.set_back(-7300)  # the time at which the first was told is there again
        await _turns(teller, lambda: len(hook.got) == 2)
    assert [json.loads(body)["task"] for _, body in hook.got] == ["run:early", "run:late"]


async def test_what_is_to_be_told_again_does_not_wait_for_a_clock_that_was_put_back(tmp_path, hook):
    clock = JumpingClock()
    hook.answers = [500]
    webhook = {"url": hook.url, "on": ["question"]}
    async with opened(tmp_path / "s.db") as journal, telling(journal, clock, webhook=webhook, backoff=60.0) as teller:
        await (await driven(journal)).append((Kind.ASKED, "q", {"prompt": "?"}))
        await _turns(teller, lambda: len(hook.got) == 1)
        clock.set_back(86_400)
        await clock.advance(2)
        await _turns(teller, lambda: len(hook.got) == 2)


async def test_a_question_that_was_answered_before_anybody_was_told_is_not_told(tmp_path, hook):
    clock = JumpingClock()
    hook.answers = [500]
    webhook = {"url": hook.url, "on": ["question"]}
    async with opened(tmp_path / "s.db") as journal, telling(journal, clock, webhook=webhook, backoff=60.0) as teller:
        pen = await driven(journal)
        await pen.append((Kind.ASKED, "q", {"prompt": "?"}))
        await _turns(teller, lambda: len(hook.got) == 1)
        await pen.append((Kind.ANSWERED, "q", {"value": 1}))
        await clock.advance(61)
        await _turns(teller, lambda: len(hook.got) == 1)


DEFINITION = """
from lexiconsole import workflow
from lexiconsole.durable.context import Context
from lexiconsole.durable.question import Question


@workflow
async def sale(ctx: Context) -> str:
    '''Asks once.'''
    return await ctx.ask("price", Question("How much?"))
"""


@pytest.mark.parametrize("program", ["works", "fails", "missing"])
def test_a_workspace_tells_and_a_program_that_fails_harms_no_run(tmp_path, program):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "sale.py").write_text(DEFINITION)
    run = {
        "works": [sys.executable, "-c", NOTES, str(tmp_path / "notes")],
        "fails": [sys.executable, "-c", "import sys; sys.exit(3)"],
        "missing": ["/nowhere/notify"],
    }[program]
    (tmp_path / "application.yaml").write_text(f"notifications: {{command: {{run: {json.dumps(run)}}}}}")
    with Workspace.find(tmp_path) as workspace:
        row, _ = workspace.start("sale", None)
        assert workspace.settle(row).status == "waiting"
    assert len(noted(tmp_path / "notes")) == (program == "works")
    with Workspace.find(tmp_path) as workspace:
        subjects = {finding.subject: finding for finding in workspace.doctor()}
        assert subjects["notifications"].ok == (program == "works")
        assert subjects["operators"].ok


def test_settings_of_notifications_are_checked(tmp_path):
    (tmp_path / "application.yaml").write_text("notifications: {webhook: {url: 'ftp://x'}, command: {run: []}}")
    with pytest.raises(Exception, match="notifications"):
        Settings.load(tmp_path)
