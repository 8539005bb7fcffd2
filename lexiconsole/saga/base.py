"""The path under which the reference documents import it."""

from lexiconsole.saga import AbstractSaga, SagaError, SagaStep, SagaStepError

__all__ = ["AbstractSaga", "SagaError", "SagaStep", "SagaStepError"]
