"""Making runs: many at once, in one statement; and settling many claims in another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import NewRun, RunRow
from lexiconsole.store.connection import Connection
from lexiconsole.store.rows import encode_run, entry_of
from lexiconsole.store.statements import statement

__all__ = ["Making", "claim_runs", "make_runs"]


@dataclass(frozen=True, slots=True)
class Making:
    """A run to be made; `line` is it as JSON for `create.sql`."""

    new: NewRun
    digest: str
    line: str

    @classmethod
    def of(cls, new: NewRun) -> Making:
        """Raises ValueNotStorableError."""
        digest = new.outline.digest()
        return cls(new, digest, encode_run(new, digest))


async def make_runs(
    connection: Connection, makings: Sequence[Making], outlines: set[str]
) -> tuple[list[int | None], list[Entry]]:
    """The number of each run, None where none was made, and the entries that came into being. Adds to `outlines` what is stored."""
    for making in makings:
        if making.digest not in outlines:
            outline = json.dumps(making.new.outline.to_data(), separators=(",", ":"))
            await connection.all(statement("outline_add"), (making.digest, outline))
            outlines.add(making.digest)
    lines = ",".join(making.line for making in makings)
    made = {run_id: number for number, run_id in await connection.all(statement("create"), (f"[{lines}]",))}
    numbers: list[int | None] = []
    entries: list[Entry] = []
    for making in makings:
        number = made.pop(making.new.id, None)  # of several that want the same id the first one made it
        numbers.append(number)
        if number is not None:
            entries += await _first_entries(connection, making.new, number)
    return numbers, entries


async def _first_entries(connection: Connection, new: NewRun, number: int) -> list[Entry]:
    first = Entry(new.id, 1, new.at, EntryKind.CREATED, data=new.data, by=new.by)
    if new.origin_seq < 2:
        return [first]
    shared = await connection.all(statement("load"), (number, 1, new.origin_seq))
    return [first, *(entry_of(new.id, row) for row in shared)]


async def claim_runs(connection: Connection, claims: Sequence[tuple[RunRow, int]]) -> list[bool]:
    """Which of the claims (a run as it was seen, the owner who wants it) won."""
    wanted = [[run.number, run.epoch, run.owner, owner] for run, owner in claims]
    won = set(await connection.all(statement("claim"), (json.dumps(wanted),)))
    outcomes: list[bool] = []
    for run, owner in claims:
        mine = (run.number, owner, run.epoch + 1)
        outcomes.append(mine in won)
        won.discard(mine)  # the same claim twice wins once
    return outcomes
