"""Naming: which run is meant by an id, or by how one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.durable.journal import RunFilter
from lexiconsole.errors import AmbiguousError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lexiconsole.durable.journal import RunRow

__all__ = ["run_named"]

_NEAR = 500
"""The newest runs among which a like id is looked for."""


def run_named(prefix: str, matches: Sequence[RunRow], list_runs: Callable[[RunFilter], Sequence[RunRow]]) -> RunRow:
    """Of the runs whose id begins so the one that is meant. Raises UsageError for "", which a script may give by mistake,
    AmbiguousError for what fits several, and NotFoundError with the nearest id.
    """
    if not prefix:
        raise UsageError("which run? give its id, or the first letters of it; `lexiconsole runs` lists them")
    exact = [row for row in matches if row.id == prefix]
    if len(matches) == 1 or exact:
        return (exact or matches)[0]
    if matches:
        raise AmbiguousError("run", prefix, [row.id for row in matches])
    known = [row.id[: max(4, len(prefix))] for row in list_runs(RunFilter(limit=_NEAR))]
    raise NotFoundError("run", prefix, known, hint="`lexiconsole runs` lists them")
