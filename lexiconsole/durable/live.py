"""LiveContext: the Context that drives a model, first through what the journal holds, then live.

Here is what a model sees: making durable work, waiting for it, and a run from beginning to end. What happens behind is in
`delivery` (which work begins, in which order outcomes reach it) and `recording` (how they get to disk).
"""

from __future__ import annotations

import asyncio
from asyncio import current_task
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from threading import get_ident
from typing import Any, NoReturn, TypeVar

from lexiconsole.durable.addresses import LONGEST_KEY, check_key, child_id, idempotency_key
from lexiconsole.durable.ask import Ask
from lexiconsole.durable.child import Child
from lexiconsole.durable.context import INFER, Chain, Progress, RunInfo
from lexiconsole.durable.delivery import Delivery, Exhausted
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.host import Host
from lexiconsole.durable.people import People
from lexiconsole.durable.policy import ONCE, StepPolicy, StepRole
from lexiconsole.durable.question import Question
from lexiconsole.durable.schedule import Strand
from lexiconsole.durable.step import in_step
from lexiconsole.durable.steps import Step
from lexiconsole.durable.work import Branch, Choice, Receive, Sleep, Work
from lexiconsole.errors import ContextMisuseError, LexiconsoleError, RunCancelled
from lexiconsole.result import Err
from lexiconsole.types import Instant, Json

__all__ = ["Exhausted", "LiveContext", "Renewed"]

_COMPENSATION = StepRole.COMPENSATION

K = TypeVar("K")
T = TypeVar("T")
W = TypeVar("W", bound=Work)


class Renewed(BaseException):
    """How `renew` leaves the model; carries the encoded state. Not an error and never seen outside the driver."""

    def __init__(self, state: Json) -> None:
        super().__init__("renewed")
        self.state = state


