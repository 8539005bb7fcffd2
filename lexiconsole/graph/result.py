"""GraphResult: what an execution of a graph came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["GraphResult"]


@dataclass(frozen=True, slots=True)
class GraphResult:
    """`final_state` is what its branches left together, `value` what the graph's conclusion makes of it.

    `path` are the keys of the visits as they ended, `ended_at` those where a branch ended; `id` names the execution.
    """

    id: str
    graph: str
    final_state: Mapping[str, Any]
    value: Any
    path: tuple[str, ...]
    ended_at: tuple[str, ...]

    def __str__(self) -> str:
        return str(self.value)
