"""`4-sagas.txt`: its code blocks and its claims."""

# The blocks stand here as they stand in the document.
# fmt: off
from __future__ import annotations

from typing import Any

import pytest

from lexiconsole.contracts import SagaState, SagaStepError
from lexiconsole.errors import WorkflowVersionMismatchError
from lexiconsole.result import Err, Ok, Result
from lexiconsole.saga import MemorySagaStore
from lexiconsole.saga.base import AbstractSaga
from lexiconsole.types import SagaStep


class BookingService:
    def __init__(self, *, card_works: bool = True) -> None:
        self.calls: list[str] = []
        self.card_works = card_works

    async def reserve(self, booking: str) -> Result[str, SagaStepError]:
        self.calls.append(f"reserve {booking}")
        return Ok(f"room for {booking}")

    async def release(self, booking: str) -> None:
        self.calls.append(f"release {booking}")

    async def charge(self, booking: str) -> Result[str, SagaStepError]:
        self.calls.append(f"charge {booking}")
        return Ok("charged") if self.card_works else Err(SagaStepError("card refused"))

    async def refund(self, booking: str) -> None:
        self.calls.append(f"refund {booking}")


class BookingSaga(AbstractSaga[str]):
    def __init__(self, booking_id: str, service: BookingService) -> None:
        super().__init__()
        self._booking_id = booking_id
        self.add_step(SagaStep(
            name="reserve_room",
            action=lambda: service.reserve(booking_id),
            compensation=lambda: service.release(booking_id),
        ))
        self.add_step(SagaStep(
            name="charge_card",
            action=lambda: service.charge(booking_id),
            compensation=lambda: service.refund(booking_id),
        ))

    def get_id(self) -> str:
        return self._booking_id

    def is_completed(self) -> bool:
        return self.state == SagaState.COMPLETED


async def test_steps_run_in_order_and_compensations_in_reverse() -> None:
    service = BookingService()
    saga = BookingSaga("b-1", service)
    assert (await saga.execute()).is_ok() and saga.is_completed()
    assert service.calls == ["reserve b-1", "charge b-1"]
    service = BookingService(card_works=False)
    saga = BookingSaga("b-2", service)
    error = (await saga.execute()).unwrap_err()
    assert service.calls == ["reserve b-2", "charge b-2", "release b-2"]
    assert not saga.is_completed() and saga.was_compensated() and "card refused" in str(error)


class HotelService:
    def __init__(self) -> None:
        self.held: set[str] = set()

    async def hold(self, booking: str) -> None:
        self.held.add(booking)

    async def release(self, booking: str) -> None:
        self.held.discard(booking)


class PaymentService:
    def __init__(self, limit: int) -> None:
        self.limit = limit

    async def charge(self, booking: str, amount: int) -> Result[str, SagaStepError]:
        return Ok("paid") if amount <= self.limit else Err(SagaStepError("limit"))

    async def refund(self, booking: str) -> None: ...


class HotelBookingSaga(AbstractSaga[str]):
    VERSION = 1

    def __init__(self, booking_id: str, hotel: HotelService, payment: PaymentService) -> None:
        super().__init__()
        self._booking_id = booking_id
        self.add_step(SagaStep(
            name="hold_room",
            action=lambda: hotel.hold(booking_id),
            compensation=lambda: hotel.release(booking_id),
        ))
        self.add_step(SagaStep(
            name="charge_deposit",
            action=lambda: payment.charge(booking_id, amount=100),
            compensation=lambda: payment.refund(booking_id),
        ))

    def get_id(self) -> str:
        return self._booking_id

    def is_completed(self) -> bool:
        return self.state == SagaState.COMPLETED


@pytest.mark.parametrize(
    ("limit", "says", "held"),
    [
        (100, "Booking book-42 confirmed\n", {"book-42"}),
        (99, "Booking failed — compensations applied\n", set()),
    ],
)
async def test_the_hotel_booking(limit: int, says: str, held: set[str], capsys: Any) -> None:
    hotel_service, payment_service = HotelService(), PaymentService(limit)
    saga = HotelBookingSaga("book-42", hotel_service, payment_service)
    result = await saga.execute()
    if result.is_ok():
        print(f"Booking {saga.get_id()} confirmed")
    else:
        print(f"Booking failed — compensations applied")  # noqa: F541 - as the document prints it
    assert capsys.readouterr().out == says and hotel_service.held == held


class PowerCut(BaseException):
    pass


async def test_with_a_store_it_recovers_after_the_process_restarts() -> None:
    store, service = MemorySagaStore(), BookingService()

    async def cut(booking: str) -> None:
        raise PowerCut

    working, service.charge = service.charge, cut  # type: ignore[method-assign,assignment]
    with pytest.raises(PowerCut):
        await BookingSaga("b-1", service).execute(store=store)
    assert await store.list(SagaState.RUNNING) == ["b-1"]
    service.charge = working  # type: ignore[method-assign]
    saga = BookingSaga("b-1", service)
    assert (await saga.execute(store=store)).is_ok()
    assert service.calls == ["reserve b-1", "charge b-1"], "the room was not reserved twice"
    assert await store.list(SagaState.COMPLETED) == ["b-1"]


async def test_a_changed_version_prevents_execution() -> None:
    store, service = MemorySagaStore(), BookingService()
    await BookingSaga("b-1", service).execute(store=store)
    service.calls.clear()

    class Changed(BookingSaga):
        VERSION = 2  # Bump when step definitions change

    with pytest.raises(WorkflowVersionMismatchError):
        await Changed("b-1", service).execute(store=store)
    assert service.calls == []
