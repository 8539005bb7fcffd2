"""No thread of the store keeps a process alive, whatever state the store is in."""

from __future__ import annotations

import signal
import threading

import pytest

from lexiconsole.store.conformance.stories import driven
from tests.store.writing import child, opened

BEGIN = """
import asyncio, os, signal, sys, warnings
from lexiconsole.store import SqliteJournal
from lexiconsole.store.conformance.stories import driven
warnings.simplefilter("ignore", ResourceWarning)

async def main(path):
    journal = SqliteJournal(path)
    await journal.open()
    pen = await driven(journal)
"""

LEFT_OPEN = """
    print("open", flush=True)
    return journal

keep = asyncio.run(main(sys.argv[1]))
"""

WRITING_FOR_EVER = """
    print("open", flush=True)
    while True:
        await pen.done("a")

try:
    asyncio.run(main(sys.argv[1]))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""

LOCKED_OUT = """
    import sqlite3
    holder = sqlite3.connect(sys.argv[1], isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    writing = pen.append(*[])
    writing = asyncio.ensure_future(pen.done("a"))
    await asyncio.sleep(0.1)
    print("open", flush=True)
    raise SystemExit(7)

asyncio.run(main(sys.argv[1]))
"""


def ends(tmp_path, script: str, interrupts: int = 0) -> tuple[int, str]:
    process = child(BEGIN + script, tmp_path / "store.db")
    try:
        first = process.stdout.readline()
        if first != "open\n":
            raise AssertionError(process.communicate()[1])
        for _ in range(interrupts):
            process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, out


def test_a_store_that_was_never_closed_does_not_hold_the_process(tmp_path):
    assert ends(tmp_path, LEFT_OPEN)[0] == 0


def test_ctrl_c_in_the_middle_of_writing_ends_it(tmp_path):
    assert ends(tmp_path, WRITING_FOR_EVER, interrupts=1) == (0, "interrupted\n")


def test_a_writer_that_waits_for_a_lock_does_not_hold_the_process(tmp_path):
    assert ends(tmp_path, LOCKED_OUT)[0] == 7


async def test_every_thread_is_a_daemon_and_gone_after_close(tmp_path):
    before = set(threading.enumerate())
    async with opened(tmp_path / "store.db") as journal:
        await (await driven(journal)).done("a")
        mine = set(threading.enumerate()) - before
        assert mine
        assert all(thread.daemon for thread in mine)
    for thread in mine:
        thread.join(60)
    assert set(threading.enumerate()) <= before


async def test_a_store_that_could_not_be_opened_leaves_no_thread(tmp_path):
    (tmp_path / "store.db").write_text("not a database, " * 100)
    before = set(threading.enumerate())
    with pytest.raises(Exception, match="not an SQLite database"):
        async with opened(tmp_path / "store.db"):
            pass
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
    assert set(threading.enumerate()) <= before
