"""Rows: entries and runs on their way into SQLite and back. Everything goes in as JSON, so that one statement takes many.

An instant travels as two integers (`float.as_integer_ratio`), because a decimal that SQLite parses may come out one bit off.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import NewRun, Request, RequestKind, RequestState, RunRow, TaskRow
from lexiconsole.errors import ValueNotStorableError
from lexiconsole.types import Instant, RunStatus

__all__ = [
    "decode_data",
    "encode_entry",
    "encode_request",
    "encode_run",
    "entry_of",
    "request_of_row",
    "run_of",
    "task_of",
]

LARGEST = 256 * 1024 * 1024
"""Bytes of one entry; SQLite's own limit for one statement is a billion."""

_KINDS: dict[str, EntryKind] = {kind.value: kind for kind in EntryKind}
_STATUSES: dict[str, RunStatus] = {status.value: status for status in RunStatus}
_PARKED = frozenset({RunStatus.WAITING, RunStatus.SLEEPING, RunStatus.PAUSED, RunStatus.DOUBTFUL})


def encode_entry(entry: Entry) -> bytes:
    """`at, kind, key, attempt, data, by[, due]` as the inside of a JSON array.

    Raises ValueNotStorableError for what would come back as something else, or would not come back.
    """
    kind = entry.kind
    row: list[Any] = [
        *_instant(entry.at, entry),
        kind.value,
        entry.key,
        entry.attempt,
        entry.data or None,
        entry.by or None,
    ]
    if kind is EntryKind.ASKED or kind is EntryKind.PARKED:
        row += _due(entry)
    if "\0" in entry.key or "\0" in entry.by:
        raise ValueNotStorableError(_where(entry), "a key and a name can not hold the character NUL")
    return _json(row, (entry.key, entry.by), entry)[1:-1]


def _due(entry: Entry) -> tuple[int, int] | tuple[()]:
    """The instant that the triggers need. What they rely on is looked at here, before it is on disk."""
    data: Any = entry.data
    if entry.kind is EntryKind.PARKED:
        if data.get("status") not in _PARKED:
            raise ValueNotStorableError(_where(entry), f"its status must be one of {', '.join(sorted(_PARKED))}")
        if not all(isinstance(key, str) for key in data.get("on", ())):
            raise ValueNotStorableError(_where(entry), "`on` must be a list of keys")
    due = data.get("due" if entry.kind is EntryKind.ASKED else "wake_at")
    return () if due is None else _instant(due, entry)


def _instant(at: Instant, of: Entry | NewRun) -> tuple[int, int]:
    try:
        return at.as_integer_ratio()
    except (AttributeError, ValueError, OverflowError):
        raise ValueNotStorableError(_where(of), f"{at!r} is not an instant") from None


def _where(of: Entry | NewRun) -> str:
    return f"run {of.id}" if isinstance(of, NewRun) else f"run {of.run_id}, {of.kind.value} {of.key!r}"


def _json(row: list[Any], texts: Sequence[str], of: Entry | NewRun) -> bytes:
    """Compact JSON. The quick way does not know half surrogate pairs (odd file names), and writes NaN as it is.

    `texts` become columns of their own, where half a pair has no place.
    """
    try:
        line = to_json(row)
        if b"NaN" in line or b"Infinity" in line:
            line = _careful(row)
    except (PydanticSerializationError, ValueError):
        try:
            "".join(texts).encode()
            line = _careful(row)
        except (TypeError, ValueError, RecursionError) as fault:
            raise ValueNotStorableError(_where(of), str(fault)) from None
    if len(line) > LARGEST:
        raise ValueNotStorableError(_where(of), f"{len(line):,} bytes; one entry may have {LARGEST:,}")
    return line


def _careful(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def decode_data(text: str | None) -> Any:
    if text is None:
        return {}
    try:
        return from_json(text)
    except ValueError:  # deep nesting and half surrogate pairs, which only the standard library reads
        return json.loads(text)


def encode_run(new: NewRun, digest: str) -> bytes:
    """One JSON array for `create.sql`, in the order of its columns."""
    texts = [new.id, new.name, new.kind, digest, new.fingerprint, new.by, new.parent, new.parent_key, new.origin]
    if any("\0" in text for text in texts):
        raise ValueNotStorableError(_where(new), "ids and names can not hold the character NUL")
    start = (None, None) if new.wake_at is None else _instant(new.wake_at, new)
    numbers = [new.version, new.origin_seq, new.owner, int(new.owner is not None), *_instant(new.at, new), *start]
    return _json([*texts, *numbers, new.data or None], texts, new)


def encode_request(request: Request) -> tuple[Any, ...]:
    """The parameters of `request.sql`."""
    entry = Entry(request.run_id, 0, request.at, EntryKind.SIGNALLED, request.target, 0, request.data, request.by)
    encode_entry(entry)
    data = _careful(request.data).decode()
    return (request.kind.value, request.target, data, request.by, request.at, request.expects, request.run_id)


def entry_of(run_id: str, row: Any) -> Entry:
    """From `seq, at, kind, key, attempt, data, by`."""
    seq, at, kind, key, attempt, data, by = row
    return Entry(run_id, seq, at, _KINDS[kind], key, attempt, decode_data(data), by or "")


def run_of(row: Any) -> RunRow:
    """From a row of the view `run_rows`."""
    values = list(row)
    values[7] = _STATUSES[values[7]]
    values[19] = values[19].decode("utf-8", "replace")
    values[20] = values[20].decode("utf-8", "replace")
    return RunRow(*values)


def task_of(row: Any) -> TaskRow:
    """From `run_id, name, key, seq, asked_at, due, data`."""
    run_id, name, key, seq, asked_at, due, data = row
    return TaskRow(run_id, name, key, seq, asked_at, due, decode_data(data))


def request_of_row(row: Any) -> Request:
    """From `run_id, kind, target, data, by, at, expects, number, state, reply`."""
    run_id, kind, target, data, by, at, expects, number, state, reply = row
    reply = reply.decode("utf-8", "replace")
    return Request(
        run_id, RequestKind(kind), target, decode_data(data), by, at, expects, number, RequestState(state), reply
    )
