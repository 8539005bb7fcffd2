"""Auditing: what a store needs to chain decisions: SQLite's two functions, and the facts that belong to no entry."""

from __future__ import annotations

import sqlite3

from lexiconsole.durable.audit import chained, fact
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request
from lexiconsole.store.connection import Connection
from lexiconsole.store.faults import store_error
from lexiconsole.store.rows import encode_entry
from lexiconsole.types import Instant, JsonObject

__all__ = ["attempt_fact", "entry_fact", "refusal_fact", "teach_chaining"]


async def teach_chaining(connection: Connection) -> None:
    """The functions that the triggers call; whoever writes must have them before the first statement."""
    try:
        await connection.raw.create_function("audit_fact", 8, fact, deterministic=True)
        await connection.raw.create_function("audit_hash", 2, chained, deterministic=True)
    except sqlite3.Error as fault:
        raise store_error(fault, connection.path) from fault


def entry_fact(entry: Entry) -> str:
    """The fact of an entry as the store would write it. Raises ValueNotStorableError."""
    at, kind, key, attempt, data, by, _ = encode_entry(entry)
    return fact(entry.run_id, entry.seq, at, kind, key, attempt, data, by)


def attempt_fact(at: Instant, key: str, by: str, data: JsonObject) -> str:
    """The fact of an attempt that did not reach a run."""
    return entry_fact(Entry("", 0, at, EntryKind.REFUSED, key, data=data, by=by))


def refusal_fact(request: Request, reply: str) -> str:
    """The fact of a request that was refused without an entry; `0002_audit.sql` says the same."""
    data: JsonObject = {
        "kind": request.kind.value,
        "reason": reply,
        "request": request.id,
        "from": request.data.get("from"),
    }
    return entry_fact(Entry(request.run_id, 0, request.at, EntryKind.REFUSED, request.target, data=data, by=request.by))
