"""What people may do to an open question: answer it, vote on it, hand it on, escalate it, take it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lexiconsole.approval.ballot import LevelBallot
from lexiconsole.approval.seats import is_time_to_come
from lexiconsole.durable.ask import Ask
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request, RequestKind, TaskRow
from lexiconsole.durable.live import LiveContext
from lexiconsole.durable.people import People
from lexiconsole.durable.question import WITHDRAWN, Ballot
from lexiconsole.errors import InvalidInputError, nearest
from lexiconsole.runtime.interventions import Plan
from lexiconsole.runtime.rights import answerers, refusal
from lexiconsole.types import Json, JsonObject

__all__ = ["plan_task", "plan_task_at_rest"]


def plan_task(ctx: LiveContext, request: Request) -> Plan:
    """The one entry that the act leads to, or why it is refused; nothing else changes."""
    work = ctx.open.get(request.target)
    if not isinstance(work, Ask) or not work.begun or ctx.outcome_under_way(work):
        return Plan(refused=_no_question(ctx, request.target))
    if work.opened is None:
        return Plan(refused=f"{request.target} is being asked just now; try again in a moment")
    task = Asked(work.opened, work.acts, work.question.ballot, work.accepted)
    return task.plan(ctx.host.people, request)


def plan_task_at_rest(people: People, tasks: Sequence[TaskRow], request: Request) -> Plan:
    """The same for a run that nobody drives, from what its journal says; the form is looked at when the act is done."""
    row = next((task for task in tasks if task.key == request.target), None)
    if row is None:
        return Plan(refused=_unknown(request.target, [task.key for task in tasks]))
    entry = Entry(row.run_id, row.seq, row.asked_at, EntryKind.ASKED, row.key, data=row.data)
    data = row.data.get("ballot")
    ballot = LevelBallot.from_data(data) if isinstance(data, dict) else None
    return Asked(entry, row.acts, ballot, None).plan(people, request)


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question: its `asked` entry, what people did since, its ballot, and what checks an answer."""

    entry: Entry
    acts: Sequence[Entry]
    ballot: Ballot | None
    check: Callable[[Json], Any] | None

    def plan(self, people: People, request: Request) -> Plan:
        looked_at = request.data.get("asked")
        if looked_at is not None and looked_at != self.entry.seq:
            return Plan(
                refused=f"{request.target} was asked anew since you looked (entry {self.entry.seq}); look at it again"
            )
        if reason := refusal(people, self.entry.data, self.acts, request):
            return Plan(refused=reason)
        return self._answer(people, request) if self.ballot is None else self._vote(self.ballot, people, request)

    def _vote(self, ballot: Ballot, people: People, request: Request) -> Plan:
        ruling = ballot.rule(self.acts, request, people)
        if ruling.refused:
            return Plan(refused=ruling.refused)
        data: JsonObject = {**ruling.data, **_shown(request)}
        if request.kind is RequestKind.VOTE and "form" in self.entry.data and request.data.get("verdict") == "approve":
            if misfit := self._misfit(request.data.get("value")):
                return misfit
            data["given"] = request.data.get("value")
        return Plan(ruling.sentence, writes=((ruling.kind, self.entry.key, data),))

    def _answer(self, people: People, request: Request) -> Plan:
        key = self.entry.key
        match request.kind:
            case RequestKind.ANSWER:
                value = request.data.get("value")
                answer: JsonObject = {"value": value, **_shown(request)}
                return self._misfit(value) or Plan(f"{key} is answered", writes=((EntryKind.ANSWERED, key, answer),))
            case RequestKind.DELEGATE:
                return self._hand_on(people, request)
            case RequestKind.ESCALATE:
                return self._escalate()
            case RequestKind.WITHDRAW if "withdrawers" in self.entry.data:
                said = str(request.data.get("reason") or "")
                error: JsonObject = {"type": WITHDRAWN, "message": said, "value": request.by}
                told = "the request is withdrawn; nobody is asked any more"
                return Plan(told, writes=((EntryKind.ANSWERED, key, {"error": error, **_shown(request)}),))
            case _:
                return Plan(refused=f"{key} is a question, not an approval; answer it")

    def _hand_on(self, people: People, request: Request) -> Plan:
        key, to = self.entry.key, str(request.data.get("to", ""))
        if not people.enforced:
            return Plan(refused="no operators are configured, so anybody may answer; there is nobody to hand it to")
        who = answerers(people, self.entry.data, self.acts, request.at)
        if who is None:
            return Plan(refused=f"{key} may be answered by anybody; there is no need to hand it on")
        if not people.members([to]):
            return Plan(refused=f"{to or 'nobody'} is no operator; a question is handed to somebody who is configured")
        if to in who:
            return Plan(refused=f"{to} may answer it already")
        handed: JsonObject = {"from": request.by, "to": to}
        if (until := request.data.get("until")) is not None:
            if not is_time_to_come(until, request.at):
                return Plan(refused=f"{key} can only be handed on until a time to come")
            handed["until"] = until
        return Plan(f"{to} may answer too", writes=((EntryKind.DELEGATED, key, handed),))

    def _escalate(self) -> Plan:
        key, to = self.entry.key, self.entry.data.get("escalate_to")
        if not isinstance(to, list) or not to:
            return Plan(refused=f"{key} has nobody to escalate to")
        names = ", ".join(str(one) for one in to)
        if any(act.kind is EntryKind.ESCALATED for act in self.acts):
            return Plan(refused=f"{key} is escalated to {names} already")
        return Plan(f"{names} may answer too", writes=((EntryKind.ESCALATED, key, {"to": to, "why": "asked"}),))

    def _misfit(self, value: Json) -> Plan | None:
        """Why the answer does not fit the form, field by field; None when it does."""
        if self.check is None:
            return None
        try:
            self.check(value)
        except InvalidInputError as fault:
            reasons = "; ".join(f"{field}: {reason}" if field else reason for field, reason in fault.fields.items())
            said = f"the answer does not fit: {reasons}; the question stays open"
            return Plan(refused=said, fields=fault.fields)
        return None


def _shown(request: Request) -> JsonObject:
    return {name: request.data[name] for name in ("shown", "from", "signature") if request.data.get(name)}


def _no_question(ctx: LiveContext, target: str) -> str:
    record = ctx.history.records.get(target)
    asked = [key for key, work in ctx.open.items() if isinstance(work, Ask)]
    if record is not None and record.opened is not None and record.opened.kind is EntryKind.ASKED:
        again = next((key for key in asked if key.partition("#")[0] == target.partition("#")[0]), "")
        return f"{target} is decided already{f' and asked again as {again}' if again else ''}; nothing was changed"
    return _unknown(target, asked)


def _unknown(target: str, questions: Sequence[str]) -> str:
    close = nearest(target, questions)
    hint = f"; did you mean {close!r}?" if close else "; it may have been answered already"
    return f"there is no open question {target!r}{hint}"
