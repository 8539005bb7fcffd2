"""Withdrawing: a cancel can be taken back while nobody has taken it up. Whoever is first, the one who does it or the one who
takes it back, wins on the request itself; the other one finds that out before anything is done.
"""

from __future__ import annotations

from dataclasses import replace

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Journal, Request, RequestKind, RequestState, RunRow
from lexiconsole.runtime.interventions import Plan

__all__ = ["is_of_a_cancel", "plan_withdrawal", "taken", "withdraw"]


async def taken(journal: Journal, request: Request) -> bool:
    """Said before a request is done: False when its requester was quicker and took it back."""
    return request.kind is not RequestKind.CANCEL or await journal.take_request(request.id)


def is_of_a_cancel(request: Request) -> bool:
    """Whether this asks to take a cancel back, not a vote."""
    return request.kind is RequestKind.WITHDRAW and not request.target


async def plan_withdrawal(journal: Journal, row: RunRow, by: str) -> Plan:
    """What `withdraw` would do now."""
    waiting = await _waiting(journal, row, by)
    if any(not request.reply for request in waiting):
        return Plan(f"the cancel of {row.id} is taken back; the run goes on", ("nobody has taken it up yet",))
    if waiting or any(entry.kind is EntryKind.CANCEL for entry in await journal.load(row)):
        return Plan(refused=_too_late(row))
    return Plan(refused=f"no cancel of {row.id} by {by} waits to be taken up; nothing was changed")


async def withdraw(journal: Journal, row: RunRow, request: Request) -> Request:
    """Takes the cancels back that the requester asked of the run. Refused when there is none, or one was taken up already."""
    by = request.by
    plan = await plan_withdrawal(journal, row, by)
    if plan.refused:
        return replace(request, state=RequestState.REFUSED, reply=plan.refused)
    done = [await journal.withdraw_request(each.id, f"{by} took it back") for each in await _waiting(journal, row, by)]
    if done and all(done):
        return replace(request, state=RequestState.APPLIED)
    return replace(request, state=RequestState.REFUSED, reply=_too_late(row))


async def _waiting(journal: Journal, row: RunRow, by: str) -> list[Request]:
    requests = await journal.requests(run=row)
    return [each for each in requests if each.kind is RequestKind.CANCEL and each.by == by]


def _too_late(row: RunRow) -> str:
    return f"the cancel of {row.id} was taken up already; nothing was changed"
