"""Rows of runs, open questions and acts, read with the standard library alone: a first look loads no pydantic. See `rows.py`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.rows import RunRow, TaskRow
from lexiconsole.types import RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.entry import Entry

__all__ = ["act_of", "run_of", "task_of"]

_STATUSES: dict[str, RunStatus] = {status.value: status for status in RunStatus}


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
    return TaskRow(run_id, name, key, seq, asked_at, due, json.loads(data or "{}"))


def act_of(row: Any) -> Entry:
    """From `run_id, seq, at, kind, key, attempt, data, by`."""
    from lexiconsole.durable.entry import Entry, EntryKind

    run_id, seq, at, kind, key, attempt, data, by = row
    return Entry(run_id, seq, at, EntryKind(kind), key, attempt, json.loads(data or "{}"), by or "")
