"""What a retry gives up: the failed outcome, and what the model began only after it had seen the failure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lexiconsole.durable.clock import Clock
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RunRow
from lexiconsole.runtime.interventions import plan_at_rest
from lexiconsole.types import Json, JsonObject

if TYPE_CHECKING:
    from lexiconsole.runtime.drive import Drive
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["retry_by_itself", "voids_for_retry"]


async def retry_by_itself(runtime: Runtime, drive: Drive, ending: JsonObject) -> bool:
    """`@workflow(retries=n)`: n more tries that keep what succeeded. True when the drive shall go on.

    Neither after a cancel nor when the run's time is over.
    """
    ctx = drive.ctx
    if ctx is None or drive.definition.retries <= 0 or drive.cancelled:
        return False
    entries = await runtime.load(drive.row)
    if sum(1 for e in entries if e.kind is EntryKind.RETRIED and not e.by) >= drive.definition.retries:
        return False
    voids = await voids_for_retry(drive.definition, drive.row, entries, runtime.clock, runtime.codec)
    if voids is None:
        return False
    await ctx.last_word(EntryKind.RETRIED, {"voids": list[Json](sorted(voids)), "error": ending.get("error")})
    drive.entries, drive.clean = await runtime.load(drive.row), True
    return True


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
