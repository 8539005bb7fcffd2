"""Migrating a run to the VERSION its definition has by now, where the definition says how: tried dry, then one entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lexiconsole.durable.ask import Ask
from lexiconsole.durable.child import Child
from lexiconsole.durable.context import INFER
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.journal import RunRow
from lexiconsole.durable.migrated import migrated, version_of
from lexiconsole.durable.migration import Migration
from lexiconsole.durable.work import Choice, Receive, Sleep, Work
from lexiconsole.errors import LexiconsoleError, RefusedError
from lexiconsole.runtime.interventions import Plan
from lexiconsole.runtime.replaying import try_replay
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.set_aside import set_aside
from lexiconsole.types import Json, JsonObject

__all__ = ["migrate", "plan_migration"]


async def migrate(
    runtime: Runtime,
    row: RunRow,
    *,
    by: str = "",
    reason: str = "",
    sender: JsonObject | None = None,
    drive: bool = True,
) -> RunRow:
    """Writes what the plan says and drives on. Raises RefusedError with the plan's reason."""
    plan = await plan_migration(runtime, row)
    if plan.refused:
        raise RefusedError(plan.refused)
    because: JsonObject = {"reason": reason} if reason else {}
    if sender:
        because["sender"] = sender  # `from` is the version it was at
    writes = [(kind, key, {**data, **because}) for kind, key, data in plan.writes]
    await runtime.claim(row, writes=writes, by=by, drive=drive)
    return await runtime.reload(row)


async def plan_migration(runtime: Runtime, row: RunRow) -> Plan:
    """What a migration would write, or why it does not fit. Runs nothing."""
    definition = runtime.definition_for(row)
    if row.status.ended:
        return Plan(refused=f"run {row.id} has ended ({row.status}); fork it instead")
    entries = await runtime.load(row)
    try:
        return await _plan(runtime, row, definition, entries, version_of(entries, row.version))
    except LexiconsoleError as fault:
        return Plan(refused=str(fault))


async def _plan(runtime: Runtime, row: RunRow, definition: Definition, entries: list[Entry], now: int) -> Plan:
    chain = _chain(definition, now)
    history = History.of(entries, copied=row.origin_seq)
    names = {key: _through(chain, key) for key in dict.fromkeys(entry.key for entry in entries if entry.key)}
    keys = {old: new for old, new in names.items() if new is not None and new != old}
    _refuse_clashes(names)
    closing = _questions_to_close(history, names)
    voids = [e.seq for e in entries if e.key and e.seq not in history.voided and _is_void(e, names, closing)]
    data: JsonObject = {
        "from": now,
        "to": definition.version,
        "keys": dict(keys),
        "voids": list[Json](voids),
        "added": [],
    }
    if any(migration.input is not None for migration in chain):
        given: Any = history.input
        for migration in chain:
            given = migration.input(given) if migration.input is not None else given
        data["input"] = runtime.codec.encode(definition.validate(given), definition.input or INFER, "input")
    gone = [*history.voided, *voids]
    added = await _placed(runtime, row, definition, entries, {**data, "voids": list[Json](gone)}, _added(chain))
    data["added"] = list[Json](added)
    closed: JsonObject = {"reason": "migrated"}
    writes = ((EntryKind.MIGRATED, "", data), *((EntryKind.DROPPED, key, closed) for key in closing))
    return Plan(f"the run goes on under version {definition.version} (it is at {now})", _lines(entries, data), writes)


def _chain(definition: Definition, now: int) -> list[Migration]:
    if now >= definition.version:
        there = "already" if now == definition.version else f"and {definition.name} only at {definition.version}"
        raise RefusedError(f"the run is at version {now} {there}; there is nothing to migrate")
    missing = [version for version in range(now, definition.version) if version not in definition.migrations]
    if missing:
        raise RefusedError(
            f"{definition.name} does not say how a run of version {missing[0]} goes on as {missing[0] + 1}; give it "
            f"migrations={{{missing[0]}: Migration(…)}}, or fork or cancel the run"
        )
    return [definition.migrations[version] for version in range(now, definition.version)]


def _through(chain: Sequence[Migration], key: str) -> str | None:
    new: str | None = key
    for migration in chain:
        new = migration.key(new) if new is not None else None
    return new


