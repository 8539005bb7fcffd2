"""Ask: a question to people as durable work. It is settled by an answer, by the vote that decides it, or by time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.answers import accepted
from lexiconsole.durable.context import INFER
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.question import OnDue, Question
from lexiconsole.durable.vault import references
from lexiconsole.durable.work import Work
from lexiconsole.errors import HumanInputRequiredError, InvalidInputError, StepError, ValueNotStorableError
from lexiconsole.types import Instant, Json, JsonObject

if TYPE_CHECKING:
    from lexiconsole.durable.live import LiveContext

__all__ = ["Ask"]

_TIMEOUT = "timeout"
"""Who acted when time ran out."""


class Ask(Work):
    __slots__ = ("question",)

    word = "a question"
    settled_by = frozenset({EntryKind.ANSWERED})
    opened_by = EntryKind.ASKED

    def __init__(self, ctx: LiveContext, key: str, question: Question) -> None:
        super().__init__(ctx, key)
        self.question = question
        if question.has_default:  # it will stand as an answer, so it must be one
            ctx.host.codec.encode(question.default, INFER, f"{key} default")
            self._stored(question.default, f"{key} default")

    @property
    def opened(self) -> Entry | None:
        """The `asked` entry, once it is made."""
        record = self.ctx.history.records.get(self.key)
        return record.opened if record is not None else None

    @property
    def acts(self) -> tuple[Entry, ...]:
        """What people did to it since, without settling it."""
        record = self.ctx.history.records.get(self.key)
        return record.acts if record is not None else ()

    @property
    def wake_at(self) -> Instant | None:
        """When its time runs out, if anything happens by itself then."""
        return None if self.question.on_due is OnDue.WAIT or self._escalated else self.question_due()

    @property
    def _escalated(self) -> bool:
        return self.question.on_due is OnDue.ESCALATE and any(act.kind is EntryKind.ESCALATED for act in self.acts)

    @property
    def doubtful(self) -> bool:
        return self.question.kind == "repair"

    def question_due(self) -> Instant | None:
        opened = self.opened
        return None if opened is None else opened.data.get("due")  # type: ignore[return-value]

    def accepted(self, value: Json) -> Any:
        """The answer as the form's type; raises InvalidInputError with every field that does not fit and why."""
        return accepted(self.question.form, value, self.ctx.host.codec.vault, self.key)

    def _stored(self, value: Json, where: str) -> Any:
        """The same for a value that stands, or shall stand, in the journal."""
        try:
            return self.accepted(value)
        except InvalidInputError as fault:
            reasons = "; ".join(f"{field}: {reason}" if field else reason for field, reason in fault.fields.items())
            raise ValueNotStorableError(where, f"the recorded value does not fit its form: {reasons}") from None

    def begin(self) -> None:
        if not self.ctx.journaled:
            self.fault = HumanInputRequiredError(self.key, self.question.prompt)
            self.ctx.settled(self)
            return
        if not self.ctx.already_open(self):
            now = self.ctx.host.clock.now()
            due = self.question.due_at(now)
            if due is not None and due <= now and not self.ctx.begun_before(self):
                self.spawn(self.ctx.commit_outcome(self, EntryKind.ANSWERED, {"error": _past(due, now)}))
                return
            self.ctx.record_act(EntryKind.ASKED, self.key, self.question.to_data(now))
        if (due := self.wake_at) is not None:
            self.spawn(self._time_out(due))

    async def _time_out(self, due: Instant) -> None:
        """A clock that was put back meanwhile makes it wait again; one that jumped ahead ends it once."""
        clock = self.ctx.host.clock
        while (left := due - clock.now()) > 0:
            await clock.sleep(left)
        await self.ctx.host.acts_known()
        if self.ctx.outcome_under_way(self):
            return
        match self.question.on_due:
            case OnDue.ESCALATE:
                if not self._escalated:
                    to = list[Json](self.question.escalate_to)
                    await self.ctx.record_act(EntryKind.ESCALATED, self.key, {"to": to, "why": "due"}, by=_TIMEOUT)
                    self.ctx.check_blocked()  # nothing here will wake it any more, so it may leave memory
            case OnDue.FAIL:
                await self.ctx.commit_outcome(self, EntryKind.ANSWERED, self._overdue(), by=_TIMEOUT)
            case _:
                await self.ctx.commit_outcome(self, EntryKind.ANSWERED, {"value": self.question.default}, by=_TIMEOUT)

    def _overdue(self) -> JsonObject:
        if self.question.ballot is not None:
            return {"value": self.question.ballot.at_due(self.acts)}
        return {"error": {"type": "TimeoutError", "message": "nobody answered in time"}}

    def settle(self, entry: Entry) -> None:
        error = entry.data.get("error")
        if isinstance(error, dict):
            self.fault = StepError.from_data(self.key, error)
            return
        value = entry.data.get("value")
        self.ctx.revealed.update(filter(None, map(self.ctx.host.codec.vault.get, references(value))))
        self.value = value if self.question.ballot is not None else self._stored(value, self.key)


def _past(due: Instant, now: Instant) -> JsonObject:
    when = datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    message = f"the question was not asked: it is due {when}, {now - due:,.0f} s ago; give a due date in the future"
    return {"type": "DueInThePast", "message": message}
