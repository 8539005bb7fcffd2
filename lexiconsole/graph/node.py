"""Nodes: what every node of a graph has in common, and the one that calls a function. Subclass for nodes of your own."""

from __future__ import annotations

import collections.abc
import typing
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel

from lexiconsole.durable.attempts import is_async
from lexiconsole.durable.calling import check_call, wants_argument
from lexiconsole.durable.codec import returns_of
from lexiconsole.durable.context import INFER, Durable
from lexiconsole.durable.outline import NodeKind, Outline, OutlineNode
from lexiconsole.durable.policy import Backoff, StepPolicy, check_terms
from lexiconsole.errors import DefinitionError
from lexiconsole.graph.state import WorkflowState
from lexiconsole.result import Ok

if TYPE_CHECKING:
    from lexiconsole.graph.walk import Visit, Walk

__all__ = ["AbstractWorkflowNode", "FunctionNode", "NodeType", "PassNode", "kept_as"]


class NodeType(StrEnum):
    """What a node is to people who look at the graph."""

    AGENT = "agent"
    GATE = "gate"
    HUMAN = "human"
    LLM = "llm"
    TOOL = "tool"
    SUBWORKFLOW = "subworkflow"
    CUSTOM = "custom"
    TASK = "task"
    APPROVAL = "approval"


_KINDS = {
    NodeType.AGENT: NodeKind.AGENT,
    NodeType.GATE: NodeKind.GATE,
    NodeType.HUMAN: NodeKind.HUMAN,
    NodeType.LLM: NodeKind.MODEL,
    NodeType.TOOL: NodeKind.TOOL,
    NodeType.SUBWORKFLOW: NodeKind.SUBFLOW,
    NodeType.APPROVAL: NodeKind.APPROVAL,
}


