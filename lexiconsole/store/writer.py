"""Writer: the one place that writes. It drains whatever has queued up into one statement, so concurrency becomes batch size.

Order: appends are written in the order of the calls. In each round appends go first, then new runs, then claims, then
everything else; so an act sees what was appended before it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import types
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import RunRow
from lexiconsole.errors import NotOwnedError, StoreError
from lexiconsole.store.batch import Batch, Group
from lexiconsole.store.connection import Connection, Landing
from lexiconsole.store.faults import store_error
from lexiconsole.store.listeners import Listeners
from lexiconsole.store.making import Making, claim_runs, make_runs
from lexiconsole.store.rows import encode_entry
from lexiconsole.store.statements import statement
from lexiconsole.store.written import Written

__all__ = ["Writer"]

MOST_ACTS = 16
"""Acts of one round, each a commit of its own; entries must not wait for more."""

ENOUGH = 100
"""Groups that are worth a commit at once, without waiting for more."""

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Asked(Generic[T]):
    """What waits for its turn, and who waits for it."""

    what: T
    future: asyncio.Future[Any]


class Writer:
    """Owns the writing connection from `start` to `close`."""

    def __init__(self, connection: Connection, listeners: Listeners) -> None:
        self._connection = connection
        self._listeners = listeners
        self._loop = asyncio.get_running_loop()
        self._groups: deque[Group] = deque()
        self._runs: list[_Asked[Making]] = []
        self._claims: list[_Asked[tuple[RunRow, int]]] = []
        self._acts: deque[_Asked[Callable[[Connection], Awaitable[Any]]]] = deque()
        self._refused: set[tuple[int, int]] = set()
        self._outlines: set[str] = set()
        self._fault = ""
        self._closing = False
        self._bell: asyncio.Future[None] | None = None
        self._alone: asyncio.Future[None] = self._loop.create_future()
        self._landing = Landing(self._landed_alone)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = self._loop.create_task(self._work(), name="journal writer")

    async def close(self) -> None:
        """Waits until everything that was asked for is done."""
        self._closing = True
        self._ring()
        if self._task is not None:
            await asyncio.wait([self._task])

    def refuse(self, fault: str) -> None:
        """From now on whoever comes is told so; what was asked for before is done."""
        self._fault = fault

    # what is asked for

    def append(self, run: RunRow, epoch: int, entries: Sequence[Entry]) -> asyncio.Future[None]:
        alone = not self._groups
        future: asyncio.Future[None] = Written(loop=self._loop) if alone else asyncio.Future(loop=self._loop)
        try:
            rows = [*map(encode_entry, entries)]
            if self._fault or self._closing:
                self._check_open()
        except Exception as fault:
            _fail(future, fault)
        else:
            self._groups.append(Group(run, epoch, entries, rows, future))
            if self._bell is not None:
                self._ring()
        return future

    def create(self, making: Making) -> asyncio.Future[int | None]:
        """The number of the new run; None when its id is taken, or the entry to fork from does not exist."""
        return self._ask(self._runs, making)

    def claim(self, run: RunRow, owner: int) -> asyncio.Future[bool]:
        return self._ask(self._claims, (run, owner))

    def act(self, act: Callable[[Connection], Awaitable[T]]) -> asyncio.Future[T]:
        """Runs `act` alone with the connection. Its faults are its caller's."""
        return self._ask(self._acts, act)

    def _ask(self, queue: deque[_Asked[Any]] | list[_Asked[Any]], what: Any) -> asyncio.Future[Any]:
        self._check_open()
        asked = _Asked(what, self._loop.create_future())
        queue.append(asked)
        self._ring()
        return asked.future

    def _check_open(self) -> None:
        if self._fault:
            raise StoreError(self._fault)
        if self._closing:
            raise StoreError(f"the store {self._connection.path} is not open; it is being closed")

    def _ring(self) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    # the work

    async def _work(self) -> None:
        try:
            while self._groups or self._others or not self._closing:
                try:
                    await self._rounds()
                except sqlite3.Error as fault:
                    self._give_up(str(store_error(fault, self._connection.path)))
                except StoreError as fault:
                    self._give_up(str(fault))
                except Exception as fault:
                    self._give_up(f"the journal's writer failed: {type(fault).__name__}: {fault}")
        finally:
            self._give_up(self._fault or f"the store {self._connection.path} was closed before this was written")

    async def _rounds(self) -> None:
        """Until the journal closes."""
        groups = self._groups
        while True:
            if len(groups) < ENOUGH:
                # Whoever was told of the last commit has a turn, so that the next commit takes what all of them have.
                await _a_turn()
            if self._one_alone:
                await self._write_alone()
            elif groups or self._others:
                await self._round()
            elif self._closing:
                return
            else:
                self._bell = self._loop.create_future()
                await self._bell
                self._bell = None

    # one run that waits for each of its steps

    @property
    def _one_alone(self) -> bool:
        groups = self._groups
        return (
            len(groups) == 1 and not self._others and groups[0].alone
            and not (self._refused and groups[0].address in self._refused)
        )  # fmt: skip

    async def _write_alone(self) -> None:
        """Writes one entry after the other for as long as there is one alone each time, without the turns of a task."""
        self._alone = self._loop.create_future()
        self._fly_alone()
        await self._alone

    def _fly_alone(self) -> None:
        self._connection.send(*self._groups[0].command, self._landing)

    def _landed_alone(self, cursor: sqlite3.Cursor | None, fault: BaseException | None) -> None:
        if self._alone.done():
            return  # the loop is going down
        if cursor is None:
            self._alone.set_exception(fault or StoreError("the journal's writer heard of no outcome"))
            return
        group = self._groups.popleft()
        group.refused = not cursor.rowcount
        try:
            if group.refused or not isinstance(group.future, Written) or group.future.done():
                self._tell((group,))
            else:
                self._listeners.publish(group.entries)
                group.future.tell()  # who may have come with the next one
            if self._one_alone:
                self._fly_alone()
            else:
                self._alone.set_result(None)
        except Exception as broken:
            self._alone.set_exception(broken)

    @property
    def queued(self) -> int:
        """How many appends and other things wait for their turn."""
        return len(self._groups) + len(self._runs) + len(self._claims) + len(self._acts)

    @property
    def _others(self) -> bool:
        """Whether anything waits that is not an entry."""
        return bool(self._runs or self._claims or self._acts)

    async def _round(self) -> None:
        if self._groups:
            await self._commit()
        if self._runs:
            await self._make_runs()
        if self._claims:
            claims = [asked.what for asked in self._claims]
            _answer(self._claims, await claim_runs(self._connection, claims))
        for _ in range(min(len(self._acts), MOST_ACTS)):
            await self._do(self._acts.popleft())

    async def _commit(self) -> None:
        """Writes what has queued up; while SQLite's thread is at one batch, the next is filled and laid ready for it.

        Goes on as long as there is enough to write and nothing else to do.
        """
        flying: deque[tuple[Batch, asyncio.Task[None]]] = deque([self._fly()])
        try:
            self._refill(flying)
            while flying:
                batch, written = flying[0]
                await written
                flying.popleft()
                self._refill(flying)  # before those wake who are told, so that SQLite's thread need not wait for them
                self._tell(batch.groups)
        finally:  # only after a fault is there anything left
            for batch, written in reversed(flying):
                written.cancel()
                self._groups.extendleft(reversed(batch.groups))

    def _refill(self, flying: deque[tuple[Batch, asyncio.Task[None]]]) -> None:
        while len(flying) < 2 and len(self._groups) >= ENOUGH and not self._others:
            flying.append(self._fly())

    def _fly(self) -> tuple[Batch, asyncio.Task[None]]:
        batch = self._next_batch()
        return batch, self._loop.create_task(self._insert(batch))

    async def _insert(self, batch: Batch) -> None:
        if batch.rows:
            count, last = await self._connection.insert(*batch.command())
            if count != batch.rows:
                batch.landed(await self._connection.all(statement("landed"), (last, count)))

    def _next_batch(self) -> Batch:
        batch, groups, lost = Batch(), self._groups, self._refused
        while groups and not batch.full:
            group = groups[0]
            if lost and group.address in lost:
                group.refused = True
            if not batch.take(group):
                break
            groups.popleft()
            if group.refused:
                lost.add(group.address)
        return batch

    def _tell(self, groups: Sequence[Group]) -> None:
        """Listeners first: whoever goes on after a commit finds that they know of it."""
        self._listeners.publish([entry for group in groups if not group.refused for entry in group.entries])
        for group in groups:
            if group.refused:
                self._refused.add(group.address)
                _fail(group.future, NotOwnedError(group.run.id))
            elif not group.future.done():
                group.future.set_result(None)

    async def _make_runs(self) -> None:
        makings = [asked.what for asked in self._runs]
        numbers, entries = await make_runs(self._connection, makings, self._outlines)
        self._listeners.publish(entries)
        _answer(self._runs, numbers)

    async def _do(self, asked: _Asked[Callable[[Connection], Awaitable[Any]]]) -> None:
        try:
            value = await asked.what(self._connection)
        except BaseException as fault:
            _fail(
                asked.future, fault if isinstance(fault, Exception) else StoreError("the journal's writer was stopped")
            )
            if not isinstance(fault, Exception):
                raise
        else:
            _succeed(asked.future, value)

    def _give_up(self, fault: str) -> None:
        """A file that can not be written stays so until it is opened again: whoever waits, and whoever comes, is told."""
        self._fault = fault
        for group in self._groups:
            _fail(group.future, StoreError(fault))
        self._groups.clear()
        for queue in (self._runs, self._claims, self._acts):
            for asked in queue:
                _fail(asked.future, StoreError(fault))
            queue.clear()


@types.coroutine
def _a_turn() -> Generator[None, None, None]:
    """`asyncio.sleep(0)` without the ceremony."""
    yield


def _answer(asked: list[_Asked[Any]], answers: Sequence[Any]) -> None:
    """Answers the first ones; what was asked for meanwhile stays in the queue."""
    for one, answer in zip(asked, answers, strict=False):
        _succeed(one.future, answer)
    del asked[: len(answers)]


def _succeed(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[Any], fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)
        future.exception()  # whoever does not wait for it meets the same fault at the next write
