"""A store where nothing may be made beside it: a backup's disk, a folder of somebody else. It is read, and what is written is seen."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.durable.journal import RunFilter
from lexiconsole.errors import StoreError
from lexiconsole.store.asking import ask
from lexiconsole.store.conformance.stories import driven
from lexiconsole.store.look import Look
from tests.store.bereft import bereft
from tests.store.writing import opened, traces


@pytest.fixture
async def store(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    async with opened(folder / "store.db") as journal:
        await driven(journal, "r1")
    return folder / "store.db"


def names(look: Look) -> list[str]:
    return [row.id for row in look.runs(RunFilter(oldest_first=True))]


@pytest.mark.parametrize("readonly", [True, False])
async def test_it_is_read_at_rest_while_somebody_writes_and_after(store: Path, readonly: bool) -> None:
    """By one and the same look, which tells each change from the one before; no file of it is made or changed."""
    look, before = Look(store, readonly=readonly), traces(store.parent)
    with bereft(store.parent):
        assert names(look) == ["r1"]
        versions = [look.version()]
    assert traces(store.parent) == before
    async with opened(store) as journal:
        pen = await driven(journal, "r2")
        with bereft(store.parent):
            assert names(look) == ["r1", "r2"]
            versions.append(look.version())
        await pen.append((Kind.COMPLETED, "", {}))
        with bereft(store.parent):
            assert look.run("r2").status == "completed"
            versions.append(look.version())
            assert ask(store, "SELECT count(*) FROM runs").rows == ((2,),)
    with bereft(store.parent):
        assert names(look) == ["r1", "r2"]
        assert ask(store, "SELECT count(*) FROM runs").rows == ((2,),)
    assert len(set(versions)) == 3
    look.close()


async def test_what_was_written_and_closed_between_two_questions_is_seen(store: Path) -> None:
    """No log is there at either of them; only the file tells it."""
    look = Look(store, readonly=True)
    with bereft(store.parent):
        assert names(look) == ["r1"]
    async with opened(store) as journal:
        await driven(journal, "r2")
    with bereft(store.parent):
        assert names(look) == ["r1", "r2"]
    look.close()


async def test_a_moment_in_which_somebody_wrote_is_none_and_that_is_said(store: Path) -> None:
    """What was read within may be half of before and half of after; the next question finds what was written."""
    with closing(Look(store, readonly=True)) as look, pytest.raises(StoreError, match="while it was read; ask again"):
        with bereft(store.parent):
            moment = look.moment()
            moment.__enter__()
            assert names(look) == ["r1"]
        async with opened(store) as journal:
            await driven(journal, "r2")
        with bereft(store.parent):
            try:
                moment.__exit__(None, None, None)
            finally:
                assert names(look) == ["r1", "r2"]


async def test_a_journal_that_only_reads_opens_there(store: Path) -> None:
    with bereft(store.parent):
        async with opened(store, readonly=True) as journal:
            assert [row.id for row in await journal.runs(RunFilter())] == ["r1"]
            assert await journal.check() == []


async def test_a_log_that_can_not_be_read_is_said_instead_of_an_old_answer(store: Path, tmp_path: Path) -> None:
    """A copy without the log's index: the file alone would tell what was true before the last commits."""
    copy = tmp_path / "copy"
    copy.mkdir()
    async with opened(store) as journal:
        await driven(journal, "r2")
        for name in ("store.db", "store.db-wal"):
            shutil.copy(store.with_name(name), copy)
    with bereft(copy):
        with pytest.raises(StoreError, match=r"store.db-wal.*copy both files"):
            names(Look(copy / "store.db", readonly=True))
        with pytest.raises(StoreError, match=r"store.db-wal.*copy both files"):
            ask(copy / "store.db", "SELECT 1 FROM runs")
    with closing(Look(copy / "store.db")) as look:
        assert names(look) == ["r1", "r2"]


async def test_looking_leaves_a_log_that_a_crash_left_where_it_is(store: Path, tmp_path: Path) -> None:
    """Who is the last to close a store that may be written puts the log into the file; who only looks does not."""
    copy = tmp_path / "copy"
    async with opened(store) as journal:
        await driven(journal, "r2")
        shutil.copytree(store.parent, copy)
    before = (copy / "store.db").read_bytes()
    look = Look(copy / "store.db", readonly=True)
    assert names(look) == ["r1", "r2"]
    look.close()
    assert (copy / "store.db").read_bytes() == before
