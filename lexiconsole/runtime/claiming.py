"""Claiming a run that nobody drives, so that in one process as between processes only one hand ever has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.journal import Request, RequestState, RunRow
from lexiconsole.errors import NotOwnedError, StoreError
from lexiconsole.runtime.drive import Drive
from lexiconsole.types import JsonObject

if TYPE_CHECKING:
    from lexiconsole.runtime.owner import Owner
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["Refusal", "Taking", "Write", "claim", "close_refused", "held"]

Write = tuple[EntryKind, str, JsonObject]
"""What an operator decided: an entry's kind, key and data."""

Refusal = tuple[Request, str]
"""What was asked, and why it is not done."""


class Taking:
    """The runs that this process is about to drive.

    The store keeps processes apart; two tasks of one process are one owner to it. Whoever comes while another still waits for
    its commits would find the run ours and not driven, as it is after a fault, and a step would be at work twice.
    """

    def __init__(self) -> None:
        self._runs: Counter[str] = Counter()

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._runs

    @contextmanager
    def one(self, run_id: str) -> Iterator[None]:
        """Of two tasks that make a run with one id either may be the one that does, so both hold it."""
        self._runs[run_id] += 1
        try:
            yield
        finally:
            self._runs[run_id] -= 1
            if not self._runs[run_id]:
                del self._runs[run_id]


async def claim(
    runtime: Runtime,
    row: RunRow,
    *,
    writes: Sequence[Write] = (),
    refused: Sequence[Refusal] = (),
    by: str = "",
    drive: bool = True,
) -> Drive | None:
    """See Runtime.claim. `refused` are told so once the run is ours, and not before: whoever had it then might do them."""
    definition = runtime.definition_for(row)
    migrating = any(kind is EntryKind.MIGRATED for kind, *_ in writes)
    if not migrating:
        await runtime.check_version(row, definition)
    async with held(runtime, row) as (claimed, owner):
        entries, clean = await _own(runtime, claimed, owner, definition, writes, by)
        await close_refused(runtime, refused)
        if not drive:
            await runtime.journal.release(claimed, claimed.epoch)
            return None
        if migrating:
            entries = await runtime.load(claimed)
        runtime.check_goes_on()
        return runtime.begin(Drive(runtime, claimed, definition, entries, clean=clean))


@asynccontextmanager
async def held(runtime: Runtime, row: RunRow) -> AsyncIterator[tuple[RunRow, Owner]]:
    """The run as ours, while it is decided about. A fault gives it back.

    Raises NotOwnedError when it is somebody else's, or not as `row` says any more.
    """
    if runtime.has(row.id) or row.owner not in (None, runtime.number):
        raise NotOwnedError(row.id)  # ours, but driven no more, after a fault: may be taken up again
    with runtime.taking.one(row.id):
        owner = await runtime.owner()
        claimed = await runtime.journal.claim(row, owner.number)
        if claimed is None:
            raise NotOwnedError(row.id)
        try:
            yield claimed, owner
        except BaseException:
            with suppress(StoreError):  # else nobody would look for it as long as this process lives
                await runtime.journal.release(claimed, claimed.epoch)
            raise


async def close_refused(runtime: Runtime, refused: Sequence[Refusal]) -> None:
    for request, why in refused:
        await runtime.journal.close_request(request.id, RequestState.REFUSED, why)


async def _own(
    runtime: Runtime, row: RunRow, owner: Owner, definition: Definition, writes: Sequence[Write], by: str
) -> tuple[list[Entry], bool]:
    """Writes who drives the claimed run on, and `writes`: its entries then, and whether nothing was in flight before."""
    entries = await runtime.load(row)
    clean = History.of(entries, copied=row.origin_seq).clean or row.epoch == 1
    owned: JsonObject = {"owner": owner.number, "epoch": row.epoch, "host": owner.row.host, "pid": owner.row.pid}
    fingerprint = runtime.definitions.fingerprint(definition.name)
    if fingerprint != row.fingerprint:
        owned["fingerprint"] = fingerprint
    seq, at = entries[-1].seq, runtime.clock.now()
    rows = [(EntryKind.OWNED, "", owned, ""), *((kind, key, data, by) for kind, key, data in writes)]
    new = [
        Entry(row.id, seq + n, at, kind, key, 0, data, who) for n, (kind, key, data, who) in enumerate(rows, start=1)
    ]
    await runtime.journal.append(row, row.epoch, new)
    return [*entries, *new], clean
