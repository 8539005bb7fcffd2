"""WorkflowDefinition, a graph under a name and a version, and WorkflowInstance, one use of it that remembers which."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lexiconsole.durable.definition import Definition
from lexiconsole.errors import RefusedError, WorkflowVersionMismatchError
from lexiconsole.graph.builder import WorkflowBuilder
from lexiconsole.graph.graph import WorkflowGraph
from lexiconsole.types import ModelKind

__all__ = ["WorkflowDefinition", "WorkflowInstance"]


@dataclass(frozen=True)
class WorkflowDefinition:
    """`workflow` is a graph, a builder, or a function that makes one, with the input if it takes an argument.

    Standing in a file of definitions under a name, it is found by the catalogue like what `@workflow` decorates; `input` is
    then the type of its input, by default any object.
    """

    name: str
    workflow: WorkflowGraph | WorkflowBuilder | Callable[..., WorkflowGraph | WorkflowBuilder]
    version: int = 1
    about: str = ""
    input: Any = dict[str, Any]

    def build(self, input: Any = None) -> WorkflowGraph:
        """The graph, under this name and version."""
        from lexiconsole.durable.calling import wants_argument

        made = self.workflow
        if not isinstance(made, (WorkflowGraph, WorkflowBuilder)):
            made = made(input) if wants_argument(made) else made()
        return (made.build() if isinstance(made, WorkflowBuilder) else made).named(self.name, self.version)

    @property
    def __definition__(self) -> Definition:
        return Definition(self.name, ModelKind.GRAPH, self.build, self.version, input=self.input, about=self.about)


@dataclass(frozen=True, slots=True)
class WorkflowInstance:
    """One use of a definition, stamped with its version and the digest of its outline when it was created."""

    id: str
    definition: str
    definition_version: int
    digest: str = ""

    @classmethod
    def create(cls, definition: WorkflowDefinition | WorkflowGraph, id: str = "") -> WorkflowInstance:
        graph = definition if isinstance(definition, WorkflowGraph) else definition.build()
        named = id or f"{graph.name}-{uuid.uuid4().hex[:12]}"
        return cls(named, graph.name, graph.version, graph.digest)

    def validate_definition_version(self, definition: WorkflowDefinition | WorkflowGraph) -> None:
        """Raises WorkflowVersionMismatchError when the definition has another version by now; RefusedError when it is
        another definition, or its nodes and edges changed under the same version.
        """
        graph = definition if isinstance(definition, WorkflowGraph) else definition.build()
        if graph.name != self.definition:
            raise RefusedError(f"{self.id} is one of {self.definition}, not of {graph.name}")
        if graph.version != self.definition_version:
            raise WorkflowVersionMismatchError(graph.name, self.definition_version, graph.version)
        if self.digest and graph.digest != self.digest:
            raise RefusedError(
                f"the nodes or edges of {graph.name} have changed since {self.id} began, under the same version "
                f"{graph.version}; go on with the graph as it was, or begin anew"
            )
