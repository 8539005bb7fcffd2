"""The word of bulk operations: one operation over many items."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

__all__ = ["BulkProcessorProtocol"]


@runtime_checkable
class BulkProcessorProtocol(Protocol):
    """`execute` gives an object that can be awaited for the whole, or iterated for the batches as they finish."""

    def execute(self, items: Any = None, operation_id: str | None = None) -> Any: ...

    def cancel(self) -> None: ...
