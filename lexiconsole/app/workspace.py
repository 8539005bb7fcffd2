"""Workspace: a folder opened, with its definitions, its store and its settings. Both faces call this and nothing below it."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from lexiconsole.app.ground import Ground
from lexiconsole.app.look import Look, absolute, root_of
from lexiconsole.app.naming import run_named
from lexiconsole.app.opened import Opened
from lexiconsole.app.outcome import UNCHANGED, Outcome, Preview
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import Journal, Request, RunFilter, RunRow, TaskRow
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import NotFoundError, RefusedError
from lexiconsole.types import Instant, JsonObject, RunStatus

if TYPE_CHECKING:
    from lexiconsole.app.audit import Verdict
    from lexiconsole.app.branching import Branch
    from lexiconsole.app.config import Settings
    from lexiconsole.app.doctor import Finding
    from lexiconsole.app.health import Health
    from lexiconsole.app.identity import Identity
    from lexiconsole.app.tasks import Which
    from lexiconsole.catalog import Catalog, Problem
    from lexiconsole.catalog import Finding as CheckFinding
    from lexiconsole.durable.audit import Audited
    from lexiconsole.durable.clock import Clock
    from lexiconsole.durable.context import Progress
    from lexiconsole.durable.definition import Definition
    from lexiconsole.durable.people import People
    from lexiconsole.runtime.engine import Engine
    from lexiconsole.runtime.live_runs import LiveRuns
    from lexiconsole.runtime.runtime import Runtime
    from lexiconsole.views.inbox import Task

__all__ = ["UNCHANGED", "Outcome", "Preview", "Workspace"]

T = TypeVar("T")


class Workspace:
    """Use it as a context manager: leaving it puts runs down cleanly, resumable. Methods may be called from any thread.

    Settings, engine and definitions are loaded when they are needed: what only looks is quick.
    """

    def __init__(
        self,
        root: Path,
        settings: Settings | None = None,
        store: Path | None = None,
        *,
        profile: str = "",
        readonly: bool = False,
    ) -> None:
        """Reads the settings of the folder when none are given; raises ConfigurationError. `readonly`: every act is refused."""
        self.root = root
        self._ground = Ground(root, settings=settings, store=store, profile=profile, readonly=readonly)
        self.store_path = self._ground.store_path
        self.profile = profile
        self.hand_over: Callable[[str], None] | None = None
        """When given, this process drives nothing: it is called, from any thread, with the id of each run to be driven."""
        self._catalog: Catalog | None = None
        self._loading = threading.RLock()
        self._opened = Opened(self._ground, lambda: self.catalog)

    @classmethod
    def find(
        cls, start: Path | None = None, *, store: Path | None = None, profile: str = "", readonly: bool = False
    ) -> Workspace:
        """The workspace of the nearest folder upwards with application.yaml or definitions/, else of the folder itself."""
        here = absolute(start)
        if not here.is_dir():
            raise NotFoundError("folder", str(here))
        return cls(root_of(here), store=store and absolute(store), profile=profile, readonly=readonly)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        bugs = self.interrupt()
        if bugs and fault is None:
            raise bugs[0]

    # people

    @property
    def settings(self) -> Settings:
        return self._ground.settings

    @property
    def clock(self) -> Clock | None:
        """The machine's when None."""
        return self._ground.clock

    @clock.setter
    def clock(self, clock: Clock) -> None:
        self._ground.clock = clock

    def now(self) -> Instant:
        return self._ground.now()

    @property
    def people(self) -> People:
        return self._ground.people

    @property
    def identity(self) -> Identity:
        """The person at this machine."""
        return self._ground.identity

    @property
    def me(self) -> str:
        """The operator at this machine, or the name they are logged in with."""
        return self.identity.me

    def as_whom(self, name: str = "") -> str:
        """Under which name an act goes: `me` for "". Raises NotFoundError for a name nobody bears, and RefusedError, which
        is recorded, when the person at this machine may not act under it.
        """
        self._ground.settle()
        return self.identity.allowed(name, self._attempted)

    def _attempted(self, data: JsonObject) -> None:
        self._write().call(lambda runtime: runtime.journal.attempted(self._ground.now(), "", self.me, data))

    # definitions

    @property
    def catalog(self) -> Catalog:
        """Loaded on first use: the workspace's own definitions, or those that come with the program."""
        with self._loading:
            if self._catalog is None:
                from lexiconsole.catalog import Catalog, bundled_folder

                own = [self.root / name for name in self.settings.definitions]
                folders = [folder for folder in own if folder.exists()]
                self._catalog = Catalog.load(folders or [bundled_folder()])
            return self._catalog

    def definitions(self) -> list[Definition]:
        return list(self.catalog.definitions)

    def definition(self, name: str) -> Definition:
        return self.catalog.get(name)

    def problems(self) -> list[Problem]:
        return list(self.catalog.problems)

    def check(self) -> list[CheckFinding]:
        from lexiconsole.catalog import check

        return check(self.catalog)

    def live_runs(self) -> list[LiveRuns]:
        """Which live runs can go on with their definitions as those are written now, by name. Tries them, runs nothing."""
        from lexiconsole.runtime.live_runs import live_runs

        return self._look(live_runs)

    def warnings(self, name: str) -> list[CheckFinding]:
        """What the checks warn of in a definition, once for each version of it."""
        from lexiconsole.app.checking import untold_warnings

        return untold_warnings(self, name)

    # looking

    def run(self, prefix: str) -> RunRow:
        """The run whose id this is, or begins with this. Raises UsageError, AmbiguousError or NotFoundError."""
        matches = self._read(lambda look: look.match(prefix), lambda journal: journal.match(prefix))
        return run_named(prefix, matches, self.runs)

    def runs(self, which: RunFilter) -> list[RunRow]:
        return self._read(lambda look: look.runs(which), lambda journal: journal.runs(which))

    def counts(self) -> dict[RunStatus, int]:
        return self._read(Look.counts, lambda journal: journal.counts())

    def entries(self, run: RunRow, after: int = 0) -> list[Entry]:
        return self._read(lambda look: look.entries(run, after), lambda journal: journal.load(run, after=after))

    def outline(self, run: RunRow) -> Outline:
        """As it was when the run was made; empty when nothing is known of it."""
        return self._read(lambda look: look.outline(run), lambda journal: journal.outline(run.digest)) or Outline()

    def look(self) -> Look:
        """The store to read from any thread while the engine is busy; whoever asks for it closes it."""
        return Look(self.store_path, readonly=self._ground.readonly)

    def tasks(self, run: RunRow | None = None) -> list[TaskRow]:
        if run is None:
            return self._read(lambda look: list(look.open_tasks()), lambda journal: journal.tasks())
        return self._read(lambda look: look.tasks_of(run), lambda journal: journal.tasks(run))

    def task(self, id: str, *, me: str = "") -> Task:
        """The open task RUN:KEY (the run may be abbreviated) as `me` sees it, by default the user."""
        from lexiconsole.app.tasks import find_task

        return find_task(self, id, self.identity.known(me))

    def inbox(self, *, run: RunRow | None = None, me: str = "", **which: Unpack[Which]) -> list[Task]:
        """Open tasks as `me` sees them, by default the user; due ones first."""
        from lexiconsole.app.tasks import inbox

        return inbox(self, self.identity.known(me), run=run, **which)

    def follow(self, run: RunRow, after: int = 0, timeout: float | None = None) -> Iterator[Entry | Progress]:
        """What the run did behind `after`, then what it does, until it ends or parks or `timeout` seconds are over."""
        from lexiconsole.app.following import follow

        return follow(self._opened.engine(), run, after, timeout)

    def audit(self, *, newest_first: bool = False) -> Generator[Audited]:
        """Every decision, intervention and refused attempt, in the order they were made; read as far as it is asked for."""
        with closing(self.look()) as look:
            if look.ready:
                yield from look.audit(newest_first=newest_first)
                return
        from lexiconsole.app.audit import everything

        links = self._look(lambda runtime: everything(runtime.journal))
        yield from reversed(links) if newest_first else links

    def latest_audit(self, limit: int = 20) -> list[Audited]:
        """The last decisions, interventions and refused attempts, the newest first."""
        with closing(self.audit(newest_first=True)) as links:
            return list(islice(links, limit))

    def verify_audit(self) -> Verdict:
        """Whether the chain of decisions holds, says what the journal says, and is as long as its kept head says."""
        from lexiconsole.app.audit import verify
        from lexiconsole.app.audit_head import HeadFile
        from lexiconsole.app.signing import Signatures

        kept, signed = HeadFile.beside(self.store_path).read(), Signatures(self.settings, self.root)
        return self._look(lambda runtime: verify(runtime.journal, kept, signed.witness if signed.allowed else None))

    # acting

    def prepare(self, name: str, raw: Any) -> Any:
        """The input as the definition's type; raises InvalidInputError. Writes nothing."""
        return self.definition(name).validate(raw)

    def start(
        self, name: str, raw: Any, *, id: str = "", by: str = "", record_only: bool = False
    ) -> tuple[RunRow, bool]:
        """Makes a run and begins to drive it here, unless `record_only`. False: the id had that run already.

        Raises DefinitionError, and writes nothing, when the checks find something that can not work.
        """
        from lexiconsole.app.checking import refuse_what_can_not_work
        from lexiconsole.app.defaults import refuse_what_is_switched_off

        self._opened.refuse_readonly()
        definition, who, sender = self.definition(name), self.as_whom(by), self.identity.sender
        definition.validate(raw)
        refuse_what_is_switched_off(definition, self.settings.workflow, self.settings.workflow.graph)
        refuse_what_can_not_work(self, name)
        drive = self._drives(record_only)
        row, made = self._write().call(
            lambda runtime: runtime.create(definition, raw, id=id, by=who, sender=sender, drive=drive)
        )
        return self._handed(row, record_only), made

    def drive(self, run: RunRow) -> RunRow:
        """Drives a run on in this process. Raises RefusedError when another, living process drives it."""
        from lexiconsole.app.acts import drive_on

        return self._write().call(lambda runtime: drive_on(runtime, run))

    def act(self, request: Request, *, record_only: bool = False) -> Outcome:
        """Leaves a request, and does it here when nobody drives the run."""
        from lexiconsole.app.signing import Signatures
        from lexiconsole.runtime.taking import act

        asked = self.identity.attributed(request, self.as_whom(request.by))
        sign, drive, hand_over = Signatures(self.settings, self.root).signed, not record_only, self.hand_over
        state = self._write().call(lambda runtime: act(runtime, asked, drive=drive, hand_over=hand_over, sign=sign))
        return Outcome.of(state, self.run(request.run_id))

    def refuse(self, request: Request, reason: str) -> None:
        """Puts on record that somebody tried what the preview refuses, without leaving the request; raises RefusedError."""
        told: JsonObject = {"kind": request.kind.value, "run": request.run_id, "reason": reason}
        key, by, told["from"] = f"{request.run_id}:{request.target}", self.as_whom(request.by), self.identity.sender
        self._write().call(lambda runtime: runtime.journal.attempted(self.now(), key, by, told))
        raise RefusedError(reason)

    def preview(self, request: Request) -> Preview:
        """What the act would do now. Changes nothing."""
        from lexiconsole.app.acts import preview_of

        asked = self.identity.attributed(request, self.identity.known(request.by))
        return self._look(lambda runtime: preview_of(runtime, asked))

    def fork(self, run: RunRow, at: int, *, record_only: bool = False, **terms: Unpack[Branch]) -> RunRow:
        """A new run from entry `at` of another, with recorded results (by key), the input, and a graph's state changed."""
        from lexiconsole.app.branching import make_fork

        who, sender, drive = self.as_whom(terms.get("by", "")), self.identity.sender, self._drives(record_only)
        row = self._write().call(lambda runtime: make_fork(runtime, run, at, terms, who, sender, drive=drive))
        return self._handed(row, record_only)

    def preview_fork(self, run: RunRow, at: int, **terms: Unpack[Branch]) -> Preview:
        """What `fork` would make of the same terms: what is taken over, decisions among it, or why it is refused."""
        from lexiconsole.app.branching import preview_fork

        who = self.identity.known(terms.get("by", ""))
        found = self._look(lambda runtime: preview_fork(runtime, run, at, terms, who))
        return replace(found, refused=self.identity.refusal(who) or found.refused)

    def preview_migration(self, run: RunRow) -> Preview:
        """How the run would go on under the version its definition has by now; refused with the reason."""
        from lexiconsole.app.acts import migration_of

        return self._look(lambda runtime: migration_of(runtime, run))

    def migrate(self, run: RunRow, *, by: str = "", reason: str = "", record_only: bool = False) -> RunRow:
        """Takes the run to the version its definition has by now and drives on. Raises RefusedError when it does not fit."""
        from lexiconsole.runtime.migrating import migrate

        who, sender = self.as_whom(by), self.identity.sender
        drive = self._drives(record_only)
        row = self._write().call(
            lambda runtime: migrate(runtime, run, by=who, reason=reason, sender=sender, drive=drive)
        )
        return self._handed(row, record_only)

    def _drives(self, record_only: bool) -> bool:
        return not record_only and self.hand_over is None

    def _handed(self, row: RunRow, record_only: bool) -> RunRow:
        if not record_only and self.hand_over is not None:
            self.hand_over(row.id)
        return row

    def settle(self, run: RunRow, timeout: float | None = None) -> RunRow:
        """Waits until the run ends or parks, or `timeout` seconds are over."""
        for _ in self.follow(run, self.run(run.id).seq, timeout):
            pass
        return self.run(run.id)

    def serve(
        self, *, stop: threading.Event, take_over: bool = True, told: Callable[[Entry], None] | None = None
    ) -> None:
        """Recovers and drives whatever nobody drives until `stop` is set. `told` hears each entry written here."""
        from lexiconsole.app.acts import reload_until

        engine, over = self._write(), threading.Event()
        silence = engine.listen(lambda item, _: told(item) if told and isinstance(item, Entry) else None)
        threading.Thread(
            target=reload_until, args=(self.catalog, engine, over), name="definitions", daemon=True
        ).start()
        try:
            engine.call(lambda runtime: engine.serve(runtime, stop, take_over=take_over))
        finally:
            over.set()
            silence()

    def doctor(self, *, rebuild: bool = False) -> list[Finding]:
        from lexiconsole.app.doctor import examine

        return examine(self, self._look if not rebuild else lambda body: self._write().call(body), rebuild=rebuild)

    def listen(self, told: Callable[[Entry | Progress, str], None]) -> Callable[[], None]:
        """Tells `told`, on the engine's thread, of what this process commits and of progress; gives the way to stop."""
        return self._write().listen(told)

    def health(self, *, store: bool = True) -> Health | None:
        """How the engine of this process is doing; None while there is none. Never waits: ask twice a second if you like.

        Without `store` no question of ours goes there; what only the store knows stays None.
        """
        return self._opened.health(store=store)

    def interrupt(self, *, at_once: bool = False) -> list[BaseException]:
        """Puts every run down where it stands; each can be resumed. Gives the bugs that the engine met, if any."""
        return self._opened.close(at_once=at_once)

    # the store

    def _read(self, quick: Callable[[Look], T], full: Callable[[Journal], Awaitable[T]]) -> T:
        return self._opened.read(quick, full)

    def _look(self, body: Callable[[Runtime], Awaitable[T]]) -> T:
        return self._opened.engine().call(body)

    def _write(self) -> Engine:
        return self._opened.writing()
