"""Taking a run that nobody drives: first what was asked of it while it rested, then on from its journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.journal import TASK_ACTS, Request, RequestKind, RequestState, RunRow
from lexiconsole.durable.vault import SECRET, emptied, sealed, sealed_by_name
from lexiconsole.errors import LexiconsoleError, NotOwnedError, RefusedError, WorkflowVersionMismatchError
from lexiconsole.runtime.bound import change_refusal
from lexiconsole.runtime.claiming import Refusal, claim, close_refused, held
from lexiconsole.runtime.drive import Drive
from lexiconsole.runtime.gate import attributed, gate
from lexiconsole.runtime.interventions import Plan, moved_on, plan_at_rest
from lexiconsole.runtime.live_acts import PROMISES, WAYS, plan_live
from lexiconsole.runtime.owner import Liveness, liveness
from lexiconsole.runtime.replaying import as_it_stands
from lexiconsole.runtime.requests import plan_request
from lexiconsole.runtime.rights import identity_refusal
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.task_acts import plan_task_at_rest
from lexiconsole.runtime.withdrawing import is_of_a_cancel, plan_withdrawal, taken, withdraw
from lexiconsole.types import JsonObject, RunStatus

__all__ = ["act", "free_if_dead", "preview", "take"]

_BEFORE_GOING_ON = (RequestKind.CANCEL, RequestKind.PAUSE)
_HANDED_OVER = 10.0
"""Seconds that another process has to do what was asked of a run that was handed over to it."""

_MASKED = frozenset({RequestKind.SIGNAL, RequestKind.SKIP, RequestKind.RESOLVE, RequestKind.EDIT})
"""What else brings values; what the settings name under `secrets` is masked in them, as it is in a step's result."""

_VALUES = frozenset({"payload", "result", "value", "patch"})

_AT_REST = (RequestKind.RETRY, RequestKind.SKIP, RequestKind.EDIT)


async def act(
    runtime: Runtime,
    request: Request,
    *,
    drive: bool = True,
    hand_over: Callable[[str], None] | None = None,
    sign: Callable[[Request, RunRow], Request] | None = None,
) -> Request:
    """Leaves the request and, when nobody drives the run, takes it to do the request here. Gives its state.

    `hand_over` is told the run's id instead of taking it, and whoever drives it then has ten seconds to do the request.
    `sign` is called, in a thread, with the request as it will be kept and its run: what is signed holds no secret.
    With an owner elsewhere it waits until that owner has done it, which takes an instant while the owner lives.
    """
    if is_of_a_cancel(request) and (row := await runtime.journal.run(request.run_id)) is not None:
        return await withdraw(runtime.journal, row, request)
    put: list[str] = []  # references to what this request brought; others' secrets are not its to forget
    kept = await _sealed(runtime, request, put)
    row = await runtime.journal.run(request.run_id)
    if sign is not None and row is not None:
        try:
            kept = await asyncio.to_thread(sign, kept, row)
        except RefusedError:
            _forget(runtime, put)
            raise
    number = await runtime.submit(kept)
    patience = None
    while True:
        state = await runtime.journal.request_state(number)
        if state is None or state.state is not RequestState.OPEN:
            if state is not None and state.state is RequestState.REFUSED:
                _forget(runtime, put)
            return state or kept
        row = await runtime.journal.run(request.run_id)
        if row is None:
            return state
        if runtime.has(row.id):
            await runtime.do_requests()
        elif await free_if_dead(runtime, row):
            if not drive or (patience is not None and runtime.clock.monotonic() >= patience):
                return state
            if hand_over is None:
                with suppress(NotOwnedError):  # another process was quicker and does it
                    await take(runtime, await runtime.reload(row))
            elif patience is None:
                patience = runtime.clock.monotonic() + _HANDED_OVER
                hand_over(row.id)
        elif await _is_stalled(runtime, row):
            return state
        await runtime.clock.sleep(0.02)


