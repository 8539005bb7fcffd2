"""MemoryJournal: the journal of tests and of stubbed applications. The rules of the port without a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lexiconsole.durable.audit import Audited, audited, chained
from lexiconsole.durable.entry import ACTS, ENDINGS, Entry, EntryKind
from lexiconsole.durable.journal import NewRun, OwnerRow, Request, RequestKind, RequestState, RunFilter, RunRow, TaskRow
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import NotFoundError, NotOwnedError, StoreError
from lexiconsole.store.auditing import attempt_fact, entry_fact, refusal_fact
from lexiconsole.store.kept_requests import KeptRequests
from lexiconsole.store.listeners import Listeners
from lexiconsole.store.projection import Standing
from lexiconsole.store.rows import encode_entry, encode_request, encode_run
from lexiconsole.types import Instant, JsonObject, RunStatus

__all__ = ["MemoryJournal"]


@dataclass(slots=True)
class _Kept:
    """A run with its entries; `row` holds what was fixed when it was made, and the ownership."""

    row: RunRow
    entries: list[Entry]
    standing: Standing
    driven: bool
    start_at: Instant | None

    def listed(self) -> RunRow:
        last, now = self.entries[-1], self.standing
        where = now.stage or next((entry.key for entry in reversed(self.entries) if entry.key), "")
        return replace(
            self.row,
            seq=last.seq,
            changed_at=max(last.at, self.row.created_at),
            status=now.status,
            base=now.base,
            where=where,
            error=now.error,
            wake_at=now.wake_at,
        )


class MemoryJournal:
    """Keeps everything in this process. What is appended is there at once; its future is done one turn of the loop later."""

    def __init__(self) -> None:
        self._runs: dict[str, _Kept] = {}
        self._by_number: list[_Kept] = []
        self._log: list[Entry] = []
        self._outlines: dict[str, Outline] = {}
        self._owners: dict[int, OwnerRow] = {}
        self._owners_ever = 0
        self._requests = KeptRequests()
        self._audit: list[Audited] = []
        self._refused: set[tuple[int, int]] = set()
        self._listeners = Listeners()
        self._open = False

    @property
    def queued(self) -> int:
        return 0

    @property
    def place(self) -> str:
        return "memory"

    async def open(self) -> None:
        self._open = True

    async def close(self) -> None:
        self._open = False
        await asyncio.sleep(0)

    # runs and entries

    async def create(self, new: NewRun) -> tuple[RunRow, bool]:
        if not self._open:
            raise StoreError("the journal in memory is not open")
        taken = self._runs.get(new.id)
        if taken is not None:
            return taken.listed(), False
        encode_run(new, new.outline.digest())
        first = Entry(new.id, 1, new.at, EntryKind.CREATED, data=new.data, by=new.by)
        kept = self._new(new, [first, *self._shared(new)])
        kept.standing.fold(kept.entries, new.origin_seq)
        self._runs[new.id] = kept
        self._by_number.append(kept)
        self._log += kept.entries
        if _is_decision(kept, first):
            self._chain(entry_fact(first))
        self._listeners.publish(kept.entries)
        return kept.listed(), True

    def _shared(self, new: NewRun) -> list[Entry]:
        """The entries that a fork copies from its origin."""
        if not new.origin:
            return []
        origin = self._runs.get(new.origin)
        if origin is None:
            raise NotFoundError("run", new.origin, self._runs)
        if new.origin_seq > len(origin.entries):
            raise NotFoundError("entry", f"{new.origin}#{new.origin_seq}")
        return [entry._replace(run_id=new.id) for entry in origin.entries[1 : new.origin_seq]]

    def _new(self, new: NewRun, entries: list[Entry]) -> _Kept:
        digest = new.outline.digest()
        self._outlines.setdefault(digest, new.outline)
        driven = new.owner is not None
        standing = Standing.at_birth(driven, new.wake_at)
        row = RunRow(
            number=len(self._by_number) + 1,
            id=new.id,
            name=new.name,
            kind=new.kind,
            version=new.version,
            digest=digest,
            fingerprint=new.fingerprint,
            status=standing.status,
            created_at=new.at,
            changed_at=new.at,
            by=new.by,
            epoch=1 if driven else 0,
            owner=new.owner,
            parent=new.parent,
            parent_key=new.parent_key,
            origin=new.origin,
            origin_seq=new.origin_seq,
        )
        return _Kept(row, entries, standing, driven, new.wake_at)

    def append(self, run: RunRow, epoch: int, entries: Sequence[Entry]) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        try:
            self._write(run, epoch, entries)
        except Exception as fault:
            loop.call_soon(_fail, future, fault)
        else:
            loop.call_soon(self._done, future, entries)
        return future

    def _write(self, run: RunRow, epoch: int, entries: Sequence[Entry]) -> None:
        if not self._open:
            raise StoreError("the journal in memory is not open")
        for entry in entries:
            encode_entry(entry)
        kept = self._kept(run)
        expected = range(len(kept.entries) + 1, len(kept.entries) + 1 + len(entries))
        if (
            epoch != kept.row.epoch
            or [e.seq for e in entries] != list(expected)
            or (run.number, epoch) in self._refused
        ):
            self._refused.add((run.number, epoch))
            raise NotOwnedError(run.id)
        kept.entries += entries
        self._log += entries
        kept.standing.fold(entries, kept.row.origin_seq)
        if any(Standing.frees_owner(entry) for entry in entries):
            kept.row = replace(kept.row, owner=None)
        for entry in entries:
            self._requests.settle(entry)
            if _is_decision(kept, entry):
                self._chain(entry_fact(entry))
            if entry.kind in ENDINGS:
                self._tell_parent(kept, entry)

    def _tell_parent(self, kept: _Kept, entry: Entry) -> None:
        parent = self._runs.get(kept.row.parent)
        if parent is not None:
            data: JsonObject = {"run": kept.row.id, "status": entry.kind.removeprefix("run."), **entry.data}
            self._requests.keep(Request(parent.row.id, RequestKind.CHILD_ENDED, kept.row.parent_key, data, at=entry.at))

    def _done(self, future: asyncio.Future[None], entries: Sequence[Entry]) -> None:
        self._listeners.publish(entries)
        if not future.done():
            future.set_result(None)

    def _kept(self, run: RunRow) -> _Kept:
        return self._by_number[run.number - 1]

    async def load(self, run: RunRow, after: int = 0, upto: int | None = None) -> list[Entry]:
        return self._kept(run).entries[after:upto]

    async def run(self, id: str) -> RunRow | None:
        kept = self._runs.get(id)
        return None if kept is None else kept.listed()

    async def match(self, prefix: str, limit: int = 10) -> list[RunRow]:
        found = sorted(name for name in self._runs if name.startswith(prefix))
        return [self._runs[name].listed() for name in found[:limit]]

    async def runs(self, which: RunFilter) -> list[RunRow]:
        found: list[RunRow] = []
        for kept in self._by_number if which.oldest_first else reversed(self._by_number):
            if len(found) >= which.limit:
                break
            if _fits(kept, which):
                found.append(kept.listed())
        return found

    async def counts(self) -> dict[RunStatus, int]:
        counts = dict.fromkeys(RunStatus, 0)
        for kept in self._by_number:
            counts[kept.standing.status] += 1
        return counts

    async def outline(self, digest: str) -> Outline | None:
        return self._outlines.get(digest)

    async def tasks(self, run: RunRow | None = None) -> list[TaskRow]:
        chosen = self._by_number if run is None else [self._kept(run)]
        rows: list[tuple[int, TaskRow]] = []
        for kept in chosen:
            for key, (seq, due) in kept.standing.open_tasks.items():
                asked = kept.entries[seq - 1]
                acts = tuple(
                    e for e in kept.entries[max(seq, kept.row.origin_seq) :] if e.key == key and e.kind in ACTS
                )
                task = TaskRow(kept.row.id, kept.row.name, key, seq, asked.at, due, asked.data, acts)
                rows.append((kept.row.number, task))
        rows.sort(key=lambda row: (row[1].due is None, row[1].due or 0.0, row[1].asked_at, row[0], row[1].seq))
        return [task for _, task in rows]

    # what other processes did

    async def head(self) -> int:
        return len(self._log)

    async def tail(self, after: int, limit: int = 1000) -> list[tuple[int, Entry]]:
        return list(enumerate(self._log[after : after + limit], after + 1))

    def subscribe(self, listener: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        return self._listeners.add(listener)

    # ownership

    async def register(self, host: str, pid: int, lock: str, at: Instant) -> OwnerRow:
        self._owners_ever += 1
        owner = OwnerRow(self._owners_ever, host, pid, lock, at, at)
        self._owners[owner.number] = owner
        return owner

    async def beat(self, owner: int, at: Instant) -> bool:
        if owner in self._owners:
            self._owners[owner] = replace(self._owners[owner], beat_at=at)
        return owner in self._owners

    async def owners(self) -> list[OwnerRow]:
        return list(self._owners.values())

    async def retire(self, owner: int) -> None:
        self._owners.pop(owner, None)
        for kept in self._by_number:
            if kept.row.owner == owner:
                kept.row = replace(kept.row, owner=None, epoch=kept.row.epoch + 1)

    async def claim(self, run: RunRow, owner: int) -> RunRow | None:
        kept = self._kept(run)
        if (kept.row.epoch, kept.row.owner) != (run.epoch, run.owner):
            return None
        kept.row = replace(kept.row, epoch=run.epoch + 1, owner=owner)
        return kept.listed()

    async def release(self, run: RunRow, epoch: int) -> None:
        kept = self._kept(run)
        if kept.row.epoch == epoch:
            kept.row = replace(kept.row, owner=None)

    async def wakeable(self, at: Instant, limit: int = 1000, after: int = 0) -> list[RunRow]:
        asked = {request.run_id for request in self._requests.open()}
        going = (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPENSATING)
        found: list[RunRow] = []
        for kept in self._by_number[after:]:
            now = kept.standing
            due = now.status in going if now.wake_at is None else now.wake_at <= at
            if kept.row.owner is None and (due or kept.row.id in asked) and len(found) < limit:
                found.append(kept.listed())
        return found

    def moved(self) -> int | None:
        return None

    async def next_wake(self, after: Instant | None = None) -> Instant | None:
        waiting = [kept.standing.wake_at for kept in self._by_number if kept.row.owner is None]
        return min((at for at in waiting if at is not None and (after is None or at > after)), default=None)

    # requests

    async def request(self, request: Request) -> int:
        if request.run_id not in self._runs:
            raise NotFoundError("run", request.run_id, self._runs)
        encode_request(request)
        return self._requests.keep(request)

    async def requests(self, owner: int | None = None, run: RunRow | None = None) -> list[Request]:
        return [
            request
            for request in self._requests.open()
            if (run is None or request.run_id == run.id)
            and (owner is None or self._runs[request.run_id].row.owner == owner)
        ]

    async def request_state(self, number: int) -> Request | None:
        return self._requests.get(number)

    async def close_request(self, number: int, state: RequestState, reply: str = "") -> None:
        request = self._requests.close(number, state, reply)
        if request is not None and state is RequestState.REFUSED and request.kind is not RequestKind.CHILD_ENDED:
            self._chain(refusal_fact(request, reply))

    async def take_request(self, number: int) -> bool:
        return self._requests.take(number)

    async def withdraw_request(self, number: int, reply: str) -> bool:
        possible = self._requests.can_be_withdrawn(number)
        if possible:
            await self.close_request(number, RequestState.REFUSED, reply)
        return possible

    # what people decided

    def _chain(self, fact: str) -> None:
        number, head = self._audit_head()
        self._audit.append(Audited(number + 1, fact, chained(head, fact)))

    def _audit_head(self) -> tuple[int, str]:
        return (self._audit[-1].number, self._audit[-1].hash) if self._audit else (0, "")

    async def audit(self, after: int = 0, limit: int = 1000) -> list[Audited]:
        return [link for link in self._audit if link.number > after][:limit]

    async def audit_head(self) -> tuple[int, str]:
        return self._audit_head()

    async def attempted(self, at: Instant, key: str, by: str, data: JsonObject) -> None:
        self._chain(attempt_fact(at, key, by, data))

    async def decisions(self, after: int = 0, limit: int = 1000) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        after = max(after, 0)
        for position, entry in enumerate(self._log[after:], after + 1):
            if len(found) >= limit:
                break
            if _is_decision(self._runs[entry.run_id], entry):
                found.append((position, entry_fact(entry)))
        return found

    async def altered_copies(self, limit: int = 20) -> list[tuple[str, int]]:
        return []  # nobody can reach them here

    # care

    async def check(self) -> list[str]:
        return [
            f"run {kept.row.id}: what the list shows does not follow from its entries; rebuild"
            for kept in self._by_number
            if kept.standing != self._folded(kept)
        ]

    async def rebuild(self) -> int:
        for kept in self._by_number:
            kept.standing = self._folded(kept)
        return len(self._by_number)

    @staticmethod
    def _folded(kept: _Kept) -> Standing:
        return Standing.at_birth(kept.driven, kept.start_at).fold(kept.entries, kept.row.origin_seq)


def _is_decision(kept: _Kept, entry: Entry) -> bool:
    return audited(entry, kept.row.origin_seq, fork=bool(kept.row.origin))


def _fits(kept: _Kept, which: RunFilter) -> bool:
    number = kept.row.number
    behind = which.before is None or (number > which.before if which.oldest_first else number < which.before)
    return (
        behind
        and (not which.statuses or kept.standing.status in which.statuses)
        and (not which.names or kept.row.name in which.names)
        and (not which.parent or kept.row.parent == which.parent)
    )


def _fail(future: asyncio.Future[None], fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)
        future.exception()  # whoever does not wait for it meets the refusal at the next append
