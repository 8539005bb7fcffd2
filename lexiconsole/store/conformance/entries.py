"""Runs and entries: made once, written all or none, read back as they were."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.errors import ValueNotStorableError
from lexiconsole.store.conformance.stories import AT, Case, driven, new_run
from lexiconsole.types import RunStatus

__all__ = ["EntriesConformance"]

DONE = EntryKind.DONE

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**80,
    0.1,
    1e308,
    5e-324,
    "",
    "grün, 日本語, 🙂",
    "a \x00 in the middle",
    "half a pair: \udce9",
    "quotes \" ' \\ and lines\n\r\t\x1b[31m",
    [],
    {},
    [[[[]]]],
    {"": {"a": [1, {"b": None}]}},
    "x" * 100_000,
]


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


class EntriesConformance(Case):
    async def test_a_run_that_nobody_drives_is_pending(self, journal: Journal) -> None:
        row, new = await journal.create(new_run(by="ada", parent="p", parent_key="child", fingerprint="f"))
        assert new
        assert (row.id, row.name, row.kind, row.version) == ("run", "order", "workflow", 1)
        assert (row.status, row.owner, row.epoch) == (RunStatus.PENDING, None, 0)
        assert (row.seq, row.base, row.created_at, row.changed_at, row.by) == (1, 1, AT, AT, "ada")
        assert (row.parent, row.parent_key, row.fingerprint) == ("p", "child", "f")
        assert await journal.run("run") == row

    async def test_a_run_made_by_its_driver_is_running_under_epoch_1(self, journal: Journal) -> None:
        row, _ = await journal.create(new_run(owner=7))
        assert (row.status, row.owner, row.epoch) == (RunStatus.RUNNING, 7, 1)
        assert await journal.run("run") == row

    async def test_the_first_entry_says_that_the_run_was_made(self, journal: Journal) -> None:
        row, _ = await journal.create(new_run(by="ada", data={"input": VALUES}))
        first = Entry("run", 1, AT, EntryKind.CREATED, data={"input": VALUES}, by="ada")
        assert await journal.load(row) == [first]

    async def test_an_id_is_taken_once_and_the_second_call_writes_nothing(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.done("a")
        head = await journal.head()
        row, new = await journal.create(new_run(name="another", owner=9))
        assert not new
        assert row == await pen.now()
        assert row.name == "order"
        assert await journal.head() == head

    async def test_of_calls_that_arrive_together_one_makes_the_run(self, journal: Journal) -> None:
        made = await asyncio.gather(*(journal.create(new_run(f"r{n % 3}", by=str(n))) for n in range(9)))
        assert [new for _, new in made] == [True] * 3 + [False] * 6
        assert [row.by for row, _ in made] == ["0", "1", "2"] * 3
        assert await journal.head() == 3

    async def test_an_outline_is_kept_under_its_digest(self, journal: Journal) -> None:
        outline = Outline.sequence([OutlineNode("a", label="first"), OutlineNode("b")])
        row, _ = await journal.create(new_run(outline=outline))
        await journal.create(new_run("other", outline=outline))
        assert await journal.outline(row.digest) == outline
        assert await journal.outline("unknown") is None

    async def test_an_unknown_run_is_none(self, journal: Journal) -> None:
        assert await journal.run("nobody") is None

    @pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
    async def test_a_value_comes_back_as_it_was(self, journal: Journal, value: Any) -> None:
        pen = await driven(journal)
        await pen.append((DONE, "a", {"result": value, "also": [value]}))
        assert (await journal.load(pen.run))[1].data == {"result": value, "also": [value]}

    async def test_nesting_comes_back_or_is_refused_but_harms_nobody(self, journal: Journal) -> None:
        for levels in (100, 190, 250, 500, 2_000, 100_000):
            pen, other = await driven(journal, f"deep{levels}"), await driven(journal, f"other{levels}")
            writing = pen.append((DONE, "a", {"result": deep(levels)}))
            await other.done("b")
            try:
                await writing
            except ValueNotStorableError:
                assert levels > 190
                continue
            assert (await journal.load(pen.run))[1].data == {"result": deep(levels)}

    async def test_what_is_empty_comes_back_empty(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.append((DONE, "", {}))
        assert (await journal.load(pen.run))[1] == Entry("run", 2, AT + 2, DONE)

    async def test_every_field_of_an_entry_comes_back(self, journal: Journal) -> None:
        pen = await driven(journal)
        entry = Entry("run", 2, AT + 0.1, EntryKind.ANSWERED, "grün/🙂 'x'#2", 7, {"value": 1}, "ada ö")
        await journal.append(pen.run, 1, [entry])
        assert (await journal.load(pen.run))[1] == entry
        assert await journal.tail(1) == [(2, entry)]

    async def test_instants_come_back_bit_for_bit(self, journal: Journal) -> None:
        chance = random.Random(1)
        pen = await driven(journal)
        instants = [chance.uniform(0, 2e9) for _ in range(300)] + [0.1, 0.0, 1e-9, 253402300799.9999, AT]
        entries = [Entry("run", seq, at, DONE, "k") for seq, at in enumerate(instants, 2)]
        await journal.append(pen.run, 1, entries)
        assert [entry.at for entry in await journal.load(pen.run, after=1)] == instants

    async def test_a_park_and_a_question_keep_their_instants_bit_for_bit(self, journal: Journal) -> None:
        chance = random.Random(2)
        for n in range(30):
            at = chance.uniform(1e9, 2e9)
            pen = await driven(journal, f"r{n}", at=at)
            await pen.append(
                (EntryKind.ASKED, "q", {"due": at}), (EntryKind.PARKED, "", {"status": "waiting", "wake_at": at})
            )
            row = await pen.now()
            assert (row.created_at, row.wake_at) == (at, at)
            assert [task.due for task in await journal.tasks(row)] == [at]

    async def test_a_part_of_the_entries_can_be_read(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.done(*"abcde")
        assert [e.seq for e in await journal.load(pen.run, after=2)] == [3, 4, 5, 6]
        assert [e.seq for e in await journal.load(pen.run, upto=2)] == [1, 2]
        assert [e.seq for e in await journal.load(pen.run, after=2, upto=4)] == [3, 4]
        assert await journal.load(pen.run, after=6) == []
        assert await journal.load(pen.run, upto=0) == []
