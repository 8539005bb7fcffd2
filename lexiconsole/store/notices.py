"""Notices: which events are to be told to whom, each once however many processes look, and again if one dies while telling."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lexiconsole.store.rows import instant_pair
from lexiconsole.types import Instant

__all__ = ["Notice", "NoticeBook"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One event to tell through one channel, in the hands of whoever claimed it. `tries` counts this one too."""

    number: int
    channel: str
    event: str
    run_id: str
    seq: int
    tries: int


class _Asks(Protocol):
    async def __call__(self, name: str, *values: Any) -> list[Any]: ...


class NoticeBook:
    """The notices of one store."""

    def __init__(self, read: _Asks, write: _Asks) -> None:
        self._read, self._write = read, write

    async def upto(self) -> int | None:
        """The position that the journal was looked through to; None when nobody ever looked."""
        rows = await self._read("noticed")
        return int(rows[0][0]) if rows else None

    async def looked(self, upto: int) -> None:
        await self._write("notice_upto", upto)

    async def noteworthy(self, after: int, upto: int, kinds: Sequence[str]) -> list[tuple[str, int, str]]:
        """Run, seq and kind of the entries of these kinds behind `after`."""
        rows = await self._read("noteworthy", after, upto, json.dumps(list(kinds)))
        return [(run_id, seq, kind) for _, run_id, seq, kind in rows]

    async def due(self, now: Instant, before: float) -> list[tuple[str, int, int]]:
        """Run and seq of the open questions of which somebody is to be reminded now, and the how manieth reminder it is,
        from 0. `before` are the seconds before they are due, where a question says nothing else.
        """
        return [(run_id, seq, number) for run_id, seq, number, _ in await self._read("tasks_due", now, before)]

    async def add(self, notices: Sequence[tuple[str, str, str, int]], at: Instant) -> None:
        """Channel, event, run and seq of each; those that are there already stay as they are."""
        await self._write("notice_add", json.dumps([[*notice, *instant_pair(at)] for notice in notices]))

    async def claim(self, now: Instant, until: Instant, latest: Instant) -> Notice | None:
        """The next one to tell, which nobody else is given before `until`.

        Nobody waits beyond `latest`: what is to be told later than that was written before somebody put the clock back.
        """
        rows = await self._write("notice_claim", now, until, latest)
        return Notice(*rows[0]) if rows else None

    async def told(self, notice: Notice) -> None:
        await self._write("notice_settle", notice.number, "told", 0.0, "")

    async def failed(self, notice: Notice, why: str, again_at: Instant | None) -> None:
        """It is told again then; never again for None."""
        state = "failed" if again_at is None else "open"
        await self._write("notice_settle", notice.number, state, again_at or 0.0, why)

    async def faults(self) -> list[tuple[str, bool, int, str]]:
        """Channel, whether they are given up, how many, and one reason."""
        return [
            (channel, state == "failed", count, why) for channel, state, count, why in await self._read("notice_faults")
        ]
