"""Every key that changes something, on every screen that serves it: what it would do stands there first, enter and escape leave
everything as it is, and `y` (in a form ctrl+s, under a line with its preview enter) asks for it once.

Nothing is done here: what is confirmed is only counted. A new row of the keymap that changes something needs its scene below.
"""

from __future__ import annotations

import importlib
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.tui import editing
from lexiconsole.tui.acts import Acts, Change, Done
from lexiconsole.tui.keymap import Place, key_of, keys_at
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.screens.registry import SCREENS
from lexiconsole.tui.screens.task import TaskScreen
from lexiconsole.tui.undoing import UNDOING
from lexiconsole.tui.widgets.confirm import ConfirmPanel
from lexiconsole.tui.widgets.foreseen import ForeseenPanel
from lexiconsole.tui.widgets.form import FormPanel
from lexiconsole.tui.widgets.reason import ReasonPanel
from tests.tui.articles import ARTICLE, articles
from tests.tui.chains import approvals
from tests.tui.doubts import in_doubt
from tests.tui.flows import flows
from tests.tui.loans import loans
from tests.tui.refunds import refunds, run_refunds
from tests.tui.sagas import trips
from tests.tui.visiting import Visit, visiting


@dataclass(frozen=True)
class Scene:
    """Where the keys are possible: a store, a screen on it, what is seen before the first key, and keys that lead there."""

    furnish: Callable[[Path], object]
    subject: str
    seen: str
    actions: tuple[str, ...]
    before: tuple[str, ...] = ()
    typed: str = "because"
    """What is typed where a key asks for a reason, a name or a figure."""
    me: str = ""
    click: str = ""
    """Where one clicks first: out of a form, where letters are letters."""


def with_run(furnish: Callable[[Path], object], name: str, **given: Any) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        furnish(folder)
        with Workspace.find(folder) as workspace:
            workspace.settle(workspace.start(name, {"desk": str(folder), **given}, id="run-0001")[0], 90)

    return make


def asked(folder: Path) -> None:
    approvals(folder, operators=True)
    with (folder / "application.yaml").open("a", encoding="utf-8") as file:
        file.write("  max: {roles: [manager]}\n")
    with Workspace.find(folder) as workspace:
        workspace.settle(workspace.start("credit_limit", {}, id="run-0001")[0], 90)


def operation(folder: Path) -> None:
    run_refunds(refunds(folder), items=200)


def failing_operation(folder: Path) -> None:
    """More items fail than its stop-loss allows, and nobody is waited for."""
    file = refunds(folder) / "definitions" / "refunds.py"
    file.write_text(file.read_text(encoding="utf-8").replace("item % 40 == 7", "item % 2"), encoding="utf-8")
    run_refunds(folder, items=200, hold=False)


def failing_machine(folder: Path) -> None:
    file = folder / "definitions" / "article.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"{ARTICLE}\n    async def on_enter_draft(self):\n        raise OSError('no desk')\n", encoding="utf-8"
    )
    with Workspace.find(folder) as workspace:
        workspace.settle(workspace.start("article", {}, id="kettles")[0], 90)


FAILED = with_run(loans, "loan", fails="fraud score")
WAITS = with_run(loans, "loan")
STUCK = with_run(trips, "book_trip")

