"""A saga on a saga store: state, position and results are saved between steps, and a restart goes on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from lexiconsole.contracts.saga import SagaState, SagaStoreProtocol
from lexiconsole.durable.kept import KeptContext
from lexiconsole.durable.memory import memory_context
from lexiconsole.errors import SagaVersionMismatchError
from lexiconsole.result import Result
from lexiconsole.saga.error import SagaError
from lexiconsole.types import JsonObject

if TYPE_CHECKING:
    from lexiconsole.saga.saga import AbstractSaga

__all__ = ["execute_stored"]

T = TypeVar("T")
UNDO = "undo/"


async def execute_stored(saga: AbstractSaga[T], store: SagaStoreProtocol) -> Result[T, SagaError]:
    """Runs the saga, or goes on with it. One that has ended gives its result again; what was left is tried once more."""
    kept = _outcomes(saga, await store.load(saga.get_id()))

    async def save() -> None:
        await store.save(saga.get_id(), _state(saga, kept), _data(saga, kept))

    await store.save(saga.get_id(), _state(saga, kept, starting=True), _data(saga, kept))
    context = memory_context(saga.run_info())
    outcome = await context.drive(lambda ctx: saga.drive(KeptContext(ctx, kept, save, errors=True)))
    await store.save(saga.get_id(), saga.state, _data(saga, kept))
    return outcome


def _outcomes(saga: AbstractSaga[Any], loaded: tuple[SagaState, dict[str, Any]] | None) -> dict[str, JsonObject]:
    """What earlier executions came to, by key. Compensations that gave up and failures beyond the pivot are tried again."""
    data = loaded[1] if loaded is not None and loaded[1] else {}
    _check(saga, data)
    kept: dict[str, JsonObject] = {name: {"result": value} for name, value in data.get("results", {}).items()}
    kept |= {UNDO + name: {"result": None} for name in data.get("undone", [])}
    final = set(saga.steps_until_pivot)
    kept |= {name: {"error": error} for name, error in data.get("errors", {}).items() if name in final}
    return kept


def _data(saga: AbstractSaga[Any], kept: dict[str, JsonObject]) -> dict[str, Any]:
    """The JSON that the store keeps."""
    results = {key: one["result"] for key, one in kept.items() if "result" in one and not key.startswith(UNDO)}
    return {
        "saga": type(saga).__name__,
        "version": saga.VERSION,
        "steps": saga.step_names,
        "position": len(results),
        "current": next((name for name in saga.step_names if name not in results), None),
        "results": results,
        "errors": {key: one["error"] for key, one in kept.items() if "error" in one},
        "undone": [key.removeprefix(UNDO) for key, one in kept.items() if "result" in one and key.startswith(UNDO)],
        "compensated": saga.was_compensated(),
    }


def _state(saga: AbstractSaga[Any], kept: dict[str, JsonObject], *, starting: bool = False) -> SagaState:
    """The state to save between steps: once an action has failed, the saga is on its way back."""
    if not starting and saga.state is not SagaState.RUNNING:
        return saga.state
    failed = any("error" in outcome for outcome in kept.values())
    return SagaState.COMPENSATING if failed and not saga.pivot_done else SagaState.RUNNING


def _check(saga: AbstractSaga[Any], data: dict[str, Any]) -> None:
    """Refuses to go on under other steps than those that were done; steps that are still to come may have changed."""
    if not data:
        return
    stored, names = data.get("version", saga.VERSION), saga.step_names
    before = list(data.get("steps", []))
    while before and before[-1] not in data["results"] and before[-1] not in data["errors"]:
        before.pop()  # not reached
    differences = [f"{name} was done and is gone" for name in before if name not in names]
    if not differences and before != names[: len(before)]:
        differences = [f"it began with {', '.join(before)} and now begins with {', '.join(names[: len(before)])}"]
    if stored != saga.VERSION or differences:
        raise SagaVersionMismatchError(type(saga).__name__, stored, saga.VERSION, differences)
