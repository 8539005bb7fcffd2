"""`2-how-to.txt`: its code blocks on pipelines, sagas, bulk operations and decorators."""

# The blocks stand here as they stand in the document.
# fmt: off
from __future__ import annotations

from typing import Any

import pytest

from lexiconsole import (
    AbstractSaga,
    BulkOperation,
    MemorySagaStore,
    Pipeline,
    conditional,
    execute,
    saga_step,
    step,
    workflow,
)
from lexiconsole.config import BulkOperationConfig
from lexiconsole.contracts import SagaStep, SagaStepError
from lexiconsole.errors import SagaVersionMismatchError
from lexiconsole.result import Err, Ok, Result


async def test_a_pipeline_with_decorated_steps_prints_the_last_value(capsys: Any) -> None:
    pipeline = Pipeline()

    @step(name="fetch")
    async def fetch(ctx: dict) -> dict:
        return {"data": {"user": "alice", "score": 95}}

    @step(name="enrich")
    async def enrich(ctx: dict) -> str:
        user = ctx["fetch"]["data"]["user"]
        score = ctx["fetch"]["data"]["score"]
        return f"{user}: {score}/100"

    pipeline.add_step(fetch)
    pipeline.add_step(enrich)
    result = await pipeline.execute()
    print(result)  # "alice: 95/100"
    assert capsys.readouterr().out == "alice: 95/100\n"


async def test_conditional_branching() -> None:
    @conditional(
        name="route",
        condition=lambda ctx: ctx.get("is_premium", False),
    )
    async def premium_path(ctx: dict) -> str:
        return "premium"

    async def standard_path(ctx: dict) -> str:
        return "standard"

    pipeline = Pipeline(steps=[premium_path.otherwise(standard_path)])
    assert (await pipeline.execute({"is_premium": True})).unwrap()["route"] == "premium"
    assert (await pipeline.execute()).unwrap()["route"] == "standard"


class BookingSaga(AbstractSaga):
    VERSION = 1

    def __init__(self) -> None:
        super().__init__()
        self.add_step(SagaStep(
            name="book_flight",
            action=self._book_flight,
            compensation=self._cancel_flight,
        ))
        self.add_step(SagaStep(
            name="book_hotel",
            action=self._book_hotel,
            compensation=self._cancel_hotel,
        ))

    async def _book_flight(self) -> Result[None, SagaStepError]:
        return Ok(None)

    async def _cancel_flight(self) -> None:
        ...

    async def _book_hotel(self) -> Result[None, SagaStepError]:
        return Ok(None)

    async def _cancel_hotel(self) -> None:
        ...


async def test_a_saga(capsys: Any) -> None:
    saga = BookingSaga()
    result = await saga.execute()
    if result.is_ok():
        print("Booking complete")
    assert capsys.readouterr().out == "Booking complete\n"


async def test_an_action_may_fail_with_a_saga_step_error() -> None:
    class Full(BookingSaga):
        async def _book_hotel(self) -> Result[None, SagaStepError]:
            return Err(SagaStepError("no rooms", step="book_hotel", code="FULL"))

    saga = Full()
    error = (await saga.execute()).unwrap_err()
    assert saga.was_compensated("book_flight") and "no rooms" in str(error) and error.cause.type == "SagaStepError"


async def test_bulk_operations(capsys: Any) -> None:
    async def process_row(row: dict) -> dict:
        return {"id": row["id"], "status": "processed"}

    config = BulkOperationConfig(batch_size=50, max_concurrency=10)
    op = BulkOperation[dict, dict](processor=process_row, config=config)
    result = await op.execute(items=[{"id": i} for i in range(200)])
    if result.is_ok():
        batch = result.unwrap()
        print(f"Processed {len(batch.results)} items")
    assert capsys.readouterr().out == "Processed 200 items\n"
    assert batch.results[7] == {"id": 7, "status": "processed"}


async def test_workflow_and_saga_step_decorators() -> None:
    done: list[str] = []

    async def release_inventory() -> None:
        done.append("released")

    @workflow(name="onboarding", timeout=300.0, retries=1)
    async def onboarding_workflow(ctx) -> None:
        done.append("onboarded")

    @saga_step(name="reserve_inventory", compensation=release_inventory)
    async def reserve_inventory(ctx) -> None:
        done.append("reserved")

    assert (await execute(onboarding_workflow)).is_ok()

    # Define a saga with a VERSION attribute
    class MySaga(AbstractSaga):
        VERSION = 2  # Increment when step definitions change

        def get_id(self) -> str:
            return "my-saga"

    saga = MySaga()
    saga.add_step(reserve_inventory)
    saga.add_step(SagaStep("fails", lambda: Err("no")))
    assert (await saga.execute()).is_err()
    assert done == ["onboarded", "reserved", "released"]

    # On resume, SagaVersionMismatchError is raised if versions differ
    store = MemorySagaStore()
    await saga.execute(store=store)
    newer = MySaga()
    newer.add_step(reserve_inventory)
    newer.add_step(SagaStep("fails", lambda: Err("no")))
    type(newer).VERSION = 3
    done.clear()
    with pytest.raises(SagaVersionMismatchError):
        await newer.execute(store=store)
    assert done == [], "before any step runs"
