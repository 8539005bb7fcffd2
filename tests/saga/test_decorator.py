"""`@saga_step` on functions and on methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lexiconsole.errors import DefinitionError
from lexiconsole.result import Err, Ok
from lexiconsole.saga import AbstractSaga, saga_step


async def test_a_marked_function_is_a_step_and_stays_a_function() -> None:
    released: list[str] = []

    def release(result: str) -> None:
        released.append(result)

    @saga_step(name="reserve_inventory", compensation=release, max_retries=2)
    async def reserve(ctx: Mapping[str, Any]) -> str:
        return f"reserved after {list(ctx)}"

    saga: AbstractSaga[str] = AbstractSaga()
    saga.add_step(reserve)
    saga.add_step(saga_step("fail")(lambda: Err("no")))
    error = (await saga.execute()).unwrap_err()
    assert error.undone == ("reserve_inventory",) and released == ["reserved after []"]
    assert await reserve({}) == "reserved after []"


async def test_marked_methods_are_the_steps_in_the_order_in_which_they_stand() -> None:
    class Order(AbstractSaga[str]):
        def __init__(self) -> None:
            super().__init__()
            self.calls: list[str] = []

        def unreserve(self) -> None:
            self.calls.append("unreserve")

        @saga_step("reserve", compensation="release")
        def _reserve(self) -> str:
            self.calls.append("reserve")
            return "R-1"

        def release(self, result: str) -> None:
            self.calls.append(f"release {result}")

        @saga_step(compensation=unreserve)
        async def charge(self) -> str:
            self.calls.append("charge")
            return "C-1"

        @saga_step()
        def ship(self) -> str:
            self.calls.append("ship")
            return "S-1"

    saga = Order()
    assert saga.step_names == ["reserve", "charge", "ship"]
    assert await saga.execute() == Ok("S-1")

    class Failing(Order):
        def ship(self) -> Any:
            return Err("no courier")

    failing = Failing()
    error = (await failing.execute()).unwrap_err()
    assert error.undone == ("charge", "reserve"), "an override is the same step with another action"
    assert failing.calls == ["reserve", "charge", "unreserve", "release R-1"]


def test_a_compensation_that_does_not_exist_is_named() -> None:
    class Order(AbstractSaga[None]):
        @saga_step(compensation="refund")
        def charge(self) -> None: ...

    with pytest.raises(DefinitionError, match="no method 'refund' to undo charge"):
        Order()
    with pytest.raises(DefinitionError, match="only in a saga class"):
        AbstractSaga[None]().add_step(Order.charge)
