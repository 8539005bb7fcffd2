"""Rights: whether a person may do what a request asks. The owner of the run asks before it plans the request."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.approval.seats import over
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.durable.people import People
from lexiconsole.types import Instant, Json, JsonObject

__all__ = ["answerers", "identity_refusal", "may_answer", "refusal"]


def refusal(people: People, asked: JsonObject, acts: Sequence[Entry], request: Request) -> str:
    """Why the one who asks may not do this to the question that was `asked`; "" when they may.

    `acts` are the `voted`, `delegated` and `escalated` entries since it was asked. Who may vote, the question's ballot says.
    """
    if reason := identity_refusal(people, request):
        return reason
    if not people.enforced or asked.get("ballot") is not None:  # a ballot knows its seats
        return ""
    who = answerers(people, asked, acts, request.at)
    match request.kind:
        case RequestKind.WITHDRAW if (starters := _texts(asked.get("withdrawers"))) and request.by not in starters:
            return f"{request.by or 'nobody'} did not begin this; {starters[0]} may withdraw it"
        case RequestKind.ANSWER | RequestKind.DELEGATE | RequestKind.ESCALATE if (
            who is not None and request.by not in who
        ):
            verb = "escalate" if request.kind is RequestKind.ESCALATE else "answer"
            return (
                f"{request.by or 'nobody'} may not {verb} this; it is for {', '.join(_named(asked, acts, request.at))}"
            )
        case _:
            return ""


def identity_refusal(people: People, request: Request) -> str:
    """Why this OS user may not act under that name; "" when they may, or when the engine itself asks."""
    if not people.enforced or request.kind is RequestKind.CHILD_ENDED:
        return ""
    sender = request.data.get("from")
    os_user = str(sender.get("os_user", "")) if isinstance(sender, dict) else ""
    if people.may_act_for(os_user, request.by):
        return ""
    return f"{os_user or 'somebody unknown'} may not act for {request.by or 'nobody'}"


def answerers(people: People, asked: JsonObject, acts: Sequence[Entry], at: Instant) -> tuple[str, ...] | None:
    """Who may answer a question at `at`: those it names, their stand-ins, and those it was handed on to. None: anybody."""
    who = _texts(asked.get("who"))
    if not who:
        return None
    found = list(people.members(_named(asked, acts, at)))
    stand_ins = [stand_in for name in found if (stand_in := people.stand_in(name))]
    return tuple(dict.fromkeys([*found, *stand_ins]))


def _named(asked: JsonObject, acts: Sequence[Entry], at: Instant) -> list[str]:
    """The names and roles that a question is for at `at`, those that it was handed on or escalated to with them."""
    names = _texts(asked.get("who"))
    for act in acts:
        if act.kind is EntryKind.DELEGATED and not over(act.data.get("until"), at):
            names.append(str(act.data.get("to", "")))
        elif act.kind is EntryKind.ESCALATED:
            names += _texts(act.data.get("to"))
    return list(dict.fromkeys(names))


def may_answer(people: People, asked: JsonObject, by: str) -> bool:
    """Whether the question that was `asked` is for that operator, as far as it says for whom it is."""
    who = answerers(people, asked, (), 0.0) if people.enforced else None
    return who is None or by in who


def _texts(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
