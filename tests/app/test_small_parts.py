"""The cache and the database that come along."""

from __future__ import annotations

import asyncio

from lexiconsole import MemoryCache
from lexiconsole.app.database import SqliteDatabase
from lexiconsole.contracts.data import DatabaseProviderProtocol
from lexiconsole.contracts.infra.cache import CacheBackendProtocol


async def test_what_was_set_is_there_until_its_time_is_over():
    now = [0.0]
    cache = MemoryCache(clock=lambda: now[0])
    assert isinstance(cache, CacheBackendProtocol)
    await cache.set("a", 1)
    await cache.set("b", 2, ttl=10)
    now[0] = 9.9
    assert (await cache.get("a"), await cache.get("b"), await cache.get("c")) == (1, 2, None)
    now[0] = 10
    assert (await cache.get("a"), await cache.get("b")) == (1, None)
    await cache.delete("a")
    await cache.delete("a")
    assert (await cache.get("a"), len(cache)) == (None, 0)


async def test_values_are_copies():
    cache, value = MemoryCache(), {"list": [1]}
    await cache.set("a", value)
    value["list"].append(2)
    got = await cache.get("a")
    got["list"].append(3)
    assert await cache.get("a") == {"list": [1]}


async def test_beyond_the_limit_the_one_not_used_for_longest_goes():
    cache = MemoryCache(limit=2)
    for key in "ab":
        await cache.set(key, key)
    await cache.get("a")
    await cache.set("c", "c")
    assert [await cache.get(key) for key in "abc"] == ["a", None, "c"]


async def test_the_database_commits_each_statement_and_counts_rows(tmp_path):
    file = tmp_path / "x.db"
    database = SqliteDatabase(file)
    assert isinstance(database, DatabaseProviderProtocol)
    await asyncio.gather(*(database.execute("CREATE TABLE IF NOT EXISTS t (x INTEGER, y TEXT)") for _ in range(3)))
    assert await database.execute("INSERT INTO t VALUES (:x, :y), (2, 'b')", {"x": 1, "y": "a"}) == 2
    other = SqliteDatabase(file)
    assert await other.fetch_all("SELECT * FROM t WHERE x > :least", {"least": 1}) == [{"x": 2, "y": "b"}]
    assert await other.execute("UPDATE t SET y = 'c'") == 2
    await other.close()
    await database.close()
    await database.close()
