"""The limits of a graph: visits, time, parallel branches, and whether its progress is kept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["GraphConfig"]


class GraphConfig(BaseModel):
    """The terms of a graph; also `graph:` in the `workflow:` section of `application.yaml`.

    Raises pydantic's ValidationError for a value without sense and for a name that does not exist.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    enabled: bool = Field(default=True, description="False refuses to start graphs")
    max_iterations: int = Field(default=25, ge=1, description="visits of one node before a loop counts as endless")
    node_timeout: float | None = Field(
        default=120.0, gt=0, description="seconds for one try of a node, null for no limit"
    )
    total_timeout: float | None = Field(
        default=600.0, gt=0, description="seconds for the whole graph, null for no limit"
    )
    checkpoint_enabled: bool = Field(default=True, description="keep the state at every node, to go on from there")
    parallel_branches: bool = Field(
        default=True, description="run all active edges at once; False runs them one after the other"
    )
    max_parallel_branches: int = Field(default=5, ge=1, description="branches that run at once; none is dropped")
