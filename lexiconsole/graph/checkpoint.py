"""WorkflowCheckpoint: where an execution in memory stands, as the outcomes it has. Going on is walking over them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lexiconsole.durable.codec import Codec, misfits_of
from lexiconsole.durable.context import INFER
from lexiconsole.errors import InvalidInputError
from lexiconsole.types import JsonObject

__all__ = ["WorkflowCheckpoint"]


@dataclass(frozen=True, slots=True)
class WorkflowCheckpoint:
    """`outcomes` are what nodes gave and what was decided, by key; a node inside a sub-workflow is `outer/inner`.

    `state` is the one that the graph began with at `entry`. `waiting` are the nodes that wait for a person, with what they
    ask; `failed` those that failed. `to_data` gives JSON to keep, and fails with ValueNotStorableError for what JSON can not
    carry; `from_data` takes it back.
    """

    id: str
    graph: str
    version: int
    digest: str
    entry: str
    state: Mapping[str, Any] = field(default_factory=dict)
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    encoded: bool = False
    """Whether state and outcomes are JSON, to be decoded by the types that the nodes name."""
    types: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def to_data(self) -> JsonObject:
        return {
            "id": self.id,
            "graph": self.graph,
            "version": self.version,
            "digest": self.digest,
            "entry": self.entry,
            "state": self._encoded(self.state),
            "outcomes": self._encoded(self.outcomes),
            "waiting": dict(self.waiting),
            "failed": list(self.failed),
        }

    def _encoded(self, values: Mapping[str, Any]) -> JsonObject:
        if self.encoded:
            return dict(values)
        codec = Codec()
        return {key: codec.encode(value, self.types.get(key, INFER), key) for key, value in values.items()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> WorkflowCheckpoint:
        """Raises InvalidInputError with every field and reason when it is no checkpoint."""
        try:
            return _adapter.validate_python({**data, "encoded": True, "types": {}})
        except ValidationError as fault:
            raise InvalidInputError("resume()", misfits_of(fault)) from None


_adapter = TypeAdapter(WorkflowCheckpoint)
