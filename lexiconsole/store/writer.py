"""Writer: the one place that writes. It drains whatever has queued up into one statement, so concurrency becomes batch size.

Order: appends are written in the order of the calls. Of what queues up while a commit is under way, appends go first, then
new runs, then claims, then everything else; so an act sees every entry that was appended before it.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import NewRun, RunRow
from lexiconsole.errors import NotOwnedError, StoreError
from lexiconsole.store.connection import Connection
from lexiconsole.store.listeners import Listeners
from lexiconsole.store.rows import encode_entry, encode_run, entry_of
from lexiconsole.store.statements import statement

__all__ = ["Writer"]

MOST_ENTRIES = 2_000
MOST_BYTES = 8 * 1024 * 1024
"""Where a commit is full: beyond this it gains nothing and makes everybody wait."""

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Group:
    """The entries of one `append`, all or none; `lines` are they as JSON, without the numbers in front."""

    run: RunRow
    epoch: int
    entries: Sequence[Entry]
    lines: list[bytes]
    future: asyncio.Future[None]


@dataclass(slots=True, eq=False)
class _Asked(Generic[T]):
    """Anything else that waits for its turn."""

    what: T
    future: asyncio.Future[Any]


@dataclass(slots=True)
class _Batch:
    """What goes into one statement. `ends` knows for each run under which epoch, where it began and which seq comes next."""

    groups: list[_Group] = field(default_factory=list)
    misfits: list[_Group] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    ends: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    size: int = 0

    @property
    def full(self) -> bool:
        return len(self.lines) >= MOST_ENTRIES or self.size >= MOST_BYTES

    def fits(self, group: _Group) -> bool:
        """A run is in a batch under one epoch only, or what comes back would not tell who wrote it."""
        return self.ends.get(group.run.number, (group.epoch,))[0] == group.epoch

    def take(self, group: _Group) -> bool:
        """False when its seqs do not follow on one another, or on what the batch holds of that run."""
        if not group.lines:
            self.groups.append(group)
            return True
        number, epoch, first = group.run.number, group.epoch, group.entries[0].seq
        _, base, expected = self.ends.get(number, (epoch, first, first))
        if any(entry.seq != seq for seq, entry in enumerate(group.entries, expected)):
            return False
        head = b"[%d,%d,%d," % (number, epoch, base)
        for seq, line in enumerate(group.lines, expected):
            self.lines.append(b"%b%d,%b]" % (head, seq, line))
            self.size += len(line)
        self.ends[number] = epoch, base, expected + len(group.lines)
        self.groups.append(group)
        return True


class Writer:
    """Owns the writing connection from `start` to `close`."""

    def __init__(self, connection: Connection, listeners: Listeners) -> None:
        self._connection = connection
        self._listeners = listeners
        self._groups: deque[_Group] = deque()
        self._runs: list[_Asked[tuple[NewRun, str]]] = []
        self._claims: list[_Asked[tuple[RunRow, int]]] = []
        self._acts: deque[_Asked[Callable[[Connection], Awaitable[Any]]]] = deque()
        self._refused: set[tuple[int, int]] = set()
        self._outlines: set[str] = set()
        self._fault: StoreError | None = None
        self._bell: asyncio.Future[None] | None = None
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._work(), name="journal writer")

    async def close(self) -> None:
        """Waits until everything that was asked for is done."""
        self._closing = True
        self._ring()
        if self._task is not None:
            await self._task

    def append(self, run: RunRow, epoch: int, entries: Sequence[Entry]) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            lines = [encode_entry(entry) for entry in entries]
            self._check_open()
        except Exception as fault:
            _fail(future, fault)
            return future
        self._groups.append(_Group(run, epoch, entries, lines, future))
        self._ring()
        return future

    def create(self, new: NewRun, digest: str) -> asyncio.Future[int | None]:
        """The number of the new run; None when its id is taken, or the entry to fork from does not exist."""
        return self._ask(self._runs.append, (new, digest))

    def claim(self, run: RunRow, owner: int) -> asyncio.Future[bool]:
        return self._ask(self._claims.append, (run, owner))

    def act(self, act: Callable[[Connection], Awaitable[T]]) -> asyncio.Future[T]:
        """Runs `act` alone with the connection. Its faults are its caller's."""
        return self._ask(self._acts.append, act)

    def _ask(self, queue: Callable[[_Asked[Any]], None], what: Any) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            self._check_open()
        except StoreError as fault:
            _fail(future, fault)
        else:
            queue(_Asked(what, future))
            self._ring()
        return future

    def _check_open(self) -> None:
        if self._fault is not None:
            raise self._fault
        if self._closing:
            raise StoreError("the journal is closed; nothing more can be written")

    def _ring(self) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if not (self._groups or self._runs or self._claims or self._acts):
                if self._closing:
                    return
                self._bell = loop.create_future()
                await self._bell
                self._bell = None
            try:
                await self._round()
            except StoreError as fault:
                self._give_up(fault)
            except Exception as fault:
                self._give_up(StoreError(f"the journal's writer failed: {type(fault).__name__}: {fault}"))

    async def _round(self) -> None:
        if self._groups:
            await self._commit()
        if self._runs:
            await self._make_runs()
        if self._claims:
            await self._settle_claims()
        while self._acts:
            await self._do(self._acts.popleft())

    # entries

    async def _commit(self) -> None:
        batch = self._next_batch()
        try:
            landed = await self._insert(batch.lines)
        except BaseException:
            self._groups.extendleft(reversed(batch.groups + batch.misfits))
            raise
        written = [group for group in batch.groups if self._is_in(group, landed)]
        self._listeners.publish([entry for group in written for entry in group.entries])
        for group in batch.groups:
            if self._is_in(group, landed):
                _succeed(group.future, None)
            else:
                self._refuse(group)
        for group in batch.misfits:
            self._refuse(group)

    def _refuse(self, group: _Group) -> None:
        self._refused.add((group.run.number, group.epoch))
        _fail(group.future, NotOwnedError(group.run.id))

    def _next_batch(self) -> _Batch:
        batch = _Batch()
        while self._groups and not batch.full and batch.fits(self._groups[0]):
            group = self._groups.popleft()
            address = group.run.number, group.epoch
            if address in self._refused or not batch.take(group):
                self._refused.add(address)
                batch.misfits.append(group)
        return batch

    async def _insert(self, lines: list[bytes]) -> set[tuple[int, int]]:
        if not lines:
            return set()
        rows = await self._connection.all(statement("append"), ((b"[" + b",".join(lines) + b"]").decode(),))
        return set(rows)

    @staticmethod
    def _is_in(group: _Group, landed: set[tuple[int, int]]) -> bool:
        return not group.entries or (group.run.number, group.entries[0].seq) in landed

    # runs

    async def _make_runs(self) -> None:
        asked, self._runs = self._runs, []
        try:
            numbers = await self._insert_runs([one.what for one in asked])
        except BaseException:
            self._runs[:0] = asked
            raise
        for one in asked:
            _succeed(one.future, numbers.pop(one.what[0].id, None))

    async def _insert_runs(self, news: list[tuple[NewRun, str]]) -> dict[str, int]:
        for new, digest in news:
            if digest not in self._outlines:
                await self._connection.all(statement("outline_add"), (digest, json.dumps(new.outline.to_data())))
                self._outlines.add(digest)
        lines = [encode_run(new, digest) for new, digest in news]
        rows = await self._connection.all(statement("create"), ((b"[" + b",".join(lines) + b"]").decode(),))
        numbers = {run_id: number for number, run_id in rows}
        told = set(numbers)
        entries: list[Entry] = []
        for new, _ in news:
            if new.id in told:
                told.remove(new.id)
                entries.append(Entry(new.id, 1, new.at, EntryKind.CREATED, data=new.data, by=new.by))
                if new.origin_seq > 1:
                    shared = await self._connection.all(statement("load"), (numbers[new.id], 1, new.origin_seq))
                    entries += [entry_of(new.id, row) for row in shared]
        self._listeners.publish(entries)
        return numbers

    # ownership and the rest

    async def _settle_claims(self) -> None:
        asked, self._claims = self._claims, []
        wanted = [[run.number, run.epoch, run.owner, owner] for run, owner in (one.what for one in asked)]
        try:
            rows = await self._connection.all(statement("claim"), (json.dumps(wanted),))
        except BaseException:
            self._claims[:0] = asked
            raise
        won = set(rows)
        for one in asked:
            run, owner = one.what
            mine = (run.number, owner, run.epoch + 1)
            _succeed(one.future, mine in won)
            won.discard(mine)

    async def _do(self, asked: _Asked[Callable[[Connection], Awaitable[Any]]]) -> None:
        try:
            _succeed(asked.future, await asked.what(self._connection))
        except Exception as fault:
            _fail(asked.future, fault)

    def _give_up(self, fault: StoreError) -> None:
        """A file that can not be written stays so until it is opened again: whoever waits, and whoever comes, is told."""
        self._fault = fault
        for group in self._groups:
            _fail(group.future, fault)
        for queue in (self._runs, self._claims, self._acts):
            for one in queue:
                _fail(one.future, fault)
            queue.clear()
        self._groups.clear()


def _succeed(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[Any], fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)
        future.exception()  # whoever does not wait for it meets the same fault at the next write