class LiveContext(Delivery):
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
        begun: Mapping[str, str] | None = None,
        former: Mapping[str, str] | None = None,
    ) -> None:
        """`dry` stops where the journal ends, running nothing (Exhausted comes out of `drive`); `lenient` passes over what
        the model does not ask for. `inherited` maps keys that a fork took over to their idempotency keys;
        their effects are left alone, None when the fork undoes them. `begun` has those whose effects the origin had begun
        and that must not be repeated. `former` are the names that keys had before a migration.
        """
        super().__init__(run, host, history or History(), dry=dry, lenient=lenient)
        self._inherited, self._begun, self._former = dict(inherited or {}), begun or {}, former or {}
        self._leaves = inherited is not None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    # the protocol

    @property
    def people(self) -> People:
        return self.host.people

    @property
    def elapsed(self) -> float:
        if not self.journaled:
            return self.host.clock.monotonic()
        return 0.0 if self.heard is None else self.history.driven.until(self.heard)

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
        kept = self._inherited
        if role is _COMPENSATION and address not in kept and address.replace("undo/", "", 1) in kept:
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

    def receive(self, key: str, name: str, *, expected: Sequence[str] = (), aside: bool = False) -> Receive:
        strand = self._here(key)
        return self._add(Receive(self, strand.prefix + key, name, expected, aside=aside), strand)

    def sleep(self, key: str, until: Instant | datetime | timedelta) -> Sleep:
        strand = self._here(key)
        return self._add(Sleep(self, strand.prefix + key, until), strand)

    def child(self, key: str, definition: Any, input: Any = None) -> Child:
        strand = self._here(key)
        return self._add(Child(self, strand.prefix + key, definition, input), strand)

    def approve(self, key: str, chain: Chain, subject: Any = None) -> Branch:
        return self.branch(key, lambda: chain.judge(self, subject))

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
        if work.settled or work.dropped or self.closed:  # a model that was put down drops nothing on its way out
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

    def patched(self, key: str) -> Mapping[str, Any]:
        return self.history.patches.get(self._here(key).prefix + key, {})

    # making and waiting

    def _here(self, key: str) -> Strand:
        task = current_task(self._loop) if get_ident() == self._thread else None
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
        if not key or len(key) > LONGEST_KEY or not key.isprintable():
            check_key(key, strand.prefix)
        self._keys.add(key)
        self.open[key] = work
        self._fresh.append(work)
        work.shielded = strand.shield > 0
        work.withdrawn = self.schedule.cancelled is not None and not work.shielded
        return work

    async def alone(self, work: Work) -> Any:
        """Waiting for one thing. If nothing else is going on it is done right here, without a task."""
        strand = self._here(work.key)
        if self.closed:
            await self._put_down_already()
        if (
            self.live
            and work.inline
            and not work.begun
            and strand is self.main
            and work.key in self.open  # one that a replay settled is not begun, and must never be
            and len(self.open) == 1
            and not self.paused
            and not self.schedule.inbox
            and (self.schedule.cancelled is None or strand.shield)
        ):
            self._fresh.clear()
            work.begun = strand.busy = True
            try:
                told = await work.run()
            except LexiconsoleError as fault:
                self.broke(fault)
                raise asyncio.CancelledError from None  # the run stops here, whatever the model would catch
            finally:
                strand.busy = False
            if work.settled:
                return work.result()
            if not told:
                work.go_on()
        if not self.live and strand is self.main and self.deliver_at_once(work):
            return work.result()
        await self._wait((work,), need_all=False)
        return work.result()

    async def _wait(self, works: Sequence[Work], *, need_all: bool) -> None:
        strand = self._here("a wait")
        if self.closed:
            await self._put_down_already()
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

    async def _put_down_already(self) -> NoReturn:
        """The model goes on although it was put down (a `finally`, a cancellation that it swallowed): nothing begins."""
        await asyncio.sleep(0)
        raise asyncio.CancelledError

    # from beginning to end

    async def drive(self, body: Callable[[LiveContext], Awaitable[T]]) -> T:
        """Runs the model to its end: what it returns, or what it raises; `Renewed` when it begins a new generation.

        NotOwnedError, StoreError and ReplayMismatchError come out of here too: the run stopped without an ending.
        """
        self._loop, self._thread = asyncio.get_running_loop(), get_ident()
        self.main.task = asyncio.current_task()
        try:
            return await self._to_the_end(body)
        except BaseException:
            if not self.closed:
                raise
            # It was put down; whatever came out of the model on the way has no meaning.
            if self.fault is None:
                raise asyncio.CancelledError from None
            if self.main.task is not None:
                self.main.task.uncancel()
            raise self.fault from None
        finally:
            self.close()

    async def _to_the_end(self, body: Callable[[LiveContext], Awaitable[T]]) -> T:
        try:
            value = await body(self)
            self.gave = value if isinstance(value, Err) else None
        except RunCancelled:
            await self._finish(cancelled=True)
            raise
        except Renewed:
            await self._finish(cancelled=False)
            raise
        await self._finish(cancelled=self.schedule.cancelled is not None)
        return value

    async def _finish(self, *, cancelled: bool) -> None:
        """Nothing may be left behind: after a cancel it is withdrawn or drained, otherwise it is a fault of the model."""
        if self.open and not cancelled and not self.closed:
            work = next(iter(self.open.values()))
            raise ContextMisuseError(
                f"the workflow returned while {work.word} {work.key!r} was open; await it or drop it"
            )
        if not self.live and not self.dry:
            self._go_live()
        elif not self.live and not self.lenient:
            self._check_asked_for()
        if self.closed:
            await asyncio.sleep(0)  # a cancel that `broke` asked for is taken here, not at the driver's next wait
            raise asyncio.CancelledError
        for work in list(self.open.values()):
            if work.passive and work.begun and not isinstance(work, Child):
                self._drop(work, "the run was cancelled")
        while any(work.begun for work in (*self.open.values(), *self._dropped)) and not self.dry:
            self._changed = asyncio.get_running_loop().create_future()
            self.schedule.moving -= 1  # the model waits here; a branch that is being taken down still moves
            self.pump()
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
        if isinstance(work, Receive):
            self.history.give_back(work.key)
        if isinstance(work, Child) and not self.dry and (work.begun or self.left_behind(work)):
            self.host.withdraw_child(work.id, reason)
        if isinstance(work, Step) and work.begun and not work.resting and not work.recorded:
            self._dropped.append(work)  # it is drained; its result is kept in the journal and handed to nobody
            work.give_up_waiting()
        elif isinstance(work, Step) and not work.begun and work.left_in_doubt:
            self._dropped.append(work)  # nobody waits for it, but whether it took effect must be known
        else:
            work.stop()
        if isinstance(work, Receive) and self.live:
            self.match_signals()

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

    def idempotency_key_of(self, key: str) -> str:
        own = idempotency_key(self._run.id, self._run.generation, self._former.get(key, key))
        return self._inherited.get(key) or self._begun.get(key) or own

    def leave_to_origin(self, key: str) -> None:
        """An operator said that what the origin had begun was done: it is the origin's effect, not this run's."""
        if self._leaves and key in self._begun:
            self._inherited[key] = self._begun[key]

    def child_id(self, key: str) -> str:
        return child_id(self._run.id, self._run.generation, key)

    def definition_name(self, definition: Any) -> str:
        return str(getattr(definition, "name", None) or getattr(definition, "__name__", type(definition).__name__))


async def _left_to_origin() -> None:
    """A fork leaves the effects it inherited to the run that made them."""
    if (step := in_step.get()) is not None:
        step.write("left alone: the effect belongs to the run this one was forked from")


def _as_work(durable: Any) -> Work:
    if not isinstance(durable, Work):
        raise ContextMisuseError(
            f"{type(durable).__name__} is nothing durable; wait for what ctx.step(), ask(), sleep() and the others gave back"
        )
    return durable
