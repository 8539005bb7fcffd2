"""The console and its engine process: what is seen of it, and what becomes of runs when either of them ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from lexiconsole.app.workspace import Preview, Workspace
from lexiconsole.durable.journal import RequestKind, RunFilter
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.tui.driving import STARTING, Driving
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.requesting import change_of
from lexiconsole.types import RunStatus
from lexiconsole.views.lane_words import step_sentence
from lexiconsole.views.lanes import lanes_of
from lexiconsole.views.sentences import run_sentence
from lexiconsole.views.telling_run import sentence_of
from lexiconsole.views.watched import Watched
from tests.cli.fake import row_of
from tests.e2e.operating import confirmed
from tests.e2e.terminal import Terminal, opened
from tests.tui.visiting import visiting
from tests.views.entries import Script

COPYING = '''"""One step that says how far it is, and waits for a file."""
import asyncio
import os
from pathlib import Path

from lexiconsole.durable.context import Progress
from lexiconsole.flow import workflow

HERE = Path(__file__).parent.parent


@workflow("copying")
async def copying(ctx):
    """Copies files."""
    async def copy():
        with (HERE / "copying").open("a") as file:
            file.write(f"{os.getpid()}\\n")
        ctx.note(Progress("copy", 3, 10, failed=1, text="red.csv"))
        while not (HERE / "go").exists():
            await asyncio.sleep(0.01)
        with (HERE / "copied").open("a") as file:
            file.write("once\\n")
    await ctx.step("copy", copy)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "copying.py").write_text(COPYING)
    return tmp_path


def drivers(folder: Path) -> list[int]:
    """The process of each try of the step."""
    file = folder / "copying"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def left(folder: Path) -> tuple[RunStatus, int | None]:
    with Workspace.find(folder) as workspace:
        (row,) = workspace.runs(RunFilter())
        return row.status, row.owner


def finished(folder: Path) -> str:
    """What the step wrote, once the next process has driven the run to its end."""
    (folder / "go").touch()
    with Workspace.find(folder) as workspace:
        (row,) = workspace.runs(RunFilter())
        workspace.drive(row)
        assert workspace.settle(row, 90).status is RunStatus.COMPLETED
    return (folder / "copied").read_text()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 90
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def start(folder: Path, terminal: Terminal) -> None:
    """With the keys of a person, until its step is at work."""
    terminal.until("1 Catalogue  1")
    terminal.press("1", "s")
    terminal.until("Start ▸ copying")
    terminal.press("ctrl+s")
    terminal.until("start a run of copying")
    confirmed(terminal)
    terminal.until(lambda: drivers(folder))


async def test_what_a_step_says_of_itself_is_seen_while_it_goes_on(folder):
    with Workspace.find(folder) as workspace:
        workspace.start("copying", None, id="copy1", record_only=True)
    async with visiting(folder, Place.RUN, "copy1") as visit:
        await visit.until("3 of 10, 1 failed   red.csv")
        (folder / "go").touch()
        await visit.until("completed")
        assert "red.csv" not in visit.seen
    assert drivers(folder) != [os.getpid()]


async def test_an_engine_that_was_killed_is_missed_aloud_and_comes_back(folder):
    with Workspace.find(folder) as workspace:
        workspace.start("copying", None, id="copy1", record_only=True)
    async with visiting(folder, Place.DASHBOARD) as visit:
        said = []
        visit.app.toast = lambda text, good=True: said.append(text)
        await visit.until(lambda: drivers(folder))
        os.kill(drivers(folder)[0], signal.SIGKILL)
        await visit.until(lambda: said)
        assert "ended by SIGKILL; it is begun again" in said[0]
        await visit.until(lambda: len(drivers(folder)) == 2)
        (folder / "go").touch()
        await visit.until(
            lambda: any(row.status is RunStatus.COMPLETED for row in visit.app.screen.runs.table.rows_at_hand.values())
        )
    assert (folder / "copied").read_text() == "once\n"
    assert all(gone(pid) for pid in drivers(folder))


async def test_a_cancel_that_nobody_took_up_yet_is_taken_back(folder):
    """The step holds the engine's loop, so that the cancel waits; `u` is quicker."""
    file = folder / "definitions" / "copying.py"
    file.write_text(file.read_text().replace("await asyncio.sleep(0.01)", "__import__('time').sleep(0.01)"))
    with Workspace.find(folder) as workspace:
        workspace.start("copying", None, id="copy1", record_only=True)
    async with visiting(folder, Place.RUN, "copy1") as visit:
        told: list[str] = []
        visit.app.toast = lambda text, good=True: told.append(text)
        await visit.until(lambda: drivers(folder))
        await visit.press("c")
        await visit.until("Type opy1")
        await visit.press(*"opy1")
        await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
        await visit.press("y")
        await visit.until("cancel requested")
        await visit.press("u")
        await visit.until("nobody has taken it up yet")
        await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
        await visit.press("y")
        await visit.until(lambda: "the cancel of copy1 is taken back" in told)
        (folder / "go").touch()
        await visit.until("completed")
    assert left(folder) == (RunStatus.COMPLETED, None)


def test_what_taking_a_cancel_back_would_do_is_looked_at_until_the_cancel_has_been_asked_for():
    said = iter([Preview("", [], None, "no cancel waits")] * 2 + [Preview("it is taken back", [], None, "")])
    undo = change_of([SimpleNamespace(id="copy1", name="copying", seq=1)], RequestKind.CANCEL).undo
    assert undo is not None
    assert [one.sentence for one in undo.look(SimpleNamespace(preview=lambda _: next(said)))] == ["it is taken back"]


def test_leaving_while_a_step_runs_puts_it_down_as_ctrl_c_does(folder):
    with opened(folder) as terminal:
        start(folder, terminal)
        terminal.press("ctrl+q")
        assert terminal.left() == 0
        assert gone(drivers(folder)[0])
    assert left(folder) == (RunStatus.RUNNING, None)
    assert finished(folder) == "once\n"


def test_a_console_that_is_killed_leaves_no_engine_behind_and_the_next_worker_goes_on(folder):
    with opened(folder) as terminal:
        start(folder, terminal)
        os.kill(terminal.program(), signal.SIGKILL)
        until(lambda: gone(drivers(folder)[0]))
    assert finished(folder) == "once\n"


def test_a_run_that_nobody_drives_yet_says_what_it_waits_for():
    """The engine process takes a second to begin: a run that was started meanwhile said only that it is pending."""
    coming = Driving(SimpleNamespace(), comes=True)
    assert coming.awaited == STARTING, "the workspace is being opened"
    assert Driving(SimpleNamespace(), comes=False).awaited == ""
    coming._process = SimpleNamespace(health=None, fallen="")
    assert coming.awaited == STARTING
    coming._process.fallen = "the engine process ended by SIGKILL"
    assert "ended" in coming.awaited
    coming._process.health = object()
    assert coming.awaited == ""
    row = row_of(Script().entries)
    assert run_sentence(row, 0.0, awaited=STARTING) == "pending: the engine is starting"
    assert run_sentence(row, 0.0) == "pending: nobody drives it yet"
    watched = Watched(row, Outline())
    watched.add(row, Script().entries)
    assert sentence_of(watched.now(), "", 0.0, STARTING)[1].text == "pending: the engine is starting"
    lanes = lanes_of(Script().entries, Outline.sequence([OutlineNode("pay")]))
    assert (
        step_sentence(lanes, lanes.steps[0], 0.0, past=False, awaited=STARTING).text
        == "pending: the engine is starting"
    )
