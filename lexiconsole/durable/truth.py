"""Truth: what the answer of a condition comes to, wherever a model asks one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lexiconsole.errors import StepError
from lexiconsole.result import Err, Ok

__all__ = ["truth"]


async def truth(condition: Callable[..., Any], *given: Any) -> bool:
    """The condition's answer to what it is given. It may be async and may give a `Result`; an `Err` is raised."""
    answer = condition(*given)
    if hasattr(answer, "__await__"):
        answer = await answer
    match answer:
        case Ok(value):
            return bool(value)
        case Err(error):
            raise error if isinstance(error, Exception) else StepError("condition", str(error))
        case _:
            return bool(answer)
