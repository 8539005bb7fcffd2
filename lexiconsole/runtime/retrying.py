"""What a retry gives up: the failed outcome, and what the model began only after it had seen the failure."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.durable.clock import Clock
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import Request, RequestKind, RunRow
from lexiconsole.runtime.interventions import plan_at_rest

__all__ = ["voids_for_retry"]


async def voids_for_retry(
    definition: Definition, row: RunRow, entries: Sequence[Entry], clock: Clock, codec: Codec
) -> list[int] | None:
    """The seqs that a retry of what failed would void; None when it can not be retried."""
    plan = await plan_at_rest(definition, row, entries, Request(row.id, RequestKind.RETRY), clock=clock, codec=codec)
    if plan.refused:
        return None
    voids = plan.writes[0][2]["voids"]
    assert isinstance(voids, list)
    return [int(str(seq)) for seq in voids]
