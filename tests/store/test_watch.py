"""Whoever waits for a commit sleeps until somebody writes, and misses nothing that was written meanwhile."""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lexiconsole.store.watch import Watch

LONG = 60.0
"""Seconds that nothing here takes, however busy the machine is."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="no other kernel tells it")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = wal")
    db.execute("CREATE TABLE t (x)")
    yield db
    db.close()


@pytest.fixture
def watch(tmp_path: Path, store: sqlite3.Connection) -> Iterator[Watch]:
    made = Watch(tmp_path)
    made.begin()
    yield made
    made.close()


@linux
def test_a_commit_wakes_who_waits(watch: Watch, store: sqlite3.Connection) -> None:
    assert watch.told and not watch.written()
    writing = threading.Thread(target=store.execute, args=("INSERT INTO t VALUES (1)",))
    writing.start()
    watch.wait(LONG, for_writes=True)
    assert watch.written()
    writing.join()


@linux
def test_what_was_written_before_one_waits_is_not_missed(watch: Watch, store: sqlite3.Connection) -> None:
    store.execute("INSERT INTO t VALUES (1)")
    watch.wait(LONG, for_writes=True)
    assert watch.written()
    assert not watch.written()


def test_who_does_not_wait_for_writes_is_rung_for(watch: Watch, store: sqlite3.Connection) -> None:
    store.execute("INSERT INTO t VALUES (1)")
    watch.ring()
    watch.wait(LONG, for_writes=False)
    watch.wait(0.0, for_writes=False)


def test_it_hears_in_a_process_with_more_than_a_thousand_files_open(tmp_path: Path, store: sqlite3.Connection) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    high = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while high[-1] < 1024:
            high.append(os.dup(high[0]))
        watch = Watch(tmp_path)
        watch.begin()
        watch.ring()
        watch.wait(LONG, for_writes=True)
        store.execute("INSERT INTO t VALUES (1)")
        watch.wait(LONG if watch.told else 0.0, for_writes=True)
        assert watch.written() is watch.told
        watch.close()
    finally:
        for file in high:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_ring_for_nobody_is_no_fault(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.close()
    watch.ring()


def test_where_the_kernel_does_not_tell_one_waits_for_the_time(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "not there")
    watch.begin()
    assert not watch.told and not watch.written()
    watch.wait(0.0, for_writes=True)
    watch.close()
