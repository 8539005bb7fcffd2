"""Recovery is the normal path: whatever nobody drives and can go on is claimed, replayed and driven."""

from __future__ import annotations

from lexiconsole.durable.journal import RunRow
from lexiconsole.errors import NotFoundError, NotOwnedError, RefusedError
from lexiconsole.runtime.owner import Liveness, liveness
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.taking import take

__all__ = ["bury_the_dead", "drive_what_waits"]

MOST_AT_ONCE = 1000
"""Runs that one runtime keeps in memory before it takes no more."""


async def bury_the_dead(runtime: Runtime, *, take_over: bool) -> int:
    """Frees the runs of owners that died; with `take_over` those of stalled ones as well. Gives how many owners that were."""
    found = 0
    now = runtime.clock.now()
    for row in await runtime.journal.owners():
        if row.number == runtime.number:
            continue
        state = liveness(row, runtime.locks, now, runtime.settings.stall_after)
        if state is Liveness.DEAD or (take_over and state is Liveness.STALLED):
            await runtime.journal.retire(row.number)
            found += 1
    return found


async def drive_what_waits(runtime: Runtime) -> list[RunRow]:
    """Claims and drives runs nobody owns that can go on, as far as their definitions are loaded."""
    taken: list[RunRow] = []
    room = MOST_AT_ONCE - len(runtime.drives)
    if room <= 0:
        return taken
    known = runtime.definitions.names()
    for row in await runtime.journal.wakeable(runtime.clock.now(), room):
        if row.name not in known or row.id in runtime.refused or row.id in runtime.drives:
            continue
        try:
            if await take(runtime, row) is None:
                continue
            taken.append(row)
        except NotOwnedError:
            continue  # another process was quicker
        except (RefusedError, NotFoundError) as fault:
            runtime.refused[row.id] = str(fault)
    return taken
