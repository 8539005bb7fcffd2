"""Question: what a person is asked, by whom it may be answered, and until when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request
from lexiconsole.durable.people import People
from lexiconsole.errors import DefinitionError
from lexiconsole.types import Instant, Json, JsonObject

__all__ = ["WITHDRAWN", "Ballot", "OnDue", "Question", "QuestionKind", "Ruling", "shown_digest"]

WITHDRAWN = "Withdrawn"
"""The type of the error with which a question is settled when what it is about was withdrawn."""


class QuestionKind(StrEnum):
    """`input` asks for data, `approval` for a decision, `repair` for an operator after a rollback gave up."""

    INPUT = "input"
    APPROVAL = "approval"
    REPAIR = "repair"


class OnDue(StrEnum):
    """What happens when the due instant comes without an answer. WAIT: nothing, an answer is still taken."""

    WAIT = "wait"
    DEFAULT = "default"
    ESCALATE = "escalate"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a ballot makes of one more act: the reason why not, or the entry it leads to (`answered` when that settles it).

    `sentence` says what happens then: "1 of 2 approvals", "approved; then finance".
    """

    refused: str = ""
    sentence: str = ""
    kind: EntryKind = EntryKind.VOTED
    data: JsonObject = field(default_factory=dict)


class Ballot(Protocol):
    """A question that several people settle by votes. Pure: no clock, no I/O; `people` is who is who at that moment."""

    def to_data(self) -> JsonObject:
        """What the `asked` entry keeps; enough to make the same ballot again."""
        ...

    def rule(self, acts: Sequence[Entry], request: Request, people: People) -> Ruling:
        """What the request leads to, after the `voted`, `delegated` and `escalated` entries so far."""
        ...

    def at_due(self, acts: Sequence[Entry]) -> JsonObject:
        """The value with which it is settled when time runs out."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. `form` is a pydantic model (or any type pydantic knows) or a JSON schema; None takes any JSON.

    `who` are names or `role:NAME`; empty means anybody. `due` is the instant by which an answer is wanted, `remind` are
    seconds before it. `on_due` says what happens then: with `has_default` the question answers itself with `default`,
    else it may go to `escalate_to`, or fail. `initial` are values the form begins with, `details` is what the person is
    shown besides the prompt. With a `ballot` people vote instead of answering. `due_in` is seconds from when it is asked,
    for whoever does not know the time. `withdrawers` are names that may withdraw what it is about instead of answering.
    """

    prompt: str
    form: Any = None
    kind: QuestionKind = QuestionKind.INPUT
    who: tuple[str, ...] = ()
    due: Instant | None = None
    default: Json = None
    has_default: bool = False
    remind: tuple[float, ...] = ()
    on_due: OnDue = OnDue.WAIT
    escalate_to: tuple[str, ...] = ()
    initial: Mapping[str, Json] = field(default_factory=dict)
    details: Json = None
    ballot: Ballot | None = None
    due_in: float | None = None
    withdrawers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        timed = self.due is not None or self.due_in is not None
        if self.has_default and self.on_due is OnDue.WAIT and timed:
            object.__setattr__(self, "on_due", OnDue.DEFAULT)
        if self.due_in is not None and self.due_in <= 0:
            raise DefinitionError(f"{self.prompt!r}: due_in is seconds from when it is asked and must be more than 0")
        if self.on_due is not OnDue.WAIT and not timed:
            raise DefinitionError(f"{self.prompt!r}: on_due={self.on_due} needs a due instant")
        if self.on_due is OnDue.DEFAULT and not self.has_default:
            raise DefinitionError(f"{self.prompt!r}: on_due=default needs a default; give it, with has_default=True")
        if self.on_due is OnDue.ESCALATE and not self.escalate_to:
            raise DefinitionError(f"{self.prompt!r}: on_due=escalate needs escalate_to, names or role:NAME")
        if any(seconds <= 0 for seconds in self.remind):
            raise DefinitionError(f"{self.prompt!r}: remind are seconds before the due instant and more than 0")
        if isinstance(self.form, dict) and (fault := _schema_fault(_compact(self.form))):
            raise DefinitionError(f"{self.prompt!r}: the form is no JSON schema: {fault}")

    def schema(self) -> Json:
        """The form as JSON schema, None when any JSON will do."""
        if self.form is None:
            return None
        if isinstance(self.form, dict):
            return self.form
        from pydantic import BaseModel, TypeAdapter  # whoever only reads questions does without it

        if isinstance(self.form, type) and issubclass(self.form, BaseModel):
            return self.form.model_json_schema()
        return TypeAdapter(self.form).json_schema()

    def due_at(self, now: Instant) -> Instant | None:
        """The instant by which an answer is wanted, if it is asked now."""
        return now + self.due_in if self.due is None and self.due_in is not None else self.due

    def to_data(self, now: Instant = 0.0) -> JsonObject:
        """What the `asked` entry keeps when it is asked now."""
        data: JsonObject = {"prompt": self.prompt, "kind": self.kind.value}
        if self.form is not None:
            data["form"] = self.schema()
        if self.who:
            data["who"] = list(self.who)
        if (due := self.due_at(now)) is not None:
            data["due"] = due
        if self.has_default:
            data["default"] = self.default
        if self.remind:
            data["remind"] = list(self.remind)
        if self.on_due is not OnDue.WAIT:
            data["on_due"] = self.on_due.value
        if self.escalate_to:
            data["escalate_to"] = list(self.escalate_to)
        if self.initial:
            data["initial"] = dict(self.initial)
        if self.details is not None:
            data["details"] = self.details
        if self.ballot is not None:
            data["ballot"] = self.ballot.to_data()
        if self.withdrawers:
            data["withdrawers"] = list(self.withdrawers)
        return data


def _compact(schema: Json) -> bytes:
    from pydantic_core import to_json

    return to_json(schema, fallback=str)


@lru_cache(maxsize=128)
def _schema_fault(schema: bytes) -> str:
    """What is wrong with a JSON schema, found before anybody is asked to fill it in; "" when it is one."""
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(json.loads(schema), format_checker=FormatChecker())
    except SchemaError as fault:
        place = ".".join(str(part) for part in fault.absolute_path)
        return f"{place}: {fault.message}" if place else fault.message
    return ""


def shown_digest(data: JsonObject, acts: Sequence[Entry]) -> str:
    """The SHA-256, in hex, of what a person was shown: the `asked` data and what others did to the task so far."""
    told = [[act.kind.value, act.by, {k: v for k, v in act.data.items() if k != "request"}] for act in acts]
    return hashlib.sha256(_canonical({"asked": data, "acts": told})).hexdigest()


def _canonical(value: Any) -> bytes:
    """JSON with sorted names, so that the same facts have the same digest in every process."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
