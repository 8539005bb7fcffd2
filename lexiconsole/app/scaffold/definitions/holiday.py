"""A saga to begin with: book a flight, a hotel and a car; when one can not be had, give back what was booked.

    lexiconsole run holiday -i city=Oslo                    all three are booked
    lexiconsole run holiday -i city=Oslo -i sold_out=car    hotel and flight are given back, newest first

A booking is a text file in a folder of its run below `bookings`, so that you can see it come and go.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from lexiconsole import AbstractSaga, current_step, saga_step, workflow


class Wish(BaseModel):
    """What `lexiconsole run holiday -i …` takes; anything else is refused before the run starts."""

    city: str = Field(min_length=1, description="Where to go.")
    nights: int = Field(2, ge=1, le=30, description="How long to stay.")
    sold_out: Literal["nothing", "flight", "hotel", "car"] = Field("nothing", description="What can not be had.")


@workflow(name="holiday", input=Wish, example={"city": "Oslo"})
class Holiday(AbstractSaga[str]):
    """Books a flight, a hotel and a car, or nothing at all."""

    def __init__(self, wish: Wish) -> None:
        super().__init__()
        self.wish = wish

    @saga_step(compensation="cancel_flight")
    def flight(self) -> str:
        return self.book("flight", f"to {self.wish.city} and back")

    def cancel_flight(self) -> None:
        self.give_back("flight")

    @saga_step(compensation="cancel_hotel")
    def hotel(self) -> str:
        return self.book("hotel", f"{self.wish.nights} nights")

    def cancel_hotel(self) -> None:
        self.give_back("hotel")

    # A step may be tried more than once: after a failure, and after a crash. Writing the same file twice does no harm.
    @saga_step(compensation="cancel_car", max_retries=2, retry_delay=0.5)
    def car(self) -> str:
        return self.book("car", "a small one")

    def cancel_car(self) -> None:
        self.give_back("car")

    def book(self, what: str, terms: str) -> str:
        if self.wish.sold_out == what:
            raise RuntimeError(f"no {what} is to be had in {self.wish.city}")
        place = self.place(what)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{self.wish.city}: {terms}\n", encoding="utf-8")
        return terms

    def give_back(self, what: str) -> None:
        self.place(what).unlink(missing_ok=True)

    def place(self, what: str) -> Path:
        return Path("bookings", current_step().run_id, f"{what}.txt")
