"""Gate: what is asked of every person's request before anything else, and what its entry keeps of where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.durable.sealing import sealed_text, spent
from lexiconsole.runtime.rights import identity_refusal
from lexiconsole.types import JsonObject

if TYPE_CHECKING:
    from lexiconsole.runtime.runtime import Runtime

__all__ = ["attributed", "gate"]


async def gate(runtime: Runtime, request: Request) -> str:
    """Why the request does not count, whatever it asks for: its sender may not act under that name, or did not sign it."""
    if request.kind is RequestKind.CHILD_ENDED:
        return ""
    reason = identity_refusal(runtime.people, request)
    if not reason and runtime.seals is not None:
        reason = await runtime.seals(request) or await _spent(runtime, request)
    return "" if reason and await _parent_withdrew(runtime, request) else reason


async def _spent(runtime: Runtime, request: Request) -> str:
    """Whoever writes the file of the store has every signature there is, and must not make one count again."""
    row = await runtime.journal.run(request.run_id) if request.data.get("signature") else None
    return "" if row is None else spent(row, await runtime.journal.load(row), request)


async def _parent_withdrew(runtime: Runtime, request: Request) -> bool:
    """Whether this is the engine, in nobody's name, that cancels a child run; the parent's journal must say so too."""
    if request.kind is not RequestKind.CANCEL or request.by:
        return False
    row = await runtime.journal.run(request.run_id)
    parent = await runtime.journal.run(row.parent) if row is not None and row.parent else None
    if row is None or parent is None:
        return False
    return any(
        entry.kind is EntryKind.CANCEL or (entry.kind is EntryKind.DROPPED and entry.key == row.parent_key)
        for entry in await runtime.journal.load(parent)
    )


def attributed(request: Request, data: JsonObject) -> JsonObject:
    """The data of an entry with who asked for it and why, what they were shown, and what they signed."""
    about: JsonObject = {name: request.data[name] for name in ("shown", "signature") if request.data.get(name)}
    if sender := request.data.get("from"):
        about["sender" if "from" in data and data["from"] != sender else "from"] = sender
    if "signature" in about:
        about["signed"] = sealed_text(request)
    if reason := request.data.get("reason"):
        about["reason"] = reason
    return {**data, **about, "request": request.id}
