"""Care: whether the file and its projections are sound, and how the projections are made anew from the entries."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from lexiconsole.durable.entry import Entry
from lexiconsole.errors import StoreError
from lexiconsole.store.connection import Connection
from lexiconsole.store.projection import Standing, request_of, settle
from lexiconsole.store.rows import entry_of, instant_pair
from lexiconsole.store.statements import statement

__all__ = ["check", "rebuild"]

CHUNK = 1_000
"""Runs looked at in one go."""

MOST_FINDINGS = 20
"""Sentences of one sort; a broken file would fill the screen."""


@dataclass(slots=True)
class _Folded:
    """A run as its entries say it is, beside what the tables say."""

    number: int
    id: str
    stored: tuple[Any, ...]
    standing: Standing
    tasks: dict[str, tuple[int, float | None]] = field(default_factory=dict)
    requests: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def columns(self) -> tuple[Any, ...]:
        now = self.standing
        return (now.status.value, int(now.undoing), now.base, now.stage, now.error, now.wake_at)


async def rebuild(connection: Connection) -> int:
    """Makes every projection anew, in one transaction; gives the number of runs."""
    await connection.all("BEGIN IMMEDIATE")
    try:
        count = 0
        await connection.all(statement("tasks_clear"))
        async for chunk in _chunks(connection):
            count += len(chunk)
            await _put(connection, chunk)
        await connection.all(statement("tally_clear"))
        await connection.all(statement("tally_count"))
        await connection.all("COMMIT")
    except BaseException:
        if connection.raw.in_transaction:
            await connection.all("ROLLBACK")
        raise
    return count


async def _put(connection: Connection, chunk: list[_Folded]) -> None:
    rows = [[f.number, *f.columns[:5], *instant_pair(f.columns[5])] for f in chunk if f.columns != f.stored]
    await connection.all(statement("rebuild_runs"), (_json(rows),))
    tasks = [[f.number, key, seq, *instant_pair(due)] for f in chunk for key, (seq, due) in f.standing.tasks.items()]
    await connection.all(statement("rebuild_tasks"), (_json(tasks),))
    settled = [[f.number, *request] for f in chunk for request in f.requests]
    await connection.all(statement("rebuild_requests"), (_json(settled),))


def _json(rows: list[list[Any]]) -> str:
    return json.dumps(rows, separators=(",", ":"))


async def _chunks(connection: Connection) -> AsyncIterator[list[_Folded]]:
    last = 0
    while True:
        runs = await connection.all(statement("fold_runs"), (last, CHUNK))
        if not runs:
            return
        first, last = runs[0][0], runs[-1][0]
        chunk = {row[0]: _born(row) for row in runs}
        shared = {row[0]: row[4] for row in runs}
        entries: dict[int, list[Entry]] = {}
        for number, *row in await connection.all(statement("fold_entries"), (first, last)):
            entries.setdefault(number, []).append(entry_of("", row))
        for number, found in entries.items():
            if number in chunk:
                chunk[number].standing.fold(found, shared[number])
                chunk[number].requests += [_settled(entry) for entry in found if request_of(entry) is not None]
        yield list(chunk.values())


def _born(row: Any) -> _Folded:
    number, run_id, driven, start_at, _, *stored = row
    stored[3], stored[4] = (text.decode("utf-8", "replace") for text in stored[3:5])
    return _Folded(number, run_id, tuple(stored), Standing.at_birth(bool(driven), start_at))


def _settled(entry: Entry) -> tuple[int, str, str]:
    applied, reply = settle(entry)
    return request_of(entry) or 0, "applied" if applied else "refused", reply


async def check(connection: Connection) -> list[str]:
    """What is wrong, one sentence each; nothing is changed."""
    try:
        damage = [row[0] for row in await connection.all(f"PRAGMA integrity_check({MOST_FINDINGS})") if row[0] != "ok"]
        if damage:
            return [f"the file is damaged: {line}" for line in damage]
        await connection.all("BEGIN")  # one state of the file for all questions, whatever is written meanwhile
        return await _check_gaps(connection) + await _check_projections(connection)
    except StoreError as fault:
        return [str(fault)]


async def _check_gaps(connection: Connection) -> list[str]:
    rows = await connection.all(statement("check_gaps"), (MOST_FINDINGS,))
    return [
        f"run {run_id or number}: {count} entries, but the last one has number {last}; entries are missing"
        for number, run_id, count, last in rows
    ]


async def _check_projections(connection: Connection) -> list[str]:
    findings: list[str] = []
    tasks = {(run, key): (seq, due) for run, key, seq, due in await connection.all(statement("check_tasks"))}
    open_requests = set(await connection.all(statement("check_requests")))
    async for chunk in _chunks(connection):
        for folded in chunk:
            mine = {key: tasks.pop((folded.number, key), None) for key in folded.standing.tasks}
            if folded.columns != folded.stored:
                findings.append(
                    f"run {folded.id}: the list does not show what its entries say; rebuild the projections"
                )
            if mine != folded.standing.tasks:
                findings.append(f"run {folded.id}: the inbox lacks a question that is open; rebuild the projections")
            if any((folded.number, number) in open_requests for number, _, _ in folded.requests):
                findings.append(f"run {folded.id}: a request is open that an entry settled; rebuild the projections")
        if len(findings) >= MOST_FINDINGS:
            return findings[:MOST_FINDINGS]
    if tasks:
        findings.append(f"the inbox shows {len(tasks)} questions that are not open; rebuild the projections")
    wrong = await connection.all(statement("check_tally"))
    findings += [
        f"{count} runs are counted as {status}, there are {real}; rebuild the projections"
        for status, count, real in wrong
    ]
    return findings
