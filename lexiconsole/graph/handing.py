"""Nodes that hand their input to somebody, and put into the state what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ClassVar

from lexiconsole.contracts.model import AgentProtocol, ToolProtocol
from lexiconsole.durable.attempts import is_async
from lexiconsole.durable.codec import returns_of
from lexiconsole.durable.scrubbing import scrub, scrubbed, secrets_in
from lexiconsole.errors import DefinitionError
from lexiconsole.graph.node import AbstractWorkflowNode, NodeType, kept_as
from lexiconsole.result import Err

__all__ = ["AgentNode", "HandingNode", "ToolNode"]


class HandingNode(AbstractWorkflowNode):
    """Calls `to`, or the method of it that `method` names, with the node's input. `output_type` is what comes back."""

    input_key = "input"
    to: Any = None
    output_type: Any = None
    method: ClassVar[str] = "execute"

    def __init__(self, name: str, to: Any, *, output_type: Any = None, **terms: Any) -> None:
        super().__init__(name, **terms)
        self.output_type = output_type if output_type is not None else self.output_type
        self.to = to if to is not None else self.to
        self.name = self.name or str(getattr(self.to, "name", ""))

    @property
    def call(self) -> Callable[..., Any]:
        function = self.function
        return partial(_handed_async if is_async(function) else _handed, self, function)

    @property
    def returns(self) -> Any:
        """As the node says, or whom it hands its input to, or the function's annotation."""
        said = self.output_type or getattr(self.to, "output_type", None)
        return kept_as(returns_of(self.function) if said is None else said)

    @property
    def function(self) -> Callable[[Any], Any]:
        found: Callable[[Any], Any] = getattr(self.to, self.method, None) or self.to
        return found

    async def execute(self, state: Any) -> Any:
        value = self.function(self.taken_from(state))
        return await value if isinstance(value, Awaitable) else value

    def check(self) -> None:
        super().check()
        if not callable(self.function):
            raise DefinitionError(
                f"{self.name}: {self.to!r} can not be used as its {self.node_type}; "
                f"give something with a method {self.method}(input), or a function"
            )


class ToolNode(HandingNode):
    """Uses a tool, or calls a function, with `state[input_key]`. Named like the tool, unless it has a name of its own."""

    node_type = NodeType.TOOL

    def __init__(self, name: str = "", tool: ToolProtocol | Callable[[Any], Any] | None = None, **terms: Any) -> None:
        super().__init__(name, tool, **terms)


class AgentNode(HandingNode):
    """Lets an agent work on `state[input_key]`."""

    node_type = NodeType.AGENT
    method = "run"

    def __init__(self, name: str = "", agent: AgentProtocol | Callable[[Any], Any] | None = None, **terms: Any) -> None:
        super().__init__(name, agent, **terms)


class HandedError(Exception):
    """What went wrong with somebody else, where their own exception can not be told without a secret."""


async def _handed_async(node: AbstractWorkflowNode, function: Callable[[Any], Awaitable[Any]], state: Any) -> Any:
    given = node.taken_from(state)
    try:
        return _told(await function(given), given)
    except Exception as fault:
        _scrub(fault, given)
        raise


def _handed(node: AbstractWorkflowNode, function: Callable[[Any], Any], state: Any) -> Any:
    given = node.taken_from(state)
    try:
        value = function(given)
    except Exception as fault:
        _scrub(fault, given)
        raise
    return _awaited(value, given) if isinstance(value, Awaitable) else _told(value, given)


async def _awaited(value: Awaitable[Any], given: Any) -> Any:
    try:
        return _told(await value, given)
    except Exception as fault:
        _scrub(fault, given)
        raise


def _scrub(fault: Exception, given: Any) -> None:
    """Providers like to quote the key they refuse, and errors are shown and kept."""
    if told := scrub(fault, *secrets_in(given)):
        raise HandedError(f"{type(fault).__name__}: {told}") from None


def _told(value: Any, given: Any) -> Any:
    """The same of an error that is given, not raised."""
    if isinstance(value, Err) and isinstance(value.error, str):
        return Err(scrubbed(value.error, *secrets_in(given)))
    if isinstance(value, Err) and isinstance(value.error, Exception):
        _scrub(value.error, given)
    return value
