"""Stores with runs that stand at known times, and the console opened on them with a clock that stands still."""

from __future__ import annotations

import asyncio
import difflib
import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from lexiconsole.app.look import first_look
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import NewRun
from lexiconsole.durable.outline import NodeKind, Outline, OutlineNode
from lexiconsole.store import SqliteJournal
from lexiconsole.tui.app import ConsoleApp
from lexiconsole.tui.vitals import Vitals

NOW = 1_767_268_800.0
"""2026-01-01 12:00:00 UTC."""

ORDER = Outline.sequence(
    [OutlineNode("reserve"), OutlineNode("charge"), OutlineNode("manager", NodeKind.HUMAN), OutlineNode("courier")]
)
PATIENCE = 90.0
"""Seconds that are waited for what has to come."""

GOLDENS = Path(__file__).parent / "goldens"

DEFINITIONS = '''
from pydantic import BaseModel

from lexiconsole.durable.question import Question
from lexiconsole.flow import workflow


class Order(BaseModel):
    amount: int = 3


@workflow("order")
async def order(ctx, given: Order):
    """Takes an order, charges the card and sends a courier."""
    async def reserve():
        return given.amount

    async def courier():
        if given.amount > 9:
            raise ValueError("courier does not carry more than 9")
        return "gone"

    await ctx.step("reserve", reserve)
    return await ctx.step("courier", courier)


@workflow("permit")
async def permit(ctx):
    """Waits until somebody says that it may go on."""
    return await ctx.ask("manager", Question("let it go?", who=("role:manager",)))
'''


@dataclass
class Story:
    """A run: what happens to it behind its making, `ago` seconds before now."""

    id: str
    entries: Sequence[tuple[EntryKind, str, dict[str, Any]]] = ()
    name: str = "order"
    ago: float = 60.0
    kind: str = "workflow"
    outline: Outline | None = None


def failed(
    error: str = "RefundError: 402 card closed", key: str = "charge"
) -> list[tuple[EntryKind, str, dict[str, Any]]]:
    type_, _, message = error.partition(": ")
    told = {"type": type_, "message": message, "key": key}
    return [
        (EntryKind.DONE, "reserve", {"result": 1}),
        (EntryKind.STEP_FAILED, key, {"error": told}),
        (EntryKind.FAILED, "", {"error": told}),
    ]


def waiting(prompt: str = "let it go?", who: Sequence[str] = ("role:manager",), due: float | None = None) -> list[Any]:
    data: dict[str, Any] = {"prompt": prompt, "kind": "input", "who": list(who)}
    if due is not None:
        data["due"] = due
    return [
        (EntryKind.DONE, "reserve", {"result": 1}),
        (EntryKind.ASKED, "manager", data),
        (EntryKind.PARKED, "", {"status": "waiting", "on": ["manager"]}),
    ]


def completed() -> list[Any]:
    return [(EntryKind.DONE, "reserve", {"result": 1}), (EntryKind.COMPLETED, "", {"result": 1})]


def doubtful() -> list[Any]:
    return [
        (EntryKind.STARTED, "charge", {"intent": True}),
        (EntryKind.DOUBTED, "charge", {"why": "the process died while it was called"}),
        (EntryKind.PARKED, "", {"status": "doubtful", "on": ["charge"]}),
    ]


def sleeping(until: float = NOW + 720) -> list[Any]:
    return [
        (EntryKind.SLEEPING, "nap", {"until": until}),
        (EntryKind.PARKED, "", {"status": "sleeping", "on": ["nap"], "wake_at": until}),
    ]


def paused() -> list[Any]:
    return [(EntryKind.PAUSED, "", {"reason": "lunch"}), (EntryKind.PARKED, "", {"status": "paused"})]


async def write(store: Path, stories: Sequence[Story]) -> None:
    """Puts the stories into the store, in their order."""
    journal = SqliteJournal(store, durability="process")
    await journal.open()
    try:
        for story in stories:
            at = NOW - story.ago
            outline = story.outline or (ORDER if story.name == "order" else Outline())
            row, _ = await journal.create(
                NewRun(story.id, story.name, story.kind, 1, at, {"input": None}, outline, by="ana", owner=1)
            )
            entries = [
                Entry(story.id, seq, at + 0.25 * seq, kind, key, int(kind is EntryKind.STEP_FAILED), data)
                for seq, (kind, key, data) in enumerate(story.entries, start=2)
            ]
            if entries:
                await journal.append(row, row.epoch, entries)
    finally:
        await journal.close()


