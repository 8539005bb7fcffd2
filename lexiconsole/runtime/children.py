"""Child runs: runs of their own whose end is an outcome of their parent."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RunRow
from lexiconsole.errors import NotFoundError, RefusedError
from lexiconsole.types import JsonObject

if TYPE_CHECKING:
    from lexiconsole.runtime.drive import Drive
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["cancel", "start"]


async def start(runtime: Runtime, parent: Drive, id: str, key: str, definition: Any, input: Any) -> str:
    """Sees to it that the child exists and somebody drives it; gives its definition's name.

    Also called again after a crash: a child that ended meanwhile tells its parent now. While it goes on, its ending leaves
    the parent a request in its own commit.
    """
    if isinstance(definition, str):
        found = runtime.definitions.find(definition)
    else:
        found = definition if isinstance(definition, Definition) else definition_of(definition)
    row = await runtime.journal.run(id)
    if row is None:
        if found is None:
            raise NotFoundError("definition", str(definition), runtime.definitions.names())
        await runtime.create(found, input, id=id, by=parent.row.by, parent=parent.row.id, parent_key=key)
        return found.name
    if row.status.ended:
        await _tell_end(runtime, parent, key, row)
    elif row.owner is None and not runtime.has(id):
        from lexiconsole.runtime.taking import take

        with suppress(RefusedError, NotFoundError):  # another process was quicker, or is the one that can
            await take(runtime, row)
    return row.name


async def _tell_end(runtime: Runtime, parent: Drive, key: str, row: RunRow) -> None:
    """Its request may have been refused while the parent did not fit its definition; it may also be about to be done."""
    last = await runtime.journal.load(row, after=row.seq - 1)
    data: JsonObject = {"run": row.id, "status": row.status.value, **(last[-1].data if last else {})}
    async with parent.acting:
        work = parent.ctx.open.get(key) if parent.ctx is not None else None
        if parent.ctx is not None and work is not None and not parent.ctx.outcome_under_way(work):
            await parent.write(EntryKind.CHILD_ENDED, key, data, "")


async def cancel(runtime: Runtime, id: str, reason: str) -> None:
    """Asks the child to cancel, in nobody's name, and drives it for that if nobody does: it may have left memory."""
    from lexiconsole.runtime.taking import act

    row = await runtime.journal.run(id)
    if row is not None and not row.status.ended:
        with suppress(RefusedError, NotFoundError):  # the request stays for a process that has the definition
            await act(runtime, Request(id, RequestKind.CANCEL, data={"reason": reason}))
