"""Listing: the statement that gives the runs of a filter, and its values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lexiconsole.types import RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunFilter

__all__ = ["FARTHEST", "listing"]

FARTHEST = 2**62
"""Before this number comes every run."""


def listing(which: RunFilter) -> tuple[Any, ...]:
    """The name of the statement, then what it is given."""
    order = "oldest" if which.oldest_first else "newest"
    start = which.before if which.before is not None else (0 if which.oldest_first else FARTHEST)
    if which.parent:
        statuses, names = (json.dumps(wanted) if wanted else None for wanted in (which.statuses, which.names))
        return f"runs_{order}_of_parent", start, which.limit, statuses, names, which.parent
    if which.statuses or which.names:
        pairs = [[name, status] for name in which.names or (None,) for status in which.statuses or RunStatus]
        return f"runs_{order}_chosen", start, which.limit, json.dumps(pairs)
    return f"runs_{order}", start, which.limit
