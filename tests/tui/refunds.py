"""A bulk operation for the console's tests and pictures: refunds, some of which fail until a file says they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lexiconsole.app.workspace import Workspace

REFUNDS = '''
"""Refunds, item by item."""
import asyncio
from pathlib import Path

from pydantic import BaseModel

from lexiconsole import BulkOperation, BulkOperationConfig, Err, workflow


class Given(BaseModel):
    items: int = 400
    desk: str = "/nonexistent"
    batch_size: int = 10
    concurrency: int = 4
    hold: bool = True
    delay: float = 0.0


@workflow(name="refunds", input=Given)
class Refunds(BulkOperation):
    """Pays refunds back, one by one."""

    def __init__(self, given: Given) -> None:
        self.given = given
        super().__init__(
            items=range(given.items),
            config=BulkOperationConfig(batch_size=given.batch_size, max_concurrency=given.concurrency,
                                       retry_attempts=1, timeout=None),
            stop_loss=0.25,
            stop_loss_after=100,
            hold_failures=given.hold,
            name="refunds",
        )

    async def process(self, item):
        if self.given.delay:
            await asyncio.sleep(self.given.delay)
        if (Path(self.given.desk) / "open").exists():
            return item
        if item % 40 == 7:
            return Err("402 card closed")
        if item % 130 == 12:
            raise TimeoutError("no answer from the bank within 30 s")
        return item
'''


def refunds(folder: Path) -> Path:
    """A workspace whose only definition is `refunds`."""
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "refunds.py").write_text(REFUNDS, encoding="utf-8")
    return folder


def run_refunds(folder: Path, **given: Any) -> None:
    """To its end or to where it waits to be told; as run `refund`."""
    with Workspace.find(folder) as workspace:
        row, _ = workspace.start("refunds", {"desk": str(folder), **given}, id="refund")
        workspace.settle(row, 90)
