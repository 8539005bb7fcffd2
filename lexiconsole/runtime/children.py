"""Child runs: runs of their own whose end is an outcome of their parent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.errors import NotFoundError
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
    if found is None:
        raise NotFoundError("definition", str(definition), runtime.definitions.names())
    row, created = await runtime.create(found, input, id=id, by=parent.row.by, parent=parent.row.id, parent_key=key)
    if not created and row.status.ended:
        last = await runtime.journal.load(row, after=row.seq - 1)
        data: JsonObject = {"run": id, "status": row.status.value, **(last[-1].data if last else {})}
        await parent.write(EntryKind.CHILD_ENDED, key, data, "")
    elif not created and row.owner is None and id not in runtime.drives:
        await runtime.claim(row)
    return found.name


async def cancel(runtime: Runtime, id: str, reason: str, by: str) -> None:
    row = await runtime.journal.run(id)
    if row is not None and not row.status.ended:
        await runtime.submit(Request(id, RequestKind.CANCEL, data={"reason": reason}, by=by))
