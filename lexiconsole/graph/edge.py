"""WorkflowEdge: a way from one node to the next, open always or under a condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from lexiconsole.durable.truth import truth
from lexiconsole.errors import DefinitionError

__all__ = ["Condition", "WorkflowEdge", "open_edges"]

Condition: TypeAlias = Callable[[Any], Any]
"""From the state to yes or no; may be async and may give a `Result`."""


class WorkflowEdge:
    """From `source` to `target`. `is_active` and `condition` are two names for the same: without one it is always open.

    An edge that is `otherwise` is open when none of the conditional ones beside it is.
    """

    __slots__ = ("is_active", "label", "otherwise", "source", "target")

    def __init__(
        self,
        source: str,
        target: str,
        is_active: Condition | None = None,
        *,
        condition: Condition | None = None,
        label: str = "",
        otherwise: bool = False,
    ) -> None:
        if is_active is not None and condition is not None:
            raise DefinitionError(f"{source} → {target}: is_active and condition are the same; give one of them")
        self.source, self.target, self.otherwise = source, target, otherwise
        self.is_active = is_active if is_active is not None else condition
        self.label = label or _label(self.is_active, otherwise=otherwise)
        if self.otherwise and self.is_active is not None:
            raise DefinitionError(f"{source} → {target}: an edge that is taken otherwise has no condition of its own")

    @property
    def condition(self) -> Condition | None:
        return self.is_active

    @property
    def depends(self) -> bool:
        """Whether somebody has to decide if it is open."""
        return self.otherwise or self.is_active is not None

    def __repr__(self) -> str:
        return f"WorkflowEdge({self.source!r}, {self.target!r})"


def _label(condition: Condition | None, *, otherwise: bool) -> str:
    if otherwise:
        return "otherwise"
    name = str(getattr(condition, "__name__", ""))
    return "" if name == "<lambda>" else name.replace("_", " ")


async def open_edges(edges: Sequence[WorkflowEdge], state: Mapping[str, Any]) -> list[str]:
    """The targets of the edges that are open in this state, in order."""
    taken = {edge.target: await truth(edge.is_active, state) for edge in edges if edge.is_active is not None}
    otherwise = not any(taken.values())
    return [edge.target for edge in edges if taken.get(edge.target, otherwise if edge.otherwise else True)]
