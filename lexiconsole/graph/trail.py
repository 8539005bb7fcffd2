"""Trail: the outcomes that an execution has so far, sub-workflows included, and those it knows from a checkpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lexiconsole.durable.codec import Codec
from lexiconsole.graph.checkpoint import WorkflowCheckpoint

__all__ = ["UNKNOWN", "Trail"]

UNKNOWN: Any = object()


class Trail:
    """`outcomes` by full key, `waiting` the questions that nobody here can be asked, `path` the visits as they ended.

    `is_new` says that nothing is known from before.
    """

    __slots__ = ("_codec", "_encoded", "_known", "answers", "is_new", "outcomes", "path", "save", "waiting")

    def __init__(self, checkpoint: WorkflowCheckpoint | None = None, answers: Mapping[str, Any] | None = None) -> None:
        self._known: Mapping[str, Any] = checkpoint.outcomes if checkpoint is not None else {}
        self._encoded = checkpoint is not None and checkpoint.encoded
        self._codec = Codec()
        self.answers: Mapping[str, Any] = answers or {}
        self.is_new = not self._known and not self.answers
        self.outcomes: dict[str, Any] = {}
        self.waiting: dict[str, str] = {}
        self.path: list[str] = []
        self.save: Callable[[], Awaitable[None]] | None = None

    def known(self, key: str, returns: Any) -> Any:
        """The outcome that a checkpoint has for the key, or the answer that came with it; else UNKNOWN."""
        if key in self.answers:
            return self.answers[key]
        value = self._known.get(key, UNKNOWN)
        if value is UNKNOWN or not self._encoded:
            return value
        return self._codec.decode(value, returns, key)
