"""The claim of expenses that comes with the program, decided in the inbox by one person in the roles of several."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.app.workspace import Workspace
from lexiconsole.tui.keymap import Place
from tests.tui.visiting import Visit, visiting


async def approve_as(visit: Visit, name: str, then: str) -> None:
    visit.app.acting_as = name
    visit.app.seen_screen_changed()
    await visit.until(f"me: {name}")
    await visit.until("waits for you")
    await visit.press("a")
    await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
    await visit.press("y")
    await visit.until(then)


def stands(folder: Path) -> str:
    with Workspace.find(folder) as workspace:
        return workspace.run("claim").status.value


async def test_a_claim_goes_through_manager_finance_and_two_directors(tmp_path: Path) -> None:
    with Workspace.find(tmp_path) as workspace:
        given = {"amount": 12_000, "books": str(tmp_path / "books.db")}
        row, _ = workspace.start("expense_claim", given, id="claim")
        workspace.settle(row, 90)
    async with visiting(tmp_path, Place.INBOX) as visit:
        await visit.until("claims 12,000")
        await approve_as(visit, "ana", "◆ finance")
        await approve_as(visit, "ben", "0 of 2")
        await approve_as(visit, "cleo", "1 of 2")
        await approve_as(visit, "dan", "nothing waits for anybody")
        await visit.until(lambda: stands(tmp_path) == "completed")  # its last step needs the console's engine
