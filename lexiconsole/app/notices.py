"""Notices: tells a program or a URL what happened. It never holds up a run nor harms one, and what fails is on show.

Each event is told once over all processes on the store. A process that dies while telling leaves it to another, which
tells it again: whoever is told must be able to hear a thing twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException

from lexiconsole.app.sections import CommandChannel, NoticeEvent, NotificationSettings, WebhookChannel
from lexiconsole.durable.entry import Entry
from lexiconsole.errors import StoreError
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.store.notices import Notice, NoticeBook
from lexiconsole.types import JsonObject

__all__ = ["SIGNATURE", "Teller", "pause_before"]

SIGNATURE = "X-Lexiconsole-Signature"
"""Holds `sha256=` and the HMAC of the body, in hex."""

_OF_KIND = {
    "asked": NoticeEvent.QUESTION,
    "escalated": NoticeEvent.ESCALATED,
    "step.doubted": NoticeEvent.DOUBTFUL,
    "run.failed": NoticeEvent.FAILED,
}

_OF_QUESTIONS = frozenset({NoticeEvent.QUESTION, NoticeEvent.DUE_SOON, NoticeEvent.ESCALATED})

_GLANCE = 1.0  # seconds between two looks at what other processes wrote
_LOOK_AHEAD = 30.0  # seconds between two looks at what is due soon
_LONGEST = 3600.0  # seconds between two tries
_DOUBLINGS = 60  # more of them than any pause has room for, and fewer than a float has

_log = logging.getLogger(__name__)


class Teller:
    """Lives on the engine's loop; the telling itself is done in threads."""

    def __init__(self, runtime: Runtime, book: NoticeBook, terms: NotificationSettings) -> None:
        self._runtime, self._book, self._terms = runtime, book, terms
        given = {"command": terms.command, "webhook": terms.webhook}
        self._channels: dict[str, CommandChannel | WebhookChannel] = {k: v for k, v in given.items() if v is not None}
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._looked_ahead = float("-inf")  # by the clock that never runs backwards
        self._complained = ""
        runtime.journal.subscribe(self._hear)

    def _hear(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind in _OF_KIND:
                self._idle.clear()
                self._news.set()
                return

    async def work(self) -> None:
        clock = self._runtime.clock
        while True:
            self._news.clear()
            try:
                await self._look()
                while await self._tell_next():
                    pass
            except StoreError as fault:
                self._complain(str(fault))
            if not self._news.is_set():
                self._idle.set()
            waiting = [asyncio.ensure_future(self._news.wait()), asyncio.ensure_future(clock.sleep(_GLANCE))]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in waiting:
                    one.cancel()

    async def settled(self) -> None:
        """When everything that was committed so far was told, or tried to be."""
        await self._idle.wait()

    # what is to be told

    async def _look(self) -> None:
        """Puts into the book what happened since somebody looked last; what was before anybody was to be told stays untold."""
        head, after = await self._runtime.journal.head(), await self._book.upto()
        if after is None:
            await self._book.looked(head)
        elif head > after:
            found = await self._book.noteworthy(after, head, list(_OF_KIND))
            await self._note([(run, seq, _OF_KIND[kind]) for run, seq, kind in found])
            await self._book.looked(head)
        passed = self._runtime.clock.monotonic()
        if passed - self._looked_ahead >= min(_LOOK_AHEAD, self._terms.due_soon / 2):
            self._looked_ahead = passed
            for run, seq, number in await self._book.due(self._runtime.clock.now(), self._terms.due_soon):
                await self._note([(run, seq, NoticeEvent.DUE_SOON)], f"/{number + 1}" if number else "")

    async def _note(self, found: Sequence[tuple[str, int, NoticeEvent]], part: str = "") -> None:
        """`part` tells apart what is told of the same entry more than once."""
        notices = [
            (name, event.value + part, run, seq)
            for run, seq, event in found
            for name, channel in self._channels.items()
            if event in channel.on
        ]
        if notices:
            await self._book.add(notices, self._runtime.clock.now())

    # telling it

    async def _tell_next(self) -> bool:
        now = self._runtime.clock.now()
        held = max((channel.timeout for channel in self._channels.values()), default=0.0) + 30.0
        notice = await self._book.claim(now, now + held, now + max(held, _LONGEST))
        if notice is None:
            return False
        channel = self._channels.get(notice.channel)
        fault = f"notifications.{notice.channel} is no longer configured" if channel is None else ""
        if channel is not None and await self._still_so(notice):
            body = json.dumps(await self._message(notice)).encode()
            fault = await self._runtime.threads.run(lambda: _send(channel, notice, body))
        if not fault:
            await self._book.told(notice)
        else:
            wait = pause_before(notice.tries, self._terms.backoff)
            last = channel is None or notice.tries >= self._terms.tries
            await self._book.failed(notice, fault, None if last else self._runtime.clock.now() + wait)
            self._complain(f"{notice.event} of run {notice.run_id} could not be told: {fault}")
        return True

    async def _still_so(self, notice: Notice) -> bool:
        """A question that was answered before anybody was told of it is nobody's concern any more."""
        if _event(notice) not in _OF_QUESTIONS:
            return True
        row = await self._runtime.journal.run(notice.run_id)
        if row is None:
            return False
        asked = await self._runtime.journal.load(row, after=notice.seq - 1, upto=notice.seq)
        keys = {task.key for task in await self._runtime.journal.tasks(row)}
        return any(entry.key in keys for entry in asked)

    async def _message(self, notice: Notice) -> JsonObject:
        message: JsonObject = {"id": notice.number, "event": _event(notice), "run": notice.run_id, "seq": notice.seq}
        row = await self._runtime.journal.run(notice.run_id)
        if row is None:
            return message
        message["name"] = row.name
        for entry in await self._runtime.journal.load(row, after=notice.seq - 1, upto=notice.seq):
            message |= {"at": entry.at, "key": entry.key, "by": entry.by}
            if entry.key:
                message["task"] = f"{row.id}:{entry.key}"
            wanted = ("prompt", "kind", "who", "due", "to", "why", "error", "reason")
            message |= {name: entry.data[name] for name in wanted if name in entry.data}
        return message

    def _complain(self, sentence: str) -> None:
        """Once for the same thing after another."""
        if sentence != self._complained:
            self._complained = sentence
            _log.warning("%s", sentence)


def pause_before(tries: int, backoff: float) -> float:
    """Seconds from that try, which failed, to the next: twice as long as before it, an hour at most."""
    return min(backoff * 2.0 ** min(tries - 1, _DOUBLINGS), _LONGEST)


def _event(notice: Notice) -> str:
    return notice.event.partition("/")[0]


class _StaysThere(urllib.request.HTTPRedirectHandler):
    """Python would follow a redirect with a GET, without the body, and take the page it finds for a yes."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_StaysThere)


def _send(channel: CommandChannel | WebhookChannel, notice: Notice, body: bytes) -> str:
    """Why it could not be told; "" when it was."""
    try:
        return _run(channel, body) if isinstance(channel, CommandChannel) else _post(channel, notice, body)
    except (OSError, ValueError, HTTPException) as fault:  # also what is no HTTP at all
        return str(fault) or type(fault).__name__


def _run(channel: CommandChannel, body: bytes) -> str:
    try:
        done = subprocess.run(channel.run, input=body, capture_output=True, check=False, timeout=channel.timeout)
    except subprocess.TimeoutExpired:
        return f"{channel.run[0]} was not done within {channel.timeout:g} s"
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"{channel.run[0]} ended with {done.returncode}: {said[-1] if said else ''}" if done.returncode else ""


def _post(channel: WebhookChannel, notice: Notice, body: bytes) -> str:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "lexiconsole",
        "X-Lexiconsole-Event": _event(notice),
        "X-Lexiconsole-Delivery": str(notice.number),
    }
    if channel.key_variable:
        key = os.environ.get(channel.key_variable, "")
        if not key:
            return f"the variable {channel.key_variable}, which holds the key to sign with, is not set"
        headers[SIGNATURE] = f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"
    request = urllib.request.Request(channel.url, body, headers, method="POST")  # noqa: S310 # the settings take http(s)
    try:
        with _OPENER.open(request, timeout=channel.timeout):
            return ""
    except urllib.error.HTTPError as fault:
        fault.close()
        return f"{channel.url} answered {fault.code} {fault.reason}"
