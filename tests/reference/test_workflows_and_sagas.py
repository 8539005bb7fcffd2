"""`0-workflows-and-sagas.txt`: its code blocks on pipelines, sagas and bulk operations, as they stand with the root renamed.

What a block leaves undefined (a service, a `review` function) is supplied here; each block is asserted on its effect.
"""

# The blocks stand here as they stand in the document.
# fmt: off
from __future__ import annotations

from typing import Any

from lexiconsole import (
    AbstractSaga,
    BulkOperation,
    BulkOperationConfig,
    ConditionalStep,
    FunctionStep,
    MemorySagaStore,
    ParallelStep,
    Pipeline,
    PipelineContext,
    SagaStep,
)
from lexiconsole.contracts.protocols import SagaState, SagaStoreProtocol
from lexiconsole.result import Err, Ok, Result


class OrderPipeline:
    def __init__(self) -> None:
        self._pipeline = Pipeline()

    def build(self) -> None:
        self._pipeline.add_step(FunctionStep(
            name="validate_order", func=self.validate, timeout=10.0,
        ))
        self._pipeline.add_step(FunctionStep(
            name="charge_payment", func=self.charge,
            dependencies=["validate_order"], timeout=30.0,
        ))
        self._pipeline.add_step(FunctionStep(
            name="send_confirmation", func=self.confirm,
            dependencies=["charge_payment"], timeout=5.0,
        ))

    async def validate(self, ctx: PipelineContext) -> Result[str, str]:
        return Ok("validated") if ctx.metadata.get("order") else Err("No order")

    async def charge(self, ctx: PipelineContext) -> Result[str, str]:
        return Ok("charged")

    async def confirm(self, ctx: PipelineContext) -> Result[str, str]:
        return Ok("confirmed")


async def test_the_order_pipeline_runs_in_registration_order() -> None:
    orders = OrderPipeline()
    orders.build()
    context = (await orders._pipeline.execute({"order": 1})).unwrap()
    assert dict(context.results) == {
        "validate_order": "validated", "charge_payment": "charged", "send_confirmation": "confirmed",
    }
    error = (await orders._pipeline.execute({})).unwrap_err()
    assert error.step == "validate_order" and "No order" in str(error)
    assert error.not_run == ("charge_payment", "send_confirmation")


async def test_conditional_and_parallel_steps() -> None:
    calls: list[str] = []

    async def review(ctx: PipelineContext) -> str:
        calls.append("review")
        return "needs review"

    async def approve(ctx: PipelineContext) -> str:
        calls.append("approve")
        return "approved"

    async def send_email(ctx: PipelineContext) -> Result[str, str]:
        return Err("mail server is down")

    async def send_sms(ctx: PipelineContext) -> str:
        calls.append("sms")
        return "sent"

    conditional = ConditionalStep(
        name="check_risk",
        condition=lambda ctx: ctx.metadata.get("amount", 0) > 10000,
        true_step=FunctionStep(name="require_review", func=review),
        false_step=FunctionStep(name="auto_approve", func=approve),
    )
    parallel = ParallelStep(
        name="notify_all", fail_fast=False, timeout=15.0,
        steps=[
            FunctionStep(name="email", func=send_email),
            FunctionStep(name="sms", func=send_sms),
        ],
    )
    for amount, way in ((20000, "review"), (10000, "approve")):
        calls.clear()
        error = (await Pipeline(steps=[conditional, parallel]).execute({"amount": amount})).unwrap_err()
        assert calls == [way, "sms"], "without fail_fast the SMS goes out although the mail failed"
        assert error.context["sms"] == "sent" and "mail server is down" in str(error)


class BookingSaga(AbstractSaga):
    def __init__(self) -> None:
        super().__init__()
        self.add_step(SagaStep(
            name="reserve_flight",
            action=self.reserve_flight,
            compensation=self.cancel_flight,
            max_retries=3, idempotent=True,
        ))
        self.add_step(SagaStep(
            name="book_hotel",
            action=self.book_hotel,
            compensation=self.cancel_hotel,
        ))

    async def reserve_flight(self) -> Result[str, str]:
        return Ok("FL-123")

    async def cancel_flight(self) -> None:
        await self._flight_api.cancel("FL-123")

    async def book_hotel(self) -> Result[str, str]:
        return Err("no rooms available")

    async def cancel_hotel(self) -> None:
        pass


class FlightApi:
    def __init__(self) -> None:
        self.cancelled: list[str] = []

    async def cancel(self, flight: str) -> None:
        self.cancelled.append(flight)


async def test_the_booking_saga_compensates(capsys: Any) -> None:
    saga = BookingSaga()
    saga._flight_api = FlightApi()
    result = await saga.execute()
    if result.is_err():
        print(f"Compensated: {saga.was_compensated()}")
    assert capsys.readouterr().out == "Compensated: True\n"
    assert saga._flight_api.cancelled == ["FL-123"]
    assert saga.state is SagaState.FAILED


class SagaPersistence:
    def __init__(self, store: SagaStoreProtocol) -> None:
        self._store = store

    async def save_checkpoint(self, saga_id: str, state: SagaState, data: dict) -> None:
        await self._store.save(saga_id, state, data)

    async def resume(self, saga_id: str) -> SagaState | None:
        result = await self._store.load(saga_id)
        return result[0] if result else None


async def test_saga_persistence() -> None:
    persistence = SagaPersistence(MemorySagaStore())
    assert await persistence.resume("s-1") is None
    await persistence.save_checkpoint("s-1", SagaState.RUNNING, {"position": 1})
    assert await persistence.resume("s-1") is SagaState.RUNNING


async def test_the_states_a_saga_goes_through() -> None:
    """PENDING → RUNNING → COMPLETED or PENDING → RUNNING → COMPENSATING → FAILED."""
    for fails, states in ((False, ["running", "completed"]), (True, ["running", "compensating", "failed"])):
        seen: list[SagaState] = []

        class Saga(AbstractSaga):
            def __init__(self) -> None:
                super().__init__()
                self.add_step(SagaStep("a", self.look, self.look))
                self.add_step(SagaStep("b", lambda: Err("no") if fails else Ok(1)))  # noqa: B023

            async def look(self) -> None:
                seen.append(self.state)  # noqa: B023

        saga = Saga()
        assert saga.state is SagaState.PENDING
        await saga.execute()
        assert [*seen, saga.state] == [SagaState(state) for state in states]


async def test_items_are_processed_in_batches() -> None:
    items = list(range(35))
    config = BulkOperationConfig(
        batch_size=10, max_concurrency=5,
        timeout=300.0, retry_attempts=3,
    )
    operation = BulkOperation(config=config)
    result = await operation.execute(items)
    assert list(result.unwrap().results) == items and result.unwrap().metrics.batches == 4


async def test_pipeline_executes_steps() -> None:
    pipeline = Pipeline()
    pipeline.add_step(FunctionStep(name="step1", func=lambda ctx: "done"))
    result = await pipeline.execute({})
    assert result.is_ok() and result.unwrap()["step1"] == "done"
