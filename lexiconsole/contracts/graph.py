"""The words of graphs: how one is built, what a node does, and what drives it."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from lexiconsole.result import Result

__all__ = ["ExecutionProtocol", "WorkflowGraphProtocol", "WorkflowNodeProtocol"]


@runtime_checkable
class WorkflowGraphProtocol(Protocol):
    def add_node(self, node: Any, *arguments: Any, **options: Any) -> Any: ...

    def add_edge(self, source: str, target: str, **options: Any) -> Any: ...

    def build(self) -> Any: ...


@runtime_checkable
class WorkflowNodeProtocol(Protocol):
    """One node; `execute` gives what is merged into the state."""

    name: str
    node_type: Any

    async def execute(self, state: Any) -> Any: ...


@runtime_checkable
class ExecutionProtocol(Protocol):
    async def execute(self, *arguments: Any, **options: Any) -> Result[Any, Any]: ...

    async def resume(self, checkpoint: Any, answer: Any = None) -> Result[Any, Any]: ...