SCENES: dict[Place, tuple[Scene, ...]] = {
    Place.DASHBOARD: (
        Scene(FAILED, "", "fraud score did not answer", ("retry", "start")),
        Scene(FAILED, "", "fraud score did not answer", ("retry_all",), ("space",)),
        Scene(FAILED, "", "fraud score did not answer", ("fork",)),
        Scene(WAITS, "", "underwriter", ("pause", "cancel"), typed="0001"),
        Scene(asked, "", "run-0001", ("reject", "delegate"), ("3",), typed="max", me="ben"),
        Scene(asked, "", "run-0001", ("approve",), ("3",), me="ben"),
    ),
    Place.START: (),
    Place.RUN: (
        Scene(FAILED, "run-0001", "fraud score failed", ("retry", "edit", "fork")),
        Scene(WAITS, "run-0001", "waits for role:underwriter", ("pause", "cancel"), typed="0001"),
    ),
    Place.SAGA: (
        Scene(STUCK, "run-0001", "ROLLBACK INCOMPLETE", ("retry", "mark_done", "skip", "pause", "cancel", "fork")),
        Scene(in_doubt, "money", "send_money", ("edit",), ("g",)),
    ),
    Place.INBOX: (
        Scene(asked, "", "waits for you", ("approve", "reject", "delegate", "ask_info"), typed="max", me="ben"),
    ),
    Place.TASK: (
        Scene(
            asked,
            "run-0001:manager",
            "waits for you",
            ("approve", "reject", "delegate", "ask_info"),
            typed="max",
            me="ben",
            click="#context",
        ),
    ),
    Place.DOUBT: (Scene(in_doubt, "money", "nobody knows whether", ("retry", "mark_done", "fail", "cancel")),),
    Place.BULK: (
        Scene(failing_operation, "refund", "FAILED", ("retry",)),
        Scene(
            operation,
            "refund",
            "402 card closed",
            ("retry_all", "exclude", "finish", "faster", "slower", "rate", "pause", "cancel"),
            typed="20",
        ),
    ),
    Place.MACHINE: (
        Scene(failing_machine, "kettles", "no desk", ("retry",)),
        Scene(articles, "teapots", "send_back would lead to", ("fire", "pause", "cancel"), typed=""),
    ),
    Place.DEFINITIONS: (
        Scene(flows, "parcel", "v1: 2 can not go on", ("start",)),
        Scene(flows, "parcel", "v1: 2 can not go on", ("fix",), ("4", "g")),
    ),
    Place.DIFF: (),
}

EVERY = [
    pytest.param(place, scene, id=f"{place}-{'-'.join(scene.actions)}")
    for place, scenes in SCENES.items()
    for scene in scenes
]


@pytest.mark.parametrize("place", SCREENS)
def test_every_change_of_every_screen_has_its_scene(place: Place) -> None:
    module, name = SCREENS[place]
    screen = getattr(importlib.import_module(f"lexiconsole.tui.screens.{module}"), name)
    changes = {key.action for key in keys_at(place) if key.changes and hasattr(screen, f"action_{key.action}")}
    changes -= {"undo", "init"}  # undo shows the change it asks for as that change is; init has tests of its own
    assert changes == {action for scene in SCENES.get(place, ()) for action in scene.actions}


@pytest.mark.parametrize(("place", "scene"), EVERY)
async def test_a_change_is_shown_first_and_done_only_when_it_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Place, scene: Scene
) -> None:
    begun: list[tuple[Change, Sequence[Any]]] = []
    monkeypatch.setattr(Acts, "begin", lambda self, change, previews: begun.append((change, previews)))
    monkeypatch.setattr(editing, "_in_editor", one_more)
    scene.furnish(tmp_path)
    before = written(tmp_path)
    async with visiting(tmp_path, place, scene.subject, drives=False) as visit:
        visit.app.acting_as = scene.me
        visit.app.seen_screen_changed()
        await visit.until(scene.seen)
        await visit.until(lambda: bool(visit.app.definitions) and visit.app.reads.idle)
        here = visit.app.screen
        if scene.click:
            await visit.pilot.click(scene.click)
        await visit.press(*scene.before)
        for action in scene.actions:
            await foreseen(visit, scene, action)
            await visit.press("enter" if isinstance(visit.app.screen, ConfirmPanel) else "escape")
            await returned(visit, here)
            assert begun == [], f"{action} was done without being confirmed"
            confirms = await foreseen(visit, scene, action)
            await visit.press(*confirms)
            await visit.until(lambda: len(begun) == 1)
            await returned(visit, here)
            assert len(begun) == 1, f"{action} was done twice"
            undoing = next(row for row in UNDOING if row.word == begun[0][0].word and action in row.actions)
            assert bool(begun[0][0].undo) == bool(undoing.until), "the documentation says so"
            begun.clear()
    assert written(tmp_path) == before


def one_more(app: Any, command: list[str], text: str) -> str:
    """Stands in for the editor: the first figure that is no comment is one higher."""
    lines = text.split("\n")
    at = next(n for n, line in enumerate(lines) if re.search(r"\d", line) and not line.startswith("#"))
    lines[at] = re.sub(r"\d+", lambda found: str(int(found[0]) + 1), lines[at], count=1)
    return "\n".join(lines)


