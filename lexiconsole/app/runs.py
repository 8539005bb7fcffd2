"""Runs: recorded runs from within an application, on its event loop. The engine has a thread of its own, as it has under a face."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lexiconsole.app.beside import Beside
from lexiconsole.app.config import Settings
from lexiconsole.app.engine_terms import engine_terms
from lexiconsole.app.hearing import Hearing
from lexiconsole.app.identity import Identity
from lexiconsole.app.operators import Operators, persons
from lexiconsole.app.signing import Signatures
from lexiconsole.app.vault import FileVault
from lexiconsole.contracts.events import WorkflowEvent
from lexiconsole.durable.clock import SystemClock
from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import Journal, Request, RequestKind, RequestState, RunRow
from lexiconsole.durable.people import Nobody
from lexiconsole.errors import DefinitionError, LexiconsoleError, NotFoundError, RefusedError
from lexiconsole.runtime.engine import Engine
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.types import Json, RunStatus

if TYPE_CHECKING:
    from lexiconsole.catalog import Catalog

__all__ = ["Place", "Runs"]

T = TypeVar("T")

_ON_THE_WAY = {RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPENSATING}


class Runs:
    """Starts runs by name and waits for them. Opens nothing before it is first needed.

    `workflows` are the application's own; `place` says where runs are kept and what else can be started. `tell` is called
    on the engine's thread with each event.
    """

    def __init__(
        self, place: Callable[[], Place], workflows: Sequence[Any] = (), *, tell: Callable[[WorkflowEvent], None]
    ) -> None:
        self._find, self._tell, self._place = place, tell, None
        self._own = own_workflows(workflows)
        self._engine: Engine | None = None
        self._hearing: Hearing | None = None
        self._beside: Beside | None = None
        self._opening = asyncio.Lock()

    _place: Place | None

    async def start(self, name: str, input: Any = None, *, id: str = "", by: str = "") -> RunRow:
        """Makes a run and begins to drive it; the same id and input again give the run that exists.

        Raises NotFoundError, InvalidInputError or RefusedError, and nothing was written then.
        """
        definition = await asyncio.to_thread(_Definitions(self._own, self._found().catalog).get, name)
        given = None if definition.input is None and isinstance(input, dict) else input
        row, _ = await self._call(lambda runtime: runtime.create(definition, given, id=id, by=by))
        return row

    async def settle(self, run: RunRow | str) -> RunRow:
        """Waits until the run has ended or waits for somebody, and gives it as it then stands."""
        named = _id(run)
        while True:
            row = await self._call(lambda runtime: runtime.journal.run(named))
            if row is None:
                raise NotFoundError("run", named)
            if row.status not in _ON_THE_WAY:
                return row
            await self._call(lambda runtime: _next(runtime, named))

    async def signal(self, run: RunRow | str, name: str, payload: Json = None, *, by: str = "") -> None:
        """Sends the run a signal from outside; a state machine's event is one."""
        await self.act(Request(_id(run), RequestKind.SIGNAL, name, {"payload": payload}, by))

    async def answer(self, run: RunRow | str, key: str, value: Json, *, by: str = "") -> None:
        """Answers the question that the run asks at `key`."""
        await self.act(Request(_id(run), RequestKind.ANSWER, key, {"value": value}, by))

    async def act(self, request: Request) -> None:
        """Any other act of an operator. Raises RefusedError with the reason when it does not apply."""
        from lexiconsole.runtime.taking import act

        identity = self._identity
        asked = identity.attributed(request, identity.known(request.by))
        sign = Signatures(self._found().settings, self._found().root).signed
        state = await self._call(lambda runtime: act(runtime, asked, sign=sign))
        if state.state is RequestState.REFUSED:
            raise RefusedError(state.reply)

    async def entries(self, run: RunRow | str) -> list[Entry]:
        """Everything that is recorded of the run."""
        named = _id(run)

        async def load(runtime: Runtime) -> list[Entry]:
            row = await runtime.journal.run(named)
            if row is None:
                raise NotFoundError("run", named)
            return await runtime.journal.load(row)

        return await self._call(load)

    async def told(self) -> None:
        """When everything that was committed so far has reached the bus and the hooks."""
        if self._hearing is not None:
            hearing = self._hearing
            await self._call(lambda _: hearing.told())
            await asyncio.sleep(0)

    async def serve(self, stop: threading.Event) -> None:
        """Recovers and drives whatever nobody drives until `stop` is set."""
        engine = await self._open()
        await asyncio.wrap_future(engine.begin(lambda runtime: engine.serve(runtime, stop, take_over=True)))

    async def close(self) -> None:
        """Puts every run down where it stands; each can be resumed. What was committed has been told then."""
        engine, self._engine = self._engine, None
        if engine is not None and self._hearing is not None:
            hearing = self._hearing
            await asyncio.wrap_future(engine.begin(lambda _: hearing.told()))
            if self._beside is not None:
                beside, self._beside = self._beside, None
                await asyncio.wrap_future(engine.begin(lambda _: beside.settled()))
            await asyncio.to_thread(engine.stop)

    async def _call(self, body: Callable[[Runtime], Awaitable[T]]) -> T:
        engine = await self._open()
        return await asyncio.wrap_future(engine.begin(body))

    async def _open(self) -> Engine:
        async with self._opening:
            if self._engine is None:
                place = self._found()
                engine = Engine(place.journal(), self._build, capture=False)
                await asyncio.to_thread(engine.start)
                self._engine = engine
            return self._engine

    def _build(self, journal: Journal, engine: Engine) -> Runtime:
        place = self._found()
        found = _Definitions(self._own, place.catalog)
        terms, people = engine_terms(place.settings), self._identity.people
        store = None if journal.place == "memory" else Path(journal.place)
        vault = None if store is None else FileVault.beside(store)
        runtime = Runtime(journal, found, settings=terms, locks=place.locks, told=engine, people=people, vault=vault)
        runtime.seals = Signatures(place.settings, place.root).refusal
        if store is not None:
            self._beside = Beside(runtime, store, place.settings)
        self._hearing = Hearing(runtime, self._tell)
        engine.listen(self._hearing.hear)
        return runtime

    @cached_property
    def _identity(self) -> Identity:
        """Rules about people hold in an application too: others leave requests for the runs that it drives."""
        known = self._found().settings.operators
        return Identity(Nobody() if known is None else Operators(persons(known), SystemClock().now))

    def _found(self) -> Place:
        if self._place is None:
            self._place = self._find()
        return self._place


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application's runs are kept, on which terms, and which other definitions they may be runs of.

    Paths in the settings are relative to `root`.
    """

    journal: Callable[[], Journal]
    settings: Settings
    locks: Path | None = None
    catalog: Callable[[], Catalog] | None = None
    root: Path = Path()


def _id(run: RunRow | str) -> str:
    return run if isinstance(run, str) else run.id


async def _next(runtime: Runtime, id: str) -> None:
    """Until the run's drive here is over; a moment when another process drives it."""
    drive = runtime.drives.get(id)
    if drive is None:
        await runtime.clock.sleep(runtime.settings.poll)
        return
    await asyncio.shield(drive.ended)
    await asyncio.sleep(0)


