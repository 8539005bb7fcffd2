"""Where transitions are kept: in a table of any SQL database, or in memory. The last one kept decides who was first."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from lexiconsole.contracts.data import DatabaseProviderProtocol
from lexiconsole.contracts.state import StateConcurrencyError, StateTransitionRecord
from lexiconsole.durable.codec import Codec, misfits_of
from lexiconsole.durable.context import INFER
from lexiconsole.errors import ConfigurationError, StoreError, ValueNotStorableError
from lexiconsole.types import Json

__all__ = ["DatabaseStatePersistence", "MemoryStatePersistence"]

_CREATE = """
CREATE TABLE IF NOT EXISTS {table} (
    machine_id VARCHAR(255) NOT NULL,
    version INTEGER NOT NULL,
    event VARCHAR(255) NOT NULL,
    from_state VARCHAR(255) NOT NULL,
    to_state VARCHAR(255) NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (machine_id, version)
)"""

_SAVE = """
INSERT INTO {table} (machine_id, version, event, from_state, to_state, at, data)
SELECT CAST(:machine_id AS VARCHAR(255)), CAST(:version AS INTEGER), CAST(:event AS VARCHAR(255)),
       CAST(:from_state AS VARCHAR(255)), CAST(:to_state AS VARCHAR(255)), CAST(:at AS DOUBLE PRECISION),
       CAST(:data AS TEXT)
WHERE (SELECT COALESCE(MAX(version), 0) FROM {table} WHERE machine_id = :machine_id) = CAST(:version AS INTEGER) - 1"""

_LAST = "SELECT * FROM {table} WHERE machine_id = :machine_id ORDER BY version DESC LIMIT 1"

_ALL = "SELECT * FROM {table} WHERE machine_id = :machine_id ORDER BY version"


class DatabaseStatePersistence:
    """One row a transition, in `table_name`, which is made when it is first needed.

    The insert itself looks for the version before it, and the primary key decides a race: whoever loses it gets
    StateConcurrencyError, and nothing was written. Raises ConfigurationError for a table name that is no identifier.
    """

    def __init__(self, provider: DatabaseProviderProtocol, table_name: str = "state_transitions") -> None:
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?", table_name) is None:
            raise ConfigurationError(
                f"{table_name!r} is no table name: letters, digits and underscores, with a schema before a dot if need be"
            )
        self._provider, self.table_name = provider, table_name
        self._made = False

    async def save_transition(self, record: StateTransitionRecord) -> None:
        """Keeps the record. Raises StateConcurrencyError when it does not follow the last one kept, ValueNotStorableError for
        a payload that JSON can not carry there and back.
        """
        await self._make()
        row = {
            "machine_id": record.machine_id,
            "version": record.version,
            "event": record.event,
            "from_state": record.from_state,
            "to_state": record.to_state,
            "at": record.at,
            "data": json.dumps(_payload(record), separators=(",", ":")),
        }
        try:
            saved = await self._provider.execute(self._sql(_SAVE), row)
        except Exception as fault:
            last = await self._last(record.machine_id)
            if last < record.version:
                raise  # no race: the database has a reason of its own
            raise StateConcurrencyError(record.machine_id, record.version - 1, last) from fault
        if saved != 1:
            last = await self._last(record.machine_id)
            raise StateConcurrencyError(record.machine_id, record.version - 1, last)

    async def load_state(self, machine_id: str) -> StateTransitionRecord | None:
        """The last transition kept, None when there was none."""
        await self._make()
        rows = await self._provider.fetch_all(self._sql(_LAST), {"machine_id": machine_id})
        return self._record(rows[0]) if rows else None

    async def history(self, machine_id: str) -> Sequence[StateTransitionRecord]:
        """All of them, oldest first."""
        await self._make()
        rows = await self._provider.fetch_all(self._sql(_ALL), {"machine_id": machine_id})
        return [self._record(row) for row in rows]

    async def _make(self) -> None:
        if not self._made:
            await self._provider.execute(self._sql(_CREATE))
            self._made = True

    async def _last(self, machine_id: str) -> int:
        last = await self.load_state(machine_id)
        return 0 if last is None else last.version

    def _record(self, row: Mapping[str, Any]) -> StateTransitionRecord:
        data = row["data"]
        try:
            read = _Row.model_validate({**row, "data": json.loads(data) if isinstance(data, str) else data})
            return StateTransitionRecord(**dict(read))
        except ValueError as fault:  # pydantic's and json's are of that kind
            why = next(iter(misfits_of(fault).items())) if isinstance(fault, ValidationError) else ("data", str(fault))
            raise StoreError(
                f"the transition {row['version']!r} of machine {row['machine_id']!r} in the table {self.table_name} can not be "
                f"read ({why[0]}: {why[1]}); mend that row, or delete it if the machine may go on from the one before"
            ) from None

    def _sql(self, statement: str) -> str:
        return statement.format(table=self.table_name).strip()


class MemoryStatePersistence:
    """Keeps transitions for as long as the process lives: for tests, and where nothing need survive."""

    def __init__(self) -> None:
        self._kept: dict[str, list[StateTransitionRecord]] = {}

    async def save_transition(self, record: StateTransitionRecord) -> None:
        kept = self._kept.setdefault(record.machine_id, [])
        if record.version != len(kept) + 1:
            raise StateConcurrencyError(record.machine_id, record.version - 1, len(kept))
        kept.append(record)

    async def load_state(self, machine_id: str) -> StateTransitionRecord | None:
        kept = self._kept.get(machine_id)
        return kept[-1] if kept else None

    async def history(self, machine_id: str) -> Sequence[StateTransitionRecord]:
        return list(self._kept.get(machine_id, ()))


def _payload(record: StateTransitionRecord) -> Json:
    try:
        return _CODEC.encode(record.data, INFER, f"{record.machine_id}: what came with {record.event!r}")
    except ValueNotStorableError as fault:  # nobody annotates a payload, so the codec's own advice leads nowhere
        reason = f"{fault.reason.partition(';')[0]}; send what JSON has: text, numbers, lists, dicts"
        raise ValueNotStorableError(fault.where, reason) from None


_CODEC = Codec()


class _Row(BaseModel):
    """A row of the table, which others may have written to."""

    machine_id: str
    event: str
    from_state: str
    to_state: str
    version: int
    at: float
    data: dict[str, Any]
