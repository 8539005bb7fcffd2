"""The state language: for every state a word, a glyph, an ASCII stand-in and a colour, the same in every face.

All glyphs are one cell wide and have no emoji form; colour is never the only carrier of a state.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lexiconsole.types import RunStatus

__all__ = ["NOBODY", "OPERATOR", "RUN_LOOKS", "STEP_LOOKS", "Look", "StepState"]

GREY, SKY, GOLD, AMBER = "#8b93a1", "#66c2ff", "#f0e442", "#e69f00"
GREEN, RED, VIOLET, FAINT = "#7bd389", "#ff6b3d", "#8f7bff", "#7d8590"


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown. `colour` is `#rrggbb`; `ascii` (one or two letters) serves where the glyph can not be drawn."""

    word: str
    glyph: str
    ascii: str
    colour: str

    def mark(self, ascii_only: bool = False) -> str:
        return self.ascii if ascii_only else self.glyph


class StepState(StrEnum):
    """Where one key of a run stands. Those of compensations have words of their own. REJECTED: people, or the approvers in
    their place, came to a no; nothing is broken.
    """

    PENDING = "pending"
    RUNNING = "running"
    RETRYING = "retrying"
    WAITING = "waiting"
    SLEEPING = "sleeping"
    DONE = "done"
    FAILED = "failed"
    REJECTED = "rejected"
    DOUBTFUL = "doubtful"
    SKIPPED = "skipped"
    BY_HAND = "done by hand"
    DROPPED = "dropped"
    NOT_REACHED = "not reached"
    UNDOING = "undoing"
    UNDONE = "undone"
    UNDO_FAILED = "not undone"


RUN_LOOKS: dict[RunStatus, Look] = {
    RunStatus.PENDING: Look("pending", "○", ".", GREY),
    RunStatus.RUNNING: Look("running", "◐", "*", SKY),
    RunStatus.WAITING: Look("waiting", "◆", "?", GOLD),
    RunStatus.SLEEPING: Look("sleeping", "◇", "@", GOLD),
    RunStatus.PAUSED: Look("paused", "‖", "=", GREY),
    RunStatus.COMPENSATING: Look("compensating", "«", "<", VIOLET),
    RunStatus.DOUBTFUL: Look("doubtful", "≈", "~", RED),
    RunStatus.COMPLETED: Look("completed", "✓", "+", GREEN),
    RunStatus.FAILED: Look("failed", "✗", "x", RED),
    RunStatus.COMPENSATED: Look("rolled back", "«", "<", GREEN),
    RunStatus.CANCELLED: Look("cancelled", "■", "#", GREY),
}

STEP_LOOKS: dict[StepState, Look] = {
    StepState.PENDING: Look("pending", "○", ".", GREY),
    StepState.RUNNING: Look("running", "◐", "*", SKY),
    StepState.RETRYING: Look("retrying", "↻", "r", AMBER),
    StepState.WAITING: Look("waiting", "◆", "?", GOLD),
    StepState.SLEEPING: Look("sleeping", "◇", "@", GOLD),
    StepState.DONE: Look("done", "✓", "+", GREEN),
    StepState.FAILED: Look("failed", "✗", "x", RED),
    StepState.REJECTED: Look("rejected", "⊘", "n", RED),
    StepState.DOUBTFUL: Look("doubtful", "≈", "~", RED),
    StepState.SKIPPED: Look("skipped", "·", "-", FAINT),
    StepState.BY_HAND: Look("done by hand", "✓", "+", GREEN),
    StepState.DROPPED: Look("dropped", "·", "-", FAINT),
    StepState.NOT_REACHED: Look("not reached", "·", "-", FAINT),
    StepState.UNDOING: Look("undoing", "«", "<", VIOLET),
    StepState.UNDONE: Look("undone", "«", "<", GREEN),
    StepState.UNDO_FAILED: Look("not undone", "«!", "<!", RED),
}

OPERATOR = Look("by an operator", "►", ">", SKY)
"""In front of what a person did to a run."""

NOBODY = "nobody drives it yet"
"""Why a run is pending, where nothing more is known."""
