"""Where sagas are kept that must outlive their process: the store of this task, and one in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from lexiconsole.contracts.saga import SagaState, SagaStoreProtocol

__all__ = ["MemorySagaStore", "current_store", "install_saga_store", "use_saga_store"]

_store: ContextVar[SagaStoreProtocol | None] = ContextVar("lexiconsole_saga_store", default=None)


@contextmanager
def use_saga_store(store: SagaStoreProtocol) -> Iterator[None]:
    """Inside, `saga.execute()` saves to this store."""
    token = _store.set(store)
    try:
        yield
    finally:
        _store.reset(token)


_installed: list[SagaStoreProtocol] = []


def install_saga_store(store: SagaStoreProtocol) -> Callable[[], None]:
    """Every `saga.execute()` of the process saves to this store, where no `use_saga_store` says otherwise; the last one
    installed holds. Gives the way to take it away again.
    """
    _installed.append(store)
    return lambda: _installed.remove(store) if store in _installed else None


def current_store() -> SagaStoreProtocol | None:
    store = _store.get()
    return store if store is not None or not _installed else _installed[-1]


class MemorySagaStore:
    """Lives as long as the process: for tests, and for sagas that may be lost with it."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[SagaState, dict[str, Any]]] = {}

    async def save(self, saga_id: str, state: SagaState, data: dict[str, Any] | None = None) -> None:
        before = self._kept.get(saga_id, (state, {}))[1]
        self._kept[saga_id] = (SagaState(state), dict(before if data is None else data))

    async def load(self, saga_id: str) -> tuple[SagaState, dict[str, Any]] | None:
        return self._kept.get(saga_id)

    async def list(self, status: SagaState | None = None) -> list[str]:
        return [saga_id for saga_id, (state, data) in self._kept.items() if _is(status, state, data)]

    async def delete(self, saga_id: str) -> None:
        self._kept.pop(saga_id, None)


def _is(wanted: SagaState | None, state: SagaState, data: dict[str, Any]) -> bool:
    if wanted is SagaState.COMPENSATED:
        return state is SagaState.COMPENSATED or (state is SagaState.FAILED and bool(data.get("compensated")))
    return wanted is None or state is wanted
