"""The terms on which an act on a run is done: what its options say."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Terms"]


@dataclass(frozen=True, slots=True)
class Terms:
    """How an act is to be done. `drives`: the command goes on with the run and exits as the run stands."""

    yes: bool = False
    dry_run: bool = False
    if_rev: int | None = None
    record_only: bool = False
    drives: bool = True
    wait: float | None = None
