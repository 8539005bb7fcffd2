"""Incidents: runs that failed in the same way, put together, so that one cause is one line and can be mended at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lexiconsole.types import Instant, RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.store.look import FailureRow

__all__ = ["Incident", "incident_of", "incidents", "signature"]

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PATH = re.compile(r"(?<![\w/])(?:~|\.{0,2})(?:/[\w.@+~-]+)+/?")
_NUMBERED = re.compile(r"\b(?=[\w-]*\d)[\w-]{6,}\b|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_VISIT = re.compile(r"[#/]\d+")


@dataclass(frozen=True, slots=True)
class Incident:
    """One cause. `error` is what the newest of its runs says, `first` and `last` the numbers of its oldest and newest run."""

    name: str
    where: str
    error: str
    signature: str
    runs: int
    first: int
    last: int
    first_at: Instant
    last_at: Instant
    doubtful: bool = False

    @property
    def id(self) -> str:
        return f"{self.name}\n{self.where}\n{self.signature}"


def signature(error: str) -> str:
    """The error without what differs from run to run: quoted values, paths, ids and times. A short number (402) is kept."""
    plain = _QUOTED.sub("…", error)
    plain = _NUMBERED.sub("…", _PATH.sub("…", plain))
    return _NUMBER.sub(lambda match: match.group() if len(match.group()) <= 3 else "…", plain)


def incident_of(row: RunRow) -> tuple[str, str, str]:
    """Name, place and signature: runs that have these in common belong to one incident."""
    return row.name, _VISIT.sub("", row.where), signature(row.error)


def incidents(rows: Iterable[FailureRow]) -> list[Incident]:
    """The largest first, of those of a size the latest first."""
    found: dict[tuple[str, str, str], Incident] = {}
    for row in rows:
        where, sign = _VISIT.sub("", row.where), signature(row.error)
        key = (row.name, where, sign)
        doubtful = row.status is RunStatus.DOUBTFUL
        same = found.get(key)
        if same is None:
            found[key] = Incident(
                row.name, where, row.error, sign, row.runs, row.first, row.last, row.first_at, row.last_at, doubtful
            )
            continue
        newer = row.last > same.last
        found[key] = replace(
            same,
            error=row.error if newer else same.error,
            runs=same.runs + row.runs,
            first=min(same.first, row.first),
            last=max(same.last, row.last),
            first_at=min(same.first_at, row.first_at),
            last_at=max(same.last_at, row.last_at),
            doubtful=same.doubtful or doubtful,
        )
    return sorted(found.values(), key=lambda incident: (-incident.runs, -incident.last))
