"""Ownership: one driver at a time, told apart by epochs; and which runs wait for a driver."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.durable.journal import Journal, Request, RequestKind
from lexiconsole.errors import NotOwnedError
from lexiconsole.store.conformance.standing import FAILED, OWNED, UNDO, ending, parked
from lexiconsole.store.conformance.stories import AT, Case, Fact, driven, new_run
from lexiconsole.types import RunStatus as Status

__all__ = ["OwnershipConformance"]

ENDINGS: list[Fact] = [FAILED, ending(Kind.COMPLETED), ending(Kind.COMPENSATED), ending(Kind.CANCELLED)]


class OwnershipConformance(Case):
    async def test_a_claim_takes_the_run_under_a_new_epoch(self, journal: Journal) -> None:
        row, _ = await journal.create(new_run())
        claimed = await journal.claim(row, 5)
        assert claimed is not None
        assert (claimed.owner, claimed.epoch, claimed.status) == (5, 1, Status.PENDING)
        assert await journal.run("run") == claimed

    async def test_a_claim_of_what_moved_on_takes_nothing(self, journal: Journal) -> None:
        row, _ = await journal.create(new_run())
        first = await journal.claim(row, 5)
        assert first is not None
        assert await journal.claim(row, 6) is None
        assert await journal.claim(row, 5) is None
        assert (await journal.run("run")) == first
        second = await journal.claim(first, 6)
        assert second is not None
        assert (second.owner, second.epoch) == (6, 2)

    async def test_of_many_claims_at_once_one_wins(self, journal: Journal) -> None:
        rows = [(await journal.create(new_run(f"r{n}")))[0] for n in range(10)]
        claims = await asyncio.gather(*(journal.claim(row, owner) for owner in range(1, 6) for row in rows))
        won = [claim for claim in claims if claim is not None]
        assert sorted(row.id for row in won) == [f"r{n}" for n in range(10)]
        assert {row.owner for row in won} == {(await _row(journal, row.id)).owner for row in won}

    async def test_what_was_appended_before_a_claim_is_written_before_it(self, journal: Journal) -> None:
        pen = await driven(journal)
        written = pen.append((Kind.DONE, "a", {}))
        claimed = await journal.claim(pen.run, 2)
        await written
        assert claimed is not None
        assert claimed.seq == 2

    async def test_a_release_frees_the_run_as_it_stands(self, journal: Journal) -> None:
        pen = await driven(journal)
        await journal.release(pen.run, 1)
        row = await pen.now()
        assert (row.owner, row.status) == (None, Status.RUNNING)

    async def test_a_release_under_another_epoch_frees_nothing(self, journal: Journal) -> None:
        pen = await driven(journal)
        mine = await pen.claimed(2)
        await journal.release(pen.run, 1)
        assert (await mine.now()).owner == 2

    @pytest.mark.parametrize("fact", [*ENDINGS, parked(Status.WAITING, "x")], ids=lambda fact: fact[0].value)
    async def test_a_park_and_an_ending_free_the_run(self, journal: Journal, fact: Fact) -> None:
        pen = await driven(journal)
        await pen.append(fact)
        row = await pen.now()
        assert (row.owner, row.epoch) == (None, 1)
        assert await journal.claim(row, 2) is not None

    async def test_owners_are_listed_until_they_are_retired(self, journal: Journal) -> None:
        one = await journal.register("here", 11, "a.lock", AT)
        two = await journal.register("there", 12, "b.lock", AT + 0.1)
        assert await journal.owners() == [one, two]
        assert (two.host, two.pid, two.lock, two.started_at, two.beat_at) == ("there", 12, "b.lock", AT + 0.1, AT + 0.1)
        assert await journal.beat(one.number, AT + 5)
        assert [owner.beat_at for owner in await journal.owners()] == [AT + 5, AT + 0.1]
        await journal.retire(one.number)
        assert await journal.owners() == [two]
        assert not await journal.beat(one.number, AT + 6)

    async def test_an_owners_number_is_never_given_again(self, journal: Journal) -> None:
        one = await journal.register("here", 1, "a", AT)
        await journal.retire(one.number)
        two = await journal.register("here", 1, "a", AT)
        assert two.number > one.number

    async def test_a_retired_owner_has_nothing_and_can_write_nothing(self, journal: Journal) -> None:
        owner = await journal.register("here", 1, "a", AT)
        other = await journal.register("here", 2, "b", AT)
        gone = await driven(journal, "gone", owner=owner.number)
        stays = await driven(journal, "stays", owner=other.number)
        await gone.done("a")
        await journal.retire(owner.number)
        assert ((await gone.now()).owner, (await gone.now()).status) == (None, Status.RUNNING)
        with pytest.raises(NotOwnedError):
            await gone.done("b")
        await stays.done("a")
        assert await journal.claim(gone.run, other.number) is None
        assert await journal.claim(await gone.now(), other.number) is not None

    async def test_retiring_frees_runs_of_a_number_nobody_registered(self, journal: Journal) -> None:
        pen = await driven(journal, owner=77)
        await journal.retire(77)
        assert (await pen.now()).owner is None

    @pytest.mark.parametrize(
        ("facts", "wakes"),
        [
            ([], True),
            ([OWNED], True),
            ([UNDO], True),
            ([parked(Status.WAITING, "x")], False),
            ([parked(Status.PAUSED)], False),
            ([parked(Status.DOUBTFUL, "x")], False),
            ([parked(Status.SLEEPING, wake_at=AT + 10)], True),
            ([parked(Status.WAITING, wake_at=AT + 10)], True),
            ([parked(Status.SLEEPING, wake_at=AT + 10.001)], False),
            ([parked(Status.WAITING, "q"), (Kind.ANSWERED, "q", {})], True),
            *(([fact], False) for fact in ENDINGS),
            ([FAILED, (Kind.RETRIED, "x", {"voids": []})], True),
        ],
        ids=lambda value: " ".join(fact[0].value for fact in value) if isinstance(value, list) else str(value),
    )
    async def test_which_runs_wait_for_a_driver(self, journal: Journal, facts: list[Fact], wakes: bool) -> None:
        pen = await driven(journal)
        await pen.append(*facts)
        await journal.release(pen.run, 1)
        expected = [await pen.now()] if wakes else []
        assert await journal.wakeable(AT + 10) == expected
        claimed = await pen.claimed(3)
        assert await journal.wakeable(AT + 10) == []
        await journal.release(claimed.run, 2)

    async def test_a_pending_run_wakes_and_one_for_later_when_its_time_has_come(self, journal: Journal) -> None:
        await journal.create(new_run("now"))
        await journal.create(new_run("later", wake_at=AT + 60))
        assert [row.id for row in await journal.wakeable(AT)] == ["now"]
        assert [row.id for row in await journal.wakeable(AT + 60)] == ["now", "later"]
        assert await journal.next_wake() == AT + 60

    @pytest.mark.parametrize("fact", [FAILED, parked(Status.WAITING, "x"), parked(Status.SLEEPING, wake_at=AT + 99)])
    async def test_an_open_request_wakes_any_run(self, journal: Journal, fact: Fact) -> None:
        pen = await driven(journal)
        await pen.append(fact)
        assert await journal.wakeable(AT + 10) == []
        await journal.request(Request("run", RequestKind.CANCEL, at=AT))
        await journal.request(Request("run", RequestKind.RETRY, at=AT))
        assert [row.id for row in await journal.wakeable(AT + 10)] == ["run"]
        await pen.claimed(2)
        assert await journal.wakeable(AT + 10) == []

    async def test_wakeable_runs_come_once_oldest_first_and_no_more_than_wanted(self, journal: Journal) -> None:
        for n in range(6):
            pen = await driven(journal, f"r{n}")
            fact: Fact = OWNED if n % 2 else parked(Status.SLEEPING, wake_at=AT + 9 - n)
            await pen.append(fact)
            await journal.release(pen.run, 1)
            await journal.request(Request(f"r{n}", RequestKind.PAUSE, at=AT))
        assert [row.id for row in await journal.wakeable(AT + 10)] == [f"r{n}" for n in range(6)]
        assert [row.id for row in await journal.wakeable(AT + 10, limit=4)] == [f"r{n}" for n in range(4)]
        behind = (await _row(journal, "r2")).number
        assert [row.id for row in await journal.wakeable(AT + 10, limit=2, after=behind)] == ["r3", "r4"]

    async def test_the_next_timer_is_the_earliest_of_runs_nobody_drives(self, journal: Journal) -> None:
        assert await journal.next_wake() is None
        for n, wake_at in enumerate((AT + 30.1, AT + 20.1, AT + 10.1)):
            await (await driven(journal, f"r{n}")).append(parked(Status.SLEEPING, wake_at=wake_at))
        assert await journal.next_wake() == AT + 10.1
        assert await journal.next_wake(AT + 10.1) == AT + 20.1
        assert await journal.next_wake(AT + 99) is None
        assert await journal.claim(await _row(journal, "r2"), 4) is not None
        assert await journal.next_wake() == AT + 20.1


async def _row(journal: Journal, run_id: str) -> Any:
    return await journal.run(run_id)
