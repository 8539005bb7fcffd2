"""Runs in memory: the same Context without a journal, so that any model works in any script with no set-up."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from lexiconsole.durable.context import Context, RunInfo
from lexiconsole.durable.definition import Definition, Model, definition_of
from lexiconsole.durable.host import Host, MemoryHost
from lexiconsole.durable.live import LiveContext, Renewed
from lexiconsole.durable.watching import WatchedContext, watched
from lexiconsole.errors import DefinitionError
from lexiconsole.result import Result

__all__ = ["memory_context", "run_in_memory"]


def memory_context(run: RunInfo | None = None, host: Host | None = None) -> LiveContext:
    """A context that keeps nothing. Drive a model with `await context.drive(model.drive)`."""
    kind = WatchedContext if run is not None and watched() else LiveContext
    return kind(run or RunInfo("memory", ""), host or MemoryHost())


async def run_in_memory(
    workflow: Any,
    input: Any = None,
    *,
    host: Host | None = None,
    id: str = "",
    within: Callable[[Context], Context] | None = None,
) -> Result[Any, Any]:
    """Runs a model, a definition, or what `@workflow` decorated, to its end. Raises what the model raises.

    `within` puts another context around that of each generation.
    """
    definition = workflow if isinstance(workflow, Definition) else definition_of(workflow)
    if definition is not None:
        given = definition.validate(input)
        model, name = definition.build(given), definition.name
    elif isinstance(workflow, Model):
        model, name, given = workflow, type(workflow).__name__, input
    else:
        raise DefinitionError(f"{workflow!r} is no workflow: it has neither a definition nor drive() and outline()")
    surroundings = host or MemoryHost()
    id = id or f"{name}-{token_hex(6)}"  # noqa: A001 - idempotency keys of two runs must differ
    state: Any = None
    generation = 0
    while True:
        context = memory_context(RunInfo(id, name, input=given, generation=generation, state=state), surroundings)
        try:
            return await context.drive(model.drive if within is None else lambda ctx: model.drive(within(ctx)))
        except Renewed as renewed:
            state, generation = renewed.state, generation + 1
