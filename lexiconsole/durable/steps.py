"""Step: durable work that calls something. Attempts, pauses between them, intent before effect, and doubt after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.attempts import Failure, attempt, describe
from lexiconsole.durable.codec import returns_of
from lexiconsole.durable.context import INFER
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.policy import OnUnknown, StepPolicy, StepRole
from lexiconsole.durable.step import StepInfo
from lexiconsole.durable.work import Work
from lexiconsole.errors import StepError, ValueNotStorableError
from lexiconsole.result import Err, Ok
from lexiconsole.types import Instant, JsonObject

if TYPE_CHECKING:
    from lexiconsole.durable.live import LiveContext

__all__ = ["LOG_LIMIT", "Step"]

_COMPENSATION, _DONE, _RESOLVED = (
    StepRole.COMPENSATION,
    EntryKind.DONE,
    EntryKind.RESOLVED,
)  # looked up once, not per step

LOG_LIMIT = 8000
"""Characters of a step's output that are kept, from the end."""


class Step(Work):
    __slots__ = (
        "attempt", "call", "doubted", "held", "interrupted", "last", "lingering", "log", "nap", "policy", "retry_at", "returns",
        "role", "running", "shown", "spent", "started_at", "undoes", "unknown",
    )  # fmt: skip

    word = "a step"
    settled_by = frozenset({EntryKind.DONE, EntryKind.STEP_FAILED, EntryKind.SKIPPED, EntryKind.RESOLVED})
    opened_by = EntryKind.STARTED
    inline = True
    passive = False

    def __init__(
        self, ctx: LiveContext, key: str, call: Callable[[], Any], policy: StepPolicy, role: StepRole, returns: Any
    ) -> None:
        self.ctx, self.key = ctx, key  # with all that Work's own would set: there is one for each step
        self.begun = self.busy = self.recorded = self.settled = self.dropped = self.shielded = self.withdrawn = False
        self.value: Any = None
        self.fault = None
        self.tasks = []
        self.call, self.policy, self.returns = call, policy, returns
        self.role = role
        self.undoes = role is _COMPENSATION
        self.order = self.attempt = self.spent = 0
        self.running = self.shown = self.unknown = self.interrupted = self.doubted = self.held = False
        self.retry_at: Instant | None = None
        self.started_at: Instant = 0.0
        self.last: StepError | None = None
        self.lingering: asyncio.Future[Any] | None = None
        self.nap: asyncio.Task[None] | None = None
        self.log: list[str] | None = None

    # what others ask of it

    def info(self) -> StepInfo:
        return StepInfo(self.ctx.run.id, self.key, self.attempt, self.ctx.idempotency_key_of(self.key))

    def write(self, text: str) -> None:
        if self.log is None:
            self.log = []
        self.log.append(text)
        if len(self.log) > 400:
            self.log = ["".join(self.log)[-LOG_LIMIT:]]

    @property
    def wake_at(self) -> Instant | None:
        return self.retry_at

    @property
    def resting(self) -> bool:
        return not self.busy and (self.doubted or self.held or (self.retry_at is not None and not self.running))

    @property
    def doubtful(self) -> bool:
        return self.doubted

    @property
    def left_in_doubt(self) -> bool:
        """Whether an earlier process began it, it may not be repeated, and nobody knows what came of it."""
        record = self.ctx.history.records.get(self.key)
        begun = record is not None and not record.ended and (record.opened is not None or record.doubt is not None)
        return begun and not self.policy.idempotent

    def result_type(self) -> Any:
        """What the call says it returns, INFER when it does not."""
        return returns_of(self.call) if self.returns is INFER else self.returns

    def show_start(self) -> None:
        """It still runs after a moment: others should see that."""
        if self.running and not self.shown and not self.ctx.closed:
            self.shown = True
            self.ctx.record(EntryKind.STARTED, self.key, {}, attempt=self.attempt, at=self.started_at)

    def hurry(self) -> None:
        """An operator does not want to wait for the next attempt."""
        self.retry_at = None  # at once: while it stands, the run may be parked until then
        if self.nap is not None:
            self.nap.cancel()

    def interrupt(self) -> None:
        """Its time after a cancel is up; what it did is unknown from here on."""
        if self.running and not self.interrupted:
            self.interrupted = True
            tasks: list[asyncio.Task[Any] | None] = [*self.tasks] or [self.ctx.main.task]
            for task in tasks:
                if task is not None:
                    task.cancel()

    def give_up_waiting(self) -> None:
        """The run was cancelled: no further attempt; a failed one stands."""
        if self.nap is not None:
            self.hurry()  # it goes on to its end; it rests no more

    # being tried

    def begin(self) -> None:
        if not self.ctx.journaled:
            self.spawn(self._in_memory())
            return
        self._recall()
        if not self.doubted:
            self.spawn(self._until_settled())

    def run(self) -> Coroutine[Any, Any, bool]:
        """The first attempt, in the model's own task; only what needs another try gets a task of its own."""
        if not self.ctx.journaled:
            return self._in_memory()
        self._recall()
        return self._not_now() if self.doubted or self.retry_at is not None else self._once()

    async def _not_now(self) -> bool:
        return False

    def go_on(self) -> None:
        if not self.doubted:
            self.spawn(self._until_settled())

    def _recall(self) -> None:
        """What the journal knows of earlier attempts: after a crash one may have begun whose end nobody saw."""
        history = self.ctx.history
        record = history.records.get(self.key)
        if record is None:
            self.unknown = not history.clean and self.ctx.may_have_begun(self)
            return
        self.attempt, self.spent, self.retry_at = record.attempt, record.spent, record.retry_at
        self.last = StepError.from_data(self.key, record.error) if record.error else None
        self.unknown = record.unknown or record.opened is not None or self.ctx.may_have_begun(self)
        if record.doubt is not None:
            self.doubted = True
        elif record.opened is not None and not self.policy.idempotent:
            taken_over = record.opened.seq <= self.ctx.history.copied
            why = "the run this one was forked from had begun it" if taken_over else "the process ended while it ran"
            self._doubt(why, record.opened)

    def look_back(self) -> None:
        self.begun = True
        self._recall()

    async def _until_settled(self) -> None:
        while True:
            if self.retry_at is not None and not await self._rest():
                await self._fail(self.last or StepError(self.key, "the run was cancelled before another attempt"))
                return
            if self.ctx.outcome_under_way(self):
                return
            if await self._once():
                return
            if self.doubted:
                return

    async def _rest(self) -> bool:
        """Waits for the next attempt; False when there shall be none."""
        clock = self.ctx.host.clock
        while self.retry_at is not None and (left := self.retry_at - clock.now()) > 0:
            if self.ctx.no_more_attempts(self):
                return False
            self.nap = asyncio.get_running_loop().create_task(clock.sleep(left))
            self.ctx.check_blocked()
            try:
                await asyncio.wait({self.nap})
            except asyncio.CancelledError:
                self.nap.cancel()
                raise
            if self.nap.cancelled():
                break
        self.nap = None
        await self.ctx.host.acts_known()
        if self.ctx.no_more_attempts(self):
            return False
        self.retry_at = None
        return True

    async def _once(self) -> bool:
        """One journaled attempt. True when it settled the step, False when another follows or an operator must say."""
        ctx, policy = self.ctx, self.policy
        if self.lingering is not None:
            await asyncio.wait({self.lingering})
            self.lingering = None
        if ctx.paused or ctx.host.needs_check():
            await ctx.may_start(self)
            if ctx.no_more_attempts(self):
                await self._fail(StepError(self.key, "the run was cancelled before it began", type="NotStarted"))
                return True
        self.attempt += 1
        self.started_at = ctx.host.clock.now()
        if self.undoes or not policy.idempotent:
            self.shown = True
            data: JsonObject = {"undo": True} if self.undoes else {}
            if policy.idempotent:
                ctx.record(EntryKind.STARTED, self.key, data, attempt=self.attempt)
            else:
                await ctx.record(EntryKind.STARTED, self.key, {**data, "intent": True}, attempt=self.attempt)
        else:
            self.shown = False
            ctx.host.watch_start(self)
        got = await self._try()
        if type(got) is Failure:
            return await self._after(got)
        value = got.value if type(got) is Ok else got
        returns, codec = self.result_type(), ctx.host.codec
        try:
            result = codec.encode(value, returns, self.key)
            self.value = Ok(codec.decode(result, returns, self.key))
        except ValueNotStorableError as fault:
            return await self._after(Failure(fault, unknown=True, final=True))
        if not (ctx.closed or self.settled):
            done: JsonObject = {} if result is None else {"result": result}
            entry = ctx.outcome(self, _DONE, self._with_log(done) if self.log else done, self.attempt)
            await ctx.host.record((entry,))
            ctx.committed(entry, self)
        return True

    async def _in_memory(self) -> bool:
        """The same without a journal: nothing is written, nothing is decoded, nobody can be asked."""
        while True:
            self.attempt += 1
            got = await self._try()
            if type(got) is not Failure:
                self.value = got if type(got) is Ok else Ok(got)
                break
            self.spent += 1
            self.unknown = self.unknown or got.unknown
            if self.spent >= self.policy.attempts or self._final(got):
                self.value = Err(self._error(got))
                break
            self.lingering = got.lingering
            if pause := self.policy.backoff.delay(self.spent, self.ctx.host.chance):
                await self.ctx.host.clock.sleep(pause)
            if self.lingering is not None:
                await asyncio.wait({self.lingering})
            if self.ctx.no_more_attempts(self):
                self.value = Err(self._error(got))
                break
        self.ctx.settled(self)
        return True

    def _try(self) -> Awaitable[Any]:
        return attempt(self, self.call, self.policy.timeout, self.ctx.host)

    def cut_off(self, why: asyncio.CancelledError) -> Failure:
        task = asyncio.current_task()
        if self.interrupted and task is not None:
            task.uncancel()
            return Failure(TimeoutError("interrupted after the run was cancelled"), unknown=True, final=True)
        if self.ctx.closed or (task is not None and task.cancelling()):
            raise why
        return Failure(RuntimeError("the step cancelled itself"))

    def survived(self, got: Any) -> Any:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        return Failure(got.cause, unknown=True, final=True) if type(got) is Failure else got

    # after a failed attempt

    async def _after(self, failure: Failure) -> bool:
        """Another attempt (False), a final failure (True), or a doubt (False, and `doubted`)."""
        self.spent += 1
        self.unknown = self.unknown or failure.unknown
        self.lingering = failure.lingering
        error = self.last = self._error(failure)
        if failure.unknown and not self.policy.idempotent and not failure.final:
            if self.policy.unknown is OnUnknown.DOUBT:
                self._doubt(error.message, None)
                return False
        elif not self._final(failure):
            pause = self.policy.backoff.delay(self.spent, self.ctx.host.chance)
            self.retry_at = self.ctx.host.clock.now() + pause
            data: JsonObject = {"error": error.to_data(), "retry_at": self.retry_at}
            self.ctx.record(EntryKind.ATTEMPT_FAILED, self.key, self._with_log(data), attempt=self.attempt)
            return False
        if self.unknown and self.policy.unknown is OnUnknown.DOUBT:
            self._doubt(error.message, None)
            return False
        await self._fail(error)
        return True

    def _final(self, failure: Failure) -> bool:
        if failure.final or self.spent >= self.policy.attempts or self.ctx.no_more_attempts(self):
            return True
        if failure.returned and not isinstance(failure.cause, BaseException):
            return not self.policy.retry_err
        return not isinstance(failure.cause, self.policy.retry_on)

    def _error(self, failure: Failure) -> StepError:
        cause = failure.cause
        if isinstance(cause, Exception) and not (self.ctx.journaled or isinstance(cause, StepError)):
            return StepError.raised(self.key, cause, self.attempt, unknown=self.unknown)  # `describe`, by the short way
        if isinstance(cause, (dict, list)):
            failure = failure._replace(cause=self.ctx.host.codec.masked(cause))
        return describe(self.key, failure, self.attempt, unknown=self.unknown, with_traceback=self.ctx.journaled)

    async def _fail(self, error: StepError) -> None:
        if not self.ctx.journaled:
            self.value = Err(error)
            self.ctx.settled(self)
            return
        data = self._with_log({"error": error.to_data()})
        await self.ctx.commit_outcome(self, EntryKind.STEP_FAILED, data, attempt=self.attempt)

    def _doubt(self, why: str, opened: Entry | None) -> None:
        self.doubted = True
        data: JsonObject = {"why": why}
        if opened is not None:
            data |= {"started_at": opened.at, "started": opened.seq}
        self.ctx.record(EntryKind.DOUBTED, self.key, self._with_log(data), attempt=self.attempt)
        self.ctx.check_blocked()

    def settle_unbegun(self, *, begun: bool) -> None:
        """The run was cancelled and this does not begin any more; `begun` tells that an earlier process may have begun it."""
        if not begun:
            error = StepError(self.key, "the run was cancelled before it began", type="NotStarted")
        else:
            self._recall()
            if not self.doubted and self.policy.unknown is OnUnknown.DOUBT:
                self._doubt("the process ended while it ran", None)
            if self.doubted:
                return
            error = StepError(self.key, "the process ended while it ran", type="Interrupted", unknown=True)
        self.spawn(self._fail(error))

    def again(self) -> None:
        """An operator resolved the doubt: once more."""
        self.doubted = self.unknown = False
        self.retry_at = None
        self.spent = 0
        self.spawn(self._until_settled())

    def _tried_here(self) -> bool:
        """Whether this run itself, not the one it was forked from, has begun it at some time."""
        record = self.ctx.history.records.get(self.key)
        return self.started_at > 0 or (record is not None and record.tried_here)

    def _with_log(self, data: JsonObject) -> JsonObject:
        if self.log:
            data["log"] = "".join(self.log)[-LOG_LIMIT:]
            self.log = None
        return data

    def settle(self, entry: Entry) -> None:
        data = entry.data
        if entry.kind is _RESOLVED and data["how"] == "done" and not self._tried_here():
            self.ctx.leave_to_origin(self.key)
        if self.value is not None:
            return  # decoded when it was made
        if "error" in data:
            self.value = Err(StepError.from_data(self.key, data["error"]))  # type: ignore[arg-type]
            return
        self.value = Ok(self.ctx.host.codec.decode(data.get("result"), self.result_type(), self.key))
