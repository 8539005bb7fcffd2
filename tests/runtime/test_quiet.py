"""An engine that has nothing to do leaves the store alone, and misses nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lexiconsole.durable.context import Context
from lexiconsole.durable.entry import EntryKind
from lexiconsole.runtime import recovery
from lexiconsole.runtime.quiet import Quiet
from lexiconsole.runtime.recovery import drive_what_waits
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.store.conformance.stories import driven
from lexiconsole.store.sqlite import SqliteJournal
from lexiconsole.testing import JumpingClock
from tests.support import define, house


@dataclass
class Idle:
    """As much of a runtime as looking needs."""

    journal: SqliteJournal
    clock: JumpingClock
    stirred: bool = False


@pytest.fixture
async def stores(tmp_path):
    """The same file, opened twice, as two processes have it."""
    both = [SqliteJournal(tmp_path / "store.db"), SqliteJournal(tmp_path / "store.db")]
    for journal in both:
        await journal.open()
    yield both
    for journal in both:
        await journal.close()


@pytest.mark.parametrize("who", [0, 1], ids=["here", "elsewhere"])
async def test_it_looks_again_as_soon_as_anybody_committed(stores, who):
    quiet = Quiet(Idle(stores[0], JumpingClock()))
    assert not quiet.still() and quiet.owners_due()
    await quiet.looked()
    assert quiet.still()
    await stores[who].register("here", 1, "", 0.0)
    assert not quiet.still()


async def test_what_is_committed_during_a_look_is_found_by_the_next(stores):
    quiet = Quiet(Idle(stores[0], JumpingClock()))
    assert not quiet.still() and quiet.owners_due()
    await stores[1].register("here", 1, "", 0.0)
    await quiet.looked()
    assert not quiet.still()


async def test_it_looks_again_after_a_second_for_those_that_died_without_a_word(stores):
    clock = JumpingClock()
    quiet = Quiet(Idle(stores[0], clock))
    assert not quiet.still() and quiet.owners_due()
    await quiet.looked()
    assert quiet.still()
    assert not quiet.owners_due()
    await clock.until(clock.sleep(1.5))
    assert not quiet.still() and quiet.owners_due()


async def test_alone_it_looks_for_nobody_and_after_ten_seconds_at_all_of_it(stores):
    clock = JumpingClock()
    quiet = Quiet(Idle(stores[0], clock))
    assert not quiet.still() and quiet.owners_due()
    quiet.others = False
    await quiet.looked()
    await clock.until(clock.sleep(5))
    assert quiet.still()
    await clock.until(clock.sleep(6))
    assert not quiet.still() and quiet.moved


async def test_whoever_came_meanwhile_is_looked_for_again(stores):
    clock = JumpingClock()
    quiet = Quiet(Idle(stores[0], clock))
    assert not quiet.still() and quiet.owners_due()
    quiet.others = False
    await quiet.looked()
    await stores[1].register("here", 1, "", 0.0)
    assert not quiet.still() and not quiet.owners_due()
    await quiet.looked()
    await clock.until(clock.sleep(1.5))
    assert not quiet.still() and not quiet.moved and quiet.owners_due()


async def test_a_timer_that_nobody_here_can_heed_lets_it_rest_and_later_ones_wake_it(stores):
    clock = JumpingClock()
    for number, seconds in enumerate((-50.0, -1.0, 3.0)):
        parked = {"status": "sleeping", "on": [], "wake_at": clock.now() + seconds}
        await (await driven(stores[1], f"r{number}")).append((EntryKind.PARKED, "", parked))
    quiet = Quiet(Idle(stores[0], clock))
    assert not quiet.still() and quiet.owners_due()
    quiet.others = False
    await quiet.looked()
    assert quiet.still()
    await clock.until(clock.sleep(2))
    assert quiet.still()
    await clock.until(clock.sleep(1.5))
    assert not quiet.still() and quiet.moved
    quiet.others = False
    await quiet.looked()
    assert quiet.still()


async def test_a_run_that_there_was_no_room_for_is_driven_once_there_is(tmp_path, monkeypatch):
    """Also when the look came between the last commit of the run before it and its end in memory."""
    monkeypatch.setattr(recovery, "MOST_AT_ONCE", 1)
    put_down, ended = Runtime._put_down, []

    async def flow(ctx: Context) -> None: ...

    async with house(SqliteJournal(tmp_path / "store.db")) as home:
        monkeypatch.setattr(Runtime, "_put_down", lambda _, *which: ended.append(which))
        row = await home.start(define(flow))
        waiting, _ = await home.runtime.create(home.registry.find(row.name), None, drive=False)
        await home.clock.until(home.runtime.drives[row.id].task)
        quiet = Quiet(home.runtime)
        assert not quiet.still() and quiet.owners_due()
        assert await drive_what_waits(home.runtime) == []
        await quiet.looked()
        monkeypatch.undo()
        put_down(home.runtime, *ended[0])
        assert home.runtime.stirred, "no commit tells of it"
        assert not quiet.still() and quiet.moved
        assert [one.id for one in await drive_what_waits(home.runtime)] == [waiting.id]
        await home.settle(waiting)


async def test_what_no_commit_tells_of_is_looked_at_once(stores):
    runtime = Idle(stores[0], JumpingClock())
    quiet = Quiet(runtime)
    assert not quiet.still() and quiet.owners_due()
    await quiet.looked()
    runtime.stirred = True
    assert not quiet.still() and quiet.moved
    await quiet.looked()
    assert quiet.still()
