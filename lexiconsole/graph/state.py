"""WorkflowState: what the nodes of a graph share. It is never changed; each output makes a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from pydantic import BaseModel

__all__ = ["Reducer", "WorkflowState", "differs", "values_of"]

Reducer: TypeAlias = Callable[[Any, Any], Any]
"""From the value so far and a new one, the value to keep. The first value is kept as it is."""


class WorkflowState(Mapping[str, Any]):
    """Read it like a dict; a node returns what shall change. `reducers` say by key how values are put together.

    The values themselves are shared between nodes: return a new list rather than appending to one that you found.
    """

    __slots__ = ("_values", "reducers")

    def __init__(
        self, values: Mapping[str, Any] | BaseModel | None = None, reducers: Mapping[str, Reducer] | None = None
    ) -> None:
        self._values: dict[str, Any] = dict(values or {})
        self.reducers: Mapping[str, Reducer] = reducers or {}

    def merge(self, output: Mapping[str, Any]) -> WorkflowState:
        """The state with an output added: new values replace old ones, or are reduced with them."""
        return self.merge_all((output,)) if output else self

    def merge_all(self, outputs: Iterable[Mapping[str, Any]]) -> WorkflowState:
        """The same for several, in order."""
        merged: WorkflowState = WorkflowState.__new__(WorkflowState)
        reducers = merged.reducers = self.reducers
        values = merged._values = self._values.copy()
        for output in outputs:
            if not reducers:
                values.update(output)
                continue
            for key, value in output.items():
                reduce = reducers.get(key)
                values[key] = reduce(values[key], value) if reduce is not None and key in values else value
        return merged

    def changes(self, output: Mapping[str, Any]) -> Mapping[str, Any]:
        """What of an output differs from what is there, so that `{**state, "x": 1}` counts as writing `x` alone."""
        values, reducers = self._values, self.reducers
        if not any(key in values and key not in reducers for key in output):
            return output
        return {k: v for k, v in output.items() if k in reducers or k not in values or differs(values[k], v)}

    def to_dict(self) -> dict[str, Any]:
        return self._values.copy()

    def get(self, key: str, default: Any = None) -> Any:
        return self._values.get(key, default)

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> NoReturn:
        raise TypeError(f"a node does not change the state; return {{{key!r}: …}}, it is merged")

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"WorkflowState({self._values!r})"


def values_of(given: Any) -> dict[str, Any]:
    """An input as the values of a state: a mapping's or a model's own, anything else is found as `input`."""
    if given is None:
        return {}
    return dict(given) if isinstance(given, (Mapping, BaseModel)) else {"input": given}


def differs(old: Any, new: Any) -> bool:
    """Whether a value is another one; what can not say counts as another one."""
    if old is new:
        return False
    try:
        return type(old) is not type(new) or not bool(old == new)
    except Exception:
        return True  # an array, for example: its equality is no yes or no
