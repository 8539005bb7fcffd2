"""A person's own SQL: it reads what is there, can change nothing whatever is typed, and says where it is wrong."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing

import pytest

from lexiconsole.durable.entry import EntryKind
from lexiconsole.errors import StoreError
from lexiconsole.store.asking import SqlError, ask, ready_queries, views
from tests.tui.making import BUSY_DAY, Story, fill


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("asked") / "store.db"
    secret = [(EntryKind.DONE, "login", {"result": {"token": {"$secret": "ref-7"}, "user": "ana"}})]
    fill(path, *BUSY_DAY, Story("secret01", secret, ago=5))
    return path


def test_views_have_words_for_numbers(filled):
    answer = ask(filled, "SELECT id, status, step, error FROM runs WHERE id = 'eeee5555'")
    assert answer.columns == ("id", "status", "step", "error") and not answer.more
    assert answer.rows == (("eeee5555", "failed", "charge", "RefundError: 402 card closed"),)
    assert ask(filled, "SELECT created FROM runs WHERE id = 'eeee5555'").rows == (("2026-01-01 11:50:00",),)
    assert ask(filled, "SELECT run FROM questions ORDER BY run").rows == (("ffff6666",), ("gggg7777",))
    assert ask(filled, "SELECT kind FROM entries WHERE run = 'kkkk0000' ORDER BY seq").rows[1] == ("run.paused",)


@pytest.mark.parametrize("name", ["runs", "entries", "questions", "requests", "decisions"])
def test_every_view_can_be_read(filled, name):
    assert name in views() and ask(filled, f"SELECT * FROM {name}").columns


@pytest.mark.parametrize("query", ready_queries(), ids=lambda query: query.name)
def test_every_ready_question_has_words_and_an_answer(filled, query):
    assert query.title and query.about.endswith(".") and ask(filled, query.sql).columns


def test_a_reference_to_a_secret_is_masked(filled):
    ((data,),) = ask(filled, "SELECT data FROM entries WHERE key = 'login'").rows
    assert "ref-7" not in data and '"**********"' in data and "ana" in data


CHANGES = [
    "INSERT INTO main.runs (id) VALUES ('x')", "INSERT INTO runs (id) VALUES ('x')", "UPDATE main.runs SET status = 'failed'",
    "UPDATE runs SET status = 'failed'", "DELETE FROM main.journal", "DROP TABLE main.runs", "DROP VIEW runs",
    "CREATE TABLE t (a)", "CREATE TEMP TABLE t (a)", "CREATE TRIGGER t AFTER INSERT ON main.runs BEGIN SELECT 1; END",
    "ALTER TABLE main.runs ADD COLUMN z", "ATTACH 'other.db' AS other", "DETACH main", "VACUUM", "VACUUM INTO 'copy.db'", "REINDEX",
    "ANALYZE", "BEGIN IMMEDIATE", "COMMIT", "SAVEPOINT s", "PRAGMA journal_mode = DELETE", "PRAGMA query_only = 0",
    "PRAGMA user_version = 9", "PRAGMA writable_schema = 1", "PRAGMA wal_checkpoint(TRUNCATE)", "SELECT load_extension('x')",
    "SELECT writefile('x', 'y')", "WITH a AS (SELECT 1) DELETE FROM main.runs", "REPLACE INTO main.runs (id) VALUES ('x')",
    "EXPLAIN DELETE FROM main.runs",
]  # fmt: skip


@pytest.mark.parametrize("sql", CHANGES)
def test_nothing_that_changes_anything_is_done(filled, tmp_path, sql, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = dump(filled)
    with pytest.raises(SqlError):
        ask(filled, sql)
    assert dump(filled) == before and list(tmp_path.iterdir()) == []


def dump(path):
    with closing(sqlite3.connect(path)) as raw:
        counts = [
            raw.execute(f"SELECT count(*) FROM {table}").fetchone()
            for table in ("runs", "journal", "requests", "audit")
        ]
        return counts, raw.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()


@pytest.mark.parametrize("lock", ["mode", "pragma", "authorizer"])
def test_each_lock_holds_alone(filled, monkeypatch, lock):
    """Two of the three are taken away; the third still keeps the store as it is."""
    import lexiconsole.store.asking as module

    if lock != "authorizer":
        monkeypatch.setattr(module, "_allowed", lambda *asked: sqlite3.SQLITE_OK)
    if lock != "pragma":
        monkeypatch.setattr(module, "_locked", lambda raw: raw.set_authorizer(module._allowed))
    if lock != "mode":
        opened = module._opened

        def writable(path, terms):
            opened(path, terms).close()
            return sqlite3.connect(path, isolation_level=None)

        monkeypatch.setattr(module, "_opened", writable)
    before = dump(filled)
    with pytest.raises((SqlError, StoreError)):
        ask(filled, "DELETE FROM main.journal")
    assert dump(filled) == before


@pytest.mark.parametrize(
    ("sql", "line", "column", "said"),
    [
        ("selct 1", 1, 1, "not understood at 'selct'"),
        ("select *\nfrom runs\nwher name = 1", 3, 6, "not understood at 'name'"),
        ("select 'from' as a\n  from from runs", 2, 8, "not understood at 'from'"),
        ("select max(id from runs", 1, 15, "not understood at 'from'"),
        ("select nam from runs", 1, 8, "did you mean name?"),
        ("select id,\n  r.stats from runs as r", 2, 3, "did you mean status?"),
        ("select * from rums", 1, 15, "did you mean runs?"),
        ("select nosuch(1)", 1, 8, "there is no function nosuch"),
        ("select (1", 1, 10, "something is missing at its end"),
        ("select 1; select 2", 0, 0, "one question at a time"),
        ("   ", 0, 0, "type a question"),
        ("-- nothing", 0, 0, "only reading"),
        ("select id, id from runs union select 1", 0, 0, "SELECTs to the left and right"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(filled, sql, line, column, said):
    with pytest.raises(SqlError) as caught:
        ask(filled, sql)
    assert (caught.value.line, caught.value.column) == (line, column) and said in str(caught.value)


ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_what_takes_too_long_is_stopped(filled):
    with pytest.raises(SqlError, match=r"longer than 0\.1 s"):
        ask(filled, ENDLESS, seconds=0.1)


def test_what_is_not_wanted_any_more_is_stopped(filled):
    stop = threading.Event()
    stop.set()
    with pytest.raises(SqlError, match="it was stopped"):
        ask(filled, ENDLESS, stop=stop)


def test_no_value_takes_all_memory(filled):
    with pytest.raises(SqlError, match="more than 8,000,000 bytes"):
        ask(filled, "SELECT zeroblob(1000000000)")


BIG = "replace(hex(zeroblob(500000)), '0', 'a')"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (f"instr({BIG}, substr({BIG}, 1, 500000) || 'b')", 0),
        (f"length(replace({BIG}, substr({BIG}, 1, 500000) || 'b', 'x'))", 1_000_000),
        (f"length(trim({BIG}, hex(zeroblob(400000)) || '123456789'))", 1_000_000),
    ],
)
def test_no_one_call_can_hold_it_up(filled, sql, found):
    """SQLite's own take the product of the two lengths, hours, and can not be stopped within a call."""
    assert ask(filled, f"SELECT {sql}", seconds=60).rows == ((found,),)


