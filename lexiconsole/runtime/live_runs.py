"""Which live runs can go on with their definitions as those are written now: each is tried dry, nothing is run or written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.history import History
from lexiconsole.durable.journal import RunFilter, RunRow
from lexiconsole.durable.migrated import version_of
from lexiconsole.errors import LexiconsoleError, ReplayMismatchError
from lexiconsole.runtime.migrating import plan_migration
from lexiconsole.runtime.replaying import try_replay
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.types import ENDED, RunStatus

__all__ = ["EACH", "Fit", "LiveRun", "LiveRuns", "live_runs"]

EACH = 100
"""Runs of one definition that are tried, the newest."""

_MOST = 10_000
"""Live runs that are counted."""

_LIVE = tuple(status for status in RunStatus if status not in ENDED)


class Fit(StrEnum):
    """Whether a run could be taken up again now."""

    GOES_ON = "goes on"
    MIGRATES = "can be migrated"
    STUCK = "can not go on"


@dataclass(frozen=True, slots=True)
class LiveRun:
    """One run that has not ended. `version` is the one it stands under; `why` it does not simply go on, "" when it does."""

    id: str
    name: str
    version: int
    status: RunStatus
    fit: Fit
    why: str = ""

    @property
    def reason(self) -> str:
        """One line of why, without saying again which run it is."""
        return self.why.partition("\n")[0].removeprefix(f"run {self.id} can not go on ")


@dataclass(frozen=True, slots=True)
class LiveRuns:
    """Those of one definition; `version` is the definition's own, 0 when there is none of that name. `untried` are more."""

    name: str
    version: int
    tried: tuple[LiveRun, ...]
    untried: int = 0


async def live_runs(runtime: Runtime, each: int = EACH) -> list[LiveRuns]:
    """By name, the newest `each` runs of each definition. Replays, so a long list takes a while."""
    rows: dict[str, list[RunRow]] = {}
    for row in await runtime.journal.runs(RunFilter(statuses=_LIVE, limit=_MOST)):
        rows.setdefault(row.name, []).append(row)
    found: list[LiveRuns] = []
    for name in sorted(rows):
        definition = runtime.definitions.find(name)
        tried = tuple([await _tried(runtime, row, definition) for row in rows[name][:each]])
        version = definition.version if definition is not None else 0
        found.append(LiveRuns(name, version, tried, max(0, len(rows[name]) - each)))
    return found


async def _tried(runtime: Runtime, row: RunRow, definition: Definition | None) -> LiveRun:
    if definition is None:
        return _of(row, row.version, Fit.STUCK, f"there is no definition {row.name} any more")
    entries = await runtime.load(row)
    version = version_of(entries, row.version)
    if definition.version not in {row.version, version}:
        plan = await plan_migration(runtime, row)
        if plan.refused:
            return _of(row, version, Fit.STUCK, plan.refused)
        return _of(row, version, Fit.MIGRATES, plan.sentence)
    why = await _misfit(runtime, row, definition, entries)
    return _of(row, version, Fit.STUCK if why else Fit.GOES_ON, why)


def _of(row: RunRow, version: int, fit: Fit, why: str) -> LiveRun:
    return LiveRun(row.id, row.name, version, row.status, fit, why)


async def _misfit(runtime: Runtime, row: RunRow, definition: Definition, entries: list[Entry]) -> str:
    """Why the run would stop, "" when it would not: also when something is open that nobody would ask for any more."""
    try:
        trial = await try_replay(definition, row, entries, clock=runtime.clock, codec=runtime.codec)
    except LexiconsoleError as fault:
        return str(fault)
    if trial.mismatch is not None:
        return str(trial.mismatch)
    for key, record in History.of(entries, copied=row.origin_seq).records.items():
        if record.opened is not None and not record.ended and not record.dropped and key not in trial.asked:
            wanted = next((f"{work.word} {work.key!r}" for work in trial.waiting), "nothing more")
            return str(ReplayMismatchError(row.id, key, f"an entry {record.opened.kind}", wanted))
    return ""
