"""Requests done by the owner: each becomes an entry of the run, or a refusal that the requester can read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RequestState
from lexiconsole.errors import LexiconsoleError, NotOwnedError, ReplayMismatchError
from lexiconsole.runtime.drive import Drive
from lexiconsole.runtime.gate import attributed, gate
from lexiconsole.runtime.interventions import Plan, moved_on
from lexiconsole.runtime.live_acts import plan_live
from lexiconsole.runtime.withdrawing import taken
from lexiconsole.types import JsonObject

if TYPE_CHECKING:
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["do", "do_open", "give_up", "plan_request"]


async def do_open(runtime: Runtime, owner: int) -> None:
    """Turns what was asked of the runs that `owner` drives into entries or recorded refusals."""
    runtime.looking += 1
    try:
        for request in await runtime.journal.requests(owner=owner):
            drive = runtime.drives.get(request.run_id)
            if drive is not None:
                with suppress(NotOwnedError):  # that run was lost and its drive has stopped; the others are ours
                    await do(drive, request)
    finally:
        runtime.looking -= 1
        if not runtime.looking:  # nobody has a list from before they were done
            for drive in runtime.drives.values():
                drive.doing.clear()


async def do(drive: Drive, request: Request) -> None:
    """Decides and writes one request of a run driven here. Waits with it while the run still replays."""
    if request.id in drive.doing:
        return
    async with drive.acting:  # one after the other: the second of two answers must find that there was a first
        if drive.reachable and request.id not in drive.doing:
            drive.doing.add(request.id)
            if await _is_open(drive, request):
                await _do(drive, request)


async def _is_open(drive: Drive, request: Request) -> bool:
    """Whoever has it from a list that was made before the run was claimed may find it done by the claim, or by the drive before."""
    now = await drive.runtime.journal.request_state(request.id)
    return now is not None and now.state is RequestState.OPEN


async def _do(drive: Drive, request: Request) -> None:
    plan = await _planned(drive, request)
    if drive.ctx is None or drive.ctx.closed:
        return
    if plan.refused:
        if request.kind is RequestKind.CHILD_ENDED:  # a child that was dropped meanwhile; nobody reads this refusal
            await drive.runtime.journal.close_request(request.id, RequestState.REFUSED, plan.refused)
            return
        told: JsonObject = {"kind": request.kind.value}
        if request.target:
            told["target"] = request.target
        if verdict := request.data.get("verdict"):
            told["verdict"] = verdict
        if plan.fields:
            told["fields"] = dict(plan.fields)
        data: JsonObject = {**attributed(request, told), "reason": plan.refused}
        await drive.write(EntryKind.REFUSED, "", data, request.by)
        return
    if not await taken(drive.runtime.journal, request) or drive.ctx.closed:
        return
    for kind, key, what in plan.writes:
        if kind is EntryKind.CANCEL:
            await drive.cancel(attributed(request, what), request.by)
        else:
            await drive.write(kind, key, attributed(request, what), request.by)


async def _planned(drive: Drive, request: Request) -> Plan:
    """A fault of ours in one request is told and refuses it: those behind it must not wait for ever."""
    try:
        refused = await gate(drive.runtime, request)
        return Plan(refused=refused) if refused else await plan_request(drive, request)
    except LexiconsoleError:
        raise
    except Exception as fault:
        if drive.runtime.told is not None:
            drive.runtime.told.bug(drive.row.id, fault)
        return Plan(refused=f"{type(fault).__name__}: {fault}; nothing was changed")


async def give_up(drive: Drive, fault: ReplayMismatchError) -> bool:
    """The definition does not fit the journal, so nothing can be done through it: a cancel ends the run where it stands,
    so does one that is on record already; all else is refused with both sides shown. True when the run was cancelled.
    """
    ctx = drive.ctx
    assert ctx is not None
    note = "the definition does not fit the journal; nothing was undone"
    asked = next((event for event in ctx.history.events if event.kind is EntryKind.CANCEL), None)
    cancelled = asked is not None
    if asked is not None:
        await ctx.last_word(EntryKind.CANCELLED, {"reason": asked.data.get("reason", ""), "note": note}, asked.by)
    for request in await drive.runtime.journal.requests(run=drive.row):
        if request.kind is RequestKind.CANCEL and not cancelled and not await gate(drive.runtime, request):
            if not await taken(drive.runtime.journal, request):
                continue
            await ctx.last_word(EntryKind.CANCELLED, attributed(request, {"reason": "", "note": note}), request.by)
            cancelled = True
        else:
            why = await gate(drive.runtime, request) or str(fault)
            await drive.runtime.journal.close_request(request.id, RequestState.REFUSED, why)
    return cancelled


async def plan_request(drive: Drive, request: Request) -> Plan:
    """What the request would lead to now; refused when its target moved on since the requester looked."""
    assert drive.ctx is not None
    if request.expects is not None:
        entries = await drive.runtime.journal.load(drive.row)
        if reason := moved_on(drive.row, entries, request):
            return Plan(refused=reason)
    return plan_live(drive.ctx, request)
