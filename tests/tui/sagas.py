"""Sagas for the console's tests and pictures: one with all there is, and a switch for what goes wrong."""

from __future__ import annotations

from pathlib import Path

SHOP = '''
"""A saga with a look first, a group, a pivot, and something to undo in each."""
from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import BaseModel

from lexiconsole import AbstractSaga, SagaStep, workflow


class Trip(BaseModel):
    guest: str = "Ada Lovelace"
    fail: str = "invoice"
    stuck: str = "car"
    delay: float = 0.0
    desk: str = "/nonexistent"


@workflow(name="book_trip", input=Trip)
class BookTrip(AbstractSaga[str]):
    """Looks for a free room, books hotel, flight and car, charges, sends the invoice."""

    def __init__(self, trip: Trip) -> None:
        super().__init__()
        self.trip = trip
        self.add_step(SagaStep("look", self.act("look", {"rooms": 4}), read_only=True))
        self.add_step(SagaStep("hotel", self.act("hotel", "HT-2207"), compensation=self.undo("hotel")))
        self.add_parallel(
            SagaStep("flight", self.act("flight", {"code": "LX318", "seat": "12A"}), compensation=self.undo("flight")),
            SagaStep("car", self.act("car", {"code": "CAR-77", "euros": 120}), compensation=self.undo("car")),
            name="travel",
        )
        self.add_step(SagaStep("charge", self.act("charge", {"code": "CH-19AB", "euros": 480}),
                               compensation=self.undo("charge"), max_retries=2, retry_delay=0.01))
        self.add_step(SagaStep("invoice", self.act("invoice", "IN-1"), pivot=True))
        self.add_step(SagaStep("notify", self.act("notify", "sent")))

    def act(self, name, gives):
        async def action():
            await asyncio.sleep(self.trip.delay)
            if name == self.trip.fail and not (Path(self.trip.desk) / "open").exists():
                raise TimeoutError("timed out waiting for the mail relay")
            return gives
        return action

    def undo(self, name):
        async def compensation():
            await asyncio.sleep(self.trip.delay)
            if name == self.trip.stuck and not (Path(self.trip.desk) / "open").exists():
                raise ConnectionError("503 the desk is closed")
        return compensation
'''


def trips(folder: Path) -> Path:
    """A workspace whose only definition is `book_trip`."""
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "trip.py").write_text(SHOP, encoding="utf-8")
    return folder
