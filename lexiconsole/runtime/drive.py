"""Drive: one run in this process, from its journal to its next stop. It is the host of the run's live context."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.ask import Ask
from lexiconsole.durable.context import Progress, RunInfo
from lexiconsole.durable.definition import Definition, Model
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.host import StartWatch
from lexiconsole.durable.journal import RunRow
from lexiconsole.durable.live import LiveContext, Renewed
from lexiconsole.durable.migrated import former_keys
from lexiconsole.durable.scrubbing import revealed_here
from lexiconsole.durable.work import Branch, Receive
from lexiconsole.errors import LexiconsoleError, NotOwnedError, ReplayMismatchError, RunCancelled, StoreError
from lexiconsole.runtime.endings import ending_of_fault, ending_of_value
from lexiconsole.runtime.origin import begun_keys, effects_of_origin, starters
from lexiconsole.types import Instant, JsonObject, RunStatus

if TYPE_CHECKING:
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["Drive"]

_FRESH_STARTS = frozenset({EntryKind.RETRIED, EntryKind.SKIPPED, EntryKind.EDITED})


class Drive:
    """`go` runs until the run ends, parks, or is put down; `ctx` is there once the model is on its way."""

    journaled = True

    def __init__(
        self, runtime: Runtime, row: RunRow, definition: Definition, entries: list[Entry], *, clean: bool
    ) -> None:
        """`entries` are `run.created` and all since the last renewal; `clean`: nothing was in flight when it was put down."""
        self.runtime, self.row, self.definition = runtime, row, definition
        self.entries, self.clean = entries, clean
        self.clock, self.codec, self.chance = runtime.clock, runtime.codec, runtime.chance
        self.people = runtime.people
        self.watch_start: Callable[[StartWatch], None] = runtime.starts.watch
        self.needs_check: Callable[[], bool] = runtime.may_have_lost_runs
        self.ctx: LiveContext | None = None
        self.task: asyncio.Task[None] | None = None
        self.ended = asyncio.get_running_loop().create_future()
        self.parked: RunStatus | None = None
        self.doing: set[int] = set()
        self.acting = asyncio.Lock()
        self._deadline: asyncio.Task[None] | None = None
        self._drain: asyncio.Task[None] | None = None
        self._parking = False
        self._writing = 0
        self._cancelled = False
        self._since = _counted_from(entries)

    # from beginning to end

    async def go(self) -> None:
        """Drives to the next stop. Whatever goes wrong inside the engine ends up in `ended`, never lost."""
        try:
            while True:
                try:
                    await self._generation()
                    break
                except Renewed as renewed:
                    async with self.acting:  # what is on its way to the old generation is known first
                        await self._renew(renewed)
            self._end(None)
        except (ReplayMismatchError, NotOwnedError, StoreError) as fault:
            self._end(await self._stopped_at(fault) if isinstance(fault, ReplayMismatchError) else fault)
        except asyncio.CancelledError:
            self._end(None)
            raise
        except BaseException as fault:
            self._end(fault)
            self.runtime.bug(self.row, fault)
        finally:
            for task in (self._deadline, self._drain):
                if task is not None:
                    task.cancel()

    async def _stopped_at(self, mismatch: ReplayMismatchError) -> LexiconsoleError:
        """Puts the run down as doubtful, unless somebody asked for its end; gives what whoever follows it is told."""
        try:
            if not await self.runtime.give_up(self, mismatch):
                await self._park(RunStatus.DOUBTFUL, {"on": [mismatch.key], "why": str(mismatch)})
        except (NotOwnedError, StoreError) as fault:
            return fault
        return mismatch

    async def _generation(self) -> None:
        created = self.entries[0]
        history = History.of(self.entries, copied=self.row.origin_seq)
        history.clean = self.clean
        ending: tuple[EntryKind, JsonObject]
        try:
            given = self.definition.validate(history.input)
            model = self.definition.build(given)
        except Exception as fault:
            self.ctx = LiveContext(self._info(created, None, history), self, history)
            ending = ending_of_fault(fault, (), self.codec)
        else:
            info = self._info(created, given, history)
            self.ctx = LiveContext(
                info,
                self,
                history,
                inherited=effects_of_origin(created, self.entries),
                begun=begun_keys(created, self.entries),
                former=former_keys(self.entries),
            )
            self._cancelled = any(event.kind is EntryKind.CANCEL for event in history.events)
            self._watch_deadline()
            found = await self._outcome(self.ctx, model)
            if found is None:
                return None  # parked
            ending = found
        kind, data = ending
        if kind is EntryKind.FAILED and await self.runtime.retry_by_itself(self, data):
            return await self._generation()
        await self.ctx.last_word(kind, data)
        return None

    async def _outcome(self, ctx: LiveContext, model: Model) -> tuple[EntryKind, JsonObject] | None:
        """What the model came to; None when the run was parked meanwhile."""
        revealed_here.set(ctx.revealed)
        try:
            value = await ctx.drive(model.drive)
        except (ReplayMismatchError, NotOwnedError, StoreError):
            raise
        except asyncio.CancelledError:
            if self.parked is None:
                raise
            if self.task is not None:
                self.task.uncancel()
            return None
        except (Renewed, GeneratorExit):
            raise
        except BaseException as fault:  # SystemExit and its like too: no definition ends the engine
            if ctx.fault is fault and not isinstance(fault, LexiconsoleError):
                raise  # ours, not the model's
            return ending_of_fault(fault, ctx.undone, self.codec, whole=not ctx.not_undone)
        return ending_of_value(value, ctx.undone, self.codec, whole=not ctx.not_undone)

    def _info(self, created: Entry, given: Any, history: History) -> RunInfo:
        return RunInfo(
            id=self.row.id,
            definition=self.definition.name,
            version=self.definition.version,
            input=given,
            started_by=created.by,
            started_at=created.at,
            also_started_by=starters(created),
            generation=history.generation,
            state=history.state,
        )

    async def _renew(self, renewed: Renewed) -> None:
        ctx = self.ctx
        assert ctx is not None
        signals = [{"name": s.name, "payload": s.payload} for s in ctx.history.signals]
        data: JsonObject = {"state": renewed.state, "generation": ctx.run.generation + 1}
        if signals:
            data["signals"] = signals  # type: ignore[assignment]
        if self._since > self.entries[0].at:
            data["since"] = self._since
        kept: list[tuple[EntryKind, JsonObject]] = [(EntryKind.RENEWED, data)]
        if ctx.paused:
            kept.append((EntryKind.PAUSED, {"reason": "paused before the renewal"}))
        kept += [(e.kind, {"reason": e.data.get("reason", "")}) for e in ctx.unheard_cancels()]
        at = self.clock.now()
        new = [Entry(self.row.id, ctx.seq + n, at, kind, data=what) for n, (kind, what) in enumerate(kept, start=1)]
        await self.record(new)
        self.entries, self.clean = [self.entries[0], *new], True

    @property
    def cancelled(self) -> bool:
        """Whether it is to end: also when the model has not heard of that, or it is still on its way to the disk."""
        return self._cancelled

    def put_down(self) -> None:
        """Its task is over, perhaps before it began."""
        if not self.ended.done():
            self._end(None)

    def _end(self, fault: BaseException | None) -> None:
        if fault is not None:
            self.runtime.faults[self.row.id] = fault
        if not self.ended.done():
            self.ended.set_result(fault)

    @property
    def reachable(self) -> bool:
        """Whether the model is on its way and can hear of what happens outside."""
        return self.ctx is not None and self.ctx.live and not self.ctx.closed

    # the host's side

    def record(self, entries: Sequence[Entry]) -> asyncio.Future[None]:
        return self.runtime.journal.append(self.row, self.row.epoch, entries)

    def call(self, function: Callable[[], Any]) -> Any:
        return self.runtime.threads.run(function)

    def call_in_thread(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        return self.runtime.threads.run(function)

    async def before_step(self) -> None:
        if self.runtime.may_have_lost_runs():
            now = await self.runtime.journal.run(self.row.id)
            if now is None or now.epoch != self.row.epoch:
                raise NotOwnedError(self.row.id)

    async def acts_known(self) -> None:
        async with self.acting:
            pass

    async def child(self, id: str, key: str, definition: Any, input: Any) -> str:
        return await self.runtime.start_child(self, id, key, definition, input)

    def withdraw_child(self, id: str, reason: str) -> None:
        self.runtime.withdraw_child(id, reason)

    def note(self, event: Progress) -> None:
        self.runtime.tell_progress(self.row.id, event)

    def blocked(self) -> None:
        """Everything waits. A moment later, when what was just queued has had its turn, the run may leave memory."""
        if not self._parking and self.parked is None:
            self._parking = True
            self.runtime.spawn(self._consider_parking())

    # leaving memory

    async def _consider_parking(self) -> None:
        ctx = self.ctx
        try:
            if ctx is None or not await self.runtime.may_park(self):
                return
            if ctx.closed or not ctx.live or ctx.schedule.moving or self._writing or not ctx.resting():
                return
            status, wake_at, on = self._rest()
            if wake_at is not None and wake_at - self.clock.now() <= self.runtime.settings.park_after:
                return  # it goes on soon
            signals = {work.key: work.wants for work in ctx.open.values() if isinstance(work, Receive)}
            on_what = {"on": on, "signals": signals} if signals else {"on": on}
            try:
                await self._park(status, on_what, wake_at)  # type: ignore[arg-type]
            finally:
                if ctx.main.task is not None:
                    ctx.main.task.cancel()  # the model is put down, whether or not that could be written
        except (NotOwnedError, StoreError) as fault:
            self.parked = None
            if self.ctx is not None:
                self.ctx.broke(fault)
        finally:
            self._parking = False
            if self.ctx is not None and self.ctx is not ctx:
                self.ctx.check_blocked()  # it was renewed meanwhile, and what blocked then told nobody

    def _rest(self) -> tuple[RunStatus, Instant | None, list[str]]:
        """What the run waits for: status, when it wakes by itself, and the keys it waits on."""
        ctx = self.ctx
        assert ctx is not None
        works = [work for work in ctx.standing if work.begun and not isinstance(work, Branch)]
        wakes = [work.wake_at for work in works if work.wake_at is not None and not ctx.paused]
        deadline = self._deadline_at()
        timers = bool(wakes)
        if deadline is not None:
            wakes.append(deadline)
        doubts = [work.key for work in works if work.doubtful]
        if doubts:
            status, on = RunStatus.DOUBTFUL, doubts
        elif ctx.paused:
            status, on = RunStatus.PAUSED, [work.key for work in works]
        else:
            works = [work for work in works if not (isinstance(work, Receive) and work.aside)]
            people = [work.key for work in works if work.wake_at is None or isinstance(work, Ask)]
            status = RunStatus.WAITING if people or not timers else RunStatus.SLEEPING
            on = people or [work.key for work in works]
        return status, min(wakes, default=None), on[:20]

    async def _park(self, status: RunStatus, data: JsonObject, wake_at: Instant | None = None) -> None:
        """The model is put down first: what it does on the way out is not written."""
        ctx = self.ctx
        assert ctx is not None
        self.parked = status
        full: JsonObject = {"status": status.value, **data}
        if wake_at is not None:
            full["wake_at"] = wake_at
        await ctx.last_word(EntryKind.PARKED, full)

    # time limits

    def _deadline_at(self) -> Instant | None:
        """When the run's time is over, counted from its start or from an operator's last retry; None once it is cancelled."""
        if self.definition.timeout is None or self._cancelled:
            return None
        return self._since + self.definition.timeout

    def _watch_deadline(self) -> None:
        """Begun anew when it ran out between two generations."""
        if (self._deadline is None or self._deadline.done()) and (deadline := self._deadline_at()) is not None:
            self._deadline = self.runtime.spawn(self._time_out(deadline))

    async def _time_out(self, deadline: Instant) -> None:
        while (left := deadline - self.clock.now()) > 0:
            await self.clock.sleep(left)
        async with self.acting:
            later = self._deadline_at()
            if later is not None and later > deadline:  # an operator tried a step again meanwhile
                self._deadline = self.runtime.spawn(self._time_out(later))
            elif self.ctx is not None and not self.ctx.closed and not self._cancelled:
                with suppress(NotOwnedError, StoreError):  # the run stops by it, and whoever follows it is told
                    await self.cancel({"reason": RunCancelled.TIMEOUT}, "")

    async def cancel(self, data: JsonObject, by: str) -> None:
        """Records the cancel and gives steps in flight their time to end."""
        self._cancelled = True
        await self.write(EntryKind.CANCEL, "", data, by)
        if self._drain is None:
            self._drain = self.runtime.spawn(self._interrupt_later())

    async def _interrupt_later(self) -> None:
        await self.clock.sleep(self.runtime.settings.cancel_deadline)
        if self.ctx is not None and not self.ctx.closed:
            self.ctx.interrupt()

    async def write(self, kind: EntryKind, key: str, data: JsonObject, by: str) -> Entry:
        """Writes an entry from outside the model and lets the model know once it is on disk."""
        ctx = self.ctx
        assert ctx is not None
        ctx.seq += 1
        entry = Entry(self.row.id, ctx.seq, self.clock.now(), kind, key, 0, data, by)
        self._writing += 1
        try:
            await self.record((entry,))
        except LexiconsoleError as fault:
            ctx.broke(fault)  # the entries after it would leave a gap
            raise
        finally:
            self._writing -= 1
        if _starts_afresh(entry):
            self._since = max(self._since, entry.at)
        ctx.apply(entry)
        ctx.check_blocked()
        return entry


def _starts_afresh(entry: Entry) -> bool:
    return entry.kind in _FRESH_STARTS and "request" in entry.data


def _counted_from(entries: Sequence[Entry]) -> Instant:
    """When the run's time began: at its start or an operator's last retry, which a renewal takes along."""
    renewals = [e.data for e in entries if e.kind is EntryKind.RENEWED]
    taken_along = [float(str(data["since"])) for data in renewals if "since" in data]
    return max([entries[0].at, *taken_along, *(e.at for e in entries if _starts_afresh(e))])
