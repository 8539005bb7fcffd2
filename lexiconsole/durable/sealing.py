"""Sealing: the text that an operator signs for a decision, the same in every process, and what makes it count only once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from secrets import token_urlsafe
from typing import Any

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import Request, RunRow
from lexiconsole.types import JsonObject

__all__ = ["for_once", "nonce_in", "sealed_text", "spent"]


def sealed_text(request: Request) -> str:
    """Everything that makes the decision, as JSON with sorted names; the signature itself is left out."""
    data: JsonObject = {name: value for name, value in request.data.items() if name != "signature"}
    told = {"run": request.run_id, "kind": request.kind.value, "target": request.target, "by": request.by, "data": data}
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def for_once(row: RunRow) -> JsonObject:
    """What is signed with a decision, as `data["once"]`, so that nobody can make it count again: not in this run, not in
    another one that bears the same id, and not once a run that had ended has gone on.
    """
    return {"nonce": token_urlsafe(16), "made": row.created_at, "seq": row.seq}


def spent(row: RunRow, entries: Iterable[Entry], request: Request) -> str:
    """Why a signed decision counts no more; "" when it does. `entries` are all of the run's."""
    once: Any = request.data.get("once")
    if not isinstance(once, dict) or not once.get("nonce"):
        return "what was signed could be used again and again, so it does not count; decide anew"
    if once.get("made") != row.created_at:
        return f"it was signed for another run that was called {row.id}; decide anew"
    if row.status.ended and once.get("seq") != row.seq:
        return f"run {row.id} went on since it was signed; look again and decide anew"
    used = next((entry.seq for entry in entries if nonce_in(entry) == once["nonce"]), None)
    return f"what was signed was used already, in entry {used}; decide anew" if used is not None else ""


def nonce_in(entry: Entry) -> str:
    """The nonce of the signed decision that led to the entry; "" when none did, or none that can be read."""
    try:
        return str(json.loads(str(entry.data["signed"]))["data"]["once"]["nonce"])
    except (KeyError, TypeError, ValueError):
        return ""
