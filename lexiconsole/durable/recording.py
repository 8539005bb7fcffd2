"""Recording: how facts of one run get into the journal, and how the run is put down when they can not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.context import RunInfo
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.host import Host
from lexiconsole.durable.scrubbing import masked_texts
from lexiconsole.types import Instant, JsonObject

if TYPE_CHECKING:
    from lexiconsole.durable.work import Work

__all__ = ["Recording"]


_entry: Callable[[tuple[Any, ...]], Entry] = partial(tuple.__new__, Entry)
"""An entry of all its fields, in a third of the time."""

_TOLD = frozenset({"error", "why", "log"})
"""What of an entry's data is told by the user's code in words of its own."""


class Recording:
    """Numbers the entries of a run. Once `closed`, what its code still does on the way out is not written."""

    def __init__(self, run: RunInfo, host: Host, history: History, *, dry: bool) -> None:
        self._run, self.host, self.history, self.dry = run, host, history, dry
        self.journaled = host.journaled
        self.closed = False
        self.fault: BaseException | None = None
        self.seq = history.last_seq
        self.revealed: set[str] = set()
        """The secrets that people's answers gave the model; what it tells must not repeat them."""
        self.gave: Any = None
        """What the model ended with, if that was an `Err`."""
        self.heard: Entry | None = None
        """The outcome that was handed over last."""

    @property
    def ended(self) -> str:
        """The fault that the model ended with, if it did, as the end of a sentence."""
        return "" if self.gave is None else f", for it ended there ({self.gave.error})"

    @property
    def run(self) -> RunInfo:
        return self._run

    @property
    def observed(self) -> bool:
        return self.journaled

    def record(
        self, kind: EntryKind, key: str, data: JsonObject, *, attempt: int = 0, by: str = "", at: Instant | None = None
    ) -> asyncio.Future[None]:
        """Queues one entry of this run."""
        if self.closed or self.dry:
            return asyncio.get_running_loop().create_future()  # put down where it stands: nothing more is written
        self.seq += 1
        if not data.keys().isdisjoint(_TOLD):
            data = self.without_secrets(data)
        entry = Entry(self._run.id, self.seq, self.host.clock.now() if at is None else at, kind, key, attempt, data, by)
        written = self.host.record((entry,))
        written.add_done_callback(self._recorded)
        return written

    def record_act(self, kind: EntryKind, key: str, data: JsonObject, *, by: str = "") -> asyncio.Future[None]:
        """Queues an entry about a question, and knows of it at once: whoever acts next must find it."""
        if self.closed or self.dry:
            return asyncio.get_running_loop().create_future()
        now = self.host.clock.now()
        written = self.record(kind, key, data, by=by, at=now)
        self.history.add(Entry(self._run.id, self.seq, now, kind, key, data=data, by=by))
        return written

    def _recorded(self, written: asyncio.Future[None]) -> None:
        """Not everybody waits for what they record; if it did not get to disk, nothing after it may."""
        if not written.cancelled() and (fault := written.exception()) is not None:
            self.broke(fault)

    def last_word(self, kind: EntryKind, data: JsonObject, by: str = "") -> asyncio.Future[None]:
        """Records how the run ends, parks or is renewed, after the model was put down."""
        self.close()
        self.seq += 1
        if not data.keys().isdisjoint(_TOLD):
            data = self.without_secrets(data)
        return self.host.record((Entry(self._run.id, self.seq, self.host.clock.now(), kind, data=data, by=by),))

    async def commit_outcome(
        self, work: Work, kind: EntryKind, data: JsonObject, *, attempt: int = 0, by: str = ""
    ) -> None:
        """Records an outcome, waits for the disk, and hands it over in its turn."""
        if not (self.closed or work.settled):
            entry = self.outcome(work, kind, data, attempt, by)
            await self.host.record((entry,))
            self.committed(entry, work)

    def outcome(self, work: Work, kind: EntryKind, data: JsonObject, attempt: int, by: str = "") -> Entry:
        """The entry with which a work ends, numbered; whoever asked for it commits it now."""
        work.busy = True
        self.seq += 1
        if data and not data.keys().isdisjoint(_TOLD):
            data = self.without_secrets(data)
        return _entry((self._run.id, self.seq, self.host.clock.now(), kind, work.key, attempt, data, by))

    def without_secrets(self, data: JsonObject) -> JsonObject:
        """The data of an entry with a mask in place of every secret that a failure or a step's output tells."""
        names = self.host.codec.secrets
        return {
            name: masked_texts(part, self.revealed, names) if name in _TOLD else part for name, part in data.items()
        }

    def committed(self, entry: Entry, work: Work | None = None) -> None:
        """An outcome is on disk."""
        raise NotImplementedError

    async def guard(self, body: Awaitable[None]) -> None:
        """A fault in the engine's own part of a work stops the run; the driver hears of it."""
        try:
            await body
        except asyncio.CancelledError:
            raise
        except BaseException as fault:
            self.broke(fault)

    def is_outcome(self, fault: BaseException) -> bool:
        """Whether what a definition raised is what it came to. In an engine SystemExit and its like are, for they must not
        end it; in memory there is nothing between a script and its own Ctrl-C.
        """
        if isinstance(fault, (asyncio.CancelledError, GeneratorExit)):
            return False
        return self.journaled or isinstance(fault, (Exception, SystemExit))

    def broke(self, fault: BaseException) -> None:
        """The run can not go on in this process; what was not committed did not happen."""
        if self.fault is None:
            self.fault = fault
        self.close()

    def close(self) -> None:
        """Puts the run down where it stands."""
        self.closed = True
