"""Forks: a run that begins with entries of another."""

from __future__ import annotations

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal
from lexiconsole.errors import NotFoundError
from lexiconsole.store.conformance.stories import AT, Case, driven, new_run
from lexiconsole.types import RunStatus

__all__ = ["ForksConformance"]

DONE = EntryKind.DONE


class ForksConformance(Case):
    async def test_a_fork_shares_the_entries_of_its_origin(self, journal: Journal) -> None:
        origin = await driven(journal, "origin", data={"input": 1})
        await origin.done("a", "b", "c")
        heard: list[Entry] = []
        journal.subscribe(heard.extend)
        row, new = await journal.create(
            new_run("fork", origin="origin", origin_seq=3, at=AT + 50, data={"input": 2, "origin": {"run": "origin"}})
        )
        assert new
        entries = await journal.load(row)
        assert entries[0] == Entry(
            "fork", 1, AT + 50, EntryKind.CREATED, data={"input": 2, "origin": {"run": "origin"}}
        )
        assert [(e.run_id, e.seq, e.at, e.key) for e in entries[1:]] == [
            ("fork", 2, AT + 2, "a"),
            ("fork", 3, AT + 3, "b"),
        ]
        assert (row.seq, row.origin, row.origin_seq, row.status) == (3, "origin", 3, RunStatus.PENDING)
        assert row.changed_at == AT + 50
        assert heard == entries
        assert await journal.run("fork") == row
        assert (await origin.now()).seq == 4

    async def test_a_fork_can_be_driven_at_once_and_be_forked(self, journal: Journal) -> None:
        origin = await driven(journal, "origin")
        await origin.done("a", "b")
        fork = await driven(journal, "fork", origin="origin", origin_seq=2, owner=3)
        assert (fork.run.owner, fork.run.epoch, fork.run.seq, fork.run.status) == (3, 1, 2, RunStatus.RUNNING)
        await fork.done("other")
        again = await driven(journal, "again", origin="fork", origin_seq=3)
        assert [e.key for e in await journal.load(again.run)] == ["", "a", "other"]

    @pytest.mark.parametrize("origin_seq", [0, 1])
    async def test_a_fork_from_the_beginning_shares_nothing(self, journal: Journal, origin_seq: int) -> None:
        await (await driven(journal, "origin")).done("a")
        fork = await driven(journal, "fork", origin="origin", origin_seq=origin_seq)
        await fork.done("b")
        assert [e.key for e in await journal.load(fork.run)] == ["", "b"]

    async def test_a_fork_of_what_does_not_exist_makes_no_run(self, journal: Journal) -> None:
        await (await driven(journal, "origin")).done("a")
        with pytest.raises(NotFoundError, match="nobody"):
            await journal.create(new_run("fork", origin="nobody", origin_seq=1))
        with pytest.raises(NotFoundError, match="origin#3"):
            await journal.create(new_run("fork", origin="origin", origin_seq=3))
        assert await journal.run("fork") is None
        assert await journal.head() == 2
