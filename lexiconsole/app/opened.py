"""Opened: the store of a workspace, read as a file until there is an engine, and the engine once something needs one."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from lexiconsole.app.look import Look
from lexiconsole.errors import RefusedError
from lexiconsole.store.at_rest import Rest, reading
from lexiconsole.store.same_file import SameFile

if TYPE_CHECKING:
    from lexiconsole.app.beside import Beside
    from lexiconsole.app.ground import Ground
    from lexiconsole.app.health import Health, Looking
    from lexiconsole.catalog import Catalog
    from lexiconsole.durable.journal import Journal
    from lexiconsole.runtime.engine import Engine
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["Opened"]

T = TypeVar("T")


class Opened:
    """Loads the engine, and all that it needs, when it is first asked for it. Safe to use from several threads."""

    def __init__(self, ground: Ground, catalog: Callable[[], Catalog]) -> None:
        self._ground, self._catalog = ground, catalog
        self._engine: Engine | None = None
        self._file: Look | None = None
        self._beside: Beside | None = None
        self._empty = False
        self._rest: Rest | None = None
        self._restore: Callable[[], None] | None = None
        self._beginning = threading.RLock()
        self._same = SameFile(ground.store_path)
        self._same.opened()
        self._looking: tuple[Engine, Looking] | None = None

    def read(self, quick: Callable[[Look], T], full: Callable[[Journal], Awaitable[T]]) -> T:
        """From the file itself while there is no engine, which takes longer to start than most questions take."""
        if self._engine is None:
            with self._beginning:
                self._file = self._file or Look(self._ground.store_path, readonly=self._ground.readonly)
                file = self._file
            if file.ready:
                return quick(file)
        return self.engine().call(lambda runtime: full(runtime.journal))

    def engine(self) -> Engine:
        """The engine as it is, or one to look with: a store that does not exist is not made by looking."""
        with self._beginning:
            if self._rest is not None and not self._rest.holds():
                self.close()  # somebody writes by now to a file that was read as one that does not change
            if self._engine is None:
                self._begin(self._journal(looking=True))
            assert self._engine is not None
            return self._engine

    def writing(self) -> Engine:
        """The engine on the real store, which is made when it is missing. Raises RefusedError when it is only looked at."""
        self.refuse_readonly()
        with self._beginning:
            if self._engine is not None and self._empty:
                self.close()
            if self._engine is None:
                self._begin(self._journal(looking=False))
                self._ground.keep()
            if self._restore is None:
                from lexiconsole.app.defaults import install_defaults

                workflow = self._ground.settings.workflow
                self._restore = install_defaults(workflow, workflow.graph)
            assert self._engine is not None
            return self._engine

    def refuse_readonly(self) -> None:
        """Raises RefusedError when the workspace is only looked at."""
        if self._ground.readonly:
            raise RefusedError("the workspace was opened read-only; open it without --readonly to change something")

    def health(self, *, store: bool) -> Health | None:
        """None while there is no engine."""
        from lexiconsole.app.health import Looking

        engine = self._engine
        if engine is None:
            return None
        if self._looking is None or self._looking[0] is not engine:
            self._looking = (engine, Looking(engine, self._ground.store_path))
        return self._looking[1].look(store=store)

    def close(self, *, at_once: bool = False) -> list[BaseException]:
        """Puts every run down; gives the bugs that the engine met. It may be used again."""
        engine, self._engine = self._engine, None
        restore, self._restore, self._rest = self._restore, None, None
        beside, self._beside = self._beside, None
        file, self._file = self._file, None
        if file is not None:
            file.close()
        if restore is not None:
            restore()
        if engine is None:
            return []
        if not at_once:
            if beside is not None and engine.runtime is not None:
                engine.call(lambda _: beside.settled())
            engine.stop()
        return [fault for _, fault in engine.bugs]

    def _begin(self, journal: Journal) -> None:
        from lexiconsole.runtime.engine import Engine

        engine = Engine(journal, self._runtime)
        engine.start()
        self._engine = engine

    def _journal(self, *, looking: bool) -> Journal:
        from lexiconsole.app.engine_terms import journal_of

        path = self._ground.store_path
        self._same.check()
        self._same.opened()
        self._empty = looking and not path.exists()
        self._rest = reading(path)[1] if self._ground.readonly and not self._empty else None
        settings, readonly = self._ground.settings, self._ground.readonly
        return journal_of(None if self._empty else path, settings, readonly=readonly, file=self._same)

    def _runtime(self, journal: Journal, engine: Engine) -> Runtime:
        from lexiconsole.app.beside import Beside
        from lexiconsole.app.engine_terms import engine_terms
        from lexiconsole.app.found import Found
        from lexiconsole.app.signing import Signatures
        from lexiconsole.app.vault import FileVault
        from lexiconsole.runtime.runtime import Runtime

        ground, settings, store = self._ground, self._ground.settings, self._ground.store_path
        terms, found = engine_terms(settings), Found(self._catalog)
        locks, vault = None if self._empty else store.parent / "locks", FileVault.beside(store)
        runtime = Runtime(journal, found, settings=terms, locks=locks, told=engine, people=ground.people, vault=vault)
        runtime.clock = ground.clock or runtime.clock
        runtime.seals = Signatures(settings, ground.root).refusal
        if not (self._empty or ground.readonly):
            self._beside = Beside(runtime, store, settings)
        return runtime
