"""The words of pipelines: a pipeline, its steps, and what the steps see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from lexiconsole.result import Result

__all__ = ["PipelineContextProtocol", "PipelineProtocol", "PipelineStepProtocol"]


@runtime_checkable
class PipelineContextProtocol(Protocol):
    """What steps read: results of earlier steps first, then the metadata the pipeline was started with."""

    @property
    def metadata(self) -> Mapping[str, Any]: ...

    @property
    def results(self) -> Mapping[str, Any]: ...

    @property
    def value(self) -> Any: ...

    def __getitem__(self, name: str) -> Any: ...

    def __iter__(self) -> Iterator[str]: ...

    def get(self, name: str, default: Any = None) -> Any: ...


@runtime_checkable
class PipelineStepProtocol(Protocol):
    """One step. `execute` may give a value or a `Result`, or raise."""

    name: str
    dependencies: Sequence[str]
    timeout: float | None

    def should_skip(self, ctx: Any) -> Any: ...

    def execute(self, ctx: Any) -> Any: ...

    def on_error(self, ctx: Any, error: Any) -> Any: ...

    def cleanup(self, ctx: Any) -> Any: ...


@runtime_checkable
class PipelineProtocol(Protocol):
    def add_step(self, step: Any) -> Any: ...

    async def execute(self, context: Any = None) -> Result[Any, Any]: ...