async def _sealed(runtime: Runtime, request: Request, put: list[str]) -> Request:
    """The request as it may be written down: secrets of an answer go into the vault, before anybody else hears of it.

    They are those that its form names, and those under a name of the settings' `secrets`. Adds their references to `put`. One
    that comes with the answer is somebody else's secret, read from a journal: it is emptied, which refuses the answer.
    """
    codec = runtime.codec
    if request.kind in _MASKED:
        data = {name: codec.masked(part) if name in _VALUES else part for name, part in request.data.items()}
        return replace(request, data=data)
    if request.kind not in (RequestKind.ANSWER, RequestKind.VOTE) or request.data.get("value") is None:
        return request
    row = await runtime.journal.run(request.run_id)
    tasks = await runtime.journal.tasks(row) if row is not None else []
    task = next((task for task in tasks if task.key == request.target), None)
    if task is None:  # it will be refused, and must not leave behind what might be a secret
        return replace(request, data={**request.data, "value": {SECRET: ""}})

    def keep(text: str) -> str:
        put.append(codec.vault.put(text, request.run_id))
        return put[-1]

    value = sealed(task.data.get("form"), emptied(request.data["value"]), keep)
    value = sealed_by_name(codec.secrets, value, keep)
    return replace(request, data={**request.data, "value": value})


def _forget(runtime: Runtime, put: Sequence[str]) -> None:
    for reference in put:
        runtime.codec.vault.forget(reference)


async def take(runtime: Runtime, row: RunRow) -> Drive | None:
    """Does what was asked of the run while it rested and drives on. None when it stays where it is.

    Raises RefusedError when another process has it, or the definition is of another version.
    """
    requests = await runtime.journal.requests(run=row)
    try:
        await runtime.check_version(row, runtime.definition_for(row))
    except WorkflowVersionMismatchError as fault:
        if await _without_model(runtime, row, requests, fault):
            return None
        raise
    writes: list[tuple[EntryKind, str, JsonObject]] = []
    by = ""
    early: list[Request] = []
    refused: list[Refusal] = []
    for request in requests:
        if not row.status.ended and request.kind is not RequestKind.EDIT:
            if request.kind in _BEFORE_GOING_ON and request.expects is None and not await gate(runtime, request):
                early.append(request)
            continue  # done against the live context, once it has replayed
        plan = (
            Plan(refused="another act came first; look again") if writes else await _plan_gated(runtime, row, request)
        )
        if plan.refused:
            refused.append((request, plan.refused))
            continue
        writes = [(kind, key, attributed(request, data)) for kind, key, data in plan.writes]
        by = request.by
    if row.status.ended and not writes:
        await _refuse(runtime, row, refused)
        return None
    if early and not writes and await taken(runtime.journal, early[0]):
        writes, by = await _before_going_on(runtime, row, early[0]), early[0].by
    return await claim(runtime, row, writes=writes, refused=refused, by=by)


async def _refuse(runtime: Runtime, row: RunRow, refused: Sequence[Refusal]) -> None:
    """Only as long as it stands as it was looked at: somebody may have taken it up since, and be doing what was asked."""
    if refused:
        async with held(runtime, row) as (claimed, _):
            await close_refused(runtime, refused)
            await runtime.journal.release(claimed, claimed.epoch)


async def _before_going_on(runtime: Runtime, row: RunRow, request: Request) -> list[tuple[EntryKind, str, JsonObject]]:
    """A cancel or a pause of a run that nobody drives: known to the model before it starts anything more."""
    history = History.of(await runtime.load(row), copied=row.origin_seq)
    cancelled = any(event.kind is EntryKind.CANCEL for event in history.events)
    if cancelled or (history.paused and request.kind is RequestKind.PAUSE):
        return []  # refused in its turn
    kind = EntryKind.CANCEL if request.kind is RequestKind.CANCEL else EntryKind.PAUSED
    return [(kind, "", attributed(request, {}))]


async def _plan_gated(runtime: Runtime, row: RunRow, request: Request) -> Plan:
    refused = await gate(runtime, request)
    return Plan(refused=refused) if refused else await _plan_ended(runtime, row, request)


async def _plan_ended(runtime: Runtime, row: RunRow, request: Request) -> Plan:
    if request.kind not in _AT_REST:
        return Plan(refused=f"run {row.id} has ended ({row.status}); nothing was changed")
    entries = await runtime.load(row)
    if reason := moved_on(row, entries, request):
        return Plan(refused=reason)
    edits = request.kind is RequestKind.EDIT
    patched = edits and "patch" in request.data
    changed = [request.target] if edits and not patched else []
    if reason := change_refusal(runtime.people, entries, changed, request.by, row.seq, patched=patched):
        return Plan(refused=reason)
    definition = runtime.definition_for(row)
    return await plan_at_rest(definition, row, entries, request, clock=runtime.clock, codec=runtime.codec)


async def preview(runtime: Runtime, request: Request) -> Plan:
    """What a request would lead to; writes nothing, claims nothing, runs no step."""
    row = await runtime.journal.run(request.run_id)
    assert row is not None
    plan = await _plan(runtime, row, request)
    if request.kind is RequestKind.CANCEL and row.status is RunStatus.COMPENSATING and not plan.refused:
        return replace(plan, sentence="what it did is being undone already; that goes on to its end")
    return plan


