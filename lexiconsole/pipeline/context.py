"""PipelineContext: what the steps of one pipeline share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NoReturn

from pydantic import BaseModel

__all__ = ["PipelineContext"]


class PipelineContext(Mapping[str, Any]):
    """Read it like a dict: the results of the steps done so far by name, then the metadata the pipeline was given.

    `value` is the result of the step that was done last; printing the context shows it.

    `metadata` may be written to while the pipeline runs in memory, as a dict that all steps share. In a journaled run it
    is read-only: only what a step returns is recorded, so what it writes elsewhere would be gone after a crash.
    """

    __slots__ = ("_results", "cleanup_errors", "metadata", "skipped", "value")

    def __init__(self, metadata: Mapping[str, Any] | BaseModel | None = None) -> None:
        self.metadata: dict[str, Any] = _as_dict(metadata)
        self.value: Any = None
        self.skipped: list[str] = []
        """Steps that said of themselves that they need not run."""
        self.cleanup_errors: dict[str, Exception] = {}
        """Steps whose `cleanup` failed; that does not change how the pipeline ends."""
        self._results: dict[str, Any] = {}

    @property
    def results(self) -> Mapping[str, Any]:
        """What the steps gave, by name, in the order in which they were done."""
        return MappingProxyType(self._results)

    def put(self, name: str, value: Any) -> None:
        """Adds a step's result; the pipeline does that."""
        self._results[name] = self.value = value

    def close_metadata(self) -> None:
        """From here on metadata can only be read."""
        self.metadata = _ReadOnly(self.metadata)

    def __getitem__(self, name: str) -> Any:
        if name in self._results:
            return self._results[name]
        return self.metadata[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._results
        yield from (name for name in self.metadata if name not in self._results)

    def __len__(self) -> int:
        return len(self._results.keys() | self.metadata.keys())

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"PipelineContext(results={self._results!r}, metadata={dict(self.metadata)!r})"


class _ReadOnly(dict[str, Any]):
    """Metadata of a journaled run."""

    def _refuse(self: Any, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(
            "metadata is read-only in a recorded run: it would be lost in a crash; return the value from the step, "
            "and read it in later steps as ctx['name of the step']"
        )

    __setitem__ = __delitem__ = update = setdefault = pop = popitem = clear = __ior__ = _refuse


def _as_dict(metadata: Mapping[str, Any] | BaseModel | None) -> dict[str, Any]:
    if metadata is None:
        return {}
    return dict(metadata)
