"""A transfer that is cut off in the middle: money may have moved."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.app.workspace import Workspace

TRANSFER = '''
"""Moves money once, and never without knowing."""
from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import BaseModel

from lexiconsole import AbstractSaga, SagaStep, workflow


class Transfer(BaseModel):
    amount: int = 480
    desk: str = "/nonexistent"


@workflow(name="transfer", input=Transfer)
class MoveMoney(AbstractSaga[str]):
    """Books the amount, transfers it, tells both sides."""

    def __init__(self, transfer: Transfer) -> None:
        super().__init__()
        self.transfer = transfer
        self.add_step(SagaStep("book", self.book, compensation=self.unbook))
        self.add_step(SagaStep("send_money", self.send, action_idempotent=False, timeout=0.05))
        self.add_step(SagaStep("tell", self.tell))

    async def book(self):
        return {"amount": self.transfer.amount, "account": "DE12"}

    async def unbook(self):
        pass

    async def send(self):
        if not (Path(self.transfer.desk) / "open").exists():
            await asyncio.sleep(30)
        return "TX-1"

    async def tell(self):
        return "told"
'''


def transfers(folder: Path, text: str = TRANSFER) -> Path:
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "transfer.py").write_text(text, encoding="utf-8")
    return folder


def in_doubt(folder: Path, text: str = TRANSFER) -> None:
    """Run `money`, to where nobody knows whether it was sent."""
    with Workspace.find(transfers(folder, text)) as workspace:
        row, _ = workspace.start("transfer", {"desk": str(folder)}, id="money")
        workspace.settle(row, 90)