async def _plan(runtime: Runtime, row: RunRow, request: Request) -> Plan:
    if reason := identity_refusal(runtime.people, request):
        return Plan(refused=reason)
    if is_of_a_cancel(request):
        return await plan_withdrawal(runtime.journal, row, request.by)
    drive = runtime.drives.get(row.id)
    if drive is not None and drive.ctx is not None and drive.ctx.live:
        return await plan_request(drive, request)
    if row.status.ended or request.kind is RequestKind.EDIT:
        return await _plan_ended(runtime, row, request)
    if row.owner is None:
        return await _plan_parked(runtime, row, request)
    if request.kind in TASK_ACTS:
        return plan_task_at_rest(runtime.people, await runtime.journal.tasks(row), request)
    return await _plan_elsewhere(runtime, row, request)


async def _plan_parked(runtime: Runtime, row: RunRow, request: Request) -> Plan:
    """As whoever takes it up would decide, found by a dry replay."""
    entries = await runtime.load(row)
    if reason := moved_on(row, entries, request):
        return Plan(refused=reason)
    try:
        return await _plan_replayed(runtime, row, entries, request)
    except LexiconsoleError as fault:
        if request.kind is RequestKind.CANCEL:
            return Plan("the run is cancelled where it stands; nothing is undone", (str(fault),))
        return Plan(refused=str(fault))


async def _plan_replayed(runtime: Runtime, row: RunRow, entries: Sequence[Entry], request: Request) -> Plan:
    definition = runtime.definition_for(row)
    await runtime.check_version(row, definition)
    ctx = await as_it_stands(definition, row, entries, clock=runtime.clock, codec=runtime.codec, people=runtime.people)
    return plan_live(ctx, request)


async def _plan_elsewhere(runtime: Runtime, row: RunRow, request: Request) -> Plan:
    """A run that is driven elsewhere decides when the request reaches it: what a dry replay finds is told as far as it goes.
    It refuses nothing, for what is on its way only the run's owner knows; then this is what was asked.
    """
    with suppress(LexiconsoleError):
        plan = await _plan_replayed(runtime, row, await runtime.load(row), request)
        if not plan.refused:
            return plan
    target = request.target or row.where
    sentences = {
        **PROMISES,
        RequestKind.RETRY: "{} is tried again",
        RequestKind.RESOLVE: "{} " + WAYS.get(str(request.data.get("how")), "is decided"),
        RequestKind.EDIT: "{} is changed",
    }
    return Plan(sentences[request.kind].format(target))


async def _without_model(runtime: Runtime, row: RunRow, requests: list[Request], fault: RefusedError) -> bool:
    """A run whose definition no longer fits can still be cancelled; nothing is undone, and the entry says so."""
    refused: list[Refusal] = []
    cancel: Request | None = None
    for request in requests:
        why = await gate(runtime, request) or str(fault)
        if request.kind is not RequestKind.CANCEL or cancel or row.status.ended or why != str(fault):
            refused.append((request, why))
        elif await taken(runtime.journal, request):
            cancel = request
    if cancel is None:
        await _refuse(runtime, row, refused)
        return False
    async with held(runtime, row) as (claimed, _):
        note = "the definition no longer fits the run; nothing was undone"
        data = attributed(cancel, {"reason": "", "undone": [], "note": note})
        entry = Entry(row.id, claimed.seq + 1, runtime.clock.now(), EntryKind.CANCELLED, data=data, by=cancel.by)
        await runtime.journal.append(claimed, claimed.epoch, [entry])
        await close_refused(runtime, refused)
    return True


async def free_if_dead(runtime: Runtime, row: RunRow) -> bool:
    """Whether nobody drives the run; frees it from an owner that died."""
    if row.owner is None:
        return True
    if row.owner == runtime.number:
        return not runtime.has(row.id)
    state = await _owner_state(runtime, row)
    if state is Liveness.DEAD:
        await runtime.journal.retire(row.owner)
        return True
    return False


async def _is_stalled(runtime: Runtime, row: RunRow) -> bool:
    return await _owner_state(runtime, row) is Liveness.STALLED


async def _owner_state(runtime: Runtime, row: RunRow) -> Liveness:
    for owner in await runtime.journal.owners():
        if owner.number == row.owner:
            return liveness(owner, runtime.locks, runtime.clock.now(), runtime.settings.stall_after)
    return Liveness.DEAD
