"""Two instances on one store, as two processes have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal, Request, RequestKind, RequestState
from lexiconsole.errors import NotOwnedError
from lexiconsole.store.conformance.audit import assert_sound
from lexiconsole.store.conformance.stories import AT, Case, Pen, driven, new_run

__all__ = ["SharedJournalConformance"]


class SharedJournalConformance(Case):
    """`journal` and `other` look at the same store."""

    @pytest_asyncio.fixture
    async def other(self, journal: Journal, tmp_path: Path) -> AsyncIterator[Journal]:
        other = self.make(tmp_path)
        await other.open()
        yield other
        await other.close()

    async def test_what_one_commits_the_other_reads_at_once(self, journal: Journal, other: Journal) -> None:
        pen = await driven(journal)
        for n in range(20):
            await pen.done(f"s{n}")
            row = await other.run("run")
            assert row == await pen.now()
            assert row is not None
            assert len(await other.load(row)) == n + 2

    async def test_the_same_id_in_both_makes_one_run(self, journal: Journal, other: Journal) -> None:
        made = await asyncio.gather(
            *(which.create(new_run("r", by=f"{n}")) for n, which in enumerate([journal, other] * 5))
        )
        assert sum(new for _, new in made) == 1
        assert len({row.by for row, _ in made}) == 1

    async def test_the_former_owner_is_fenced_in_the_statement_that_writes(
        self, journal: Journal, other: Journal
    ) -> None:
        pen = await driven(journal)
        neighbour = await driven(journal, "neighbour")
        await pen.done("a")
        row = await other.claim(await pen.now(), 2)
        assert row is not None
        late, beside = pen.append((EntryKind.DONE, "late", {})), neighbour.append((EntryKind.DONE, "b", {}))
        await beside
        with pytest.raises(NotOwnedError):
            await late
        await Pen(other, row).done("mine")
        assert [e.key for e in await journal.load(pen.run)] == ["", "a", "mine"]

    async def test_of_claims_in_both_one_wins(self, journal: Journal, other: Journal) -> None:
        for n in range(10):
            row, _ = await journal.create(new_run(f"r{n}"))
            claims = await asyncio.gather(journal.claim(row, 1), other.claim(row, 2))
            assert sum(claim is not None for claim in claims) == 1

    async def test_a_request_reaches_the_owner_and_its_answer_comes_back(
        self, journal: Journal, other: Journal
    ) -> None:
        pen = await driven(journal)
        number = await other.request(Request("run", RequestKind.PAUSE, by="ada", at=AT))
        (request,) = await journal.requests(owner=1)
        assert (request.id, request.by) == (number, "ada")
        await pen.append((EntryKind.PAUSED, "", {"request": number}))
        state = await other.request_state(number)
        assert state is not None
        assert state.state is RequestState.APPLIED

    async def test_the_tail_shows_what_both_wrote_and_listeners_only_their_own(
        self, journal: Journal, other: Journal
    ) -> None:
        heard: list[Entry] = []
        journal.subscribe(heard.extend)
        mine, theirs = await driven(journal, "mine"), await driven(other, "theirs")
        writing = [pen.append((EntryKind.DONE, str(n), {})) for n in range(50) for pen in (mine, theirs)]
        await asyncio.gather(*writing)
        tail = [entry for _, entry in await journal.tail(0)]
        assert tail == [entry for _, entry in await other.tail(0)]
        assert [e.seq for e in tail if e.run_id == "theirs"] == list(range(1, 52))
        assert heard == [e for e in tail if e.run_id == "mine"]

    async def test_nothing_appears_behind_a_position_that_was_read(self, journal: Journal, other: Journal) -> None:
        """Whoever follows the tail misses nothing, however commits of both interleave."""
        pens = [await driven(which, f"r{n}") for n, which in enumerate([journal, other] * 3)]
        seen: list[tuple[int, Entry]] = []

        async def follow() -> None:
            while len(seen) < 6 + 6 * 40:
                seen.extend(await journal.tail(seen[-1][0] if seen else 0, 7))

        async def write(pen: Pen) -> None:
            await pen.done(*(f"s{n}" for n in range(40)))

        await asyncio.gather(follow(), *(write(pen) for pen in pens))
        assert seen == await journal.tail(0, 10_000)

    async def test_both_write_one_chain(self, journal: Journal, other: Journal) -> None:
        pens = [await driven(which, f"r{n}") for n, which in enumerate([journal, other] * 3)]
        writing = [pen.append((EntryKind.ANSWERED, str(n), {"value": n}), by="ada") for n in range(30) for pen in pens]
        await asyncio.gather(*writing)
        assert len(await assert_sound(other)) == 6 * 30

    async def test_one_may_close_while_the_other_goes_on(self, journal: Journal, other: Journal) -> None:
        pen = await driven(journal)
        await other.close()
        await pen.done("a")
        await other.open()
        assert (await other.run("run")) == await pen.now()
