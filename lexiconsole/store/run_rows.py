"""A run's row as the view `run_rows` gives it. Apart from `rows.py`, so that a first look loads no JSON parser."""

from __future__ import annotations

from typing import Any

from lexiconsole.durable.journal import RunRow
from lexiconsole.types import RunStatus

__all__ = ["run_of"]

_STATUSES: dict[str, RunStatus] = {status.value: status for status in RunStatus}


def run_of(row: Any) -> RunRow:
    """From a row of the view `run_rows`."""
    values = list(row)
    values[7] = _STATUSES[values[7]]
    values[19] = values[19].decode("utf-8", "replace")
    values[20] = values[20].decode("utf-8", "replace")
    return RunRow(*values)
