"""Runtime: owns runs on one store. Starts and drives them, parks and wakes them, and does what others ask of them."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from lexiconsole.durable.addresses import check_run_id
from lexiconsole.durable.child import Child
from lexiconsole.durable.clock import Clock, SystemClock
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.context import INFER, Progress
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal, NewRun, Request, RunRow
from lexiconsole.durable.migrated import migrated, version_of
from lexiconsole.durable.people import Nobody, People
from lexiconsole.durable.threads import Threads
from lexiconsole.durable.vault import MemoryVault, Vault
from lexiconsole.errors import (
    NotFoundError,
    NotOwnedError,
    RefusedError,
    ReplayMismatchError,
    StoreError,
    WorkflowVersionMismatchError,
)
from lexiconsole.runtime import children, requests
from lexiconsole.runtime.claiming import Taking, claim
from lexiconsole.runtime.drive import Drive
from lexiconsole.runtime.forking import fork_of
from lexiconsole.runtime.ids import new_run_id
from lexiconsole.runtime.owner import Owner
from lexiconsole.runtime.ports import Definitions, Seals, Told
from lexiconsole.runtime.retrying import retry_by_itself
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.runtime.starts import Starts
from lexiconsole.types import Json, JsonObject

__all__ = ["Runtime"]

PATIENCE = 5.0
"""Seconds that what is put down has to end."""


class Runtime:
    """All methods run in one event loop. `start` before anything else, `stop` gives every run back."""

    def __init__(
        self,
        journal: Journal,
        definitions: Definitions,
        *,
        settings: EngineSettings | None = None,
        clock: Clock | None = None,
        locks: Path | None = None,
        told: Told | None = None,
        people: People | None = None,
        vault: Vault | None = None,
        seals: Seals | None = None,
    ) -> None:
        self.people: People = people or Nobody()
        self.seals = seals
        self.journal, self.definitions = journal, definitions
        self.settings = settings or EngineSettings()
        self.clock: Clock = clock or SystemClock()
        self.locks, self.told = locks, told
        self.codec = Codec(self.settings.max_value_bytes, frozenset(self.settings.secrets), vault or MemoryVault())
        self.chance = random.Random()
        self.threads = Threads(self.settings.threads)
        self.starts = Starts(self.settings.show_start_after, lambda: self.drives)
        self.drives: dict[str, Drive] = {}
        self.taking = Taking()
        self.refused: dict[str, float] = {}  # the seq at which a run's definition refused it; inf after a fault of ours
        self.faults: dict[str, BaseException] = {}
        self._owner: Owner | None = None
        self._registering: asyncio.Lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._suspect = False
        self._stopping = False
        self.stirred = False  # set by whoever changed what no commit tells of: runs that were left alone may go on now
        self.looking = 0

    # its own life

    async def owner(self) -> Owner:
        """This runtime as an owner; it becomes one when it first needs to, so that looking at a store writes nothing.

        Raises RefusedError once it is being stopped.
        """
        async with self._registering:
            self.check_goes_on()
            if self._owner is None:
                self._owner = await Owner.register(self.journal, self.locks, self.clock)
                self.check_goes_on()  # who stops it has its list of what is to be ended already
                self.spawn(self._beat())
            elif self.may_have_lost_runs():
                await self._show_life(self._owner)
            self.check_goes_on()  # what it claimed now would be owned by nobody
            return self._owner

    def check_goes_on(self) -> None:
        """Raises RefusedError once everything is being put down: what began now would go on beside whoever takes it over."""
        if self._stopping:
            raise RefusedError("the engine is being stopped; nothing is begun any more")

    @property
    def number(self) -> int | None:
        return self._owner.number if self._owner is not None else None

    async def stop(self) -> None:
        """Puts every run down where it stands and gives it back; each can be resumed."""
        self._stopping = True
        drives = list(self.drives.values())
        for drive in drives:
            if drive.ctx is not None:
                drive.ctx.close()
            if drive.task is not None:
                drive.task.cancel()
        tasks = [drive.task for drive in drives if drive.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)  # a model that swallows its cancellation holds up no other
        own = list(self._tasks)
        for task in own:
            task.cancel()
        if own:
            await asyncio.wait(own, timeout=PATIENCE)
        self.starts.stop()
        async with self._registering:
            if self._owner is not None:
                await self._owner.retire()
                self._owner = None

    def spawn(self, body: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task of the engine's own; a fault in it is a bug and is told."""
        task = asyncio.get_running_loop().create_task(body)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None and self.told is not None:
            self.told.bug("", fault)

    async def _beat(self) -> None:
        while True:
            await self.clock.sleep(self.settings.beat if self.drives else self.settings.idle_beat)
            # A store that fails tells whoever uses it; an owner that still lives must not seem stalled for good.
            with suppress(StoreError):
                async with self._registering:
                    assert self._owner is not None
                    await self._show_life(self._owner)

    async def _show_life(self, owner: Owner) -> None:
        """After a gap others may drive what is driven here, and may have struck us from the list of who lives."""
        if suspect := self.may_have_lost_runs():
            await self._look_again()
        if not await owner.beat():
            await self._look_again()
            self._owner = await Owner.register(self.journal, self.locks, self.clock)
            owner.let_go()
        self._suspect = self._suspect and not suspect

    def may_have_lost_runs(self) -> bool:
        """Whether this process gave no sign of life for so long that somebody may have taken its runs over."""
        owner = self._owner
        if not self._suspect and owner is not None:
            self._suspect = self.clock.monotonic() - owner.last_beat > self.settings.stall_after / 2
        return self._suspect

    async def _look_again(self) -> None:
        """After a gap: stop what others drive now, before another step starts."""
        for drive in list(self.drives.values()):
            now = await self.journal.run(drive.row.id)
            if (now is None or now.epoch != drive.row.epoch) and drive.ctx is not None:
                drive.ctx.broke(NotOwnedError(drive.row.id))

    # starting and driving

    async def create(
        self,
        definition: Definition,
        raw: Any,
        *,
        id: str = "",
        by: str = "",
        sender: JsonObject | None = None,
        drive: bool = True,
        parent: str = "",
        parent_key: str = "",
    ) -> tuple[RunRow, bool]:
        """Makes a run and begins to drive it. The same id again gives the run that has it, and False.

        Raises InvalidInputError or UsageError (the id) before anything is written, RefusedError when the id belongs to
        another definition or input.
        """
        if id:
            check_run_id(id)
        given = definition.validate(raw)
        stored = self.codec.encode(
            given, definition.input if definition.input is not None else INFER, f"{definition.name} input"
        )
        new = NewRun(
            id=id or new_run_id(),
            name=definition.name,
            kind=definition.kind.value,
            version=definition.version,
            at=self.clock.now(),
            data={"input": stored, "from": sender} if sender else {"input": stored},
            outline=definition.outline_for(given),
            fingerprint=self.definitions.fingerprint(definition.name),
            by=by,
            owner=(await self.owner()).number if drive else None,
            parent=parent,
            parent_key=parent_key,
        )
        if not drive:
            row, created = await self.journal.create(new)
        else:
            with self.taking.one(new.id):
                row, created = await self.journal.create(new)
                if created and not self._stopping:
                    entry = Entry(row.id, 1, row.created_at, EntryKind.CREATED, data=new.data, by=by)
                    self.begin(Drive(self, row, definition, [entry], clean=True))
        if not created:
            await self._check_same(row, definition, stored)
        return row, created

    async def _check_same(self, row: RunRow, definition: Definition, stored: Json) -> None:
        if row.name != definition.name:
            raise RefusedError(f"run {row.id} exists and is a {row.name}, not a {definition.name}; choose another id")
        first = await self.journal.load(row, upto=1)
        if first and first[0].data.get("input") != stored:
            raise RefusedError(f"run {row.id} exists with another input; choose another id, or give the same input")

    async def fork(
        self,
        origin: RunRow,
        at: int,
        edits: Sequence[tuple[str, Json]] = (),
        patch: JsonObject | None = None,
        behind: str = "",
        *,
        compensate: bool = False,
        by: str = "",
        sender: JsonObject | None = None,
        drive: bool = True,
    ) -> RunRow:
        """A new run that takes over the first `at` entries of `origin`; `edits` change recorded results (key "" the input), `patch`
        a graph's state there, or behind the node `behind`.

        The origin's effects are not undone unless `compensate`. Raises RefusedError for edits of what people decided or saw.
        """
        new = await fork_of(self, origin, at, edits, patch, behind, compensate=compensate, by=by)
        data: JsonObject = {**new.data, "from": sender} if sender else new.data
        known = self.definitions.fingerprint(new.name)
        row, _ = await self.journal.create(replace(new, id=new_run_id(), by=by, data=data, fingerprint=known))
        if drive:
            with suppress(NotOwnedError):  # a worker was quicker
                await self.claim(row)
        return await self.reload(row)

    async def claim(
        self,
        row: RunRow,
        *,
        writes: Sequence[tuple[EntryKind, str, JsonObject]] = (),
        by: str = "",
        drive: bool = True,
    ) -> Drive | None:
        """Takes a run nobody drives, writes what an operator decided, and drives on from the journal.

        Raises RefusedError when somebody else drives it, WorkflowVersionMismatchError when the definition is another one.
        """
        return await claim(self, row, writes=writes, by=by, drive=drive)

    def has(self, run_id: str) -> bool:
        """Whether the run is driven here, or is about to be: the store names its owner some waits before there is a drive."""
        return run_id in self.drives or run_id in self.taking

    def begin(self, drive: Drive) -> Drive:
        """Drives from now on what is this runtime's in the store."""
        self.faults.pop(drive.row.id, None)
        self.drives[drive.row.id] = drive
        self.starts.begin()
        drive.task = asyncio.get_running_loop().create_task(drive.go())
        drive.task.add_done_callback(lambda task: self._put_down(drive, task))
        return drive

    def _put_down(self, drive: Drive, task: asyncio.Task[None]) -> None:
        if self.drives.get(drive.row.id) is drive:
            del self.drives[drive.row.id]
            self.stirred = True  # there is room for another, or for the same one again
        if not task.cancelled():
            task.exception()
        drive.put_down()
        parent = self.drives.get(drive.row.parent) if drive.row.parent else None
        if parent is not None and not self._stopping:
            self.spawn(self._child_put_down(parent))

    async def _child_put_down(self, parent: Drive) -> None:
        """A child ended or left memory: its parent hears of the one, and may follow it in the other."""
        await self.do_requests()
        if parent.ctx is not None:
            parent.ctx.check_blocked()

    async def load(self, row: RunRow) -> list[Entry]:
        """`run.created` and everything since the last renewal, as the version reads it that the run stands under."""
        if row.base <= 1:
            return list(migrated(await self.journal.load(row)))
        definition = self.definitions.find(row.name)
        moved = (
            definition is not None and definition.version != row.version
        )  # by a migration, perhaps before the renewal
        before = await self.journal.load(row, upto=row.base - 1 if moved else 1)
        kept = [entry for entry in before if entry.seq == 1 or entry.kind is EntryKind.MIGRATED]
        return list(migrated([*kept, *await self.journal.load(row, after=row.base - 1)]))

    async def reload(self, row: RunRow) -> RunRow:
        found = await self.journal.run(row.id)
        if found is None:
            raise NotFoundError("run", row.id)
        return found

    def definition_for(self, row: RunRow) -> Definition:
        definition = self.definitions.find(row.name)
        if definition is None:
            raise NotFoundError(
                "workflow", row.name, self.definitions.names(), hint=f"run {row.id} needs its definition to go on"
            )
        return definition

    async def check_version(self, row: RunRow, definition: Definition) -> None:
        if definition.version == row.version:
            return
        if definition.version == version_of(await self.journal.load(row), row.version):
            return
        stored = await self.journal.outline(row.digest) if row.digest else None
        differences = stored.differences(definition.outline()) if stored is not None else []
        raise WorkflowVersionMismatchError(row.name, row.version, definition.version, differences)

    # for drives

    async def may_park(self, drive: Drive) -> bool:
        """Not while something here is about to wake it: a child driven here, or a request that waits to be done."""
        if self._stopping or drive.ctx is None:
            return False
        if any(isinstance(work, Child) and work.id in self.drives for work in drive.ctx.open.values()):
            return False
        while await self.journal.requests(run=drive.row):
            await self.do_requests()
            await asyncio.sleep(0)  # another task may be at one of them; a store in memory gives it no turn
            if drive.ctx.closed:
                return False
        return True

    async def retry_by_itself(self, drive: Drive, ending: JsonObject) -> bool:
        """Whether a failed run shall go on, because its definition asks for more tries."""
        return await retry_by_itself(self, drive, ending)

    async def start_child(self, drive: Drive, id: str, key: str, definition: Any, input: Any) -> str:
        return await children.start(self, drive, id, key, definition, input)

    def withdraw_child(self, id: str, reason: str) -> None:
        self.spawn(children.cancel(self, id, reason))

    def tell_progress(self, run_id: str, event: Progress) -> None:
        if self.told is not None:
            self.told.progress(run_id, event)

    def bug(self, row: RunRow, fault: BaseException) -> None:
        """Something of ours broke. The run stays as it is on disk; this process does not touch it again."""
        self.refused[row.id] = math.inf
        if self.told is not None:
            self.told.bug(row.id, fault)

    # what others ask

    async def submit(self, request: Request) -> int:
        """Keeps a request; its commit is the acknowledgement. Does it at once when the run is driven here."""
        number = await self.journal.request(replace(request, at=request.at or self.clock.now()))
        if request.run_id in self.drives:
            await self.do_requests()
        return number

    async def give_up(self, drive: Drive, fault: ReplayMismatchError) -> bool:
        return await requests.give_up(drive, fault)

    async def do_requests(self) -> None:
        """Turns what was asked of runs driven here into entries or recorded refusals."""
        if self._owner is not None and self.drives:
            await requests.do_open(self, self._owner.number)
