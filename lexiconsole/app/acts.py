"""Acts: what a face asks of a run, as the engine does it on its loop."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.app.outcome import Preview
from lexiconsole.durable.journal import Request, RequestKind, RunRow
from lexiconsole.errors import NotFoundError, RefusedError
from lexiconsole.runtime.interventions import Plan, revision
from lexiconsole.runtime.migrating import plan_migration
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.taking import free_if_dead, preview, take
from lexiconsole.views.set_back import set_back

if TYPE_CHECKING:
    from lexiconsole.catalog import Catalog
    from lexiconsole.runtime.engine import Engine

__all__ = ["drive_on", "migration_of", "preview_of", "reload_until"]

_RELOAD = 1.0  # seconds between two looks at the definitions' files


def reload_until(catalog: Catalog, engine: Engine, stop: threading.Event) -> None:
    """Takes up changed definitions. Runs on their way keep their code; those left alone before are looked at again."""

    async def look_again(runtime: Runtime) -> None:
        runtime.refused.clear()
        runtime.stirred = True

    while not stop.wait(_RELOAD):
        if catalog.reload() and not stop.is_set():
            with suppress(RuntimeError):  # the engine is being stopped
                engine.begin(look_again)


async def drive_on(runtime: Runtime, run: RunRow) -> RunRow:
    row = await runtime.reload(run)
    if runtime.has(row.id) or row.status.ended:
        return row
    if not await free_if_dead(runtime, row):
        raise RefusedError(f"run {row.id} is driven by another process; watch it with: lexiconsole watch {row.id}")
    await take(runtime, await runtime.reload(row))
    return await runtime.reload(row)


async def migration_of(runtime: Runtime, run: RunRow) -> Preview:
    plan = await plan_migration(runtime, await runtime.reload(run))
    return Preview(plan.sentence, list(plan.details), None, plan.refused)


async def preview_of(runtime: Runtime, request: Request) -> Preview:
    row = await runtime.journal.run(request.run_id)
    if row is None:
        raise NotFoundError("run", request.run_id)
    now = runtime.clock.now()
    plan: Plan = await preview(runtime, replace(request, at=request.at or now))
    entries = await runtime.journal.load(row)
    target = "" if request.kind is RequestKind.EDIT else request.target
    bound = request.kind is RequestKind.EDIT or (target and any(entry.key == target for entry in entries))
    seen = revision(entries, target) if bound else None
    said = set_back(entries[-1].at if entries else None, now)
    return Preview(plan.sentence, [*plan.details, *([said] if said else [])], seen, plan.refused, plan.fields)
