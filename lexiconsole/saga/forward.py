"""Beyond the pivot a saga only goes forward: what fails there is asked about, where somebody can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.durable.context import Context
from lexiconsole.errors import StepError
from lexiconsole.result import Err, Ok
from lexiconsole.saga.repair import CarryOnAnswer, RepairHow, ask_how, numbered
from lexiconsole.saga.step import Outcome, PreparedStep, SagaContext, outcomes_of

__all__ = ["carry_on"]


async def carry_on(ctx: Context, stage: Sequence[PreparedStep], seen: SagaContext) -> list[Outcome]:
    """Does the steps of a stage, each until it is done or an operator decides to go on without it."""
    outcomes = await outcomes_of(ctx, [step.act(ctx, seen) for step in stage])
    if ctx.journaled:
        for index, step in enumerate(stage):
            outcomes[index] = await _until_done(ctx, step, seen, outcomes[index])
    return outcomes


async def _until_done(ctx: Context, step: PreparedStep, seen: SagaContext, outcome: Outcome) -> Outcome:
    visit = 1
    while isinstance(outcome, Err):
        error: StepError = outcome.error
        answer = await ask_how(ctx, step.name, error, CarryOnAnswer, visit)
        if answer.how is not RepairHow.AGAIN:
            return Ok(answer.result if isinstance(answer, CarryOnAnswer) else None)
        visit += 1
        outcome = await step.act(ctx, seen, numbered(step.name, visit))
    return outcome
