"""Work: the durables of a live context. Each knows which entries settle it and how it begins; none knows of journals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from lexiconsole.durable.codec import returns_of
from lexiconsole.durable.context import ANY_SIGNAL, INFER
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import Signal
from lexiconsole.durable.schedule import Strand
from lexiconsole.errors import StepError, words_of
from lexiconsole.result import Err, Ok
from lexiconsole.types import Instant, JsonObject

if TYPE_CHECKING:
    from lexiconsole.durable.live import LiveContext

__all__ = ["Branch", "Choice", "Receive", "Sleep", "Work"]


class Work:
    """Durable work: made, begun, then settled with a value or a fault, or dropped."""

    __slots__ = (
        "begun",
        "busy",
        "ctx",
        "dropped",
        "fault",
        "key",
        "order",
        "recorded",
        "settled",
        "shielded",
        "tasks",
        "value",
        "withdrawn",
    )

    word: ClassVar[str] = "work"
    settled_by: ClassVar[frozenset[EntryKind]] = frozenset()
    opened_by: ClassVar[EntryKind | None] = None
    inline: ClassVar[bool] = False
    passive: ClassVar[bool] = True
    """It waits for something outside; the run may leave memory meanwhile."""
    undoes: bool = False
    """Whether it compensates for another."""

    def __init__(self, ctx: LiveContext, key: str) -> None:
        self.ctx, self.key = ctx, key
        self.begun = self.busy = self.recorded = self.settled = self.dropped = self.shielded = self.withdrawn = False
        self.value: Any = None
        self.fault: BaseException | None = None
        self.order = 0
        self.tasks: list[asyncio.Task[None]] = []

    def __await__(self) -> Generator[Any, None, Any]:
        return self.ctx.alone(self).__await__()

    def __repr__(self) -> str:
        return f"<{self.word} {self.key!r}>"

    @property
    def wake_at(self) -> Instant | None:
        """When it goes on by itself, if it does."""
        return None

    @property
    def resting(self) -> bool:
        """Nothing of it runs in this process now."""
        return self.passive and not self.busy

    @property
    def doubtful(self) -> bool:
        return False

    def begin(self) -> None:
        """Starts it, live. Called once, in program order."""
        raise NotImplementedError

    def run(self) -> Coroutine[Any, Any, bool]:
        """`begin` in the model's own task, for what is `inline`; False when it is to `go_on` in a task of its own."""
        raise NotImplementedError

    def go_on(self) -> None: ...

    def settle(self, entry: Entry) -> None:
        """Takes the outcome that the journal holds."""
        raise NotImplementedError

    def look_back(self) -> None:
        self.begun = True  # stands as the journal left it: for who only looks

    def stop(self) -> None:
        """Lets go of whatever waits inside this process for it."""
        for task in self.tasks:
            task.cancel()

    def result(self) -> Any:
        if self.fault is not None:
            raise self.fault
        return self.value

    def spawn(self, body: Any) -> None:
        """A task of the engine's for this work; a fault in it stops the run, never silently."""
        task = asyncio.get_running_loop().create_task(self.ctx.guard(body))
        task.add_done_callback(lambda _: body.close())  # a task that is cancelled before it began never awaited it
        self.tasks.append(task)


class Choice(Work):
    __slots__ = ("pick", "returns")

    word = "a decision"
    settled_by = frozenset({EntryKind.DECIDED})
    inline = True
    passive = False

    def __init__(self, ctx: LiveContext, key: str, pick: Callable[[], Any], returns: Any) -> None:
        super().__init__(ctx, key)
        self.pick, self.returns = pick, returns

    def begin(self) -> None:
        self.spawn(self.run())

    async def run(self) -> bool:
        """Asks once and remembers, also that asking failed."""
        returns = returns_of(self.pick) if self.returns is INFER else self.returns
        data: JsonObject
        try:
            value = self.pick()
            if hasattr(value, "__await__"):
                value = await value
            if isinstance(value, Ok):
                value = value.value
            elif isinstance(value, Err):
                raise value.error if isinstance(value.error, Exception) else StepError(self.key, str(value.error))
            if not self.ctx.journaled:
                self.value = value
                self.ctx.settled(self)
                return True
            data = {"value": self.ctx.host.codec.encode(value, returns, self.key)}
            self.ctx.host.codec.decode(data["value"], returns, self.key)  # what would not come back is a fault now
        except BaseException as fault:
            if not self.ctx.is_outcome(fault):
                raise
            error = step_error(self.key, fault)
            if not self.ctx.journaled:
                self.fault = error
                self.ctx.settled(self)
                return True
            data = {"error": error.to_data()}
        await self.ctx.commit_outcome(self, EntryKind.DECIDED, data)
        return True

    def settle(self, entry: Entry) -> None:
        if "error" in entry.data:
            self.fault = StepError.from_data(self.key, entry.data["error"])  # type: ignore[arg-type]
            return
        returns = returns_of(self.pick) if self.returns is INFER else self.returns
        self.value = self.ctx.host.codec.decode(entry.data.get("value"), returns, self.key)


