"""A backup whose process is killed, and a backup of the very store that the run is kept in."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.crash.console import Console

pytestmark = [pytest.mark.crash, pytest.mark.timeout(200)]


def test_the_store_itself_can_be_backed_up_while_it_is_in_use(console: Console) -> None:
    console.call("run", "order_fulfilment")
    ended = console.call("run", "backup")
    assert ended.code == 0, ended
    with closing(sqlite3.connect(ended.last["result"])) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM runs").fetchone()[0] >= 1
    assert console.call("doctor").code == 0


def test_a_killed_backup_goes_on_under_the_same_name(console: Console) -> None:
    source = console.folder / "large.db"
    with closing(sqlite3.connect(source)) as db:
        db.execute("CREATE TABLE t (text)")
        db.executemany("INSERT INTO t VALUES (?)", [("x" * 1_000,)] * 60_000)
        db.commit()
    process = console.start("run", "backup", "--id", "backup", "-i", f"database={source}")
    assert process.until("step.started", "copy") or process.until("decided")
    process.kill()
    ended = console.call("resume", "backup")
    assert ended.code == 0, ended
    [copy] = (console.folder / "backups").iterdir()
    assert str(copy) == ended.last["result"]
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM t").fetchone() == (60_000,)
