"""The inbox: an open question and what people did to it, as what a face shows. Pure: no clock, no store, no screen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lexiconsole.approval.ballot import LevelBallot
from lexiconsole.approval.seats import ANYBODY
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request, RequestKind, TaskRow
from lexiconsole.durable.people import ROLE, People
from lexiconsole.durable.question import OnDue, QuestionKind, shown_digest
from lexiconsole.runtime.rights import refusal
from lexiconsole.types import Instant, Json, JsonObject
from lexiconsole.views.durations import stamp
from lexiconsole.views.levels import Level, LevelState, Seat, ballot_of, levels_of

__all__ = ["Act", "Level", "LevelState", "Onlooker", "Seat", "Task", "Verb", "for_me", "task_of"]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did to the task, in a sentence without the reason."""

    at: Instant
    by: str
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done to the task: `leads_to` says what follows ("approved; then finance"), `why_not` why I may
    not ("" when I may).
    """

    kind: RequestKind
    verdict: str = ""
    leads_to: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One open question as one person sees it. `id` is RUN:KEY, `seq` that of its `asked` entry, `revision` that of the last
    act. `not_enforced` are rules that nobody checks because there are no operators. `draft` are the texts that were typed
    into the form and not sent, by field. `row` is what all of it is made of.
    """

    id: str
    run_id: str
    name: str
    key: str
    seq: int
    revision: int
    kind: QuestionKind
    prompt: str
    asked_at: Instant
    details: Json = None
    form: JsonObject | None = None
    initial: Mapping[str, Json] = field(default_factory=dict)
    who: tuple[str, ...] = ()
    due: Instant | None = None
    on_due: OnDue = OnDue.WAIT
    remind: tuple[float, ...] = ()
    escalated: bool = False
    initiator: str = ""
    levels: tuple[Level, ...] = ()
    verbs: tuple[Verb, ...] = ()
    acts: tuple[Act, ...] = ()
    not_enforced: tuple[str, ...] = ()
    draft: Mapping[str, str] | None = None
    row: TaskRow | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """The digest of what is shown, which a request carries as `data["shown"]`."""
        return "" if self.row is None else shown_digest(self.row.data, self.row.acts)

    @property
    def level(self) -> Level | None:
        """The level that is asked now."""
        return next((level for level in self.levels if level.state is LevelState.OPEN), None)

    @property
    def why_not(self) -> str:
        """Why I may not decide it; "" when I may."""
        return self.verbs[0].why_not if self.verbs else ""

    @property
    def mine(self) -> bool:
        return not self.why_not