class Receive(Work):
    __slots__ = ("aside", "expected", "name")

    word = "a signal"
    settled_by = frozenset({EntryKind.RECEIVED})

    def __init__(
        self, ctx: LiveContext, key: str, name: str, expected: Sequence[str] = (), *, aside: bool = False
    ) -> None:
        super().__init__(ctx, key)
        self.name, self.expected, self.aside = name, tuple(expected), aside

    @property
    def wants(self) -> str | list[str]:
        """The name it waits for; of any signal the names that mean something now."""
        return [*self.expected] if self.name == ANY_SIGNAL else self.name

    def fits(self, signal: Signal) -> bool:
        return self.name in (signal.name, ANY_SIGNAL)

    def begin(self) -> None:
        self.ctx.match_signals()

    def take(self, signal: Signal) -> None:
        """This signal is for us: remember which, so that a replay hands over the same one."""
        self.busy = True
        data: JsonObject = {"signal": signal.seq, "name": signal.name, "payload": signal.payload}
        if self.ctx.journaled:
            self.spawn(self.ctx.commit_outcome(self, EntryKind.RECEIVED, data))
        else:
            self.value = signal if self.name == ANY_SIGNAL else signal.payload
            self.ctx.settled(self)

    def settle(self, entry: Entry) -> None:
        self.value = payload = entry.data.get("payload")
        if self.name == ANY_SIGNAL:
            self.value = Signal(str(entry.data.get("name", "")), payload, int(str(entry.data.get("signal", 0))))


class Sleep(Work):
    __slots__ = ("asked", "until")

    word = "a timer"
    settled_by = frozenset({EntryKind.WOKE})
    opened_by = EntryKind.SLEEPING

    def __init__(self, ctx: LiveContext, key: str, until: Instant | datetime | timedelta) -> None:
        super().__init__(ctx, key)
        self.asked = until
        self.until: Instant | None = None

    @property
    def wake_at(self) -> Instant | None:
        return self.until

    def begin(self) -> None:
        record = self.ctx.history.records.get(self.key)
        if self.ctx.already_open(self) and record is not None and record.opened is not None:
            self.until = float(record.opened.data["until"])  # type: ignore[arg-type]
        else:
            self.until = _instant(self.asked, self.ctx.host.clock.now())
            if self.ctx.journaled:
                self.ctx.record(EntryKind.SLEEPING, self.key, {"until": self.until})
        self.spawn(self._sleep(self.until))

    async def _sleep(self, until: Instant) -> None:
        while (left := until - self.ctx.host.clock.now()) > 0:
            await self.ctx.host.clock.sleep(left)
        if self.ctx.journaled:
            await self.ctx.commit_outcome(self, EntryKind.WOKE, {})
        else:
            self.ctx.settled(self)

    def settle(self, entry: Entry) -> None:
        pass


class Branch(Work):
    """A strand of its own. It has no entry: what it comes to follows from the entries of what it did."""

    __slots__ = ("body", "strand")

    word = "a branch"
    passive = True  # what is inside tells for itself whether anything runs

    def __init__(self, ctx: LiveContext, key: str, body: Callable[[], Awaitable[Any]], shield: int) -> None:
        super().__init__(ctx, key)
        self.body = body
        self.strand = Strand(prefix=f"{key}/", shield=shield)

    def begin(self) -> None:
        self.ctx.schedule.moving += 1
        task = asyncio.get_running_loop().create_task(self._run())
        self.strand.task = task
        self.tasks.append(task)
        self.ctx.strands[task] = self.strand
        task.add_done_callback(self._ended)

    async def _run(self) -> None:
        try:
            self.value = await self.body()
        except BaseException as fault:
            if isinstance(fault, asyncio.CancelledError):
                raise
            if self.ctx.is_outcome(fault):
                self.fault = fault
            else:
                self.ctx.broke(fault)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.ctx.strands.pop(task, None)
        if task.cancelled() and not self.dropped and self.fault is None:
            self.fault = RuntimeError(f"the branch {self.key!r} cancelled itself")
        self.ctx.strand_ended(self)

    def settle(self, entry: Entry) -> None:
        raise AssertionError("a branch has no entry")


def _instant(until: Instant | datetime | timedelta, now: Instant) -> Instant:
    if isinstance(until, timedelta):
        return now + until.total_seconds()
    if isinstance(until, datetime):
        if until.tzinfo is None:
            raise ValueError("sleep needs a datetime with a time zone; datetime.now(timezone.utc) has one")
        return until.timestamp()
    return float(until)


def step_error(key: str, fault: BaseException) -> StepError:
    if isinstance(fault, StepError):
        return fault
    error = StepError(key, words_of(fault), type=type(fault).__name__)
    error.__cause__ = fault
    return error