def _added(chain: Sequence[Migration]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for number, migration in enumerate(chain, start=1):
        for key, result in migration.added.items():
            new = _through(chain[number:], key)
            if new is not None:
                found[new] = result
    return found


def _refuse_clashes(names: Mapping[str, str | None]) -> None:
    seen: dict[str, str] = {}
    for old, new in names.items():
        if new is not None and seen.setdefault(new, old) != old:
            raise RefusedError(f"the migration makes {new!r} of both {seen[new]!r} and {old!r}")


def _questions_to_close(history: History, names: Mapping[str, str | None]) -> list[str]:
    """Open questions whose key changes: they are asked anew. A child run answers to the key it was made under."""
    open_keys = {
        key: record.opened
        for key, record in history.records.items()
        if record.opened is not None and not record.ended and not record.dropped and names.get(key) != key
    }
    children = [key for key, opened in open_keys.items() if opened.kind is EntryKind.CHILD_STARTED]
    if children:
        raise RefusedError(f"the child run of {children[0]} is on its way; migrate when it has ended")
    started = [k for k, e in open_keys.items() if e.kind is EntryKind.STARTED and names[k] is None]
    if started:
        raise RefusedError(f"{started[0]} was begun and has no outcome; it can not be dropped before that is known")
    return [key for key, opened in open_keys.items() if opened.kind is EntryKind.ASKED]


def _is_void(entry: Entry, names: Mapping[str, str | None], closing: Sequence[str]) -> bool:
    return names[entry.key] is None or entry.key in closing


async def _placed(
    runtime: Runtime,
    row: RunRow,
    definition: Definition,
    entries: Sequence[Entry],
    data: JsonObject,
    results: dict[str, Json],
) -> list[JsonObject]:
    """Where the added results stand in the order of outcomes: each where the definition, replayed, waits for it."""
    rows: list[JsonObject] = []
    while True:
        mark = entries[-1]._replace(
            seq=row.seq + 1, kind=EntryKind.MIGRATED, key="", data={**data, "added": list[Json](rows)}
        )
        tried = migrated([*(e for e in entries if e.kind is not EntryKind.MIGRATED), mark])
        trial = await try_replay(definition, row, tried, clock=runtime.clock, codec=runtime.codec)
        wanted = next((work for work in trial.waiting if work.key in results), None)
        if wanted is None and trial.mismatch is not None:
            raise RefusedError(f"the migration does not fit the run: {trial.mismatch}")
        if wanted is None:
            _refuse_what_is_left(tried, trial.asked, row)
            return rows
        kind, outcome = _outcome(wanted, results.pop(wanted.key))
        place = trial.stopped_at if trial.stopped_at <= row.seq else 0
        rows.append({"before": place, "kind": kind.value, "key": wanted.key, "data": outcome})


def _refuse_what_is_left(tried: Sequence[Entry], asked: frozenset[str], row: RunRow) -> None:
    for key, record in History.of(tried, copied=row.origin_seq).records.items():
        if record.opened is not None and not record.ended and not record.dropped and key not in asked:
            raise RefusedError(
                f"the migration does not fit the run: the definition does not ask for {key}, which is open"
            )


def _outcome(work: Work, result: Json) -> tuple[EntryKind, JsonObject]:
    match work:
        case Choice():
            return EntryKind.DECIDED, {"value": result}
        case Ask():
            return EntryKind.ANSWERED, {"value": result}
        case Receive():
            return EntryKind.RECEIVED, {"name": work.name, "payload": result, "signal": 0}
        case Sleep():
            return EntryKind.WOKE, {}
        case Child():
            return EntryKind.CHILD_ENDED, {"result": result}
        case _:
            return EntryKind.DONE, {"result": result}


def _lines(entries: Sequence[Entry], data: JsonObject) -> tuple[str, ...]:
    keys, voids, added = data["keys"], data["voids"], data["added"]
    assert isinstance(keys, dict)
    assert isinstance(voids, list)
    assert isinstance(added, list)
    lines = [f"{old} is now {new}" for old, new in keys.items()]
    lines += set_aside(entries, voids, "; what it did stays")
    lines += [f"{row['key']} counts as done" for row in added if isinstance(row, dict)]
    return (*lines, "the input changes") if "input" in data else tuple(lines)
