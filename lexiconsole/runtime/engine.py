"""Engine: a runtime on its own thread with its own event loop, so that no step ever holds up a face."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from lexiconsole.durable.context import Progress
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import Journal
from lexiconsole.runtime.output import capture_steps
from lexiconsole.runtime.pulse import Held, Pulse
from lexiconsole.runtime.quiet import Quiet, until_look
from lexiconsole.runtime.recovery import bury_the_dead, drive_what_waits, others
from lexiconsole.runtime.runtime import Runtime

__all__ = ["Engine", "Listener", "calm_collector"]

T = TypeVar("T")

PATIENCE = 3.0
"""Seconds that what is still on the loop has to end when the engine stops."""


Listener = Callable[[Entry | Progress, str], None]
"""Called on the engine's thread with an entry or progress, and the run's id."""


def calm_collector() -> None:
    """Lets Python look for cycles of garbage less often: many runs keep many objects alive, and looking at all of them
    after every few hundred new ones costs a tenth of the engine's time. Runs leave no cycles that matter behind.
    """
    gc.freeze()
    gc.set_threshold(20_000, 25, 25)


class Engine:
    """`call` runs something on the engine's loop and waits for it; the rest is start and stop."""

    def __init__(self, journal: Journal, build: Callable[[Journal, Engine], Runtime], *, capture: bool = True) -> None:
        self._journal, self._build, self._capture = journal, build, capture
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._fault: BaseException | None = None
        self._turn = threading.Lock()
        self._over = False
        self._asked: set[Future[Any]] = set()
        self._listeners: list[Listener] = []
        self.loop: asyncio.AbstractEventLoop | None = None
        self.runtime: Runtime | None = None
        self._pulse: Pulse | None = None
        self.bugs: list[tuple[str, BaseException]] = []

    def start(self) -> None:
        """Opens the journal on the engine's thread; raises what opening raised."""
        if self._capture:
            capture_steps()
            calm_collector()
        self._thread = threading.Thread(target=self._live, name="lexiconsole-engine", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._fault is not None:
            raise self._fault

    def _live(self) -> None:
        """As `asyncio.run`, which waits for ever for a task that swallows its cancellation."""
        loop, executor = asyncio.new_event_loop(), ThreadPoolExecutor()
        loop.set_default_executor(executor)  # for steps that use asyncio.to_thread
        try:
            loop.run_until_complete(self._main())
            loop.run_until_complete(_let_go())
            ending = threading.Thread(target=executor.shutdown, daemon=True)
            ending.start()
            ending.join(PATIENCE)
        finally:
            self._call_off(loop)
            loop.close()

    def _call_off(self, loop: asyncio.AbstractEventLoop) -> None:
        """Whoever asked in the last moment, or of what does not want to end, waits for a loop that has no turn any more."""
        with self._turn:
            self._over, left = True, list(self._asked)
        for future in left:
            future.cancel()
            loop.run_until_complete(asyncio.sleep(0))  # so that what was never begun is closed

    async def _main(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            await self._journal.open()
            self._journal.subscribe(self._committed)
            self.runtime = self._build(self._journal, self)
            self._pulse = Pulse(self.runtime, threading.current_thread())
            self._journal.subscribe(self._pulse.committed)
        except BaseException as fault:
            self._fault = fault
            self._ready.set()
            return
        polling = asyncio.create_task(self._poll(self.runtime))
        self._ready.set()
        await self._stop.wait()
        polling.cancel()
        self._pulse.stop()
        await asyncio.gather(polling, return_exceptions=True)
        try:
            await self.runtime.stop()
        finally:
            await self._journal.close()

    async def _poll(self, runtime: Runtime) -> None:
        """What others ask of runs driven here is done within a moment."""
        told = ""
        while True:
            await runtime.clock.sleep(until_look(runtime))
            if runtime.drives:
                try:
                    await runtime.do_requests()
                except Exception as fault:  # what is asked next is still to be done
                    if repr(fault) != told:
                        told = repr(fault)
                        self.bug("", fault)

    def call(self, body: Callable[[Runtime], Awaitable[T]]) -> T:
        """Runs `body(runtime)` on the engine's loop and waits for what it gives or raises."""
        return self.begin(body).result()

    def begin(self, body: Callable[[Runtime], Awaitable[T]]) -> Future[T]:
        """The same without waiting: a concurrent future."""
        with self._turn:
            if self.loop is None or self.runtime is None or self._over:
                raise RuntimeError("the engine is not running")
            future = asyncio.run_coroutine_threadsafe(_as_coroutine(body, self.runtime), self.loop)
            self._asked.add(future)
        future.add_done_callback(self._asked.discard)
        return future

    def stop(self) -> None:
        """Puts every run down where it stands and closes the journal. Safe to call twice."""
        if self._thread is None or self.loop is None or self._stop is None:
            return
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = None

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tells `listener` of entries committed by this process and of progress; gives the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def _committed(self, entries: Sequence[Entry]) -> None:
        for listener in list(self._listeners):
            for entry in entries:
                listener(entry, entry.run_id)

    # what the runtime tells

    def progress(self, run_id: str, event: Progress) -> None:
        for listener in list(self._listeners):
            listener(event, run_id)

    def bug(self, run_id: str, fault: BaseException) -> None:
        self.bugs.append((run_id, fault))

    # how it is

    @property
    def pulse(self) -> Pulse | None:
        """How well the loop keeps time; None before the start."""
        return self._pulse

    def held(self) -> Held | None:
        """What holds the loop right now, from any thread and without waiting; None while it keeps time."""
        return self._pulse.held() if self._pulse is not None else None

    # driving what nobody drives

    async def serve(self, runtime: Runtime, stop: threading.Event, *, take_over: bool) -> None:
        """Recovers and drives until `stop` is set: due runs are woken within one poll, dead owners replaced within a second."""
        quiet = Quiet(runtime)
        while not stop.is_set():
            if not quiet.still():
                if quiet.owners_due():
                    await bury_the_dead(runtime, take_over=take_over)
                    quiet.others = bool(await others(runtime))
                if quiet.moved:
                    await drive_what_waits(runtime)
                    await quiet.looked()
            await runtime.clock.sleep(until_look(runtime))


async def _let_go() -> None:
    """Ends what is left on the loop. What does not want to end is left where it stands: nothing it does is written."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    if left:
        _, stubborn = await asyncio.wait(left, timeout=PATIENCE)
        for task in stubborn:
            task._log_destroy_pending = False  # type: ignore[attr-defined] # noqa: SLF001 - as asyncio's own runner has no limit
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.get_running_loop().shutdown_asyncgens(), PATIENCE)


async def _as_coroutine(body: Callable[[Runtime], Awaitable[T]], runtime: Runtime) -> T:
    return await body(runtime)
