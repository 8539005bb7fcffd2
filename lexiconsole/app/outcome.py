"""What comes back of an act, and of the question what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lexiconsole.durable.journal import Request, RunRow

__all__ = ["UNCHANGED", "Outcome", "Preview"]

UNCHANGED: Any = object()
"""For a fork: the input stays what it was."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act. `pending`: its owner, another process, has yet to do it; the request is safe on disk."""

    applied: bool
    pending: bool
    refused: str
    run: RunRow

    @classmethod
    def of(cls, asked: Request, run: RunRow) -> Outcome:
        """From the request as it stands in the store by now."""
        from lexiconsole.durable.journal import RequestState

        refused = asked.reply if asked.state is RequestState.REFUSED else ""
        return cls(asked.state is RequestState.APPLIED, asked.state is RequestState.OPEN, refused, run)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an act would do. `revision` is that of its target as it was looked at; `fields` says what is wrong with each
    field of an answer that does not fit, besides `refused`.
    """

    sentence: str
    details: list[str]
    revision: int | None
    refused: str
    fields: Mapping[str, str] = field(default_factory=dict)
