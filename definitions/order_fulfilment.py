"""Order fulfilment: a saga. The order is written down, then four services are asked in turn; when one of them fails,
what was done is undone, newest first.

Each action stands above what undoes it. Both may be called more than once, after a crash or a lost reply, so both carry an
idempotency key, and the shop does nothing twice under one key. One run is one order: `--id 1001` gives it its number.

    lexiconsole run order_fulfilment -i fail_at=courier -i delay=2
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from _paths import AnyPath, kept
from _shop import Receipt, Shop
from lexiconsole import AbstractSaga, Migration, SagaContext, current_step, saga_step, workflow

T = TypeVar("T")

Quantity = Annotated[int, Field(ge=1, le=1_000)]


class Order(BaseModel):
    """What is bought by whom, and what shall go wrong on the way so that it can be watched."""

    model_config = ConfigDict(extra="forbid")

    customer: str = Field("Ada Lovelace", min_length=1, max_length=80, description="Who pays and gets the parcel.")
    items: dict[str, Quantity] = Field(
        {"mug": 2, "teapot": 1},
        min_length=1,
        max_length=20,
        description="Pieces by product: mug, teapot, kettle, caddy, samovar.",
    )
    fail_at: Literal["none", "reserve", "charge", "courier", "notify"] = Field(
        "none", description="The step at which the shop shall not answer."
    )
    fail_times: int = Field(0, ge=0, le=100, description="How many attempts get no answer; 0 for all of them.")
    delay: float = Field(0, ge=0, le=3_600, description="Seconds that each step takes, for people who watch.")
    shop: AnyPath = Field(
        default_factory=partial(kept, "shop.db"), description="The shop's SQLite file; made and stocked at first use."
    )


class Fulfilled(BaseModel):
    """What the customer gets."""

    order: str
    paid_cents: int
    courier: str


attempts = partial(saga_step, max_retries=3, retry_delay=0.5)


BEFORE_THE_BOOK = Migration(added={"place": None})
"""Version 1 kept no book of orders: what it began goes on without a place in it."""


@workflow(name="order_fulfilment", input=Order, migrations={1: BEFORE_THE_BOOK})
class OrderFulfilment(AbstractSaga[Fulfilled]):
    """Reserves stock, charges the card, books a courier and tells the customer; undoes all of it when one step fails."""

    VERSION = 2

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.order = order
        self.shop = Shop(order.shop)

    @attempts(compensation="withdraw")
    async def place(self) -> Receipt:
        return await self.ask(self.shop.place, self.order.customer)

    async def withdraw(self, placed: Receipt | None) -> None:
        await self.undo(self.shop.withdraw, placed)

    @attempts(compensation="release")
    async def reserve(self) -> Receipt:
        return await self.ask(self.shop.reserve, self.order.items)

    async def release(self, reserved: Receipt | None) -> None:
        await self.undo(self.shop.release, reserved)

    @attempts(compensation="refund")
    async def charge(self, done: SagaContext) -> Receipt:
        return await self.ask(self.shop.charge, self.order.customer, done["reserve"].cents)

    async def refund(self, charged: Receipt | None) -> None:
        await self.undo(self.shop.refund, charged)

    @attempts(compensation="cancel_courier")
    async def courier(self) -> Receipt:
        return await self.ask(self.shop.book_courier, self.order.customer)

    async def cancel_courier(self, booked: Receipt | None) -> None:
        await self.undo(self.shop.cancel_courier, booked)

    @attempts(compensation="apologise")
    async def notify(self, done: SagaContext) -> Receipt:
        return await self.ask(self.shop.promise, self.order.customer, f"It is on its way: {done['courier'].number}")

    async def apologise(self, promised: Receipt | None) -> None:
        await self.undo(self.shop.take_back_promise, promised)

    def conclude(self, results: Mapping[str, Any]) -> Fulfilled:
        charged, booked = results["charge"], results["courier"]
        return Fulfilled(order=charged.order, paid_cents=charged.cents, courier=booked.number)

    async def ask(self, service: Callable[..., T], *about: object) -> T:
        """Asks a service of the shop on behalf of the step that is being done."""
        step = current_step()
        await asyncio.sleep(self.order.delay)
        if step.key == self.order.fail_at:
            await asyncio.to_thread(self.shop.suffer, step.run_id, step.key, self.order.fail_times)
        return await asyncio.to_thread(service, step.run_id, *about, key=step.idempotency_key)

    async def undo(self, service: Callable[..., None], receipt: Receipt | None) -> None:
        """Undoes a step. Without a receipt nobody knows whether it was done; the shop's books do."""
        step = current_step()
        await asyncio.sleep(self.order.delay)
        await asyncio.to_thread(service, receipt.order if receipt else step.run_id, key=step.idempotency_key)
