"""Undoing what a saga did: newest first, every compensation tried, and an operator asked about those that gave up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from lexiconsole.durable.context import Context
from lexiconsole.errors import StepError
from lexiconsole.result import Err, Ok
from lexiconsole.saga.repair import Answer, ByHandAnswer, RepairAnswer, RepairHow, ask_how, numbered
from lexiconsole.saga.step import PreparedStep

__all__ = ["Done", "Rollback", "roll_back"]


class Done(NamedTuple):
    """A step that took effect, or of which nobody knows whether it did: then `unknown` is how it failed."""

    step: PreparedStep
    result: Any = None
    unknown: StepError | None = None


class Rollback:
    """What was undone, newest first, what was left with the reason, and what is being undone now."""

    def __init__(self) -> None:
        self.undone: list[str] = []
        self.left: dict[str, StepError] = {}
        self.undoing: Done | None = None

    @property
    def complete(self) -> bool:
        """Something was undone, and nothing was left."""
        return bool(self.undone) and not self.left


async def roll_back(ctx: Context, done: Sequence[Done], back: Rollback) -> None:
    """Undoes `done` newest first. One that fails does not keep the others from being tried.

    A step without a compensation has nothing to undo. A step whose outcome is unknown is undone if that is safe to do for
    nothing, else it is left. Where somebody can be asked about what is left, they are, until each is undone or given up.
    """
    waiting: dict[str, Done] = {}
    for act in reversed(done):
        if act.step.step.compensation is None and act.unknown is None:
            continue
        if act.unknown is not None and not act.step.undoes_unknown:
            outcome: Ok[Any] | Err[StepError] | None = None if act.step.step.read_only else Err(act.unknown)
        else:
            back.undoing = act
            outcome = await act.step.undo(ctx, act.result)
            back.undoing = None
        match outcome:
            case Ok():
                back.undone.append(act.step.name)
            case Err(error):
                back.left[act.step.name] = error
                waiting[act.step.name] = act
            case None:
                pass
    if waiting and ctx.journaled:
        await _ask_about(ctx, waiting, back)


async def _ask_about(ctx: Context, waiting: dict[str, Done], back: Rollback) -> None:
    """All questions are open at once; each is asked again as long as its compensation gives up again."""
    visits = dict.fromkeys(waiting, 1)
    asked = {name: ask_how(ctx, name, back.left[name], _form(waiting[name]), 1) for name in waiting}
    while asked:
        name = await ctx.first(asked)
        answer = await asked.pop(name)
        act = waiting[name]
        match answer.how:
            case RepairHow.AGAIN:
                visits[name] += 1
                outcome = await act.step.undo(ctx, act.result, numbered(act.step.undo_key, visits[name]))
                if isinstance(outcome, Err):
                    back.left[name] = outcome.error
                    asked[name] = ask_how(ctx, name, outcome.error, _form(act), visits[name])
                    continue
                _settled(back, name)
            case RepairHow.DONE:
                _settled(back, name)
            case RepairHow.SKIP:
                why = f"left as it is{f': {answer.reason}' if answer.reason else ''}"
                back.left[name] = StepError(name, f"{back.left[name].message}; {why}", type=back.left[name].type)


def _form(act: Done) -> type[Answer]:
    return ByHandAnswer if act.step.step.compensation is None else RepairAnswer


def _settled(back: Rollback, name: str) -> None:
    del back.left[name]
    back.undone.append(name)
