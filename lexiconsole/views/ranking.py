"""Which runs come first: those that need somebody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lexiconsole.types import RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow

__all__ = ["NEEDY", "by_need"]

NEEDY = (RunStatus.DOUBTFUL, RunStatus.FAILED, RunStatus.WAITING)
"""The statuses that go to the top of a list, in this order."""


def by_need(rows: Iterable[RunRow]) -> list[RunRow]:
    """Doubtful, failed and waiting runs first, each group and all the others with the newest first."""
    return sorted(rows, key=lambda row: (_rank(row.status), -row.number))


def _rank(status: RunStatus) -> int:
    return NEEDY.index(status) if status in NEEDY else len(NEEDY)
