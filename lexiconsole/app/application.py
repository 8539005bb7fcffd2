"""Application: modules put together, made ready, and put away again."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lexiconsole.app.bus import EventBus
from lexiconsole.app.config import Settings
from lexiconsole.app.container import Container
from lexiconsole.app.engine_terms import journal_of
from lexiconsole.app.facts import MemoryEvents
from lexiconsole.app.hooks import HookRegistry
from lexiconsole.app.module import Module, ModuleLike, Provider, in_order
from lexiconsole.app.runs import Place, Runs
from lexiconsole.app.telling import log
from lexiconsole.contracts.events import EventBusProtocol, HookRegistryProtocol, WorkflowEvent
from lexiconsole.durable.journal import Journal
from lexiconsole.durable.watching import watch
from lexiconsole.errors import DefinitionError

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace

__all__ = ["Application"]


class Application:
    """Give it modules, then `run` it, or `async with Application.boot(modules=[…]) as app`.

    `container` has what the modules registered, and EventBusProtocol, HookRegistryProtocol, Settings and Runs besides.
    While it runs, what happens to its recorded runs, and to every execution in memory of the process, reaches `bus` and
    `hooks`. `settings` are by default those of the workspace around the current folder, read when first asked for.
    """

    def __init__(
        self,
        name: str = "lexiconsole",
        modules: Iterable[ModuleLike] = (),
        *,
        settings: Settings | None = None,
        folder: Path | None = None,
    ) -> None:
        self.name = name
        self._modules: list[ModuleLike] = list(modules)
        self._given, self._folder = settings, folder
        self.container = Container()
        self.bus = EventBus(self._start_run)
        self.hooks = HookRegistry()
        self._booted: list[Provider] = []
        self._runs: Runs | None = None
        self._around: Workspace | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._unwatch: Callable[[], None] | None = None
        self._stopping: asyncio.Event | None = None

    def add_module(self, module: ModuleLike) -> Application:
        """Before the application starts. Gives the application, so that calls can be chained."""
        if self._loop is not None:
            raise DefinitionError(f"{self.name} runs already; add modules before it starts")
        self._modules.append(module)
        return self

    @property
    def modules(self) -> list[Module]:
        """Each once, behind those it imports."""
        return in_order(self._modules)

    @property
    def runs(self) -> Runs:
        """Recorded runs: `await app.runs.start(name, input)`. Raises DefinitionError while the application does not run."""
        if self._runs is None:
            raise DefinitionError(f"{self.name} does not run; start it first")
        return self._runs

    # from beginning to end

    @classmethod
    @asynccontextmanager
    async def boot(
        cls, modules: Iterable[ModuleLike] = (), *, name: str = "lexiconsole", settings: Settings | None = None
    ) -> AsyncIterator[Application]:
        """An application that runs inside the block."""
        app = cls(name, modules, settings=settings)
        await app.start()
        try:
            yield app
        finally:
            await app.stop()

    async def start(self) -> None:
        """Providers register, then boot, by priority. What was booted is shut down again when one of them fails."""
        if self._loop is not None:
            raise DefinitionError(f"{self.name} runs already")
        modules = self.modules
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        try:
            self._register_own([one for each in modules for one in each.workflows])
            providers = _providers(modules)
            for provider in providers:
                await provider.register(self.container)
            self._unwatch = watch(MemoryEvents(self._tell))
            for provider in providers:
                await provider.boot(self.container)
                self._booted.append(provider)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Puts runs down where they stand, lets handlers finish, shuts providers down in reverse. Safe to call twice."""
        if self._unwatch is not None:
            self._unwatch()
        if self._runs is not None:
            await self._runs.close()
            await asyncio.sleep(0)  # what the engine told last
        await self.bus.close()
        await self.hooks.close()
        while self._booted:
            provider = self._booted.pop()
            try:
                await provider.shutdown(self.container)
            except Exception as fault:
                log.error("%s did not shut down: %s", type(provider).__name__, fault, exc_info=fault)
        try:
            await self.container.close()
        except Exception as fault:
            log.error("what the container had made was not tidied up: %s", fault, exc_info=fault)
        self._runs = self._around = self._unwatch = self._loop = None
        self.container = Container()

    def run(self) -> None:
        """Starts, drives what waits in the workspace's store, and returns after Ctrl-C, SIGTERM or `shut_down()`."""
        asyncio.run(self._serve())

    def shut_down(self) -> None:
        """Lets `run` return; may be called from any thread."""
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None:
            loop.call_soon_threadsafe(stopping.set)

    async def _serve(self) -> None:
        self._stopping = stopping = asyncio.Event()
        with _listening(stopping):
            await self.start()
            try:
                await self._serve_until(stopping)
            finally:
                await self.stop()

    async def _serve_until(self, stopping: asyncio.Event) -> None:
        """Until it shall stop, or the engine can not go on: then its fault comes out here."""
        enough = threading.Event()
        serving = asyncio.ensure_future(self.runs.serve(enough))
        asked = asyncio.ensure_future(stopping.wait())
        try:
            await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            enough.set()
            await serving

    # what it is made of besides its modules

    def _register_own(self, workflows: list[Any]) -> None:
        container = self.container
        self._runs = Runs(self._place, workflows, tell=self._tell)
        container.singleton(Settings, lambda: self._workspace().settings)
        container.instance(EventBusProtocol, self.bus)
        container.instance(HookRegistryProtocol, self.hooks)
        container.instance(Runs, self._runs)

    def _workspace(self) -> Workspace:
        """The one around the folder; found, and its settings read, when something of it is first needed."""
        if self._around is None:
            from lexiconsole.app.workspace import Workspace

            found = Workspace.find(self._folder)
            self._around = found if self._given is None else Workspace(found.root, self._given)
        return self._around

    def _place(self) -> Place:
        """In memory when a module brought a journal, else the store and the definitions of the workspace."""
        if Journal in self.container:
            return Place(partial(self.container.get, Journal), Settings())  # type: ignore[type-abstract]
        workspace = self._workspace()
        path, settings = workspace.store_path, workspace.settings
        return Place(
            lambda: journal_of(path, settings),
            settings,
            path.parent / "locks",
            lambda: workspace.catalog,
            workspace.root,
        )

    async def _start_run(self, name: str, input: Any, id: str) -> None:
        await self.runs.start(name, input, id=id, by=self.name)

    def _tell(self, event: WorkflowEvent) -> None:
        """From whatever thread it happens on, to the application's own."""
        loop = self._loop
        if loop is None or not (self.bus.heard or self.hooks.heard):
            return
        if threading.get_ident() == self._thread:
            self._hand_over(event)
        else:
            with suppress(RuntimeError):  # the loop is closed: there is nobody left to tell
                loop.call_soon_threadsafe(self._hand_over, event)

    def _hand_over(self, event: WorkflowEvent) -> None:
        self.hooks.emit(event)
        self.bus.emit(event)


@contextmanager
def _listening(stopping: asyncio.Event) -> Iterator[None]:
    """Inside, Ctrl-C and SIGTERM set the event. In another than the main thread signals are whoever embeds us's business."""
    loop = asyncio.get_running_loop()
    handled = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError, NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, stopping.set)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


def _providers(modules: Iterable[Module]) -> list[Provider]:
    """Those of all modules, lower priority numbers first; within one, in the order of the modules."""
    given = [one for module in modules for one in module.providers]
    made = {id(one): one() if isinstance(one, type) else one for one in given}
    return sorted(made.values(), key=lambda provider: provider.priority)