def fill(store: Path, *stories: Story) -> None:
    asyncio.run(write(store, stories))


BUSY_DAY = (
    Story("aaaa1111", completed(), ago=7200),
    Story("bbbb2222", completed(), ago=3600),
    Story("cccc3333", failed(), ago=1800),
    Story("dddd4444", failed("TimeoutError: no answer from /srv/db4 within 30 s", "courier"), "report", ago=900),
    Story("eeee5555", failed(), ago=600),
    Story("ffff6666", waiting(due=NOW + 1140), ago=480),
    Story("gggg7777", waiting("pick a courier", ("ben",)), ago=300),
    Story("hhhh8888", doubtful(), ago=240),
    Story("jjjj9999", sleeping(), ago=200),
    Story("kkkk0000", paused(), ago=150),
    Story("mmmm1111", [(EntryKind.DONE, "reserve", {"result": 1})], ago=42),
    Story("nnnn2222", completed(), ago=9),
)


class StillVitals(Vitals):
    """Feels nothing, so that a picture is the same each time."""

    def tick(self) -> None:
        pass

    def came(self, entries: int) -> None:
        pass


@asynccontextmanager
async def console(
    root: Path,
    size: tuple[int, int] = (120, 36),
    *,
    drives: bool = False,
    ascii_only: bool = False,
    readonly: bool = False,
    looks: dict[str, Any] | None = None,
    **terms: Any,
) -> AsyncIterator[tuple[ConsoleApp, Pilot[Any]]]:
    """The console on a workspace, once it has read everything; closed with its engine. `looks` are terms of its making, `terms` are attributes set before."""
    app = ConsoleApp(
        lambda: Workspace.find(root, readonly=readonly),
        first_look(root),
        drives=drives,
        ascii_only=ascii_only,
        readonly=readonly,
        **(looks or {}),
        now=lambda: NOW,
    )
    app.vitals = StillVitals()
    for name, value in terms.items():
        setattr(app, name, value)
    try:
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: not app.looks_for_definitions and app.reads.idle)
            yield app, pilot
    finally:
        app.shut()
        await asyncio.to_thread(app.put_down)


async def until(pilot: Pilot[Any], true: Callable[[], bool]) -> None:
    """Lets the console go on until something is true, for `PATIENCE` at most."""
    end, looks = asyncio.get_running_loop().time() + PATIENCE, 0
    while not true():
        assert asyncio.get_running_loop().time() < end, "it did not come to that\n" + shown(pilot.app)
        looks += 1
        await pilot.pause(min(0.01 * looks, 0.1))  # a look at a whole screen costs as much
    await pilot.pause()


async def settled(pilot: Pilot[Any]) -> None:
    """Until nothing is asked of the store any more, nothing is left to lay out or paint, and two looks in a row see the same:
    what a layout changes, a scroll bar for one, comes a turn after what it is for.
    """
    app: Any = pilot.app
    await pilot.pause()
    before = ""
    for _ in range(20):  # a second that goes by on the screen is no reason to look for ever
        await until(pilot, lambda: app.reads.idle and at_rest(app))
        if before == (before := shown(app)):
            return
        await pilot.pause(0.1)


def at_rest(app: Any) -> bool:
    """Whether no key waits, every widget has read its messages, and the screen has been laid out and painted since."""
    screen = app.screen
    if app.has_keys:
        return False
    waiting = any(not node._message_queue.empty() for node in (app, screen, *screen.walk_children()))
    waiting = waiting or any(node._layout_required for node in screen.walk_children())
    return not (waiting or screen._layout_required or screen._repaint_required or screen._dirty_widgets)


def shown(app: Any) -> str:
    """The screen as text."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def check(name: str, text: str) -> None:
    """Compares with the golden of that name; `UPDATE_GOLDENS=1` writes it anew."""
    text = re.sub(r"\d+ (kB|MB)", r"## \1", text) + "\n"
    file = GOLDENS / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS"):
        GOLDENS.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    expected = file.read_text(encoding="utf-8")
    assert text == expected, "\n".join(
        difflib.unified_diff(expected.splitlines(), text.splitlines(), file.name, "shown")
    )