def own_workflows(workflows: Sequence[Any]) -> dict[str, Definition]:
    """Definitions by name, of definitions and of what `@workflow` decorated."""
    own: dict[str, Definition] = {}
    for one in workflows:
        definition = one if isinstance(one, Definition) else definition_of(one)
        if definition is None:
            raise DefinitionError(f"{one!r} is no workflow: decorate it with @workflow")
        if own.setdefault(definition.name, definition) is not definition:
            raise DefinitionError(f"two workflows of the application are named {definition.name!r}")
    return own


class _Definitions:
    """The application's own workflows, then those of the workspace, which are loaded when one is asked for."""

    def __init__(self, own: dict[str, Definition], catalog: Callable[[], Catalog] | None) -> None:
        self._own, self._catalog = own, catalog

    def get(self, name: str) -> Definition:
        if name in self._own:
            return self._own[name]
        if self._catalog is None:
            raise NotFoundError("workflow", name, self._own, hint="give it to the module: workflows=[…]")
        return self._catalog().get(name)

    def find(self, name: str) -> Definition | None:
        try:
            return self.get(name)
        except LexiconsoleError:
            return None

    def names(self) -> frozenset[str]:
        more = self._catalog().definitions if self._catalog is not None else ()
        return frozenset(self._own) | {definition.name for definition in more}

    def fingerprint(self, name: str) -> str:
        if name in self._own or self._catalog is None:
            return ""
        try:
            return self._catalog().fingerprint(name)
        except LexiconsoleError:
            return ""