def written(folder: Path) -> tuple[int, int, dict[str, str]]:
    """How much was recorded and requested, and the definitions."""
    with closing(sqlite3.connect(folder / ".lexiconsole" / "store.db")) as db:
        (entries,), (requests,) = (
            db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("journal", "requests")
        )
    files = {file.name: file.read_text(encoding="utf-8") for file in (folder / "definitions").glob("*.py")}
    return entries, requests, files


async def foreseen(visit: Visit, scene: Scene, action: str) -> tuple[str, ...]:
    """Presses the key and goes on until what follows is shown; gives the keys that would confirm it."""
    app = visit.app
    await visit.press(key_of(action).keys[0])
    while True:
        await visit.until(lambda: app.reads.idle and not app.has_keys)
        match app.screen:
            case ReasonPanel():
                await visit.press("ctrl+a", "ctrl+k", *scene.typed, "enter")
            case ForeseenPanel() as panel:
                await visit.press(*scene.typed)
                await visit.until(lambda: panel._seen is not None and not any(each.refused for each in panel._seen[2]))
                return ("enter",)
            case ConfirmPanel() as panel:
                await visit.until(lambda: panel._previews is not None)
                assert not all(each.refused for each in panel._previews or ()), visit.seen
                assert panel._previews, "nothing is shown"
                return (*panel.change.typed, "y")
            case TaskScreen() if in_form(visit):
                return ("ctrl+s",)  # what follows stands beside the form
            case ConsoleScreen() if in_form(visit):
                await visit.press("ctrl+s")
            case _:
                raise AssertionError(f"{action} shows nothing before it is done:\n{visit.seen}")


async def returned(visit: Visit, here: object) -> None:
    """Back where the scene is, with its keys."""
    for _ in range(6):
        await visit.until(lambda: visit.app.reads.idle and not visit.app.has_keys)
        if visit.app.screen is here and not in_form(visit):
            return
        await visit.press("escape")
    assert visit.app.screen is here, visit.seen


def in_form(visit: Visit) -> bool:
    focused = visit.app.focused
    return focused is not None and any(isinstance(each, FormPanel) for each in focused.ancestors_with_self)


def test_undo_waits_for_what_is_under_way_and_names_what_there_is_instead() -> None:
    """Pressed too early it offers nothing older, and the pause can be taken back once it was done."""
    said: list[str] = []
    screen: Any = SimpleNamespace(status=SimpleNamespace(explain=said.append))
    console = SimpleNamespace(readonly=False, feed=None, seen_screen_changed=lambda: None, later=lambda *_: None)
    console.seen_screen, console.push_screen = lambda: None, lambda panel, answered: said.append(panel.change.title)
    console.opened_workspace, console.now, console.toast = lambda: None, lambda: 0.0, lambda *_, **__: None
    acts = Acts(console)  # type: ignore[arg-type]
    runs, go_on = (("r1", 3),), Change("Resume r1", "resume", lambda _: (), lambda *_: Done(""))
    pause = Change("Pause r1", "pause", lambda _: (), lambda *_: Done(""), runs, undo=go_on)
    retry = Change("Retry r1", "retry", lambda _: (), lambda *_: Done(""), runs)
    acts.begin(pause, ())
    acts.undo(screen)
    acts._finished(pause, Done("paused"))
    acts.undo(screen)
    acts.begin(retry, ())
    acts.undo(screen)
    acts._finished(retry, Done("tried again"))
    acts.undo(screen)
    assert said == [
        "undo: the pause is still under way; press u when it is done",
        "Resume r1",
        *["undo: the retry can not be taken back; p stops it before its next step, c cancels it"] * 2,
    ]


def test_a_change_that_is_done_leaves_alone_what_was_asked_of_the_run_after_it() -> None:
    console = SimpleNamespace(
        readonly=False, feed=None, seen_screen=lambda: None, seen_screen_changed=lambda: None, later=lambda *_: None
    )
    console.opened_workspace, console.now, console.toast = lambda: None, lambda: 0.0, lambda *_, **__: None
    acts = Acts(console)  # type: ignore[arg-type]
    pause, cancel = (
        Change(word, word, lambda _: (), lambda *_: Done(""), (("r1", 3),)) for word in ("pause", "cancel")
    )
    acts.begin(pause, ())
    acts.begin(cancel, ())
    acts._finished(pause, Done("paused"))
    assert acts.requested("r1") == "cancel requested…"
    acts._finished(cancel, Done("cancelled"))
    assert acts.requested("r1") == ""
