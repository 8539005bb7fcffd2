"""Sagas: side effects across services, each with its compensation."""

from lexiconsole.contracts.saga import SagaState, SagaStep, SagaStepError, SagaStoreProtocol
from lexiconsole.saga.decorator import saga_step
from lexiconsole.saga.error import SagaCancelled, SagaError
from lexiconsole.saga.repair import ByHandAnswer, RepairAnswer, RepairHow
from lexiconsole.saga.saga import AbstractSaga
from lexiconsole.saga.step import SagaContext
from lexiconsole.saga.store import MemorySagaStore, use_saga_store

__all__ = [
    "AbstractSaga",
    "ByHandAnswer",
    "MemorySagaStore",
    "RepairAnswer",
    "RepairHow",
    "SagaCancelled",
    "SagaContext",
    "SagaError",
    "SagaState",
    "SagaStep",
    "SagaStepError",
    "SagaStoreProtocol",
    "saga_step",
    "use_saga_store",
]
