"""Rows: entries and runs on their way into SQLite and back.

Entries are bound value by value. What goes in as one JSON text (new runs, and more entries at once than a statement has
variables) has its instants as two integers (`float.as_integer_ratio`), because a decimal that SQLite parses may come out one
bit off.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as quoted
from math import isfinite
from typing import Any, TypeAlias

from pydantic_core import PydanticSerializationError, from_json, to_json

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import NewRun, Request, RequestKind, RequestState, TaskRow
from lexiconsole.errors import ValueNotStorableError
from lexiconsole.store.run_rows import run_of
from lexiconsole.types import Instant, RunStatus

__all__ = [
    "EntryRow",
    "decode_data",
    "encode_entry",
    "encode_request",
    "encode_run",
    "entry_line",
    "entry_of",
    "instant_pair",
    "request_of_row",
    "run_of",
    "task_of",
]

EntryRow: TypeAlias = tuple[Instant, str, str, int, str | None, str | None, Instant | None]
"""The columns of an entry behind run and seq: at, kind, key, attempt, data, by, due."""

LARGEST = 256 * 1024 * 1024
"""Bytes of one value; SQLite's own limit for one statement is a billion."""

LARGEST_NUMBER = 2**63

MOST_LEVELS = 250
"""Of nesting; SQLite and the quick parsers stop at a few hundred or thousand, each at another number."""

_UNFIT = (TypeError, ValueError, AttributeError, OverflowError, RecursionError)

_KINDS: dict[str, EntryKind] = {kind.value: kind for kind in EntryKind}
_WITH_AN_INSTANT = frozenset({EntryKind.PARKED, EntryKind.ASKED})
_PARKED = frozenset({RunStatus.WAITING, RunStatus.SLEEPING, RunStatus.PAUSED, RunStatus.DOUBTFUL})


def encode_entry(entry: Entry) -> EntryRow:
    """Raises ValueNotStorableError for what would come back as something else, or would not come back."""
    run_id, seq, at, kind, key, attempt, data, by = entry
    try:
        if not (isfinite(at) and 0 <= attempt < LARGEST_NUMBER and -LARGEST_NUMBER < seq < LARGEST_NUMBER):
            raise ValueError(f"seq {seq}, attempt {attempt} and instant {at} must be numbers that SQLite can hold")
        if by or "\0" in key or not key.isascii():
            _check_texts((key, by))
        if not data:
            text = None
        elif len(data) == 1 and type(number := data.get("result")) is int and -LARGEST_NUMBER < number < LARGEST_NUMBER:
            text = f'{{"result":{number}}}'  # what a quick step gives mostly, and a fifth of the time
        else:
            text = _json(data)
        due = _due(entry) if kind in _WITH_AN_INSTANT else None
        return at, kind._value_, key, attempt, text, by or None, due
    except _UNFIT as fault:
        raise ValueNotStorableError(f"run {run_id}, {kind} {key!r}", str(fault)) from None


def entry_line(head: str, seq: int, row: EntryRow) -> str:
    """An entry as a JSON array for `append_many.sql`; `head` is the beginning of the array."""
    at, kind, key, attempt, data, by, due = row
    whole, part = at.as_integer_ratio()
    line = (
        f'{head}{seq},{whole},{part},"{kind}",{quoted(key)},{attempt},{data or "null"},{quoted(by) if by else "null"}'
    )
    if due is None:
        return f"{line}]"
    whole, part = due.as_integer_ratio()
    return f"{line},{whole},{part}]"


def instant_pair(at: Instant | None) -> tuple[int | None, int | None]:
    """An instant as JSON takes it without losing a bit."""
    return (None, None) if at is None else at.as_integer_ratio()


def _due(entry: Entry) -> Instant | None:
    """The instant that the triggers need. What they rely on is looked at here, before it is on disk."""
    data: Any = entry.data
    if entry.kind is EntryKind.PARKED:
        if data.get("status") not in _PARKED:
            raise ValueError(f"its status must be one of {', '.join(sorted(_PARKED))}")
        _check_texts(data.get("on", ()))
    due = data.get("due" if entry.kind is EntryKind.ASKED else "wake_at")
    if due is not None and not isfinite(due):
        raise ValueError(f"{due} is not an instant")
    return None if due is None else float(due)


def _check_texts(texts: Sequence[str]) -> None:
    """What becomes a column of its own has no place for NUL, nor for half of a surrogate pair."""
    for text in texts:
        if "\0" in text:
            raise ValueError(f"{text!r} holds the character NUL, which a key or a name can not")
        text.encode()


def _check_numbers(*numbers: int) -> None:
    for number in numbers:
        if not -LARGEST_NUMBER <= number < LARGEST_NUMBER:
            raise ValueError(f"{number} is larger than the numbers SQLite can hold")


def _json(value: Any) -> str:
    """Compact JSON. The quick way does not know half surrogate pairs (odd file names), and writes NaN as it is."""
    try:
        text = to_json(value)
        if b"NaN" in text or b"Infinity" in text:
            return _careful(value)
    except (PydanticSerializationError, ValueError):
        return _careful(value)
    if len(text) > LARGEST:
        raise ValueError(f"{len(text):,} bytes are more than the {LARGEST:,} that a value may have")
    return text.decode()


def _careful(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    level, inner = 0, [value]
    while inner:
        level += 1
        inner = [
            part
            for outer in inner
            for part in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(part, dict | list)
        ]
    if level > MOST_LEVELS:
        raise ValueError(f"{level} levels of nesting; a value may have {MOST_LEVELS}")
    return text


def decode_data(text: str | None) -> Any:
    if text is None:
        return {}
    try:
        return from_json(text)
    except ValueError:  # deep nesting and half surrogate pairs, which only the standard library reads
        return json.loads(text)


def encode_run(new: NewRun, digest: str) -> str:
    """One JSON array for `create.sql`, in the order of its columns."""
    texts = [new.id, new.name, new.kind, digest, new.fingerprint, new.by, new.parent, new.parent_key, new.origin]
    try:
        _check_texts(texts)
        instants = [*instant_pair(new.at), *instant_pair(new.wake_at)]
        return _json(
            [*texts, new.version, new.origin_seq, new.owner, int(new.owner is not None), *instants, new.data or None]
        )
    except _UNFIT as fault:
        raise ValueNotStorableError(f"run {new.id}", str(fault)) from None


def encode_request(request: Request) -> tuple[Any, ...]:
    """The parameters of `request.sql`."""
    try:
        _check_texts((request.target, request.by))
        _check_numbers(request.expects or 0)
        if not isfinite(request.at):
            raise ValueError(f"{request.at} is not an instant")
        data = _json(request.data)
    except _UNFIT as fault:
        raise ValueNotStorableError(f"the request to {request.kind} run {request.run_id}", str(fault)) from None
    return (request.kind.value, request.target, data, request.by, request.at, request.expects, request.run_id)


def entry_of(run_id: str, row: Any) -> Entry:
    """From `seq, at, kind, key, attempt, data, by`."""
    seq, at, kind, key, attempt, data, by = row
    return Entry(run_id, seq, at, _KINDS[kind], key, attempt, decode_data(data), by or "")


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
