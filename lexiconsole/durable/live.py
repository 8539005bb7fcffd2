"""LiveContext: the Context that drives a model, first through what the journal holds, then live.

Replay and live are one mechanism. Durable work is made by the model and put down under its key. While the journal still
holds events they are delivered in order; nothing is begun. When it is used up, everything still open begins, in program
order, and from then on outcomes are recorded, committed and delivered in the order of their commits.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NoReturn, TypeVar

from lexiconsole.durable.context import INFER, Progress, RunInfo
from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.host import Host
from lexiconsole.durable.policy import ONCE, StepPolicy, StepRole
from lexiconsole.durable.question import Question
from lexiconsole.durable.schedule import Schedule, Strand
from lexiconsole.durable.step import in_step
from lexiconsole.durable.steps import Step
from lexiconsole.durable.work import Ask, Branch, Child, Choice, Receive, Sleep, Work
from lexiconsole.errors import (
    ContextMisuseError,
    LexiconsoleError,
    ReplayMismatchError,
    RunCancelled,
    StepError,
    ValueNotStorableError,
)
from lexiconsole.types import Instant, Json, JsonObject

__all__ = ["ID_LETTERS", "Exhausted", "LiveContext", "Renewed", "child_id", "idempotency_key"]

K = TypeVar("K")
T = TypeVar("T")
W = TypeVar("W", bound=Work)


class Renewed(BaseException):
    """How `renew` leaves the model; carries the encoded state. Not an error and never seen outside the driver."""

    def __init__(self, state: Json) -> None:
        super().__init__("renewed")
        self.state = state


class Exhausted(LexiconsoleError):
    """A dry replay reached the end of the journal without running anything."""


def idempotency_key(run_id: str, generation: int, key: str) -> str:
    """`RUN/key`, with the generation behind the run's id once it was renewed."""
    return f"{run_id}~{generation}/{key}" if generation else f"{run_id}/{key}"


