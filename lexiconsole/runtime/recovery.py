"""Recovery is the normal path: whatever nobody drives and can go on is claimed, replayed and driven."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from lexiconsole.durable.journal import OwnerRow, RunRow
from lexiconsole.errors import NotFoundError, NotOwnedError, RefusedError
from lexiconsole.runtime.owner import Liveness, liveness
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.taking import take

__all__ = ["bury_the_dead", "drive_what_waits", "others"]

MOST_AT_ONCE = 1000
"""Runs that one runtime keeps in memory before it takes no more."""

TOGETHER = 100
"""Runs that are claimed side by side, so that their claims share commits."""


async def others(runtime: Runtime) -> list[OwnerRow]:
    """Whoever else drives, or did when it died."""
    return [row for row in await runtime.journal.owners() if row.number != runtime.number]


async def bury_the_dead(runtime: Runtime, *, take_over: bool) -> int:
    """Frees the runs of owners that died; with `take_over` those of stalled ones as well. Gives how many owners that were."""
    found = 0
    now = runtime.clock.now()
    for row in await others(runtime):
        state = liveness(row, runtime.locks, now, runtime.settings.stall_after)
        if state is Liveness.DEAD or (take_over and state is Liveness.STALLED):
            await runtime.journal.retire(row.number)
            found += 1
    return found


async def drive_what_waits(runtime: Runtime) -> list[RunRow]:
    """Claims and drives runs nobody owns that can go on, as far as their definitions are loaded."""
    taken: list[RunRow] = []
    now, last = runtime.clock.now(), 0
    while (room := MOST_AT_ONCE - len(runtime.drives)) > 0:
        rows = await runtime.journal.wakeable(now, min(room, TOGETHER), last)
        if not rows:
            break
        last = rows[-1].number
        mine = await _of_use(runtime, rows)
        outcomes = await asyncio.gather(*(_take(runtime, row) for row in mine))
        taken += [row for row, driven in zip(mine, outcomes, strict=True) if driven]
    return taken


async def _of_use(runtime: Runtime, rows: Sequence[RunRow]) -> list[RunRow]:
    """Those that may go on here. What a definition refused is tried again once somebody wrote to it, or asks something of it:
    a cancel ends it as it is, a migration in another process makes it fit, and who asks for anything else is told why not.
    """
    known = runtime.definitions.names()
    mine = [row for row in rows if row.name in known and not runtime.has(row.id)]
    if any(row.id in runtime.refused for row in mine):
        asked = {request.run_id for request in await runtime.journal.requests()}
        mine = [row for row in mine if row.seq + (row.id in asked) > runtime.refused.get(row.id, 0)]
    return mine


async def _take(runtime: Runtime, row: RunRow) -> bool:
    try:
        return await take(runtime, row) is not None
    except NotOwnedError:
        return False  # another process was quicker
    except (RefusedError, NotFoundError):
        runtime.refused[row.id] = row.seq
        return False