class AbstractWorkflowNode(ABC):
    """One node: implement `execute`. Fields are class attributes or arguments.

    What `execute` gives is put into the state: under `output_key` if there is one; else a mapping or pydantic model is
    merged, None adds nothing, and any other value is found under the node's name. `timeout` is seconds for one try, by
    default the graph's `node_timeout`; `max_retries` counts all tries, `retry_delay` is seconds before the second one and
    doubles from there. With `idempotent=False` a try whose outcome nobody knows is never repeated: a recorded run then asks
    an operator.
    """

    name: str = ""
    node_type: NodeType = NodeType.CUSTOM
    input_key: str | None = None
    output_key: str | None = None
    timeout: float | None = None
    max_retries: int = 1
    retry_delay: float = 1.0
    idempotent: bool = True
    due: float | None = None

    takes_state: bool = True
    is_waiting: bool = False
    """Whether it waits for somebody outside rather than running here."""
    is_let_go: ClassVar[bool] = False
    """Whether it is dropped, not waited for, when another node failed."""

    def __init__(
        self,
        name: str = "",
        *,
        input_key: str | None = None,
        output_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        retry_delay: float | None = None,
        idempotent: bool | None = None,
    ) -> None:
        self.name = name or self.name
        self.input_key = self.input_key if input_key is None else input_key
        self.output_key = self.output_key if output_key is None else output_key
        self.timeout = self.timeout if timeout is None else timeout
        self.max_retries = self.max_retries if max_retries is None else max_retries
        self.retry_delay = self.retry_delay if retry_delay is None else retry_delay
        self.idempotent = self.idempotent if idempotent is None else idempotent

    # what a node of your own implements

    @abstractmethod
    async def execute(self, state: Any) -> Any:
        """The work; `state` reads like a dict. Gives a value or a `Result`, or raises."""

    def taken_from(self, state: Mapping[str, Any]) -> Any:
        """Its input: `state[input_key]`, or the whole state as a dict when it has no `input_key`."""
        if self.input_key is None:
            return dict(state)
        if self.input_key not in state:
            raise LookupError(
                f"{self.name} takes its input from {self.input_key!r}, which the state does not have; "
                f"it has {', '.join(state) or 'nothing yet'}"
            )
        return state[self.input_key]

    # how it is driven

    def begin(self, walk: Walk, visit: Visit) -> Durable[Any] | None:
        """Starts a visit; None when a person is needed and nobody can be asked here."""
        call = partial(self.call, visit.state) if self.takes_state else self.call
        terms = _policy(self.max_retries, self.retry_delay, self.timeout or walk.node_timeout, self.idempotent)
        if not walk.ctx.journaled:
            return walk.ctx.step(visit.key, call, policy=walk.terms(terms))
        call = partial(_storable_async if is_async(call) else _storable, call, visit.state)
        return walk.ctx.step(visit.key, call, policy=walk.terms(terms), returns=self.returns)

    @property
    def call(self) -> Callable[..., Any]:
        """What is called, with the state if it `takes_state`."""
        return self.execute

    @property
    def returns(self) -> Any:
        """The type under which the output is kept; INFER for what JSON carries as it is."""
        return kept_as(returns_of(self.call))

    def writes(self, value: Any, state: WorkflowState) -> Mapping[str, Any]:
        """What its output puts into the state."""
        if self.output_key is not None:
            return {self.output_key: value}
        if value is None or value is state:
            return {}
        if isinstance(value, (Mapping, BaseModel)):
            output = dict(value)
            odd = [key for key in output if type(key) is not str]
            if odd:
                raise TypeError(f"the keys of what {self.name} gives must be text, not {odd[0]!r}")
            return state.changes(output)
        return {self.name: value}

    # what it looks like, and whether it can work

    def outline(self, key: str, parent: str = "") -> Outline:
        """Its boxes, from the one with its own key."""
        kind = _KINDS.get(self.node_type, NodeKind.TASK)
        return Outline((OutlineNode(key, kind, label="" if key == self.name else self.name, parent=parent),))

    def check(self) -> None:
        """Raises DefinitionError when it can not work."""
        if not self.name or not self.name.isprintable() or any(sign in self.name for sign in "/#"):
            raise DefinitionError(f"a node needs a printable name without / and #, not {self.name!r}")
        check_terms(self.name, self.max_retries, self.retry_delay, self.timeout)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class FunctionNode(AbstractWorkflowNode):
    """Calls a function, with the state if it takes an argument."""

    node_type = NodeType.TASK

    def __init__(self, name: str, handler: Callable[..., Any], **terms: Any) -> None:
        super().__init__(name, **terms)
        check_call(name, "the function", handler)
        self.handler, self.takes_state = handler, wants_argument(handler)
        self._returns = kept_as(returns_of(handler))

    @property
    def call(self) -> Callable[..., Any]:
        """The function itself: its own annotation names the type of the output, and whether it blocks."""
        return self.handler

    @property
    def returns(self) -> Any:
        return self._returns

    async def execute(self, state: Any) -> Any:
        value = self.handler(state) if self.takes_state else self.handler()
        return await value if isinstance(value, Awaitable) else value


class PassNode(AbstractWorkflowNode):
    """Does nothing: a place in the picture."""

    node_type = NodeType.TASK
    timeout = None

    def begin(self, walk: Walk, visit: Visit) -> Durable[Any] | None:
        return walk.ctx.step(visit.key, _nothing)

    async def execute(self, state: Any) -> None:
        return None


async def _nothing() -> None:
    return None


async def _storable_async(call: Callable[[], Awaitable[Any]], state: WorkflowState) -> Any:
    return _plain(await call(), state)


def _storable(call: Callable[[], Any], state: WorkflowState) -> Any:
    return _plain(call(), state)


def _plain(value: Any, state: WorkflowState) -> Any:
    """What a journal can keep of an output: the state handed back is nothing new, other mappings are dicts."""
    if isinstance(value, Ok):
        return Ok(_plain(value.value, state))
    if value is state:
        return None
    return dict(value) if isinstance(value, Mapping) and type(value) is not dict else value


@lru_cache(maxsize=256)
def _policy(attempts: int, delay: float, timeout: float | None, idempotent: bool) -> StepPolicy:
    """Most nodes share their terms, so there is one object for all of them."""
    return StepPolicy(attempts=attempts, backoff=Backoff(initial=delay), timeout=timeout, idempotent=idempotent)


_OPEN = (dict, WorkflowState, Mapping, collections.abc.MutableMapping)


def kept_as(returns: Any) -> Any:
    """A plain dict is kept as JSON carries it, and refused when JSON would change it; other types are kept as they say."""
    origin = typing.get_origin(returns) or returns
    if origin in _OPEN and all(argument in {str, Any, object} for argument in typing.get_args(returns)):
        return INFER
    return returns