def child_id(run_id: str, generation: int, key: str) -> str:
    """The id a child run has in any process that starts it: twelve letters from its parent and key."""
    digest = hashlib.sha256(idempotency_key(run_id, generation, key).encode()).digest()
    return "".join(ID_LETTERS[byte % 32] for byte in digest[:12])


ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing in it is mistaken for something else when read aloud."""


async def _left_to_origin() -> None:
    """A fork leaves the effects it inherited to the run that made them."""
    step = in_step.get()
    if step is not None:
        step.write("left alone: the effect belongs to the run this one was forked from")


def _as_work(durable: Any) -> Work:
    if not isinstance(durable, Work):
        raise ContextMisuseError(
            f"{type(durable).__name__} is nothing durable; wait for what ctx.step(), ask(), sleep() and the others gave back"
        )
    return durable


class LiveContext:
    """One generation of one run. `drive` runs the model to its end; `apply` brings in what happened outside."""

    def __init__(
        self,
        run: RunInfo,
        host: Host,
        history: History | None = None,
        *,
        dry: bool = False,
        lenient: bool = False,
        inherited: Mapping[str, str] | None = None,
    ) -> None:
        """`dry` stops where the journal ends, running nothing (Exhausted comes out of `drive`); `lenient` passes over what
        the model does not ask for. `inherited` maps keys that a fork took over to their idempotency keys."""
        self._run, self.host, self.dry, self.lenient = run, host, dry, lenient
        self.journaled = host.journaled
        self.history = history or History()
        self.schedule = Schedule()
        self.main = Strand()
        self.strands: dict[asyncio.Task[Any], Strand] = {}
        self.open: dict[str, Work] = {}
        self.live = self.history.new and not dry
        self.paused = self.history.paused
        self.closed = False
        self.fault: BaseException | None = None
        self.seq = self.history.last_seq
        self.undone: list[str] = []
        self._keys: set[str] = set()
        self._fresh: list[Work] = []
        self._dropped: list[Work] = []
        self._next = 0
        self._order = 0
        self._resume: asyncio.Future[None] | None = None
        self._changed: asyncio.Future[None] | None = None
        self._inherited = inherited or {}
        self._frontier: frozenset[str] = frozenset()

    # the protocol

    @property
    def run(self) -> RunInfo:
        return self._run

    def step(
        self,
        key: str,
        call: Callable[[], Any],
        *,
        policy: StepPolicy = ONCE,
        role: StepRole = StepRole.ACTION,
        returns: Any = INFER,
    ) -> Step:
        strand = self._here(key)
        address = strand.prefix + key
        if role is StepRole.COMPENSATION and address.replace("undo/", "", 1) in self._inherited:
            call, returns = _left_to_origin, None
        return self._add(Step(self, address, call, policy, role, returns), strand)

    def choose(self, key: str, pick: Callable[[], Any], *, returns: Any = INFER) -> Choice:
        strand = self._here(key)
        return self._add(Choice(self, strand.prefix + key, pick, returns), strand)

    def now(self, key: str = "now") -> Choice:
        return self.choose(key, self.host.clock.now)

    def ask(self, key: str, question: Question) -> Ask:
        strand = self._here(key)
        return self._add(Ask(self, strand.prefix + key, question), strand)

    def receive(self, key: str, name: str) -> Receive:
        strand = self._here(key)
        return self._add(Receive(self, strand.prefix + key, name), strand)

    def sleep(self, key: str, until: Instant | datetime | timedelta) -> Sleep:
        strand = self._here(key)
        return self._add(Sleep(self, strand.prefix + key, until), strand)

    def child(self, key: str, definition: Any, input: Any = None) -> Child:
        strand = self._here(key)
        return self._add(Child(self, strand.prefix + key, definition, input), strand)

    def branch(self, key: str, body: Callable[[], Awaitable[Any]]) -> Branch:
        strand = self._here(key)
        return self._add(Branch(self, strand.prefix + key, body, strand.shield), strand)

    async def first(self, waiting: Mapping[K, Any]) -> K:
        if not waiting:
            raise ContextMisuseError("first() was given nothing to wait for")
        works = {name: _as_work(work) for name, work in waiting.items()}
        await self._wait(list(works.values()), need_all=False)
        return min((name for name, work in works.items() if work.settled), key=lambda name: works[name].order)

    async def all(self, waiting: Sequence[Any]) -> list[Any]:
        works = [_as_work(work) for work in waiting]
        if works:
            await self._wait(works, need_all=True)
        return [work.result() for work in works]

    def drop(self, durable: Any, reason: str) -> None:
        work = _as_work(durable)
        if work.settled or work.dropped:
            return
        self._drop(work, reason)

    def renew(self, state: Any) -> NoReturn:
        strand = self._here("renew")
        if strand is not self.main:
            raise ContextMisuseError("renew() in a branch: only the model itself can begin a new generation")
        raise Renewed(self.host.codec.encode(state, INFER, "renew"))

    @asynccontextmanager
    async def shielded(self) -> AsyncIterator[None]:
        strand = self._here("shielded")
        strand.shield += 1
        try:
            yield
        finally:
            strand.shield -= 1

    def note(self, event: Progress) -> None:
        if self.live:
            self.host.note(event)

    def idempotency_key(self, key: str) -> str:
        return self.idempotency_key_of(self._here(key).prefix + key)

    # making and waiting

    def _here(self, key: str) -> Strand:
        try:
            task = asyncio.current_task()
        except RuntimeError:
            task = None
        strand = self.main if task is self.main.task else self.strands.get(task)  # type: ignore[arg-type]
        if strand is None or task is None:
            raise ContextMisuseError(
                f"{key!r} was asked of the context from outside the model's own sequence; start work side by side with "
                "ctx.branch(), wait for several with ctx.first() or ctx.all(), and make no asyncio tasks around them"
            )
        if strand.busy:
            raise ContextMisuseError(
                f"{key!r} was asked of the context inside a step; do it in the workflow, beside the step"
            )
        return strand

    def _add(self, work: W, strand: Strand) -> W:
        key = work.key
        if key in self._keys:
            raise ContextMisuseError(
                f"the key {key!r} is used twice in this run; a second visit has a key of its own, {key}#2"
            )
        if not key or len(key) > 200 or not key.isprintable():
            raise ContextMisuseError(f"{key[:40]!r} is no key: up to 200 printable characters")
        self._keys.add(key)
        self.open[key] = work
        self._fresh.append(work)
        work.shielded = strand.shield > 0
        work.withdrawn = self.schedule.cancelled is not None and not work.shielded
        return work

    async def alone(self, work: Work) -> Any:
        """Waiting for one thing. If nothing else is going on it is done right here, without a task."""
        strand = self._here(work.key)
        if (
            self.live
            and work.inline
            and not work.begun
            and strand is self.main
            and len(self.open) == 1
            and not self.paused
            and not self.schedule.inbox
            and (self.schedule.cancelled is None or strand.shield)
        ):
            self._fresh.clear()
            work.begun = strand.busy = True
            try:
                await work.run()  # type: ignore[attr-defined]
            except LexiconsoleError as fault:
                self.broke(fault)
                raise asyncio.CancelledError from None  # the run stops here, whatever the model would catch
            finally:
                strand.busy = False
            if work.settled:
                return work.result()
        await self._wait((work,), need_all=False)
        return work.result()

    async def _wait(self, works: Sequence[Work], *, need_all: bool) -> None:
        strand = self._here("a wait")
        for work in works:
            if work.dropped:
                raise ContextMisuseError(f"{work.key!r} was dropped; there is nothing to wait for")
        if not self.live:
            self._begin_branches()
        else:
            if not any(event.kind is EntryKind.CANCEL for event in self.schedule.inbox):
                self._begin_fresh()
            if self.schedule.cancelled is not None and strand.shield:
                self._begin_withheld(works)
        await self.schedule.wait(strand, works, need_all=need_all, pump=self.pump)

    def _begin_fresh(self) -> None:
        cancelled = self.schedule.cancelled is not None
        fresh, self._fresh = self._fresh, []
        for work in fresh:
            if work.begun or work.dropped or (cancelled and not work.shielded):
                continue  # after a cancel nothing unshielded begins; the wait for it raises
            work.begun = True
            work.begin()

    def _begin_branches(self) -> None:
        """A branch has no entry of its own: its sequence runs in a replay too, and asks for what the journal holds."""
        for work in self._fresh:
            if isinstance(work, Branch) and not work.begun and not work.dropped:
                work.begun = True
                work.begin()

    def _begin_withheld(self, works: Sequence[Work]) -> None:
        """A model that tidies up waits for what a cancel kept from beginning: a step tells so, the rest begins now."""
        for work in works:
            if not work.begun and not work.settled:
                if isinstance(work, Step):
                    self._settle_unbegun(work)
                else:
                    work.begun = True
                    work.begin()

    # delivery

    def pump(self) -> None:
        """Hands over events while nothing moves; with none left, replay ends or the run rests."""
        schedule = self.schedule
        while schedule.moving == 0 and not self.closed:
            event = self._next_event()
            if event is not None:
                self._deliver(event)
            elif not self.live:
                self._go_live()
            else:
                self.check_blocked()
                return

    def _next_event(self) -> Entry | None:
        events = self.history.events
        if self._next < len(events):
            if self.lenient:
                return self._next_asked_for()
            self._next += 1
            return events[self._next - 1]
        return self.schedule.inbox.popleft() if self.live and self.schedule.inbox else None

    @property
    def asked(self) -> frozenset[str]:
        """Every key the model asked for so far."""
        return frozenset(self._keys)

    def _next_asked_for(self) -> Entry | None:
        events = self.history.events
        for index in range(self._next, len(events)):
            event = events[index]
            if event.kind is EntryKind.CANCEL or event.key in self.open:
                del events[index]
                return event
        return None

    def _deliver(self, event: Entry) -> None:
        if event.kind is EntryKind.CANCEL:
            self._cancel(event)
            return
        work = self.open.get(event.key)
        if work is None:
            if event.key not in self._keys:
                self._mismatch(event.key, f"an entry {event.kind}", self._wanted())
            return  # dropped, or settled before: the first outcome stands
        if event.kind not in work.settled_by:
            self._mismatch(event.key, f"an entry {event.kind}", work.word)
            return
        try:
            work.settle(event)
        except ValueNotStorableError as fault:
            self._mismatch(event.key, str(fault), f"{work.word} of another type")
            return
        self.settled(work)

    def settled(self, work: Work) -> None:
        """The work has its outcome: whoever waited for it moves."""
        work.settled = True
        if isinstance(work, Step) and work.role is StepRole.COMPENSATION and work.value.is_ok():
            self.undone.append(work.key)
        self._order += 1
        work.order = self._order
        self.open.pop(work.key, None)
        if work.dropped and work in self._dropped:
            self._dropped.remove(work)
        self.schedule.wake()
        self._tell_change()

    def _cancel(self, event: Entry) -> None:
        if self.schedule.cancelled is not None:
            return
        self.schedule.cancelled = RunCancelled(str(event.data.get("reason", "")), by=event.by)
        for work in list(self.open.values()):
            if isinstance(work, Step) and not work.shielded:
                work.give_up_waiting()
            if isinstance(work, Child) and work.begun and not work.shielded:
                self.host.withdraw_child(work.id, "the parent run was cancelled")
        self.schedule.wake()

    def _go_live(self) -> None:
        """The journal is used up: everything still open begins, in program order."""
        if self.dry:
            self.broke(Exhausted())
            return
        self._check_asked_for()
        self.live = True
        self._frontier = frozenset(self.open)
        if self.closed:
            return
        if self.schedule.cancelled is not None:
            for work in list(self.open.values()):
                if isinstance(work, Step) and not work.shielded and not work.begun:
                    self._settle_unbegun(work)
        self._fresh = [work for work in self.open.values() if not work.begun]
        self._begin_fresh()

    def _check_asked_for(self) -> None:
        """What the journal holds and the model did not ask for belongs to another definition."""
        for event in self.history.events[self._next :]:
            if event.kind is not EntryKind.CANCEL and event.key not in self._keys:
                self._mismatch(event.key, f"an entry {event.kind}", self._wanted())
                return
        for key, record in self.history.records.items():
            if record.opened is not None and not record.ended and not record.dropped and key not in self._keys:
                self._mismatch(key, f"an entry {record.opened.kind}", self._wanted())
                return

    def _settle_unbegun(self, work: Step) -> None:
        """After a cancel nothing unshielded begins. A step that may have begun before a crash has an unknown outcome."""
        work.begun = True
        record = self.history.records.get(work.key)
        begun = (record is not None and record.opened is not None) or self.may_have_begun(work)
        if begun and not work.withdrawn:
            error = StepError(work.key, "the process ended while it ran", type="Interrupted", unknown=True)
        else:
            error = StepError(work.key, "the run was cancelled before it began", type="NotStarted")
        work.spawn(self.commit_outcome(work, EntryKind.STEP_FAILED, {"error": error.to_data()}))

    def check_blocked(self) -> None:
        """Tells the host when everything waits and nothing that runs in this process will go on soon."""
        if self.live and self.journaled and not self.closed and self.schedule.moving == 0 and self.resting():
            self.host.blocked()

    def resting(self) -> bool:
        return not self.schedule.inbox and all(
            work.resting and work.begun
            for work in (*self.open.values(), *self._dropped)
            if not isinstance(work, Branch)
        )

    # recording

    def record(
        self, kind: EntryKind, key: str, data: JsonObject, *, attempt: int = 0, by: str = "", at: Instant | None = None
    ) -> asyncio.Future[None]:
        """Queues one entry of this run."""
        if self.closed or self.dry:
            return asyncio.get_running_loop().create_future()  # put down where it stands: nothing more is written
        self.seq += 1
        entry = Entry(self._run.id, self.seq, self.host.clock.now() if at is None else at, kind, key, attempt, data, by)
        return self.host.record((entry,))

    def last_word(self, kind: EntryKind, data: JsonObject) -> asyncio.Future[None]:
        """Records how the run ends, parks or is renewed, after the model was put down."""
        self.close()
        self.seq += 1
        return self.host.record((Entry(self._run.id, self.seq, self.host.clock.now(), kind, data=data),))

    async def commit_outcome(
        self, work: Work, kind: EntryKind, data: JsonObject, *, attempt: int = 0, by: str = ""
    ) -> None:
        """Records an outcome, waits for the disk, and hands it over in its turn."""
        if self.closed or work.settled:
            return
        work.busy = True
        self.seq += 1
        entry = Entry(self._run.id, self.seq, self.host.clock.now(), kind, work.key, attempt, data, by)
        await self.host.record((entry,))
        self.committed(entry, work)

    def committed(self, entry: Entry, work: Work | None = None) -> None:
        """An outcome is on disk. A step done in the model's own task goes straight on if nothing came before it."""
        if self.closed:
            return
        if work is not None and self.main.busy and not self.schedule.inbox and not work.tasks:
            work.settle(entry)
            self.settled(work)
            return
        if work is not None:
            work.recorded = True
        if work is not None and work.dropped:
            self._dropped.remove(work)
            self._tell_change()
            self.check_blocked()
            return
        self.schedule.inbox.append(entry)
        self.pump()

    async def guard(self, body: Awaitable[None]) -> None:
        """A fault in the engine's own part of a work stops the run; the driver hears of it."""
        try:
            await body
        except asyncio.CancelledError:
            raise
        except BaseException as fault:
            self.broke(fault)

    def broke(self, fault: BaseException) -> None:
        """The run can not go on in this process; what was not committed did not happen."""
        if self.fault is None:
            self.fault = fault
        self.close()

    def _mismatch(self, key: str, recorded: str, asked: str) -> None:
        self.broke(ReplayMismatchError(self._run.id, key, recorded, asked))

    def _wanted(self) -> str:
        open_keys = [f"{work.word} {key!r}" for key, work in self.open.items() if not isinstance(work, Branch)]
        return (
            " and ".join(open_keys[:3]) + (" and more" if len(open_keys) > 3 else "") if open_keys else "nothing more"
        )

    # what happens outside

    def apply(self, entry: Entry) -> None:
        """Takes a committed entry that the runtime wrote for this run: an answer, a signal, a cancel, a resolution."""
        if self.closed:
            return
        match entry.kind:
            case EntryKind.SIGNALLED:
                self.history.add(entry)
                if self.live:
                    self.match_signals()
            case EntryKind.PAUSED:
                self.paused = True
                self.check_blocked()
            case EntryKind.RESUMED:
                self.paused = False
                for work in self.open.values():
                    if isinstance(work, Step):
                        work.held = False
                if self._resume is not None and not self._resume.done():
                    self._resume.set_result(None)
            case EntryKind.RETRIED:
                work = self.open.get(entry.key)
                if isinstance(work, Step):
                    work.hurry()
            case EntryKind.RESOLVED if entry.data["how"] == "again":
                work = self.open.get(entry.key)
                if isinstance(work, Step):
                    work.again()
            case _ if entry.kind in OUTCOMES or entry.kind in (EntryKind.CANCEL, EntryKind.RESOLVED):
                self.committed(entry)
            case _:
                pass  # a refusal: the model does not hear of it

    def match_signals(self) -> None:
        """Gives each signal to the oldest begun `receive` of its name."""
        for work in list(self.open.values()):
            if isinstance(work, Receive) and work.begun and not work.settled and not work.tasks:
                for signal in self.history.signals:
                    if signal.name == work.name:
                        self.history.signals.remove(signal)
                        work.take(signal)
                        break

    async def may_start(self, step: Step) -> None:
        """The gate before an attempt: a paused run starts nothing, and one that may be lost asks first."""
        while self.paused and not self.closed:
            step.held = True
            if self._resume is None or self._resume.done():
                self._resume = asyncio.get_running_loop().create_future()
            self.check_blocked()
            await self._resume
        await self.host.before_step()

    def interrupt(self) -> None:
        """The time for draining after a cancel is up."""
        for work in (*self.open.values(), *self._dropped):
            if isinstance(work, Step) and not work.shielded:
                work.interrupt()

    # from beginning to end

    async def drive(self, body: Callable[[LiveContext], Awaitable[T]]) -> T:
        """Runs the model to its end: what it returns, or what it raises; `Renewed` when it begins a new generation.

        NotOwnedError, StoreError and ReplayMismatchError come out of here too: the run stopped without an ending.
        """
        self.main.task = asyncio.current_task()
        try:
            try:
                value = await body(self)
            except RunCancelled:
                await self._finish(cancelled=True)
                raise
            except Renewed:
                await self._finish(cancelled=False)
                raise
            await self._finish(cancelled=self.schedule.cancelled is not None)
        except asyncio.CancelledError:
            if self.fault is None:
                raise
            if self.main.task is not None:
                self.main.task.uncancel()
        finally:
            self.close()
        if self.fault is not None:
            raise self.fault
        return value

    async def _finish(self, *, cancelled: bool) -> None:
        """Nothing may be left behind: after a cancel it is withdrawn or drained, otherwise it is a fault of the model."""
        if not self.live and not self.lenient:
            self._check_asked_for()
            self.live = not self.dry
        if self.closed:
            await asyncio.sleep(0)  # a cancel that `broke` asked for is taken here, not at the next wait of whoever drives
            raise asyncio.CancelledError
        for work in [work for work in self.open.values() if work.begun or not cancelled]:
            if not cancelled:
                raise ContextMisuseError(
                    f"the workflow returned while {work.word} {work.key!r} was open; await it or drop it"
                )
            if work.passive and not isinstance(work, Child):
                self._drop(work, "the run was cancelled")
        while any(work.begun and not work.doubtful for work in (*self.open.values(), *self._dropped)):
            self._changed = asyncio.get_running_loop().create_future()
            self.schedule.moving = 0
            self.pump()
            if any(work.begun and not work.doubtful for work in (*self.open.values(), *self._dropped)):
                await self._changed

    def _drop(self, work: Work, reason: str) -> None:
        if work.dropped:
            return  # with the branch around it
        work.dropped = True
        self.open.pop(work.key, None)
        if isinstance(work, Branch):
            for key, inner in list(self.open.items()):
                if key.startswith(work.strand.prefix):
                    self._drop(inner, reason)
            work.stop()
            return
        record = self.history.records.get(work.key)
        if self.journaled and not (record is not None and record.dropped):
            self.record(EntryKind.DROPPED, work.key, {"reason": reason})
        if isinstance(work, Child) and work.begun:
            self.host.withdraw_child(work.id, reason)
        if isinstance(work, Step) and work.begun and not work.resting and not work.recorded:
            self._dropped.append(work)  # it is drained; its result is kept in the journal and handed to nobody
            work.give_up_waiting()
        else:
            work.stop()

    def strand_ended(self, branch: Branch) -> None:
        self.schedule.moving -= 1
        if self.closed:
            return
        if not branch.dropped:
            self.settled(branch)
        self.pump()

    def _tell_change(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)

    def close(self) -> None:
        """Puts the run down where it stands. What its code does on the way out is not written."""
        if self.closed:
            return
        self.closed = True
        for work in (*self.open.values(), *self._dropped):
            work.stop()
        task = self.main.task
        if self.fault is not None and task is not None and not task.done():
            task.cancel()

    async def child_in_memory(self, work: Child) -> Any:
        from lexiconsole.durable.memory import run_in_memory

        return await run_in_memory(work.definition, work.input, host=self.host, id=work.id)

    # small facts that works ask for

    def already_open(self, work: Work) -> bool:
        """Whether the journal has the beginning of this work."""
        record = self.history.records.get(work.key)
        if record is None or record.opened is None:
            return False
        if record.opened.kind is not work.opened_by:
            self._mismatch(work.key, f"an entry {record.opened.kind}", work.word)
        return True

    def may_have_begun(self, work: Work) -> bool:
        """Whether an earlier process may have begun it without leaving a trace (starts are written a moment late)."""
        return not self.history.clean and work.key in self._frontier

    def no_more_attempts(self, work: Work) -> bool:
        return self.closed or (self.schedule.cancelled is not None and not work.shielded)

    def idempotency_key_of(self, key: str) -> str:
        return self._inherited.get(key) or idempotency_key(self._run.id, self._run.generation, key)

    def child_id(self, key: str) -> str:
        return child_id(self._run.id, self._run.generation, key)

    def definition_name(self, definition: Any) -> str:
        return str(getattr(definition, "name", None) or getattr(definition, "__name__", type(definition).__name__))
