"""The memory store and the SQLite store are told the same random story and must tell the same one back, at every point."""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lexiconsole.durable.journal import Request, RequestKind, RequestState, RunFilter
from lexiconsole.errors import NotFoundError, NotOwnedError
from lexiconsole.store import MemoryJournal
from lexiconsole.store.conformance.histories import random_fact
from lexiconsole.store.conformance.stories import AT, Pen, new_run
from lexiconsole.types import RunStatus
from tests.store.writing import opened

RUNS = ["a", "b", "c", "d"]
ACTS = [
    "append",
    "append",
    "append",
    "create",
    "claim",
    "release",
    "retire",
    "request",
    "close",
    "fork",
    "stale",
    "rebuild",
]


class Story:
    """One journal and what was done to it; the same seeds do the same."""

    def __init__(self, journal):
        self.journal = journal
        self.said = []

    async def act(self, act: str, seed: int) -> None:
        chance = random.Random(seed)
        row = await self.journal.run(chance.choice(RUNS))
        try:
            self.said.append(await self.do(act, chance, row))
        except (NotOwnedError, NotFoundError) as fault:
            self.said.append(str(fault))

    async def do(self, act: str, chance: random.Random, row):
        journal = self.journal
        match act:
            case "create":
                parent = chance.choice(["", *RUNS])
                owner = chance.choice([None, 1, 2])
                wake_at = chance.choice([None, AT + chance.random()])
                terms = {
                    "parent": parent,
                    "parent_key": "call",
                    "owner": owner,
                    "wake_at": wake_at,
                    "at": AT + chance.random(),
                }
                return await journal.create(new_run(chance.choice(RUNS), **terms))
            case "fork":
                origin = chance.choice(RUNS)
                return await journal.create(new_run(chance.choice(RUNS), origin=origin, origin_seq=chance.randrange(9)))
            case "retire":
                return await journal.retire(chance.choice([1, 2]))
            case "request":
                data = {"value": chance.random()}
                kind = chance.choice(list(RequestKind))
                return await journal.request(Request(chance.choice(RUNS), kind, "k", data, "ada", AT + chance.random()))
            case "close":
                return await journal.close_request(chance.randrange(1, 5), RequestState.REFUSED, "no")
            case "rebuild":
                return await journal.rebuild()
            case _ if row is None:
                return None
            case "claim":
                return await journal.claim(row, chance.choice([1, 2]))
            case "release":
                return await journal.release(row, chance.choice([row.epoch, row.epoch + 1]))
            case _:
                return await self.append(act, chance, row)

    async def append(self, act: str, chance: random.Random, row):
        pen = Pen(self.journal, row)
        if act == "stale":
            pen.epoch += chance.choice([-1, 0, 1])
            pen.seq += chance.choice([-1, 0, 1])
        asked = [request.id for request in await self.journal.requests()]
        facts = []
        for n in range(chance.randint(1, 5)):
            kind, key, data = random_fact(chance, pen.seq + n)
            facts.append(
                (kind, key, {**data, "request": chance.choice(asked)} if asked and chance.random() < 0.4 else data)
            )
        await pen.append(*facts, by=chance.choice(["", "ada"]))
        return len(facts)

    async def told(self):
        journal = self.journal
        everything = [
            self.said,
            await journal.check(),
            await journal.counts(),
            await journal.tasks(),
            await journal.head(),
        ]
        everything += [await journal.requests(), [await journal.request_state(n) for n in range(1, 9)]]
        everything += [await journal.requests(owner=1), await journal.next_wake(), await journal.tail(0)]
        everything += [await journal.wakeable(AT + at) for at in (0, 0.5, 50, 1000)]
        everything += [await journal.runs(RunFilter()), await journal.runs(RunFilter(parent="a"))]
        everything += [
            await journal.runs(RunFilter(statuses=(RunStatus.RUNNING, RunStatus.PENDING), oldest_first=True))
        ]
        for run_id in RUNS:
            row = await journal.run(run_id)
            everything.append((row, row and await journal.load(row), row and await journal.tasks(row)))
        return everything


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 10_000)), max_size=25))
def test_both_stores_tell_the_same_story(story):
    async def tell(folder: Path) -> None:
        memory = MemoryJournal()
        await memory.open()
        async with opened(folder / "store.db") as sqlite:
            first, second = Story(memory), Story(sqlite)
            for act, seed in [("create", 1), *story]:
                await first.act(act, seed)
                await second.act(act, seed)
            assert await first.told() == await second.told()
            await sqlite.rebuild()
            assert (await first.told())[1:] == (await second.told())[1:]

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(tell(Path(folder)))