@dataclass(frozen=True, slots=True)
class _Standing:
    """How an approval stands for one person, as far as it follows from its ballot and what was done since."""

    ballot: LevelBallot
    levels: tuple[Level, ...]
    verbs: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody who looks at tasks at one moment, as `me`; `os_user` is who is logged in, if that is to be looked at as well.

    Ten thousand claims that nobody has voted on yet mostly ask the same people the same: that is worked out once.
    """

    people: People
    me: str
    os_user: str = ""
    at: Instant = 0.0
    _untouched: dict[str, _Standing] = field(default_factory=dict, repr=False)

    def task(self, row: TaskRow) -> Task:
        data: dict[str, Any] = row.data
        standing = self._standing(row)
        form = data.get("form")
        return Task(
            id=row.id,
            run_id=row.run_id,
            name=row.name,
            key=row.key,
            seq=row.seq,
            revision=max([row.seq, *(act.seq for act in row.acts)]),
            kind=QuestionKind(data.get("kind", "input")),
            prompt=str(data.get("prompt", "")),
            asked_at=row.asked_at,
            details=data.get("details"),
            form=form if isinstance(form, dict) else None,
            initial=data.get("initial") or {},
            who=tuple(standing.ballot.who if standing is not None else data.get("who", ())),
            due=row.due,
            on_due=OnDue(data.get("on_due", "wait")),
            remind=tuple(data.get("remind", ())),
            escalated=any(act.kind is EntryKind.ESCALATED for act in row.acts),
            initiator=standing.ballot.initiator if standing is not None else "",
            levels=standing.levels if standing is not None else (),
            verbs=standing.verbs if standing is not None else self._verbs(row, None),
            acts=tuple(_act(act) for act in row.acts),
            not_enforced=standing.ballot.not_enforced if standing is not None else (),
            row=row,
        )

    def _standing(self, row: TaskRow) -> _Standing | None:
        data = row.data.get("ballot")
        if not isinstance(data, dict) or row.acts:
            return self._worked_out(row)
        alike = json.dumps(data)
        if alike not in self._untouched and (found := self._worked_out(row)) is not None:
            self._untouched[alike] = found
        return self._untouched.get(alike)

    def _worked_out(self, row: TaskRow) -> _Standing | None:
        ballot = ballot_of(row)
        if ballot is None:
            return None
        return _Standing(ballot, levels_of(ballot, row.acts, self.people, self.at), self._verbs(row, ballot))

    def _verbs(self, row: TaskRow, ballot: LevelBallot | None) -> tuple[Verb, ...]:
        sent: JsonObject = {"from": {"os_user": self.os_user}} if self.os_user else {}
        return _verbs(row, ballot, self.people, self.me, sent, self.at)


def task_of(row: TaskRow, people: People, me: str, *, os_user: str = "", at: Instant = 0.0) -> Task:
    """The task as `me` sees it at `at`; `os_user` is who is logged in, if that is to be looked at as well."""
    return Onlooker(people, me, os_user, at).task(row)


def for_me(tasks: Sequence[Task], *, mine: bool = False, roles: Sequence[str] = ()) -> list[Task]:
    """Those that I may decide, or those that are for one of the roles; due ones first, as they came."""
    wanted = {role if role.startswith(ROLE) else f"{ROLE}{role}" for role in roles}
    return [task for task in tasks if (not mine or task.mine) and (not wanted or wanted & set(task.who))]


def _verbs(
    row: TaskRow, ballot: LevelBallot | None, people: People, me: str, data: JsonObject, at: Instant
) -> tuple[Verb, ...]:
    """What can be done to it, deciding first."""
    if ballot is None:
        request = Request(row.run_id, RequestKind.ANSWER, row.key, data, by=me, at=at)
        verbs = [
            Verb(
                RequestKind.ANSWER,
                leads_to="the run goes on with this answer",
                why_not=refusal(people, row.data, row.acts, request),
            )
        ]
        if people.enforced and row.data.get("who"):
            verbs.append(replace(verbs[0], kind=RequestKind.DELEGATE, leads_to="somebody else may answer too"))
        if row.data.get("escalate_to") and not any(act.kind is EntryKind.ESCALATED for act in row.acts):
            verbs.append(replace(verbs[0], kind=RequestKind.ESCALATE, leads_to=_names(row.data["escalate_to"])))
        if row.data.get("withdrawers"):
            why_not = refusal(people, row.data, row.acts, replace(request, kind=RequestKind.WITHDRAW))
            verbs.append(Verb(RequestKind.WITHDRAW, leads_to="the request is withdrawn", why_not=why_not))
        return tuple(verbs)
    found: list[Verb] = []
    asked: tuple[tuple[RequestKind, JsonObject], ...] = (
        (RequestKind.VOTE, {"verdict": "approve"}),
        (RequestKind.VOTE, {"verdict": "reject"}),
        (RequestKind.ASK_INFO, {"question": "?"}),
        (RequestKind.ESCALATE, {}),
        (RequestKind.WITHDRAW, {}),
    )
    for kind, more in asked:
        request = Request(row.run_id, kind, row.key, {**data, **more}, by=me, at=at)
        why_not = refusal(people, row.data, row.acts, request)
        ruling = ballot.rule(row.acts, request, people)
        found.append(Verb(kind, str(more.get("verdict", "")), ruling.sentence, why_not or ruling.refused))
    if people.enforced and ballot.delegation:
        seat = ballot.seat_of(me, ballot.after(row.acts), people, at)
        why_not = "" if seat else ballot.why_no_seat(me, ballot.after(row.acts), people)
        found.insert(
            2, Verb(RequestKind.DELEGATE, leads_to=f"somebody else may decide for {seat or me}", why_not=why_not)
        )
    return tuple(found)


def _names(value: Json) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else ""


_VOTED = {"approve": "approves", "reject": "rejects", "withdrawn": "takes the vote back"}


def _act(entry: Entry) -> Act:
    data: dict[str, Any] = entry.data
    match entry.kind:
        case EntryKind.VOTED:
            seat = data.get("seat", "")
            placed = f" for {seat}" if seat not in (entry.by, ANYBODY) else ""
            text = _VOTED.get(str(data.get("verdict")), str(data.get("verdict"))) + placed
        case EntryKind.DELEGATED:
            until = data.get("until")
            text = f"hands it to {data.get('to', '')}" + (f" until {stamp(until)}" if until is not None else "")
        case _:
            why = "time ran out" if data.get("why") == "due" else "asked for"
            text = f"goes to {_names(data.get('to'))} as well ({why})"
    return Act(entry.at, entry.by, text, str(data.get("reason", "")))
