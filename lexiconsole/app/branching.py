"""Branching: a fork, made or only looked at, on the same terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from lexiconsole.app.outcome import UNCHANGED, Preview
from lexiconsole.errors import LexiconsoleError
from lexiconsole.runtime.forking import fork_of
from lexiconsole.views.branching import branch_lines

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.runtime.runtime import Runtime
    from lexiconsole.types import Json, JsonObject

__all__ = ["Branch", "make_fork", "preview_fork"]


class Branch(TypedDict, total=False):
    """What is to be otherwise in the fork: recorded results by key, the input, fields of a graph's state there, or `behind` a
    node. `compensate_origin`: it undoes what the origin did as well. `by` is whose it is, the user's when left out.
    """

    input: Any
    edits: dict[str, Json]
    patch: JsonObject | None
    behind: str
    compensate_origin: bool
    by: str


async def make_fork(
    runtime: Runtime, origin: RunRow, at: int, terms: Branch, by: str, sender: JsonObject, *, drive: bool
) -> RunRow:
    compensate, behind = terms.get("compensate_origin", False), terms.get("behind", "")
    state = terms.get("patch")
    return await runtime.fork(
        origin, at, _changes(terms), state, behind, compensate=compensate, by=by, sender=sender, drive=drive
    )


async def preview_fork(runtime: Runtime, origin: RunRow, at: int, terms: Branch, by: str) -> Preview:
    """Writes nothing; what making it would raise is the reason why not."""
    compensate, behind = terms.get("compensate_origin", False), terms.get("behind", "")
    changes, refused = _changes(terms), ""
    try:
        await fork_of(runtime, origin, at, changes, terms.get("patch"), behind, compensate=compensate, by=by)
    except LexiconsoleError as fault:
        refused = str(fault)
    entries = await runtime.journal.load(origin)
    sentence = f"a new run of {origin.name} takes over the first {at} of {len(entries)} entries of {origin.id}"
    lines = branch_lines(entries[:at], [key for key, _ in changes], undoes=compensate)
    return Preview(sentence, lines, origin.seq, refused)


def _changes(terms: Branch) -> list[tuple[str, Json]]:
    changes = list(terms.get("edits", {}).items())
    given = terms.get("input", UNCHANGED)
    return changes if given is UNCHANGED else [*changes, ("", given)]
