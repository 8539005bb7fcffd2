"""What the tests of the core share: workflows as plain functions, and a runtime on a store in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from lexiconsole.durable.context import Context
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal, Request, RequestKind, RunRow
from lexiconsole.durable.outline import Outline
from lexiconsole.durable.people import People
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.runtime.taking import act, take
from lexiconsole.store.memory import MemoryJournal
from lexiconsole.testing import JumpingClock
from lexiconsole.types import ModelKind


async def outlasting(seconds: float) -> None:
    """Waits for ever, and as soon as it does, so much time of the event loop is over.

    For what in memory counts by the loop: a limit that is longer than any machine needs passes as soon as all that comes before
    has had its turn, however long that took.
    """
    for _ in range(
        10
    ):  # the limit of this call is set when it first waits; who ended with it is heard in the turns after
        await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    time = loop.time
    loop.time = lambda: time() + seconds  # type: ignore[method-assign]
    await asyncio.Event().wait()


Body = Callable[[Context], Awaitable[Any]]


@dataclass
class FunctionModel:
    body: Body

    def outline(self) -> Outline:
        return Outline()

    async def drive(self, ctx: Context) -> Any:
        return await self.body(ctx)


def define(body: Body, *, name: str = "flow", version: int = 1, **more: Any) -> Definition:
    return Definition(name, ModelKind.WORKFLOW, lambda _: FunctionModel(body), version=version, input=Any, **more)


@dataclass
class Registry:
    definitions: dict[str, Definition] = field(default_factory=dict)

    def find(self, name: str) -> Definition | None:
        return self.definitions.get(name)

    def names(self) -> frozenset[str]:
        return frozenset(self.definitions)

    def fingerprint(self, name: str) -> str:
        return str(id(self.definitions.get(name)))

    def set(self, *definitions: Definition) -> None:
        for definition in definitions:
            self.definitions[definition.name] = definition


class Bugs:
    def __init__(self) -> None:
        self.seen: list[BaseException] = []

    def progress(self, run_id: str, event: Any) -> None: ...

    def bug(self, run_id: str, fault: BaseException) -> None:
        self.seen.append(fault)


class House:
    """A runtime with everything around it. `crash()` leaves the store as a killed process would and starts anew."""

    def __init__(
        self,
        journal: Journal,
        settings: EngineSettings | None = None,
        clock: JumpingClock | None = None,
        people: People | None = None,
    ) -> None:
        self.journal = journal
        settings = settings or EngineSettings()
        if (
            settings.show_start_after == EngineSettings().show_start_after
        ):  # real time: a busy machine would add entries
            settings = replace(settings, show_start_after=3600.0)
        self.settings = settings
        self.clock = clock or JumpingClock()
        self.registry = Registry()
        self.bugs = Bugs()
        self.people = people
        self.runtime = self._new()

    def _new(self) -> Runtime:
        return Runtime(
            self.journal, self.registry, settings=self.settings, clock=self.clock, told=self.bugs, people=self.people
        )

    async def start(self, body: Body | Definition, given: Any = None, **more: Any) -> RunRow:
        definition = body if isinstance(body, Definition) else define(body)
        self.registry.set(definition)
        row, _ = await self.runtime.create(definition, given, **more)
        return row

    async def run(self, body: Body | Definition, given: Any = None, **more: Any) -> RunRow:
        """Starts and drives to the next stop."""
        return await self.settle(await self.start(body, given, **more))

    async def settle(self, row: RunRow) -> RunRow:
        while (drive := self.runtime.drives.get(row.id)) is not None:
            fault = await self.clock.until(asyncio.shield(drive.ended))
            if fault is not None:
                raise fault
            await asyncio.sleep(0)
        return await self.row(row)

    async def row(self, row: RunRow) -> RunRow:
        found = await self.journal.run(row.id)
        assert found is not None
        return found

    async def entries(self, row: RunRow) -> list[Entry]:
        return await self.journal.load(await self.row(row))

    async def story(self, row: RunRow) -> list[str]:
        """`kind key` of every entry, without those that only say who drives."""
        hidden = (EntryKind.OWNED, EntryKind.PARKED, EntryKind.CREATED)
        return [f"{e.kind} {e.key}".strip() for e in await self.entries(row) if e.kind not in hidden]

    async def crash(self) -> None:
        """Everything in memory is gone at once; nothing more is written."""
        old, number = self.runtime, self.runtime.number
        for drive in list(old.drives.values()):
            if drive.ctx is not None:
                drive.ctx.closed = True
            if drive.task is not None:
                drive.task.cancel()
        for task in list(old._tasks):
            task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if number is not None:
            await self.journal.retire(number)
        self.runtime = self._new()

    async def again(self, row: RunRow, body: Body | Definition | None = None) -> RunRow:
        """Takes the run up again, with another definition if one is given."""
        await self.take(row, body)
        return await self.settle(row)

    async def take(self, row: RunRow, body: Body | Definition | None = None) -> None:
        if body is not None:
            self.registry.set(body if isinstance(body, Definition) else define(body))
        await take(self.runtime, await self.row(row))

    async def ask(self, row: RunRow, kind: RequestKind, target: str = "", **data: Any) -> Request:
        expects = data.pop("expects", None)
        by = data.pop("by", "ana")
        request = Request(row.id, kind, target, data, by=by, expects=expects)
        return await self.clock.until(act(self.runtime, request))


@asynccontextmanager
async def house(journal: Journal | None = None, **more: Any) -> Any:
    store = journal or MemoryJournal()
    await store.open()
    found = House(store, **more)
    try:
        yield found
    finally:
        await found.runtime.stop()
        await store.close()
        assert not found.bugs.seen, found.bugs.seen
