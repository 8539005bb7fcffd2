"""The audit finds whatever somebody changes, removes, adds or reorders with plain SQL, and nothing in files nobody touched."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lexiconsole.app.audit import verify
from lexiconsole.app.audit_head import HeadFile, HeadKeeper
from lexiconsole.durable.audit import chained
from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.durable.journal import Request, RequestKind, RequestState
from lexiconsole.errors import StoreError
from lexiconsole.store import MemoryJournal
from lexiconsole.store.conformance.stories import AT, driven
from tests.store.writing import child, opened, outside

DECISIONS = (
    (Kind.ANSWERED, "q", {"value": {"ok": True}, "reason": "fine"}),
    (Kind.REFUSED, "", {"kind": "answer", "reason": "no right"}),
    (Kind.RETRIED, "s", {"voids": []}),
    (Kind.SIGNALLED, "", {"name": "paid", "payload": 3}),
    (Kind.EDITED, "s", {"target": 2, "value": 1.25}),
    (Kind.PAUSED, "", {"reason": "lunch"}),
    (Kind.RESUMED, "", {}),
    (Kind.CANCEL, "", {"reason": "enough"}),
)


async def filled(path: Path, runs: int = 6) -> None:
    """A store with decisions in several runs, a fork, refusals with and without an entry, and its head."""
    async with opened(path) as journal:
        pens = [await driven(journal, f"r{n}", by="ada") for n in range(runs)]
        for turn, (kind, key, data) in enumerate(DECISIONS):
            for pen in pens:
                await pen.append((Kind.DONE, f"s{turn}", {"result": turn}), (kind, key, data), by="ada")
        fork = await driven(
            journal, "fork", origin="r0", origin_seq=9, by="bo", data={"input": 1, "origin": {"run": "r0"}}
        )
        await fork.append((Kind.ANSWERED, "q2", {"value": 2}), by="bo")
        number = await journal.request(Request("r1", RequestKind.RETRY, "s", {}, "cy", AT))
        await journal.close_request(number, RequestState.REFUSED, "has ended")
        await journal.attempted(AT, "order", "cy", {"kind": "start", "reason": "may not"})
        await pens[0].append((Kind.ANSWERED, "last", {"value": 0}), by="ada")
        await HeadFile.beside(path).advance(journal)


async def verdict(path: Path):
    async with opened(path) as journal:
        return await verify(journal, HeadFile.beside(path).read())


async def test_a_file_that_nobody_touched_is_sound(tmp_path):
    await filled(tmp_path / "store.db")
    found = await verdict(tmp_path / "store.db")
    assert (found.fault, found.number, found.count, found.kept) == ("", None, 53, 53)


class Tamper:
    """One random act of somebody with plain SQL, triggers switched off; says what it did."""

    def __init__(self, db: sqlite3.Connection, chance: random.Random) -> None:
        self.db, self.chance = db, chance
        self.links = [row[0] for row in db.execute("SELECT number FROM audit ORDER BY number")]
        self.rows = [
            row[0]
            for row in db.execute(
                "SELECT position FROM journal WHERE kind IN ('answered', 'refused', 'retried', 'signalled', 'edited',"
                " 'run.paused', 'run.resumed', 'run.cancel') OR (seq = 1 AND run = (SELECT number FROM runs WHERE id = 'fork'))"
            )
        ]

    def __call__(self) -> str:
        act = self.chance.choice(
            [getattr(self, name) for name in dir(self) if name.startswith(("link_", "row_", "both_"))]
        )
        return f"{act.__name__} {act()}"

    def link_changed(self):
        number, column = self.chance.choice(self.links), self.chance.choice(["fact", "hash"])
        (text,) = self.db.execute(f"SELECT {column} FROM audit WHERE number = ?", (number,)).fetchone()
        at = self.chance.randrange(len(text))
        other = self.chance.choice([letter for letter in "0123456789abcdef" if letter != text[at]])
        self.db.execute(f"UPDATE audit SET {column} = ? WHERE number = ?", (text[:at] + other + text[at + 1 :], number))
        return number, column, at

    def link_rewritten(self):
        """With all hashes behind it made anew, as somebody would who knows how they are made."""
        number = self.chance.choice(self.links)
        self.db.execute('UPDATE audit SET fact = replace(fact, \'"by":"\', \'"by":"x\') WHERE number = ?', (number,))
        self._chain_anew()
        return number

    def link_deleted(self):
        number = self.chance.choice(self.links)
        self.db.execute("DELETE FROM audit WHERE number = ?", (number,))
        if self.chance.random() < 0.5:
            self.db.execute("UPDATE audit SET number = -number WHERE number > ?", (number,))
            self.db.execute("UPDATE audit SET number = -number - 1 WHERE number < 0")
            if self.chance.random() < 0.5:
                self._chain_anew()
        return number

    def link_swapped(self):
        a, b = self.chance.sample(self.links, 2)
        self.db.execute("UPDATE audit SET number = 0 WHERE number = ?", (a,))
        self.db.execute("UPDATE audit SET number = ? WHERE number = ?", (a, b))
        self.db.execute("UPDATE audit SET number = ? WHERE number = 0", (b,))
        if self.chance.random() < 0.5:
            self._chain_anew()
        return a, b

    def link_inserted(self):
        number = self.chance.choice([-3, 0, len(self.links) + 1])
        (fact,) = self.db.execute(
            "SELECT fact FROM audit WHERE number = ?", (self.chance.choice(self.links),)
        ).fetchone()
        fact = fact.replace('"seq":', '"seq":9')
        before = self.db.execute("SELECT hash FROM audit ORDER BY number DESC LIMIT 1").fetchone()[0]
        self.db.execute("INSERT INTO audit VALUES (?, ?, ?)", (number, fact, chained(before, fact)))
        return number

    def link_cut_off(self):
        keep = self.chance.randrange(len(self.links))
        self.db.execute("DELETE FROM audit WHERE number > ?", (keep,))
        return keep

    def both_cut_off(self):
        """The newest decisions taken out of the chain and out of the journal."""
        keep = self.chance.randrange(len(self.links))
        for (fact,) in self.db.execute("SELECT fact FROM audit WHERE number > ?", (keep,)).fetchall():
            self._delete_row_of(fact)
        self.db.execute("DELETE FROM audit WHERE number > ?", (keep,))
        return keep

    def both_rewritten(self):
        """A decision changed in the journal and in the chain, with all hashes made anew: only the kept head knows."""
        position = self.chance.choice(self.rows)
        self.db.execute("UPDATE journal SET by = 'mallory' WHERE position = ?", (position,))
        run, seq = self.db.execute(
            "SELECT r.id, seq FROM journal JOIN runs AS r ON r.number = run WHERE position = ?", (position,)
        ).fetchone()
        self.db.execute(
            'UPDATE audit SET fact = replace(replace(fact, \'"by":"ada"\', \'"by":"mallory"\'), \'"by":"bo"\','
            ' \'"by":"mallory"\') WHERE fact LIKE ?',
            (f'{{"run":"{run}","seq":{seq},%',),
        )
        self._chain_anew()
        return position

    def row_changed(self):
        position = self.chance.choice(self.rows)
        column, value = self.chance.choice(
            [("at", 1.5), ("kind", "step.done"), ("kind", "edited"), ("key", "other"), ("attempt", 7), ("by", "mallory"),
             ("by", None), ("data", '{"value":false}'), ("seq", 999), ("run", 77)]
        )  # fmt: skip
        (before,) = self.db.execute(f"SELECT {column} FROM journal WHERE position = ?", (position,)).fetchone()
        if before == value:
            return self.row_deleted()
        self.db.execute(f"UPDATE journal SET {column} = ? WHERE position = ?", (value, position))
        return position, column, value

    def row_deleted(self):
        position = self.chance.choice(self.rows)
        self.db.execute("DELETE FROM journal WHERE position = ?", (position,))
        return position

    def row_swapped(self):
        while True:
            a, b = self.chance.sample(self.rows, 2)
            columns = "at, kind, key, attempt, data, by"
            one, other = (
                self.db.execute(f"SELECT {columns} FROM journal WHERE position = ?", (p,)).fetchone() for p in (a, b)
            )
            if one != other:
                break
        for position, values in ((a, other), (b, one)):
            self.db.execute(
                "UPDATE journal SET at = ?, kind = ?, key = ?, attempt = ?, data = ?, by = ? WHERE position = ?",
                (*values, position),
            )
        return a, b

    def row_moved(self):
        own = [p for p in self.rows if not self._copied(p)]
        a, b = self.chance.sample(own, 2)
        self.db.execute("UPDATE journal SET position = -1 WHERE position = ?", (a,))
        self.db.execute("UPDATE journal SET position = ? WHERE position = ?", (a, b))
        self.db.execute("UPDATE journal SET position = ? WHERE position = -1", (b,))
        return a, b

    def row_inserted(self):
        run = self.chance.choice([1, 2, 3, 55])
        seq = self.chance.choice([0, -4, 500])
        position = self.chance.choice([-5, 10_000])
        self.db.execute(
            "INSERT INTO journal (position, run, seq, at, kind, key, attempt, data, by)"
            " VALUES (?, ?, ?, 1.5, 'answered', 'q', 0, '{}', 'mallory')",
            (position, run, seq),
        )
        return run, seq, position

    def _copied(self, position):
        return self.db.execute(
            "SELECT seq BETWEEN 2 AND r.origin_seq FROM journal JOIN runs AS r ON r.number = run WHERE position = ?",
            (position,),
        ).fetchone()[0]

    def _delete_row_of(self, fact):
        self.db.execute(
            "DELETE FROM journal WHERE seq = json_extract(?1, '$.seq')"
            " AND run = (SELECT number FROM runs WHERE id = json_extract(?1, '$.run'))",
            (fact,),
        )

    def _chain_anew(self):
        before = ""
        for number, fact in self.db.execute("SELECT number, fact FROM audit ORDER BY number").fetchall():
            before = chained(before, fact)
            self.db.execute("UPDATE audit SET hash = ? WHERE number = ?", (before, number))


@pytest.mark.timeout(300)
async def test_every_one_of_200_random_tamperings_is_found(tmp_path):
    clean = tmp_path / "clean" / "store.db"
    await filled(clean)
    triggers = _triggers(clean)
    kinds: set[str] = set()
    for seed in range(200):
        path = tmp_path / "one" / "store.db"
        shutil.rmtree(path.parent, ignore_errors=True)
        shutil.copytree(clean.parent, path.parent)
        with outside(path) as db:
            for name in triggers:
                db.execute(f"DROP TRIGGER {name}")
            did = Tamper(db, random.Random(seed))()
            for sql in triggers.values():
                db.execute(sql)
        found = await verdict(path)
        assert found.fault, f"seed {seed}: {did} was not found"
        assert found.number is not None, f"seed {seed}: {did}: {found.fault} names no entry"
        kinds.add(did.split()[0])
    assert len(kinds) == 13
    assert (await verdict(clean)).sound


def _triggers(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))


@pytest.mark.parametrize(
    ("sql", "number", "fault"),
    [
        ("UPDATE audit SET fact = replace(fact, 'true', 'false') WHERE number = 2", 2, "entry 2 is not what was written"),
        ("DELETE FROM audit WHERE number = 3", 3, "entry 3 is missing"),
        ("DELETE FROM audit WHERE number > 50", 51, "entry 51 is missing: the journal has a decision more"),
        ("UPDATE journal SET data = '{}' WHERE run = 1 AND seq = 3", 1, "entry 1: run r0#3 answered was changed in the journal: data"),
        ("DELETE FROM journal WHERE run = 2 AND seq = 3", 2, "entry 2: run r1#3 answered was removed from the journal"),
        ("UPDATE journal SET by = 'x' WHERE seq = 3 AND run = 7", 53, "run fork#3, which a fork took over, is not what it is"),
        ("DELETE FROM audit WHERE number = 1; UPDATE audit SET number = number - 1", 1, "entry 1 is not what was written"),
    ],
)  # fmt: skip
async def test_the_first_entry_that_is_not_as_it_was_is_named(tmp_path, sql, number, fault):
    path = tmp_path / "store.db"
    await filled(path)
    with outside(path) as db:
        db.executescript(sql)
    found = await verdict(path)
    assert (found.number, found.fault[: len(fault)]) == (number, fault)


async def test_a_cut_off_end_is_found_by_the_head_that_is_kept(tmp_path):
    path = tmp_path / "store.db"
    await filled(path)
    with outside(path) as db:
        db.execute("DELETE FROM audit WHERE number = 53")
        db.execute("DELETE FROM journal WHERE position = (SELECT max(position) FROM journal)")
    found = await verdict(path)
    assert (found.number, found.fault) == (53, "entry 53 is missing: the end was cut off, 53 entries were written")


async def test_a_head_that_witnesses_against_the_chain_is_not_overwritten(tmp_path):
    path = tmp_path / "store.db"
    await filled(path)
    head = HeadFile.beside(path)
    before = head.read()
    with outside(path) as db:
        db.execute("DELETE FROM audit WHERE number > 40")
    async with opened(path) as journal:
        for n in range(30):  # longer than ever, with other entries
            await journal.attempted(AT, str(n), "ada", {})
        with pytest.raises(StoreError, match=r"does not go on from the head that .*audit.head keeps"):
            await head.advance(journal)
    assert head.read() == before
    assert not (await verdict(path)).sound


async def test_the_head_follows_what_is_committed_and_never_goes_ahead(tmp_path):
    journal = MemoryJournal()
    await journal.open()
    head = HeadFile(tmp_path / "audit.head")
    sent: list[tuple[int, str]] = []

    async def send(number, digest):
        sent.append((number, digest))

    keeper = HeadKeeper(journal, head, send)
    work = asyncio.create_task(keeper.work())
    pen = await driven(journal)
    await keeper.settled(5)
    assert head.read() is None
    for n in range(3):
        await pen.append((Kind.ANSWERED, f"q{n}", {"value": n}), by="ada")
        await keeper.settled(5)
        assert head.read() == await journal.audit_head() == sent[-1]
    assert [number for number, _ in sent] == [1, 2, 3]
    work.cancel()


WRITES = """
import asyncio, sys
from pathlib import Path
from lexiconsole.app.audit_head import HeadFile, HeadKeeper
from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.store import SqliteJournal
from lexiconsole.store.conformance.stories import driven

async def main():
    path = Path(sys.argv[1])
    journal = SqliteJournal(path, durability="process")
    await journal.open()
    keeper = HeadKeeper(journal, HeadFile.beside(path))
    asyncio.create_task(keeper.work())
    pens = [await driven(journal, f"{sys.argv[2]}-{n}", by="ada") for n in range(4)]
    print("writing", flush=True)
    n = 0
    while True:
        n += 1
        await asyncio.gather(*(pen.append((Kind.ANSWERED, str(n), {"value": n}), by="ada") for pen in pens))

asyncio.run(main())
"""


@pytest.mark.crash
async def test_files_of_killed_processes_are_sound_and_their_head_does_not_lead(tmp_path):
    path = tmp_path / "store.db"
    for attempt in range(4):
        writers = [child(WRITES, path, f"{attempt}-{n}") for n in range(3)]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "writing\n"
        head = HeadFile.beside(path)
        target = (attempt + 1) * 60
        while (head.read() or (0, ""))[0] < target:
            assert all(writer.poll() is None for writer in writers)
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            writer.communicate()
        found = await verdict(path)
        assert found.sound, found.fault
        assert found.kept is not None
        assert target <= found.kept <= found.count
