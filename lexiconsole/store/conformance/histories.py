"""Histories nobody would think of: many runs, random entries in random groups, and every projection beside a plain fold."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal, RunFilter
from lexiconsole.store.conformance.stories import AT, Case, Fact, Pen, driven
from lexiconsole.store.projection import Standing

__all__ = ["HistoriesConformance", "random_fact"]

KEYS = ["", "a", "b", "charge", "undo/a", "review#2"]
TEXTS: list[Any] = [None, "", "short", "two\nlines", "ü" * 400, "nul\0here", "caf\udce9"]
PARKED = ["waiting", "sleeping", "paused", "doubtful"]


def random_fact(chance: random.Random, seq: int) -> Fact:
    """Any kind with any data its kind may hold, whether it makes sense after what came before or not."""
    kind = chance.choice([kind for kind in EntryKind if kind is not EntryKind.CREATED])
    data: dict[str, Any] = {}
    error = {"type": chance.choice(["Err", "ValueError"]), "message": chance.choice(TEXTS[1:])}
    match kind:
        case EntryKind.PARKED:
            data = {"status": chance.choice(PARKED), "on": chance.sample(KEYS, chance.randrange(3))}
            if chance.random() < 0.5:
                data["wake_at"] = AT + chance.random() * 100
        case EntryKind.ASKED if chance.random() < 0.5:
            data = {"prompt": "?", "due": AT + chance.random() * 100}
        case EntryKind.STARTED:
            data = chance.choice([{}, {"undo": True}, {"undo": False}, {"intent": True}])
        case EntryKind.DOUBTED:
            data = {"why": chance.choice(TEXTS)}
        case EntryKind.STEP_FAILED | EntryKind.FAILED | EntryKind.COMPENSATED:
            data = chance.choice([{}, {"error": error}, {"error": {**error, "key": chance.choice(KEYS)}}])
        case EntryKind.CANCELLED | EntryKind.REFUSED:
            data = {"reason": chance.choice(TEXTS)}
        case EntryKind.RETRIED | EntryKind.SKIPPED:
            data = chance.choice([{}, {"voids": [chance.randint(1, max(seq, 1)) for _ in range(chance.randrange(4))]}])
        case EntryKind.DONE:
            data = {"result": chance.choice(TEXTS)}
        case _:
            pass
    return kind, chance.choice(KEYS), data


class HistoriesConformance(Case):
    @pytest.mark.parametrize("seed", range(12))
    async def test_projections_follow_any_history(self, journal: Journal, seed: int) -> None:
        chance = random.Random(seed)
        pens = [await driven(journal, f"r{n}", owner=chance.choice([1, None])) for n in range(6)]
        for _ in range(8):
            await asyncio.gather(*(_write(chance, pen) for pen in pens if chance.random() < 0.8))
            if chance.random() < 0.4:
                origin = chance.choice(pens)
                upto = chance.randint(1, origin.seq)
                pens.append(await driven(journal, f"r{len(pens)}", origin=origin.run.id, origin_seq=upto))
        before = await _everything(journal)
        assert await journal.check() == []
        for pen in pens:
            _compare(before, await journal.load(pen.run), pen)
        assert before["counts"] == Counter(row.status for row in before["rows"])
        assert await journal.rebuild() == len(pens)
        assert await _everything(journal) == before


async def _write(chance: random.Random, pen: Pen) -> None:
    facts = [random_fact(chance, pen.seq + n) for n in range(1, chance.randint(2, 7))]
    await pen.append(*facts, by=chance.choice(["", "ada"]))


async def _everything(journal: Journal) -> dict[str, Any]:
    rows = await journal.runs(RunFilter(limit=1000))
    counts = {status: count for status, count in (await journal.counts()).items() if count}
    return {"rows": rows, "counts": counts, "tasks": await journal.tasks(), "wake": await journal.next_wake()}


def _compare(shown: dict[str, Any], entries: list[Entry], pen: Pen) -> None:
    """The list and the inbox against a fold of what is in the journal."""
    (row,) = (row for row in shown["rows"] if row.id == pen.run.id)
    fold = Standing.at_birth(pen.run.status == "running", None).fold(entries, row.origin_seq)
    where = fold.stage or next((entry.key for entry in reversed(entries) if entry.key), "")
    assert (row.status, row.where, row.error) == (fold.status, where, fold.error)
    assert (row.base, row.wake_at, row.seq) == (fold.base, fold.wake_at, len(entries))
    assert row.changed_at == max(entries[-1].at, row.created_at)
    tasks = {task.key: (task.seq, task.due) for task in shown["tasks"] if task.run_id == row.id}
    assert tasks == fold.open_tasks
