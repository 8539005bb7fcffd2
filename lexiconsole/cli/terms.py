"""The terms on which an act is done: what its options say, in one place for all commands that act."""

from __future__ import annotations

from dataclasses import dataclass

from lexiconsole.types import JsonObject

__all__ = ["Terms"]


@dataclass(frozen=True, slots=True)
class Terms:
    """How an act is to be done. `drives`: the command goes on with the run and exits as the run stands."""

    reason: str = ""
    yes: bool = False
    dry_run: bool = False
    if_rev: int | None = None
    record_only: bool = False
    wait: float | None = None
    drives: bool = True

    @property
    def because(self) -> JsonObject:
        """What a request says of the reason."""
        return {"reason": self.reason} if self.reason else {}
