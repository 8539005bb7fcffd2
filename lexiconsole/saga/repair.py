"""What an operator is asked when a saga can not help itself: a compensation gave up, or a step beyond the pivot."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from lexiconsole.durable.context import Context, Durable
from lexiconsole.durable.question import Question, QuestionKind
from lexiconsole.errors import StepError

__all__ = ["Answer", "ByHandAnswer", "CarryOnAnswer", "RepairAnswer", "RepairHow", "ask_how", "numbered"]


class RepairHow(StrEnum):
    AGAIN = "again"
    DONE = "done"
    SKIP = "skip"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


_REASON = Field("", description="why, for whoever reads the history")


class RepairAnswer(_Answer):
    """How to go on with a compensation that gave up."""

    how: RepairHow = Field(description="again: try it once more; done: it was undone by hand; skip: leave it as it is")
    reason: str = _REASON


class ByHandAnswer(_Answer):
    """The same where there is no compensation to try."""

    how: Literal[RepairHow.DONE, RepairHow.SKIP] = Field(
        description="done: it did not happen, or was undone by hand; skip: leave it as it is"
    )
    reason: str = _REASON


class CarryOnAnswer(_Answer):
    """How to go on with a step beyond the pivot: the saga can only go forward."""

    how: RepairHow = Field(description="again: try it once more; done: it was done by hand; skip: go on without it")
    reason: str = _REASON
    result: Any = Field(None, description="what the step would have given")


Answer: TypeAlias = RepairAnswer | ByHandAnswer | CarryOnAnswer


def ask_how(ctx: Context, name: str, error: StepError, form: type[Answer], visit: int) -> Durable[Answer]:
    """Asks about one step; the question stays open until somebody answers."""
    what = f"{name} failed and the saga can only go forward" if form is CarryOnAnswer else f"{name} could not be undone"
    choices = form.model_fields["how"].description
    question = Question(f"{what}: {error.message}. How to go on? {choices}", form=form, kind=QuestionKind.REPAIR)
    return ctx.ask(numbered(f"repair/{name}", visit), question)


def numbered(key: str, visit: int) -> str:
    return key if visit == 1 else f"{key}#{visit}"
