"""`execute`: any workflow, here and now in memory, on the terms that its definition states."""

from __future__ import annotations

import asyncio
from typing import Any

from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.errors import LexiconsoleError, RunCancelled
from lexiconsole.result import Err, Result

__all__ = ["execute"]


async def execute(workflow: Any, input: Any = None) -> Result[Any, Any]:
    """Runs a definition, what `@workflow` decorated, or a model. The definition's `timeout` and `retries` hold.

    Raises InvalidInputError for input that does not fit. Errors of lexiconsole that the workflow raises come as `Err`.
    """
    definition = workflow if isinstance(workflow, Definition) else definition_of(workflow)
    if definition is None:
        return await run_in_memory(workflow, input)
    definition.validate(input)
    for _ in range(definition.retries):
        ended = await _once(definition, input)
        if not isinstance(ended, Err):
            return ended
    return await _once(definition, input)


async def _once(definition: Definition, input: Any) -> Result[Any, Any]:
    limit = asyncio.timeout(definition.timeout)
    try:
        async with limit:
            return await run_in_memory(definition, input)
    except TimeoutError:
        if not limit.expired():
            raise
        return Err(RunCancelled(RunCancelled.TIMEOUT))
    except LexiconsoleError as error:
        return Err(error)
