"""`execute`: any workflow, here and now in memory, on the terms that its definition states."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from lexiconsole.durable.context import Context
from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.kept import AsTheyAre, KeptContext
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.errors import LexiconsoleError, RunCancelled
from lexiconsole.result import Err, Result
from lexiconsole.types import ModelKind

__all__ = ["execute"]


async def execute(workflow: Any, input: Any = None) -> Result[Any, Any]:
    """Runs a definition, what `@workflow` decorated, or a model. The definition's `timeout` and `retries` hold.

    A further try keeps the outcomes that succeeded, unless something was undone: then it begins anew.
    Raises InvalidInputError for input that does not fit. Errors of lexiconsole that the workflow raises come as `Err`.
    """
    definition = workflow if isinstance(workflow, Definition) else definition_of(workflow)
    if definition is None:
        return await run_in_memory(workflow, input)
    definition.validate(input)
    if not definition.retries:
        return await _once(definition, input, None)
    tries = _Tries()
    for _ in range(definition.retries):
        with suppress(Exception):  # what it raises fails a try like an `Err`; that of the last one goes to the caller
            ended = await _once(definition, input, tries)
            if not isinstance(ended, Err):
                return ended
        if definition.kind is ModelKind.SAGA:
            tries.kept.clear()
    return await _once(definition, input, tries)


class _Tries:
    """What the tries of one execution share: the outcomes that succeeded, in the generation they belong to."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self._generation = 0

    def around(self, inner: Context) -> Context:
        if inner.run.generation != self._generation:
            self.kept.clear()
            self._generation = inner.run.generation
        return KeptContext(inner, self.kept, self._nothing, errors=False, codec=AsTheyAre())

    async def _nothing(self) -> None:
        """They are kept by this object alone."""


async def _once(definition: Definition, input: Any, tries: _Tries | None) -> Result[Any, Any]:
    limit = asyncio.timeout(definition.timeout)
    try:
        async with limit:
            return await run_in_memory(definition, input, within=None if tries is None else tries.around)
    except TimeoutError:
        if not limit.expired():
            raise
        return Err(RunCancelled(RunCancelled.TIMEOUT))
    except LexiconsoleError as error:
        return Err(error)
