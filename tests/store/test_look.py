"""A look at a store from another thread, while the engine makes it."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.durable.journal import NewRun
from lexiconsole.store.look import Look
from tests.store.writing import opened


async def test_a_store_that_comes_into_being_during_a_moment_is_no_fault(tmp_path: Path) -> None:
    look = Look(tmp_path / "store.db")
    with look.moment():
        assert look.head() == 0
        async with opened(look.path) as journal:
            await journal.create(NewRun("a", "flow", "workflow", 1, 1.0, {"input": None}))
            assert look.head() == 1
    with look.moment():
        assert look.head() == 1
    look.close()
