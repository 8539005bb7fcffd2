"""Following: what the whole store wrote, read by position or heard as it is committed."""

from __future__ import annotations

import asyncio
from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal
from lexiconsole.store.conformance.stories import Case, driven

__all__ = ["FollowingConformance"]

DONE = EntryKind.DONE


class FollowingConformance(Case):
    async def test_every_entry_has_a_place_in_the_whole_store(self, journal: Journal) -> None:
        assert (await journal.head(), await journal.tail(0)) == (0, [])
        a, b = await driven(journal, "a"), await driven(journal, "b")
        await a.done("x")
        await b.done("y", "z")
        whole = await journal.tail(0)
        assert [(e.run_id, e.seq) for _, e in whole] == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("b", 3)]
        positions = [position for position, _ in whole]
        assert positions == sorted(set(positions))
        assert await journal.head() == positions[-1]
        assert await journal.tail(positions[1], 2) == whole[2:4]
        assert await journal.tail(positions[-1]) == []

    async def test_listeners_hear_what_was_committed_once_and_in_order(self, journal: Journal) -> None:
        heard: list[Entry] = []
        stop = journal.subscribe(heard.extend)
        pens = [await driven(journal, f"r{n}") for n in range(3)]
        await pens[1].claimed(2)
        await asyncio.gather(*(pen.append((DONE, "a", {})) for pen in pens for _ in range(4)), return_exceptions=True)
        assert heard == [entry for _, entry in await journal.tail(0)]
        stop()
        stop()
        await pens[0].done("unheard")
        assert len(heard) == 3 + 8

    async def test_a_listener_hears_before_the_writer_goes_on(self, journal: Journal) -> None:
        heard: list[Entry] = []
        journal.subscribe(heard.extend)
        pen = await driven(journal)
        assert len(heard) == 1
        await pen.done("a")
        assert heard[-1].key == "a"

    async def test_a_listener_that_fails_harms_nobody(self, journal: Journal) -> None:
        heard: list[Entry] = []

        def fail(_: object) -> None:
            raise RuntimeError("a face broke")

        journal.subscribe(fail)
        journal.subscribe(heard.extend)
        pen = await driven(journal)
        await pen.done("a", "b")
        assert [entry.key for entry in heard] == ["", "a", "b"]

    async def test_a_listener_may_stop_itself_and_write(self, journal: Journal) -> None:
        pen = await driven(journal)
        heard: list[str] = []

        def once(entries: Any) -> None:
            stop()
            heard.extend(entry.key for entry in entries)
            later.append(pen.append((DONE, "from inside", {})))

        later: list[asyncio.Future[None]] = []
        stop = journal.subscribe(once)
        await pen.done("a")
        await later[0]
        assert heard == ["a"]
        assert (await pen.now()).seq == 3
