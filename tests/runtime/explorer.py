"""Many hands on few runs, in as many orders as there are seeds, with every wait of the store as long as chance will have it.

    python -m tests.runtime.explorer               # seeds 1 to 5,000
    python -m tests.runtime.explorer 100 7000      # 100 of them, from 7,000 on
    python -m tests.runtime.explorer 1 7000        # one, with what was done and what the runs came to
    python -m tests.runtime.explorer 600 1 votes   # with people who vote on chains; `edits`: with runs at rest that are edited

Two engines on one store drive, are stopped, killed and begun anew; meanwhile runs are started, asked of, forked and migrated.
Then everything that still waits gets what it waits for. What must be so at the end, whatever the order, is in `World.wrong`.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from lexiconsole.app.acts import drive_on
from lexiconsole.durable.entry import ACTS, ENDINGS, Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.journal import Request, RequestKind, RequestState, RunFilter, RunRow, TaskRow
from lexiconsole.errors import LexiconsoleError, StoreError
from lexiconsole.runtime import quiet
from lexiconsole.runtime import runtime as runtimes
from lexiconsole.runtime.engine import Engine
from lexiconsole.runtime.migrating import migrate
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.runtime.taking import act, take
from lexiconsole.store.memory import MemoryJournal
from lexiconsole.types import RunStatus
from tests.runtime.matters import MATTERS
from tests.runtime.wandering import VirtualClock, VirtualLoop, wandering
from tests.runtime.workloads import Bench
from tests.support import Bugs, Registry

Hand = Callable[["Process", RunRow], Awaitable[Any]]

SETTINGS = EngineSettings(park_after=0.7, cancel_deadline=1.0, beat=1.0, stall_after=8.0)
_ASKED = (
    RequestKind.ANSWER, RequestKind.SIGNAL, RequestKind.SIGNAL, RequestKind.PAUSE, RequestKind.RESUME, RequestKind.CANCEL,
    RequestKind.RETRY, RequestKind.SKIP, RequestKind.RESOLVE, RequestKind.WITHDRAW,
)  # fmt: skip

_SETTLED = frozenset({EntryKind.ANSWERED, EntryKind.SKIPPED})
_BEGUN = frozenset({EntryKind.STARTED, EntryKind.ATTEMPT_FAILED, EntryKind.DONE, *ACTS})


class Process:
    """One engine on the store, with what a face asks of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wandering, self.journal = wandering(world.store, world.chance)
        self.bugs = Bugs()
        self.runtime = Runtime(
            self.journal, world.registry, settings=SETTINGS, clock=world.clock, told=self.bugs, people=world.people
        )
        self.runtime.chance.seed(world.chance.random())
        self.tasks: set[asyncio.Task[Any]] = set()
        self._leave = threading.Event()
        engine = Engine(self.journal, lambda *_: self.runtime)
        self.background = [
            asyncio.ensure_future(engine.serve(self.runtime, self._leave, take_over=False)),
            asyncio.ensure_future(engine._poll(self.runtime)),
        ]
        self._engine = engine

    def hand(self, body: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(body)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None and not isinstance(fault, LexiconsoleError):
            self.world.note(f"a hand failed: {''.join(traceback.format_exception(fault))}")

    async def stop(self) -> None:
        """As the engine's thread ends."""
        self._leave.set()
        self.background[1].cancel()
        await self.runtime.stop()
        self.wandering.closed = True
        await self.wandering.drained()
        await self._let_go()
        self.check()

    async def kill(self) -> None:
        """Nothing more is written, and the lock that shows its life is let go."""
        self.wandering.killed = True
        number = self.runtime.number
        await self._let_go()
        for drive in list(self.runtime.drives.values()):
            if drive.ctx is not None:
                drive.ctx.close()
            if drive.task is not None:
                drive.task.cancel()
        for task in list(self.runtime._tasks):
            task.cancel()
        if number is not None:
            await self.world.store.retire(number)
            self.world.store.changes += 1

    async def _let_go(self) -> None:
        left = [*self.tasks, *self.background]
        for task in left:
            task.cancel()
        for outcome in await asyncio.gather(*left, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, LexiconsoleError):
                self.world.note(f"a task failed: {''.join(traceback.format_exception(outcome))}")

    def check(self) -> None:
        for fault in (*self.bugs.seen, *(fault for _, fault in self._engine.bugs)):
            if not (self.wandering.closed and isinstance(fault, StoreError)):
                self.world.note(f"a bug was told: {''.join(traceback.format_exception(fault))}")


class Store(MemoryJournal):
    """`changes` counts the commits, as the version of the file does."""

    changes = 0


class World:
    """What one seed comes to; `wrong` are sentences."""

    def __init__(self, seed: int, matter: str = "") -> None:
        self.matter = MATTERS.get(matter)
        self.people = self.matter.people if self.matter else None
        self.hands = [*HANDS, *[_on_the_matter] * 10] if self.matter else HANDS
        self.chance = random.Random(seed)
        self.clock = VirtualClock()
        self.store, self.registry, self.bench = Store(), Registry(), Bench()
        self.registry.set(*self.bench.definitions())
        self.usual = sorted(self.registry.names())
        self.unusual = self.matter.definitions(self.bench) if self.matter else []
        self.registry.set(*self.unusual)
        self.told: list[str] = []
        self.wrong: list[str] = []
        self.asked: list[int] = []

    def note(self, sentence: str) -> None:
        self.wrong.append(sentence)

    def say(self, what: str) -> None:
        self.told.append(f"{asyncio.get_running_loop().time():8.3f}  {what}")

    # what happens

    async def go(self) -> None:
        await self.store.open()
        self.processes = [Process(self) for _ in range(self.chance.choice((1, 1, 2)))]
        for _ in range(self.chance.randrange(1, 4)):
            self._start()
        for _ in range(self.chance.randrange(10, 40)):
            await asyncio.sleep(self.chance.choice((0, 0, 0.001, 0.01, 0.05, 0.3)))
            await self._one_happening()
        await self._bring_to_an_end()
        for process in self.processes:
            process.check()
            await process.stop()
        await self._look()

    async def _one_happening(self) -> None:
        process = self.chance.choice(self.processes)
        rows = await self.store.runs(RunFilter(limit=1000))
        roll = self.chance.random()
        if roll < 0.04:
            await self._replace(process)
        elif roll < 0.14 or not rows:
            self._start()
        elif roll < 0.16 and self.registry.definitions["plain"].version != 2:
            self.say("plain has a new version")
            self.registry.set(self.bench.newer())
            self._look_again()
        else:
            row = self.chance.choice(rows)
            for _ in range(self.chance.choice((1, 1, 2, 4))):
                hand = self.chance.choice(self.hands)
                self.say(f"{hand.__name__[1:]} {row.id}")
                process.hand(hand(process, row))  # type: ignore[arg-type]
                await asyncio.sleep(self.chance.choice((0, 0.001, 0.01, 0.02)))
                if process not in self.processes:
                    return

    def _look_again(self) -> None:
        for process in self.processes:
            process.runtime.refused.clear()
            process.runtime.stirred = True

    async def _replace(self, process: Process) -> None:
        end = self.chance.choice((process.stop, process.kill))
        self.say(f"{end.__name__} {process.runtime.number}")
        self.processes.remove(process)
        if self.chance.random() < 0.5:
            self.processes.append(Process(self))  # it takes over while the other one goes
            await end()
        else:
            await end()
            self.processes.append(Process(self))

    def _start(self) -> None:
        name = self.chance.choice(self.usual)
        if self.unusual and self.chance.random() < 0.7:
            name = self.chance.choice(self.unusual).name
        run_id = f"{name}-{self.chance.randrange(3)}"
        for process in self.chance.sample(self.processes, self.chance.randrange(1, len(self.processes) + 1)):
            drive = self.chance.random() < 0.7
            self.say(f"start {run_id}{'' if drive else ', not driven'}")
            by = self.matter.by if self.matter else ""
            process.hand(process.runtime.create(self.registry.definitions[name], None, id=run_id, by=by, drive=drive))

    async def _bring_to_an_end(self) -> None:
        """Whatever waits gets what it waits for, a moment after the last happening and by a request that anybody may leave."""
        await asyncio.sleep(5)
        self.say("now whatever waits gets what it waits for")
        calm = 0
        for _ in range(40):
            open_rows = await self._not_ended()
            asked = [*self.store._requests.open()]
            calm = 0 if open_rows or asked or any(process.tasks for process in self.processes) else calm + 1
            if calm == 2:  # what was withdrawn at an end has its turn in between
                return
            for row in open_rows:
                for request in await self._what_helps(row):
                    self.say(f"helping {row.id}: {request.kind} {request.target}")
                    self.asked.append(await self.store.request(request))
                    self.store.changes += 1
            await asyncio.sleep(2)
        for row in await self._not_ended():
            driven = [process.runtime.number for process in self.processes if process.runtime.has(row.id)]
            self.note(f"{row.id} came to no end: {row.status}, owner {row.owner}, driven by {driven}, {row.where}")
        for process in self.processes:
            for task in process.tasks:
                self.note(f"a hand hangs: {task}")

    async def _not_ended(self) -> list[RunRow]:
        return [row for row in await self.store.runs(RunFilter(limit=1000)) if not row.status.ended]

    async def _what_helps(self, row: RunRow) -> list[Request]:
        """Nothing while it goes on by itself."""
        if await self.store.requests(run=row):
            return []
        entries = await self.store.load(row)
        history = History.of(entries, copied=row.origin_seq)
        last = entries[-1]
        if row.name == "plain" and row.version != self.registry.definitions["plain"].version and row.owner is None:
            with suppress(LexiconsoleError):
                await migrate(self.processes[0].runtime, row)
                return []
        if last.kind is not EntryKind.PARKED:
            return []
        tasks = [request for task in await self.store.tasks(row) for request in _settling(task)]
        if "why" in last.data:  # it fits its definition no more
            return [Request(row.id, RequestKind.CANCEL, by="ana")]
        if history.paused:
            return [Request(row.id, RequestKind.RESUME, by="ana")]
        if row.status is RunStatus.DOUBTFUL:
            return [
                Request(row.id, RequestKind.RESOLVE, str(key), {"how": "done", "result": ""}, by="ana")
                for key in last.data["on"]
            ]  # type: ignore[union-attr]
        signals: Any = last.data.get("signals", {})
        return [*tasks, *(Request(row.id, RequestKind.SIGNAL, name, by="ana") for name in signals.values())]

    # what must be so

    async def _look(self) -> None:
        for address in self.bench.twice:
            self.note(f"step {address} was at work twice at one time")
        for row in await self.store.runs(RunFilter(limit=1000)):
            entries = await self.store.load(row)
            unusual = self.matter.wrong(row, entries) if self.matter else ()
            for sentence in (*_wrong_in(row, entries), *unusual):
                self.note(f"{row.id}: {sentence}")
            if row.owner is not None:
                self.note(f"{row.id} is still owned by {row.owner}")
            await self._look_at_requests(row, entries)
        for request in self.store._requests.open():
            self.note(f"request {request.id} ({request.kind} of {request.run_id}) is open for ever")
        for sentence in await self.store.check():
            self.note(sentence)

    async def _look_at_requests(self, row: RunRow, entries: list[Entry]) -> None:
        led_to: dict[int, list[Entry]] = {}
        for entry in entries:
            if entry.seq > row.origin_seq and isinstance(number := entry.data.get("request"), int):
                led_to.setdefault(number, []).append(entry)
        for number, found in led_to.items():
            request = await self.store.request_state(number)
            assert request is not None
            kinds = [str(entry.kind) for entry in found]
            refused = EntryKind.REFUSED in kinds
            edited_after_its_end = kinds == [EntryKind.EDITED, EntryKind.RETRIED]
            if (len(found) > 1 and not edited_after_its_end) or refused != (request.state is RequestState.REFUSED):
                self.note(f"{row.id}: request {number} ({request.kind}), which is {request.state}, led to {kinds}")


def _settling(task: TaskRow) -> list[Request]:
    """An answer; where people vote, an approval of each."""
    ballot: Any = task.data.get("ballot")
    if ballot is None:
        value = "because" if task.key.endswith("/info") else {"said": 1}
        return [Request(task.run_id, RequestKind.ANSWER, task.key, {"value": value}, by="ana")]
    seats = [seat for seat in ballot["seats"] if seat not in (*ballot.get("barred", ()), *ballot.get("automatic", ()))]
    return [Request(task.run_id, RequestKind.VOTE, task.key, {"verdict": "approve"}, by=seat) for seat in seats]


def _wrong_in(row: RunRow, entries: list[Entry]) -> list[str]:
    wrong: list[str] = []
    if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
        wrong.append("its entries have gaps")
    own = [entry for entry in entries if entry.seq > row.origin_seq]
    epochs = [int(str(entry.data["epoch"])) for entry in own if entry.kind is EntryKind.OWNED]
    if epochs != sorted(set(epochs)):
        wrong.append(f"its epochs do not rise: {epochs}")
    voided = History.of(entries, copied=row.origin_seq).voided
    endings = [entry for entry in own if entry.kind in ENDINGS and entry.seq not in voided]
    if row.status.ended and (len(endings) != 1 or endings[0] is not entries[-1]):
        wrong.append(f"its endings are {[entry.seq for entry in endings]} of {len(entries)}")
    by_itself = [e for e in own if e.kind is EntryKind.RETRIED and "request" not in e.data]
    aside = {seq for entry in by_itself for seq in entry.data["voids"]}  # type: ignore[union-attr]
    if any(entry.kind is EntryKind.CANCEL and entry.seq in aside for entry in own):
        wrong.append("its cancel was set aside by a retry that nobody asked for")
    cancels = [entry.seq for entry in own if entry.kind is EntryKind.CANCEL and entry.seq not in voided]
    if cancels and any(e.kind is EntryKind.PARKED and "why" in e.data and e.seq > cancels[0] for e in own):
        wrong.append(f"was cancelled in entry {cancels[0]}, and put down as it was")
    wrong += _after_its_outcome(own, voided)
    rests = False
    for entry in own:
        if rests and entry.kind is not EntryKind.OWNED and "note" not in entry.data:
            wrong.append(f"entry {entry.seq} ({entry.kind}) was written while nobody drove it")
        rests = entry.kind is EntryKind.PARKED or entry.kind in ENDINGS
    return wrong


def _after_its_outcome(own: Sequence[Entry], voided: frozenset[int]) -> list[str]:
    """What was begun, tried or done under a key that an operator or a person had settled before."""
    settled: dict[str, Entry] = {}
    wrong: list[str] = []
    for entry in own:
        if entry.kind is EntryKind.RENEWED:
            settled.clear()
        elif entry.kind in _SETTLED and entry.seq not in voided:
            settled.setdefault(entry.key, entry)
        elif entry.kind in _BEGUN and entry.seq not in voided and (first := settled.get(entry.key)):
            wrong.append(f"entry {entry.seq} ({entry.kind} {entry.key}) comes after {first.seq} ({first.kind})")
    return wrong


# the hands


async def _ask(process: Process, row: RunRow) -> None:
    """What it asks may fit or not."""
    world = process.world
    kind = world.chance.choice(_ASKED)
    data: dict[str, Any] = {}
    target = ""
    match kind:
        case RequestKind.ANSWER:
            tasks = await world.store.tasks(row)
            target, data = (tasks[0].key if tasks else "q"), {"value": 2}
        case RequestKind.SIGNAL:
            target = "news"
        case RequestKind.SKIP | RequestKind.RETRY:
            target = world.chance.choice(("", "a", "b", "again", "try"))
        case RequestKind.RESOLVE:
            target, data = (
                world.chance.choice(("b", "pay")),
                {"how": world.chance.choice(("again", "done", "fail")), "result": ""},
            )
        case _:
            pass
    await _send(process, Request(row.id, kind, target, data, by="ana"))


async def _on_the_matter(process: Process, row: RunRow) -> None:
    matter = process.world.matter
    assert matter is not None
    await _send(process, matter.asks(process, row, await process.world.store.tasks(row)))


async def _send(process: Process, request: Request) -> None:
    process.world.say(f"  {request.kind} {request.target} of {request.run_id} by {request.by} {dict(request.data)}")
    way = process.world.chance.random()
    if (request.kind is RequestKind.WITHDRAW and not request.target) or way < 0.5:
        await act(process.runtime, request)
    elif way < 0.75:
        await process.runtime.submit(request)
    else:
        await process.journal.request(request)


async def _go_on(process: Process, row: RunRow) -> None:
    await drive_on(process.runtime, row)


async def _take(process: Process, row: RunRow) -> None:
    await take(process.runtime, await process.runtime.reload(row))


async def _fork(process: Process, row: RunRow) -> None:
    chance = process.world.chance
    if not row.origin and chance.random() < 0.5:
        row = await process.runtime.reload(row)
        await process.runtime.fork(row, chance.randrange(1, row.seq + 1), by="ana", drive=chance.random() < 0.7)


async def _migrate(process: Process, row: RunRow) -> None:
    await migrate(process.runtime, await process.runtime.reload(row), drive=process.world.chance.random() < 0.7)


HANDS: list[Hand] = [_ask, _ask, _ask, _ask, _ask, _ask, _go_on, _go_on, _take, _fork, _migrate]


def explore(seed: int, matter: str = "") -> World:
    """Goes one way. Raises nothing: what is wrong is in the world that is left."""
    world = World(seed, matter)
    loop = VirtualLoop()
    numbers = itertools.count(1)
    asyncio.set_event_loop(loop)
    try:
        with (
            patch.object(runtimes, "new_run_id", lambda: f"by-chance-{next(numbers)}"),
            patch.object(quiet, "_IN_ANY_CASE", float("inf")),  # what only the last resort finds was lost before
        ):
            loop.run_until_complete(world.go())
    except BaseException as fault:
        if isinstance(fault, KeyboardInterrupt):
            raise
        world.note("".join(traceback.format_exception(fault)))
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=60))
        asyncio.set_event_loop(None)
        loop.close()
    return world


async def _history(world: World) -> None:
    for row in await world.store.runs(RunFilter(limit=1000, oldest_first=True)):
        print(f"\n{row.id}: {row.status}, owner {row.owner}, epoch {row.epoch}")
        for entry in await world.store.load(row):
            print(f"  {entry.at - 1_800_000_000:8.3f} {entry.seq:3} {entry.kind} {entry.key} {dict(entry.data)}")


def main() -> int:
    given = sys.argv[1:] + ["5000", "1", ""][len(sys.argv[1:]) :]
    many, first, matter = int(given[0]), int(given[1]), given[2]
    wrong = 0
    for seed in range(first, first + many):
        world = explore(seed, matter)
        if many == 1:
            print("\n".join(world.told))
            asyncio.run(_history(world))
        if world.wrong:
            wrong += 1
            print(f"seed {seed}:", *world.wrong[:5], sep="\n  ", flush=True)
    print(f"{many:,} seeds from {first:,} on: {wrong} went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
