"""SqliteJournal: the journal in one SQLite file, shared by any number of processes on the machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lexiconsole.durable.audit import Audited, fact
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import TAKEN, NewRun, OwnerRow, Request, RequestState, RunFilter, RunRow, TaskRow
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import NotFoundError, StoreError
from lexiconsole.store.auditing import attempt_fact, teach_chaining
from lexiconsole.store.care import check, rebuild
from lexiconsole.store.connection import Connection, Durability, connect, look, pragmas
from lexiconsole.store.faults import busy, check_library, check_place, has_content
from lexiconsole.store.listeners import Listeners
from lexiconsole.store.listing import listing
from lexiconsole.store.making import Making
from lexiconsole.store.migrations import MIGRATIONS, migrate, recognise
from lexiconsole.store.notices import NoticeBook
from lexiconsole.store.reader import Readers
from lexiconsole.store.rows import encode_request, entry_of, request_of_row, run_of, task_of
from lexiconsole.store.same_file import SameFile
from lexiconsole.store.statements import statement
from lexiconsole.store.version import Version
from lexiconsole.store.writer import Writer
from lexiconsole.types import Instant, JsonObject, RunStatus

__all__ = ["SqliteJournal"]


class SqliteJournal:
    """Keeps runs in the file `path`, which the first `open` makes when it is missing, with its folder. Once it is deleted, moved
    or replaced by another, whatever is asked to be written fails with StoreError: no second file comes into being.

    `durability="process"` trades the last moments before a power cut for speed; a killed process loses nothing either way.
    `file` is which file it has to be, if somebody saw it before.
    `busy` is how many seconds to wait for another process's lock. `readonly`: SQLite itself refuses whatever would change it.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        durability: Durability = "full",
        busy: float = 5.0,
        readonly: bool = False,
        file: SameFile | None = None,
    ) -> None:
        self._path, self._readonly = str(Path(path).absolute()), readonly  # as it was named, wherever a step goes
        self._durability: Durability = durability
        self._busy = busy
        self._listeners = Listeners()
        self._connection: Connection | None = None
        self._readers = Readers(self._path, busy, readonly=readonly)
        self._version = Version(self._path)
        self._file = file or SameFile(Path(self._path))
        self._writer: Writer | None = None

    @property
    def place(self) -> str:
        return self._path

    @property
    def queued(self) -> int:
        return self._writer.queued if self._writer is not None else 0

    async def open(self) -> None:
        if self._writer is not None:
            return
        check_library()
        self._file.check()
        if not self._readonly:
            check_place(self._path)
        await self._look_first()
        make = not self._file.known
        self._connection = await connect(self._path, busy=self._busy, readonly=self._readonly, make=make)
        try:
            await (self._only_read if self._readonly else self._prepare)(self._connection)
            await self._readers.open()
        except BaseException:
            await self._close_connections()
            raise
        self._file.opened()
        self._writer = Writer(self._connection, self._listeners)
        self._writer.start()

    async def _look_first(self) -> None:
        """A file that is not ours must not change, not even by a checkpoint when it is closed: it is only read."""
        if not has_content(self._path):
            return
        looking = await look(self._path, busy=self._busy)
        try:
            await recognise(looking, self._path, MIGRATIONS[-1].number)
        finally:
            await looking.close()

    async def _prepare(self, connection: Connection) -> None:
        if await self._mode(connection) != "wal":
            raise StoreError(
                f"the store {self._path} is on a file system without shared memory (a network drive?); "
                f"name a store on a local disk"
            )
        for pragma in pragmas(self._durability):
            await connection.all(pragma)
        await teach_chaining(connection)
        await migrate(connection, self._path)

    async def _mode(self, connection: Connection) -> str:
        """Two that make a file's log at the same moment would wait for each other, so SQLite refuses one of them at once."""
        clock = asyncio.get_running_loop().time
        end = clock() + self._busy
        while True:
            try:
                return str((await connection.one("PRAGMA journal_mode = WAL"))[0])
            except StoreError as fault:
                if not busy(fault.__cause__) or clock() >= end:
                    raise
            await asyncio.sleep(0.02)

    async def _only_read(self, connection: Connection) -> None:
        await teach_chaining(connection)
        await connection.all("PRAGMA query_only = 1")
        newest = MIGRATIONS[-1].number
        if (version := await recognise(connection, self._path, newest)) != newest:
            raise StoreError(
                f"the store {self._path} has form {version}, this program reads {newest}; open it once without --readonly"
            )

    async def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()
        await self._close_connections()

    async def _close_connections(self) -> None:
        self._version.close()
        await self._readers.close()
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if not self._readonly:
                await connection.all("PRAGMA wal_checkpoint(TRUNCATE)")
        except StoreError:
            pass  # the log stays as it is; whoever opens the file next reads it
        finally:
            await connection.close()

    @property
    def _writing(self) -> Writer:
        if self._writer is None:
            raise StoreError(f"the store {self._path} is not open")
        self._check_place()
        return self._writer

    def _check_place(self) -> None:
        """Raises StoreError when the file is not where it was: what is written to it now nobody would ever find."""
        try:
            self._file.check()
        except StoreError as fault:
            if self._writer is not None:
                self._writer.refuse(str(fault))
            raise

    async def _write(self, name: str, *values: Any) -> list[Any]:
        return await self._writing.act(lambda connection: connection.all(statement(name), values))

    # runs and entries

    async def create(self, new: NewRun) -> tuple[RunRow, bool]:
        making = Making.of(new)
        number = await self._writing.create(making)
        if number is not None and not new.origin:
            return _born(making, number), True
        row = await self.run(new.id)
        if row is not None:
            return row, number is not None
        if await self.run(new.origin) is None:
            raise NotFoundError("run", new.origin)
        raise NotFoundError("entry", f"{new.origin}#{new.origin_seq}")

    def append(self, run: RunRow, epoch: int, entries: Sequence[Entry]) -> asyncio.Future[None]:
        return (self._writer or self._writing).append(run, epoch, entries)

    async def load(self, run: RunRow, after: int = 0, upto: int | None = None) -> list[Entry]:
        rows = await self._readers.all("load", run.number, after, upto)
        return [entry_of(run.id, row) for row in rows]

    async def run(self, id: str) -> RunRow | None:
        row = await self._readers.one("run_by_id", id)
        return None if row is None else run_of(row)

    async def match(self, prefix: str, limit: int = 10) -> list[RunRow]:
        return [run_of(row) for row in await self._readers.all("runs_by_prefix", prefix, limit)]

    async def runs(self, which: RunFilter) -> list[RunRow]:
        return [run_of(row) for row in await self._readers.all(*listing(which))]

    async def counts(self) -> dict[RunStatus, int]:
        kept = dict(await self._readers.all("counts"))
        return {status: kept.get(status.value, 0) for status in RunStatus}

    async def outline(self, digest: str) -> Outline | None:
        row = await self._readers.one("outline", digest)
        return None if row is None else Outline.from_data(json.loads(row[0]))

    async def tasks(self, run: RunRow | None = None) -> list[TaskRow]:
        read = self._readers.all
        rows = await (read("tasks") if run is None else read("tasks_of_run", run.number))
        if not rows:
            return []
        acts: dict[tuple[str, str], list[Entry]] = {}
        for run_id, *act in await (read("acts") if run is None else read("acts_of_run", run.number)):
            entry = entry_of(run_id, act)
            acts.setdefault((run_id, entry.key), []).append(entry)
        return [replace(task, acts=tuple(acts.get((task.run_id, task.key), ()))) for task in map(task_of, rows)]

    # what other processes did

    async def head(self) -> int:
        return int((await self._readers.one("head"))[0])

    async def tail(self, after: int, limit: int = 1000) -> list[tuple[int, Entry]]:
        rows = await self._readers.all("tail", after, limit)
        return [(position, entry_of(run_id, row)) for position, run_id, *row in rows]

    def subscribe(self, listener: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        return self._listeners.add(listener)

    # ownership

    async def register(self, host: str, pid: int, lock: str, at: Instant) -> OwnerRow:
        return OwnerRow(*(await self._write("register", host, pid, lock, at))[0])

    async def beat(self, owner: int, at: Instant) -> bool:
        return bool(await self._write("beat", at, owner))

    async def owners(self) -> list[OwnerRow]:
        return [OwnerRow(*row) for row in await self._readers.all("owners")]

    async def retire(self, owner: int) -> None:
        await self._write("free", owner)
        await self._write("retire", owner)

    async def claim(self, run: RunRow, owner: int) -> RunRow | None:
        won = await self._writing.claim(run, owner)
        return await self.run(run.id) if won else None

    async def release(self, run: RunRow, epoch: int) -> None:
        await self._write("release", run.number, epoch)

    async def wakeable(self, at: Instant, limit: int = 1000, after: int = 0) -> list[RunRow]:
        return [run_of(row) for row in await self._readers.all("wakeable", at, limit, after)]

    async def next_wake(self, after: Instant | None = None) -> Instant | None:
        earliest: Instant | None = (await self._readers.one("next_wake", after))[0]
        return earliest

    def moved(self) -> int | None:
        self._check_place()
        return self._version.look()

    # requests

    async def request(self, request: Request) -> int:
        rows = await self._write("request", *encode_request(request))
        if not rows:
            raise NotFoundError("run", request.run_id)
        return int(rows[0][0])

    async def requests(self, owner: int | None = None, run: RunRow | None = None) -> list[Request]:
        if run is not None:
            rows = await self._readers.all("requests_of_run", run.number, owner)
        elif owner is not None:
            rows = await self._readers.all("requests_of_owner", owner)
        else:
            rows = await self._readers.all("requests")
        return [request_of_row(row) for row in rows]

    async def request_state(self, number: int) -> Request | None:
        row = await self._readers.one("request_by_number", number)
        return None if row is None else request_of_row(row)

    async def close_request(self, number: int, state: RequestState, reply: str = "") -> None:
        if state is RequestState.REFUSED:
            await self._write("refuse_request", number, reply)
        else:
            await self._write("close_request", number, state.value, reply)

    async def take_request(self, number: int) -> bool:
        return bool(await self._write("take_request", number, TAKEN))

    async def withdraw_request(self, number: int, reply: str) -> bool:
        return bool(await self._write("withdraw_request", number, reply))

    @property
    def notices(self) -> NoticeBook:
        return NoticeBook(self._readers.all, self._write)

    # what people decided

    async def audit(self, after: int = 0, limit: int = 1000) -> list[Audited]:
        return [Audited(*row) for row in await self._readers.all("audit", after, limit)]

    async def audit_head(self) -> tuple[int, str]:
        number, head = await self._readers.one("audit_head") or (0, "")
        return number, head

    async def attempted(self, at: Instant, key: str, by: str, data: JsonObject) -> None:
        await self._write("audit_add", attempt_fact(at, key, by, data))

    async def decisions(self, after: int = 0, limit: int = 1000) -> list[tuple[int, str]]:
        return [(position, fact(*row)) for position, *row in await self._readers.all("decisions", after, limit)]

    async def altered_copies(self, limit: int = 20) -> list[tuple[str, int]]:
        return [(run_id, seq) for run_id, seq in await self._readers.all("altered_copies", limit)]

    # care

    async def check(self) -> list[str]:
        if self._writer is None:
            raise StoreError(f"the store {self._path} is not open")
        self._check_place()
        connection = await connect(self._path, busy=self._busy, readonly=self._readonly)
        try:
            return await check(connection)
        finally:
            await connection.close()

    async def rebuild(self) -> int:
        return await self._writing.act(rebuild)


def _born(making: Making, number: int) -> RunRow:
    """The row of a run that was made this moment."""
    new = making.new
    driven = new.owner is not None
    return RunRow(
        number=number,
        id=new.id,
        name=new.name,
        kind=new.kind,
        version=new.version,
        digest=making.digest,
        fingerprint=new.fingerprint,
        status=RunStatus.RUNNING if driven else RunStatus.PENDING,
        created_at=new.at,
        changed_at=new.at,
        by=new.by,
        epoch=int(driven),
        owner=new.owner,
        parent=new.parent,
        parent_key=new.parent_key,
        wake_at=new.wake_at,
    )
