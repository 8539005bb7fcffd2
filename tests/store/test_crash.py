"""A writer is killed, again and again: what was acknowledged is there, what was not is there whole or not at all."""

from __future__ import annotations

import asyncio
import random
import re
import signal

import pytest

from lexiconsole.durable.journal import RunFilter
from lexiconsole.store.conformance.stories import new_run
from tests.store.writing import child, opened

pytestmark = pytest.mark.crash

WRITER = """
import asyncio, sys
from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.store import SqliteJournal
from lexiconsole.store.conformance.stories import driven

async def drive(journal, name):
    pen = await driven(journal, name)
    for n in range(10_000):
        facts = [(Kind.DONE, f"step-{n}", {"result": n}), (Kind.ASKED, f"q{n}", {"due": 1.5})]
        if n % 3:
            facts.append((Kind.ANSWERED, f"q{n}", {"value": n}))
        await pen.append(*facts)
        print(name, pen.seq, flush=True)

async def main(path, mark):
    journal = SqliteJournal(path)
    await journal.open()
    await asyncio.gather(*(drive(journal, f"{mark}-{n}") for n in range(5)))

asyncio.run(main(*sys.argv[1:]))
"""


def killed_after(path, mark: int, lines: int) -> dict[str, int]:
    """Runs a writer and kills it once it has printed so many lines; gives the last seq of each run that it was told of."""
    process = child(WRITER, path, mark)
    told: dict[str, int] = {}
    for _ in range(lines):
        name, seq = process.stdout.readline().split()
        told[name] = int(seq)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    told.update((name, int(seq)) for name, seq in re.findall(r"^(\S+) (\d+)\n", rest, re.MULTILINE))
    assert process.returncode == -signal.SIGKILL
    return told


def test_kill_at_any_moment(tmp_path):
    path = tmp_path / "store.db"
    chance = random.Random(7)
    for mark in range(6):
        told = killed_after(path, mark, chance.randint(1, 300))
        asyncio.run(look(path, mark, told))


async def look(path, mark, told):
    async with opened(path) as journal:
        assert await journal.check() == []
        rows = {row.id: row for row in await journal.runs(RunFilter(limit=1000))}
        for name, seq in told.items():
            assert rows[name].seq >= seq
        for row in rows.values():
            entries = await journal.load(row)
            assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
            groups = len([entry for entry in entries if entry.kind == "step.done"])
            assert len(entries) == 1 + sum(3 if n % 3 else 2 for n in range(groups))
        before = await journal.tasks(), await journal.counts()
        await journal.rebuild()
        assert (await journal.tasks(), await journal.counts()) == before
        await journal.create(new_run(f"after-{mark}"))


MAKER = """
import asyncio, sys
from lexiconsole.store import SqliteJournal
from lexiconsole.store.conformance.stories import driven

async def main(path):
    print("begin", flush=True)
    await SqliteJournal(path).open()
    print("open", flush=True)
    sys.stdin.readline()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("nth", range(12))
def test_kill_while_the_store_is_made(tmp_path, nth):
    """The n-th call of SQLite is never made. Whatever is left of the file becomes a store when the next one opens it."""
    path = tmp_path / "store.db"
    script = f"""
import os, sqlite3
import aiosqlite.core
calls = 0
original = aiosqlite.core.Connection._execute_fetchall

def counted(self, sql, values):
    global calls
    calls += 1
    if calls > {nth * 4}:
        os.kill(os.getpid(), 9)
    return original(self, sql, values)

aiosqlite.core.Connection._execute_fetchall = counted
{MAKER}"""
    process = child(script, path)
    out, _ = process.communicate(timeout=60)
    assert out.startswith("begin")

    async def look() -> None:
        async with opened(path) as journal:
            assert (await journal.create(new_run()))[1]
            assert await journal.check() == []

    asyncio.run(look())
