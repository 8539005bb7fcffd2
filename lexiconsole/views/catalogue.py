"""The catalogue as the console lists it: each definition with its latest runs, how long they took and how many failed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lexiconsole.types import ENDED, ModelKind, RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.definition import Definition
    from lexiconsole.store.look import LatestRow

__all__ = ["KIND_LETTERS", "LATEST", "CatalogueRow", "catalogue"]

LATEST = 50
"""How many of a definition's newest runs the failure share is reckoned from."""

BARS = 8

KIND_LETTERS: dict[str, str] = {
    ModelKind.GRAPH: "G",
    ModelKind.SAGA: "S",
    ModelKind.CHAIN: "A",
    ModelKind.BULK: "B",
    ModelKind.MACHINE: "M",
    ModelKind.PIPELINE: "P",
    ModelKind.WORKFLOW: "W",
}


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """`bars` are the newest runs, the newest last: how they stand, and a height from 0 to 1 for how long they took
    (logarithmic, 10 ms to a day). `share` is the part of the ended ones among the latest that failed or were undone, None
    when none ended. `known` is false for a name that only runs still have.
    """

    name: str
    letter: str
    about: str
    bars: tuple[tuple[RunStatus, float], ...]
    share: float | None
    runs: int
    known: bool = True

    @property
    def id(self) -> str:
        return self.name


def catalogue(definitions: Mapping[str, Definition], latest: Mapping[str, Sequence[LatestRow]]) -> list[CatalogueRow]:
    """By name."""
    return [_row(name, definitions.get(name), latest.get(name, ())) for name in sorted({*definitions, *latest})]


def _row(name: str, definition: Definition | None, latest: Sequence[LatestRow]) -> CatalogueRow:
    ended = [row for row in latest if row.status in ENDED]
    bad = sum(row.status in {RunStatus.FAILED, RunStatus.COMPENSATED} for row in ended)
    bars = tuple((row.status, _height(row.changed_at - row.created_at)) for row in reversed(latest[:BARS]))
    return CatalogueRow(
        name=name,
        letter=KIND_LETTERS.get(definition.kind, "?") if definition is not None else "·",
        about=definition.about if definition is not None else "",
        bars=bars,
        share=bad / len(ended) if ended else None,
        runs=len(latest),
        known=definition is not None,
    )


def _height(seconds: float) -> float:
    return max(0.0, min(1.0, math.log10(max(seconds, 0.01) / 0.01) / math.log10(86_400 / 0.01)))
