"""A saga in memory whose task is cancelled: nobody will ever go on with it, so it is undone on the way out."""

from __future__ import annotations

from dataclasses import replace

from lexiconsole.durable.context import RunInfo
from lexiconsole.durable.memory import memory_context
from lexiconsole.errors import StepError
from lexiconsole.saga.ledger import Ledger
from lexiconsole.saga.rollback import Done, roll_back

__all__ = ["undo_interrupted"]


async def undo_interrupted(ledger: Ledger, run: RunInfo) -> None:
    """Undoes what was done, and what was going on if that is safe. What was already undone is not undone twice."""
    back = ledger.back
    ledger.done += [Done(step, None, _unknown(step.name)) for step in ledger.doing]
    if back.undoing is not None and not back.undoing.step.step.idempotent:
        back.left[back.undoing.step.name] = _unknown(back.undoing.step.undo_key)
    rest = [act for act in ledger.done if act.step.name not in back.undone and act.step.name not in back.left]
    later = replace(run, generation=run.generation + 1)  # whoever watches sees the same run go on
    await memory_context(later).drive(lambda ctx: roll_back(ctx, rest, back))


def _unknown(key: str) -> StepError:
    return StepError(key, "the task was cancelled while it ran", type="Cancelled", unknown=True)
