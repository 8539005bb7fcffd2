"""The head of the audit, kept in a file beside the store: it may lag behind the chain, but never lead or go back."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from lexiconsole.durable.audit import MAY_DECIDE
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import Journal
from lexiconsole.errors import StoreError
from lexiconsole.replacing import replace_file

__all__ = ["HeadFile", "HeadKeeper"]

_log = logging.getLogger(__name__)

_GLANCE = 0.01  # seconds between two looks whether another process is done with the file


class HeadFile:
    """One line: the number of the newest entry of the chain and its hash."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def beside(cls, store: Path) -> HeadFile:
        """`audit.head` beside `store.db`; stores of other names in one folder have heads of their own."""
        return cls(store.with_name("audit.head" if store.name == "store.db" else f"{store.name}.audit.head"))

    def read(self) -> tuple[int, str] | None:
        """None when there is none. Raises StoreError for a file that is no head."""
        try:
            number, digest = self.path.read_text("ascii").split()
            return int(number), digest
        except FileNotFoundError:
            return None
        except (ValueError, OSError) as fault:
            raise StoreError(f"{self.path} can not be read as the head of an audit: {fault}") from None

    async def advance(self, journal: Journal) -> tuple[int, str] | None:
        """Puts the chain's head into the file; gives it when that is news.

        Raises StoreError when the chain does not go on from what the file has: then the file is the witness, and stays.
        """
        async with self._alone():
            kept = self.read()
            head = await journal.audit_head()
            if head == (kept or (0, "")):
                return None
            if kept is not None and not await _holds(journal, kept):
                raise StoreError(
                    f"the audit does not go on from the head that {self.path} keeps (entry {kept[0]}); "
                    f"`lexiconsole audit verify` says what is wrong"
                )
            replace_file(self.path, f"{head[0]} {head[1]}\n", lasting=True)
            return head

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Several processes keep one head. The lock is held for one look at the store and one small file."""
        lock = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            while not _locked(lock):  # noqa: ASYNC110 # another process tells nobody when it is done
                await asyncio.sleep(_GLANCE)
            yield
        finally:
            os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _holds(journal: Journal, kept: tuple[int, str]) -> bool:
    found = await journal.audit(kept[0] - 1, 1)
    return bool(found) and (found[0].number, found[0].hash) == kept


class HeadKeeper:
    """Follows what one process commits, and keeps the head after the commit. It never holds up a run, nor harms one."""

    def __init__(
        self, journal: Journal, file: HeadFile, sent: Callable[[int, str], Awaitable[None]] | None = None
    ) -> None:
        """`sent` takes each new head elsewhere."""
        self._journal, self._file, self._sent = journal, file, sent
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._first = True
        self.fault = ""
        journal.subscribe(self._hear)

    def _hear(self, entries: Sequence[Entry]) -> None:
        """The first commit in any case: whoever died before may have left the file behind the chain."""
        for entry in entries:
            if entry.kind in MAY_DECIDE or self._first:
                self._first = False
                self._idle.clear()
                self._news.set()
                return

    async def work(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._keep()
            if not self._news.is_set():
                self._idle.set()

    async def _keep(self) -> None:
        try:
            head = await self._file.advance(self._journal)
            if head is not None and self._sent is not None:
                await self._sent(*head)
        except (StoreError, OSError) as fault:
            if str(fault) != self.fault:
                self.fault = str(fault)
                _log.warning("%s", fault)

    async def settled(self, patience: float) -> None:
        """When what was committed so far is in the file, or so many seconds are over: it may lag."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), patience)
