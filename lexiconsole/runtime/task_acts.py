"""What people may do to an open question: answer it, vote on it, hand it on, escalate it, take it back."""

from __future__ import annotations

from typing import Any

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.durable.live import LiveContext
from lexiconsole.durable.question import Ballot
from lexiconsole.durable.work import Ask
from lexiconsole.errors import ValueNotStorableError, nearest
from lexiconsole.runtime.interventions import Plan
from lexiconsole.runtime.rights import refusal
from lexiconsole.types import Json, JsonObject

__all__ = ["TASK_ACTS", "plan_task"]

TASK_ACTS = frozenset(
    {
        RequestKind.ANSWER,
        RequestKind.VOTE,
        RequestKind.DELEGATE,
        RequestKind.ASK_INFO,
        RequestKind.ESCALATE,
        RequestKind.WITHDRAW,
    }
)


def plan_task(ctx: LiveContext, request: Request) -> Plan:
    """The one entry that the act leads to, or why it is refused; nothing else changes."""
    work = ctx.open.get(request.target)
    if not isinstance(work, Ask) or not work.begun or ctx.outcome_under_way(work):
        return Plan(refused=_no_question(ctx, request.target))
    asked = work.opened
    if asked is None:
        return Plan(refused=f"{request.target} is being asked just now; try again in a moment")
    looked_at = request.data.get("asked")
    if looked_at is not None and looked_at != asked.seq:
        return Plan(refused=f"{request.target} was asked anew since you looked (entry {asked.seq}); look at it again")
    if reason := refusal(ctx.host.people, asked.data, work.acts, request, ctx.run.started_by):
        return Plan(refused=reason)
    ballot = work.question.ballot
    return _answer(work, request) if ballot is None else _vote(work, ballot, request)


def _vote(work: Ask, ballot: Ballot, request: Request) -> Plan:
    ruling = ballot.rule(work.acts, request, work.ctx.host.people)
    if ruling.refused:
        return Plan(refused=ruling.refused)
    data: JsonObject = {**ruling.data, **_shown(request)}
    if request.kind is RequestKind.VOTE and work.question.form is not None and request.data.get("verdict") == "approve":
        if reason := _misfit(work, request.data.get("value")):
            return Plan(refused=reason)
        data["given"] = request.data.get("value")
    return Plan(ruling.sentence, writes=((ruling.kind, work.key, data),))


def _answer(work: Ask, request: Request) -> Plan:
    key, data = work.key, request.data
    match request.kind:
        case RequestKind.ANSWER:
            if reason := _misfit(work, data.get("value")):
                return Plan(refused=reason)
            answer: JsonObject = {"value": data.get("value"), **_shown(request)}
            return Plan(f"{key} is answered", writes=((EntryKind.ANSWERED, key, answer),))
        case RequestKind.DELEGATE:
            return _hand_on(work, request)
        case RequestKind.ESCALATE:
            to = list[Json](work.question.escalate_to)
            if not to:
                return Plan(refused=f"{key} has nobody to escalate to")
            if any(act.kind is EntryKind.ESCALATED for act in work.acts):
                return Plan(refused=f"{key} is escalated to {', '.join(map(str, to))} already")
            escalated: JsonObject = {"to": to, "why": "asked"}
            return Plan(f"{', '.join(map(str, to))} may answer too", writes=((EntryKind.ESCALATED, key, escalated),))
        case _:
            return Plan(refused=f"{key} is a question, not an approval; answer it")


def _hand_on(work: Ask, request: Request) -> Plan:
    people, to = work.ctx.host.people, str(request.data.get("to", ""))
    if not people.enforced:
        return Plan(refused="no operators are configured, so anybody may answer; there is nobody to hand it to")
    if not work.question.who:
        return Plan(refused=f"{work.key} may be answered by anybody; there is no need to hand it on")
    if not people.members([to]):
        return Plan(refused=f"{to or 'nobody'} is no operator; a question is handed to somebody who is configured")
    if to == request.by:
        return Plan(refused=f"{to} may answer it already")
    handed: JsonObject = {"from": request.by, "to": to}
    return Plan(f"{to} may answer too", writes=((EntryKind.DELEGATED, work.key, handed),))


def _misfit(work: Ask, value: Json) -> str:
    """Why the answer does not fit the form, field by field; "" when it does."""
    try:
        work.accepted(value)
    except ValueNotStorableError as fault:
        return f"the answer does not fit: {fault.reason}; the question stays open"
    return ""


def _shown(request: Request) -> JsonObject:
    return {name: request.data[name] for name in ("shown", "from", "signature") if request.data.get(name)}


def _no_question(ctx: LiveContext, target: str) -> str:
    questions = [key for key, work in ctx.open.items() if isinstance(work, Ask)]
    record: Any = ctx.history.records.get(target)
    if record is not None and record.opened is not None and target not in ctx.open:
        return f"{target} is decided already; nothing was changed"
    close = nearest(target, questions)
    hint = f"; did you mean {close!r}?" if close else "; it may have been answered already"
    return f"there is no open question {target!r}{hint}"
