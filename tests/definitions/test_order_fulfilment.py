"""An order goes through, or everything it did is undone, newest first, and nothing of it is left in the books."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from order_fulfilment import OrderFulfilment

from _shop import Balance, Shop
from lexiconsole.durable.definition import definition_of
from lexiconsole.durable.host import MemoryHost
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.errors import InvalidInputError
from lexiconsole.result import Err, Ok, Result
from lexiconsole.testing import JumpingClock

STEPS = ["place", "reserve", "charge", "courier", "notify"]
SERVICES = STEPS[1:]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.db")


async def fulfil(shop: Shop, id: str = "A", **order: Any) -> Result[Any, Any]:
    clock = JumpingClock()
    given = {"shop": str(shop.path), **order}
    return await clock.until(run_in_memory(OrderFulfilment, given, host=MemoryHost(clock=clock), id=id))


def story(shop: Shop, order: str = "A") -> list[str]:
    """What the books say about an order, in the order in which it happened."""
    tables = {
        "stock_moves": "quantity",
        "ledger": "cents",
        "bookings": "parcels",
        "outbox": "promises",
        "orders": "orders",
    }
    with closing(sqlite3.connect(shop.path)) as db:
        return [
            f"{'+' if amount > 0 else '-'}{table}"
            for table, column in tables.items()
            for [amount] in db.execute(f"SELECT {column} FROM {table} WHERE order_id = ? ORDER BY rowid", (order,))
        ]


async def test_an_order_goes_through(shop: Shop) -> None:
    result = await fulfil(shop)
    assert isinstance(result, Ok)
    assert (result.value.order, result.value.paid_cents) == ("A", 2 * 12_50 + 64_00)
    assert result.value.courier.startswith("CR-")
    assert shop.balance("A") == Balance(orders=1, pieces=3, cents=89_00, parcels=1, promises=1)
    assert shop.stock() == {"caddy": 1, "kettle": 1_000, "mug": 4_998, "samovar": 20, "teapot": 1_999}


@pytest.mark.parametrize("step", SERVICES)
async def test_failing_at_a_step_for_good_undoes_everything_before_it_newest_first(shop: Shop, step: str) -> None:
    before = shop.stock()
    result = await fulfil(shop, fail_at=step)
    assert isinstance(result, Err)
    assert result.error.step == step
    assert list(result.error.undone) == STEPS[: STEPS.index(step)][::-1]
    assert "does not answer (for good" in str(result.error.cause)
    assert shop.balance("A") == Balance()
    assert shop.stock() == before


async def test_what_was_undone_can_be_read_in_the_books(shop: Shop) -> None:
    await fulfil(shop, fail_at="notify")
    assert story(shop) == [
        "-stock_moves",
        "-stock_moves",
        "+stock_moves",
        "+stock_moves",
        "+ledger",
        "-ledger",
        "+bookings",
        "-bookings",
        "+orders",
        "-orders",
    ]


@pytest.mark.parametrize("step", SERVICES)
@pytest.mark.parametrize("times", [1, 2])
async def test_failing_for_a_while_is_overcome_by_trying_again(shop: Shop, step: str, times: int) -> None:
    assert isinstance(await fulfil(shop, fail_at=step, fail_times=times), Ok)
    assert shop.balance("A") == Balance(orders=1, pieces=3, cents=89_00, parcels=1, promises=1)


@pytest.mark.parametrize(
    ("items", "step", "reason"),
    [
        ({"samovar": 1}, "charge", "declined: 1,450.00 EUR are more than its limit"),
        ({"caddy": 2}, "reserve", "only 1 of 'caddy' left, 2 wanted"),
        ({"mug": 1, "mugg": 1}, "reserve", "does not sell 'mugg'"),
    ],
)
async def test_a_shop_that_says_no_leaves_nothing_either(
    shop: Shop, items: dict[str, int], step: str, reason: str
) -> None:
    result = await fulfil(shop, items=items)
    assert isinstance(result, Err)
    assert result.error.step == step
    assert reason in str(result.error.cause)
    assert shop.balance("A") == Balance()


async def test_the_same_order_again_charges_nothing_twice(shop: Shop) -> None:
    first = await fulfil(shop)
    assert await fulfil(shop) == first
    assert shop.balance("A") == Balance(orders=1, pieces=3, cents=89_00, parcels=1, promises=1)


async def test_one_order_that_fails_leaves_the_others_alone(shop: Shop) -> None:
    await fulfil(shop, id="A")
    await fulfil(shop, id="B", fail_at="courier")
    assert shop.balance("A").cents == 89_00
    assert shop.balance("B") == Balance()


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"items": {}}, "items"),
        ({"items": {"mug": 0}}, "items.mug"),
        ({"items": {"mug": "many"}}, "items.mug"),
        ({"customer": ""}, "customer"),
        ({"fail_at": "nowhere"}, "fail_at"),
        ({"fail_times": -1}, "fail_times"),
        ({"delay": -1}, "delay"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_order_without_sense_is_refused_field_by_field(order: dict[str, Any], field: str) -> None:
    definition = definition_of(OrderFulfilment)
    assert definition is not None
    with pytest.raises(InvalidInputError) as refused:
        definition.validate(order)
    assert list(refused.value.fields) == [field]


def test_its_picture_has_a_lane_of_compensations() -> None:
    definition = definition_of(OrderFulfilment)
    assert definition is not None
    keys = [node.key for node in definition.outline().nodes]
    assert [key for key in keys if not key.startswith("undo/")] == STEPS
    assert {key for key in keys if key.startswith("undo/")} == {f"undo/{step}" for step in STEPS}
