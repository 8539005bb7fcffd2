"""Where transitions are kept: in a table of any SQL database, or in memory. The last one kept decides who was first."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from lexiconsole.contracts.data import DatabaseProviderProtocol
from lexiconsole.contracts.state import StateConcurrencyError, StateTransitionRecord
from lexiconsole.errors import ConfigurationError

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
        """Keeps the record. Raises StateConcurrencyError when it does not follow the last one kept."""
        await self._make()
        row = {
            "machine_id": record.machine_id,
            "version": record.version,
            "event": record.event,
            "from_state": record.from_state,
            "to_state": record.to_state,
            "at": record.at,
            "data": json.dumps(record.data, separators=(",", ":")),
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
        return _record(rows[0]) if rows else None

    async def history(self, machine_id: str) -> Sequence[StateTransitionRecord]:
        """All of them, oldest first."""
        await self._make()
        rows = await self._provider.fetch_all(self._sql(_ALL), {"machine_id": machine_id})
        return [_record(row) for row in rows]

    async def _make(self) -> None:
        if not self._made:
            await self._provider.execute(self._sql(_CREATE))
            self._made = True

    async def _last(self, machine_id: str) -> int:
        last = await self.load_state(machine_id)
        return 0 if last is None else last.version

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


def _record(row: Mapping[str, Any]) -> StateTransitionRecord:
    data = row["data"]
    return StateTransitionRecord(
        machine_id=row["machine_id"],
        event=row["event"],
        from_state=row["from_state"],
        to_state=row["to_state"],
        version=row["version"],
        at=row["at"],
        data=json.loads(data) if isinstance(data, str) else data,
    )
