"""Listing: runs by status, name and parent, in pages."""

from __future__ import annotations

import pytest

from lexiconsole.durable.journal import Journal, RunFilter
from lexiconsole.store.conformance.standing import FAILED, parked
from lexiconsole.store.conformance.stories import Case, driven, new_run
from lexiconsole.types import RunStatus as Status

__all__ = ["ListingConformance"]


async def a_dozen(journal: Journal) -> None:
    """r00 … r11: names a b c in turn; every fourth failed, every fourth waiting, the rest pending; parent r00 from r06."""
    for n in range(12):
        terms = {"name": "abc"[n % 3], "parent": "r00" if n >= 6 else "", "parent_key": f"k{n}"}
        if n % 4 > 1:
            await journal.create(new_run(f"r{n:02}", **terms))
            continue
        pen = await driven(journal, f"r{n:02}", **terms)
        await pen.append(FAILED if n % 4 else parked(Status.WAITING, "x"))


class ListingConformance(Case):
    @pytest.mark.parametrize(
        ("which", "expected"),
        [
            (RunFilter(), "11 10 09 08 07 06 05 04 03 02 01 00"),
            (RunFilter(limit=3), "11 10 09"),
            (RunFilter(limit=3, before=10), "08 07 06"),
            (RunFilter(oldest_first=True, limit=3), "00 01 02"),
            (RunFilter(oldest_first=True, limit=3, before=3), "03 04 05"),
            (RunFilter(statuses=(Status.WAITING,)), "08 04 00"),
            (RunFilter(statuses=(Status.WAITING, Status.FAILED), limit=4), "09 08 05 04"),
            (RunFilter(statuses=(Status.WAITING, Status.FAILED), limit=2, before=9), "05 04"),
            (RunFilter(statuses=(Status.WAITING, Status.FAILED), limit=4, oldest_first=True), "00 01 04 05"),
            (RunFilter(statuses=(Status.CANCELLED,)), ""),
            (RunFilter(names=("a",)), "09 06 03 00"),
            (RunFilter(names=("a", "c"), limit=3), "11 09 08"),
            (RunFilter(names=("a", "c"), limit=3, oldest_first=True, before=3), "03 05 06"),
            (RunFilter(names=("a",), statuses=(Status.PENDING,)), "06 03"),
            (RunFilter(names=("nothing",)), ""),
            (RunFilter(parent="r00"), "11 10 09 08 07 06"),
            (RunFilter(parent="r00", names=("b",)), "10 07"),
            (RunFilter(parent="r00", statuses=(Status.FAILED,)), "09"),
            (RunFilter(parent="r00", limit=2, before=9, statuses=(Status.WAITING, Status.PENDING)), "07 06"),
            (RunFilter(parent="r00", limit=2, oldest_first=True), "06 07"),
            (RunFilter(parent="r99"), ""),
        ],
        ids=str,
    )
    async def test_runs_are_chosen(self, journal: Journal, which: RunFilter, expected: str) -> None:
        """Numbers count from 1 here, so run r09 is number 10."""
        await a_dozen(journal)
        assert [row.id for row in await journal.runs(which)] == [f"r{n}" for n in expected.split()]

    async def test_pages_follow_one_another(self, journal: Journal) -> None:
        await a_dozen(journal)
        for oldest_first in (False, True):
            seen: list[str] = []
            before: int | None = None
            while page := await journal.runs(RunFilter(limit=5, before=before, oldest_first=oldest_first)):
                seen += [row.id for row in page]
                before = page[-1].number
            assert sorted(seen) == [f"r{n:02}" for n in range(12)]
            assert (seen == sorted(seen)) is oldest_first

    async def test_a_listed_run_is_the_run(self, journal: Journal) -> None:
        await a_dozen(journal)
        for row in await journal.runs(RunFilter()):
            assert await journal.run(row.id) == row

    @pytest.mark.parametrize(
        ("prefix", "found"),
        [
            ("r0", ["r01", "r0é", "r0🙂"]),
            ("r01", ["r01"]),
            ("r%", ["r%_"]),
            ("r_", []),
            ("R", ["R2"]),
            ("x", []),
            ("", ["R2", "r%_", "r01", "r0é", "r0🙂"]),
        ],
    )
    async def test_an_id_is_found_by_its_beginning(self, journal: Journal, prefix: str, found: list[str]) -> None:
        for run_id in ("r01", "R2", "r%_", "r0é", "r0🙂"):
            await journal.create(new_run(run_id))
        assert [row.id for row in await journal.match(prefix)] == found
        assert [row.id for row in await journal.match(prefix, limit=1)] == found[:1]