def test_a_pattern_is_tried_at_each_place_so_it_is_short(filled):
    with pytest.raises(SqlError, match="pattern too complex"):
        ask(filled, "SELECT 'a' LIKE '%' || hex(zeroblob(100)) || '%'")


@pytest.mark.parametrize("call", ["instr(a, b)", "replace(a, b, 'xy')", "trim(a, b)", "ltrim(a, b)", "rtrim(a, b)"])
def test_they_give_what_those_of_sqlite_give(filled, call):
    some = "(NULL), (''), ('a'), ('äbaä'), ('aab'), (12), (1.0), (1e20), (-0.5), (x'6161'), (x'61')"
    both = "(SELECT x AS a FROM v), (SELECT x AS b FROM v)"
    pairs = f"WITH v(x) AS (VALUES {some}) SELECT {call}, typeof({call}) FROM {both}"
    with closing(sqlite3.connect(":memory:")) as raw:
        assert list(ask(filled, pairs).rows) == raw.execute(pairs).fetchall()


def test_a_text_that_would_grow_too_long_is_refused_before_it_is_made(filled):
    with pytest.raises(SqlError, match="more than 8,000,000 bytes"):
        ask(filled, f"SELECT replace({BIG}, 'a', {BIG})")


def test_of_a_long_answer_the_first_rows_are_read(filled):
    answer = ask(filled, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", most=5)
    assert answer.rows == ((1,), (2,), (3,), (4,), (5,)) and answer.more


def test_blobs_are_text_where_they_are_some(filled):
    assert ask(filled, "SELECT CAST('é' AS BLOB), x'ff00', NULL, 1.5, 2").rows == (("é", "x'ff00'", None, 1.5, 2),)


def test_a_file_that_is_no_store_is_named(tmp_path):
    (tmp_path / "store.db").write_text("hello, this is no database at all, whatever its name says")
    with pytest.raises(StoreError, match="not an SQLite database"):
        ask(tmp_path / "store.db", "SELECT 1")
    with pytest.raises(StoreError):
        ask(tmp_path / "missing.db", "SELECT 1")
    assert not (tmp_path / "missing.db").exists()


def test_a_copy_alone_can_be_asked(filled, tmp_path):
    """Without the files that an open store has beside it."""
    with closing(sqlite3.connect(filled)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(filled, tmp_path / "copy.db")
    assert ask(tmp_path / "copy.db", "SELECT count(*) FROM runs").rows == ((len(BUSY_DAY) + 1,),)


def test_rows_that_are_large_together_are_not_all_read(filled, monkeypatch):
    """An answer is kept in memory: twenty thousand rows of megabytes would take the console with them."""
    monkeypatch.setattr("lexiconsole.store.asking._MOST_READ", 5_000)
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50) SELECT i, zeroblob(1000) FROM n"
    answer = ask(filled, many)
    assert [row[0] for row in answer.rows] == [1, 2, 3, 4, 5, 6] and answer.more
    assert len(ask(filled, f"{many} LIMIT 6").rows) == 6 and not ask(filled, f"{many} LIMIT 6").more


def test_what_is_no_utf8_is_a_mistake_and_no_traceback(filled):
    with pytest.raises(SqlError, match="UTF-8"):
        ask(filled, "SELECT '\udcff'")
