"""What the suite's cases are made of: a fixture that opens a journal, runs to be made, and a pen that writes entries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal, NewRun, RunRow
from lexiconsole.types import JsonObject

__all__ = ["AT", "Case", "Fact", "Pen", "driven", "new_run"]

AT = 1_700_000_000.25
"""When everything begins; every entry is a second later than the one before it."""

Fact: TypeAlias = tuple[EntryKind, str, JsonObject]
"""Kind, key and data of an entry that has no number yet."""


class Case:
    """A class of the suite. Whoever tests a store derives from it and says how the store is made."""

    pytestmark = pytest.mark.asyncio

    def make(self, folder: Path) -> Journal:
        """A journal that is not open yet, whose files, if it has any, lie in `folder`."""
        raise NotImplementedError(f"{type(self).__name__} must say how its journal is made")

    @pytest_asyncio.fixture
    async def journal(self, tmp_path: Path) -> AsyncIterator[Journal]:
        journal = self.make(tmp_path)
        await journal.open()
        yield journal
        await journal.close()


def new_run(run_id: str = "run", **terms: Any) -> NewRun:
    """A run that nobody drives, unless `owner` is given."""
    given: dict[str, Any] = {
        "name": "order",
        "kind": "workflow",
        "version": 1,
        "at": AT,
        "data": {"input": {"n": 1}},
        **terms,
    }
    return NewRun(run_id, **given)


class Pen:
    """Writes entries of one run under one epoch, numbered on from the run's last."""

    def __init__(self, journal: Journal, run: RunRow) -> None:
        self.journal, self.run, self.epoch, self.seq = journal, run, run.epoch, run.seq

    def entries(self, facts: Sequence[Fact], by: str = "") -> list[Entry]:
        """The next entries, not yet written."""
        made = [
            Entry(self.run.id, seq, self.run.created_at + seq, kind, key, 0, data, by)
            for seq, (kind, key, data) in enumerate(facts, self.seq + 1)
        ]
        self.seq += len(made)
        return made

    def append(self, *facts: Fact, by: str = "") -> asyncio.Future[None]:
        return self.journal.append(self.run, self.epoch, self.entries(facts, by))

    async def done(self, *keys: str) -> None:
        """One finished step for each key, one commit each."""
        for key in keys:
            await self.append((EntryKind.DONE, key, {"result": key}))

    async def now(self) -> RunRow:
        row = await self.journal.run(self.run.id)
        assert row is not None
        return row

    async def claimed(self, owner: int = 1) -> Pen:
        """The run in the hands of `owner`."""
        row = await self.journal.claim(await self.now(), owner)
        assert row is not None
        return Pen(self.journal, row)


async def driven(journal: Journal, run_id: str = "run", **terms: Any) -> Pen:
    """A new run that owner 1 drives."""
    row, _ = await journal.create(new_run(run_id, **{"owner": 1, **terms}))
    return Pen(journal, row)
