"""FunctionWorkflow: an async function over the context, as a model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar

from lexiconsole.durable.context import Context
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.result import Err, Ok, Result
from lexiconsole.types import ModelKind

__all__ = ["FunctionWorkflow"]


class FunctionWorkflow:
    """`body` is the function with its input already given. Its outline is what it declares; the rest its runs show."""

    KIND: ClassVar[ModelKind] = ModelKind.WORKFLOW

    def __init__(self, body: Callable[[Context], Awaitable[Any]], steps: Sequence[str] = ()) -> None:
        self.body, self.steps = body, tuple(steps)

    def outline(self) -> Outline:
        return Outline.sequence(OutlineNode(key) for key in self.steps)

    async def drive(self, ctx: Context) -> Result[Any, Any]:
        """Calls the function. What it returns is the result: a plain value is `Ok`."""
        value = await self.body(ctx)
        return value if isinstance(value, (Ok, Err)) else Ok(value)
