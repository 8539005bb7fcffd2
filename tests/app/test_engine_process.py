"""The engine in a process of its own: it drives, tells, falls, comes back, and ends with whoever began it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lexiconsole.app.engine_process import EngineProcess
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.context import Progress
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.types import RunStatus
from tests.e2e.journal import journal

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time

DEFINITIONS = '''
import asyncio
import os
import time
from pathlib import Path

from lexiconsole.durable.context import Progress
from lexiconsole.durable.question import Question
from lexiconsole.flow import workflow


def wrote(name: str) -> None:
    with Path(name).open("a") as file:
        file.write(f"{os.getpid()}\\n")


@workflow("slow")
async def slow(ctx):
    """Says how far it is, and waits for a file."""
    async def first():
        wrote("first")
    async def wait():
        wrote("waiting")
        ctx.note(Progress("wait", 3, 10, text="files"))
        while not Path("go").exists():
            await asyncio.sleep(0.01)
        wrote("done")
        return "done"
    await ctx.step("first", first)
    return await ctx.step("wait", wait)


@workflow("holding")
async def holding(ctx):
    """Holds its loop for a minute."""
    async def hold():
        wrote("holding")
        time.sleep(60)
    await ctx.step("hold", hold)


@workflow("asking")
async def asking(ctx):
    """Asks, and says the answer."""
    return await ctx.ask("ok", Question("go on?"))
'''


class Heard:
    def __init__(self) -> None:
        self.notes: list[tuple[str, Progress]] = []
        self.reloads = 0
        self.reasons: list[str] = []

    def progress(self, run_id: str, note: Progress) -> None:
        self.notes.append((run_id, note))

    def reloaded(self) -> None:
        self.reloads += 1

    def declined(self, reason: str) -> None:
        self.reasons.append(reason)

    fell = declined


class Engines:
    """A workspace that hands over what is to be driven, and the process that drives it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.heard = folder, Heard()
        self.workspace = Workspace.find(folder)
        self.process = EngineProcess(folder, self.workspace.store_path, "", self.heard)
        self.workspace.hand_over = self.process.take

    def until(self, true: Callable[[], object], seconds: float = 90.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"it did not come to that: {self.heard.reasons}\n{journal(self.folder)}"
            time.sleep(0.02)

    def wrote(self, name: str) -> list[int]:
        file = self.folder / name
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def status(self, run_id: str) -> RunStatus:
        return self.workspace.run(run_id).status


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "slow.py").write_text(DEFINITIONS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "lexiconsole.runtime.taking._HANDED_OVER", 90.0
    )  # it steps back behind all that a busy machine does
    return tmp_path


@contextmanager
def begun(folder: Path) -> Iterator[Engines]:
    engines = Engines(folder)
    engines.process.start()
    try:
        yield engines
    finally:
        (folder / "go").touch()
        engines.workspace.interrupt()
        engines.process.stop()
        engines.process.wait()
        assert engines.process.pid is None


def test_a_run_that_is_started_here_is_driven_there_and_says_how_far_it_is(folder: Path) -> None:
    with begun(folder) as engines:
        row, made = engines.workspace.start("slow", None)
        assert made
        engines.until(lambda: engines.heard.notes)
        assert engines.heard.notes == [(row.id, Progress("wait", 3, 10, text="files"))]
        assert engines.wrote("first") == [engines.process.pid] != [os.getpid()]
        (folder / "go").touch()
        engines.until(lambda: engines.status(row.id) is RunStatus.COMPLETED)


@pytest.mark.skipif(not os.access("/proc/self/autogroup", os.W_OK), reason="this system weighs no sessions")
def test_it_steps_back_behind_the_console_as_a_session_too(folder: Path) -> None:
    """Its own session would otherwise weigh as much as that of the terminal, and a busy step hold up keys."""
    with begun(folder) as engines:
        engines.until(lambda: engines.process.pid)
        weight = Path(f"/proc/{engines.process.pid}/autogroup")
        engines.until(lambda: weight.read_text().split()[-1] == "10")
        here = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, engines.process.pid or 0) == min(19, here + 10)


def test_nothing_makes_a_store_but_the_first_run(folder: Path) -> None:
    with begun(folder) as engines:
        engines.until(lambda: engines.process.pid)
        assert not engines.workspace.store_path.exists()
        row, _ = engines.workspace.start("asking", None)
        engines.until(lambda: engines.status(row.id) is RunStatus.WAITING)


def test_an_answer_that_is_given_here_is_waited_for_and_driven_on_there(folder: Path) -> None:
    with begun(folder) as engines:
        row, _ = engines.workspace.start("asking", None)
        engines.until(lambda: engines.status(row.id) is RunStatus.WAITING)
        done = engines.workspace.act(Request(row.id, RequestKind.ANSWER, "ok", {"value": "yes"}))
        assert (done.applied, done.refused, done.pending) == (True, "", False)
        engines.until(lambda: engines.status(row.id) is RunStatus.COMPLETED)
        again = engines.workspace.act(Request(row.id, RequestKind.ANSWER, "ok", {"value": "no"}))
        assert again.refused


def test_a_preview_of_a_run_that_is_driven_there_says_what_would_happen(folder: Path) -> None:
    with begun(folder) as engines:
        row, _ = engines.workspace.start("slow", None)
        engines.until(lambda: engines.wrote("waiting"))
        assert engines.workspace.preview(Request(row.id, RequestKind.CANCEL)).refused == ""
        assert engines.workspace.preview(Request(row.id, RequestKind.RETRY, "wait")).refused == ""  # its owner knows


def test_one_that_is_killed_is_begun_again_and_its_run_ends_once(folder: Path) -> None:
    with begun(folder) as engines:
        row, _ = engines.workspace.start("slow", None)
        engines.until(lambda: engines.wrote("waiting"))
        first = engines.process.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        engines.until(lambda: len(engines.wrote("waiting")) == 2)
        assert engines.wrote("waiting")[1] == engines.process.pid != first
        assert engines.heard.reasons == [
            "the engine process ended by SIGKILL; it is begun again, runs go on from what is recorded"
        ]
        (folder / "go").touch()
        engines.until(lambda: engines.status(row.id) is RunStatus.COMPLETED)
        assert engines.wrote("first") == [first]
        assert len(engines.wrote("done")) == 1


def test_stopping_puts_a_run_down_where_it_stands_as_ctrl_c_does(folder: Path) -> None:
    with begun(folder) as engines:
        row, _ = engines.workspace.start("slow", None)
        engines.until(lambda: engines.wrote("waiting"))
        engines.process.stop()
        engines.process.wait()
        left = engines.workspace.run(row.id)
        assert (left.status, left.owner) == (RunStatus.RUNNING, None)
        assert engines.heard.reasons == []
    with Workspace.find(folder) as after:
        after.drive(left)
        assert after.settle(left, 90).status is RunStatus.COMPLETED
    assert len(engines.wrote("first")) == 1


def gone(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


BEGINS_ONE = """
import sys, time
from pathlib import Path
from tests.app.test_engine_process import Engines
engines = Engines(Path.cwd())
engines.process.start()
row, _ = engines.workspace.start(sys.argv[1], None)
print(row.id, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(("name", "sign"), [("slow", "waiting"), ("holding", "holding")])
def test_it_ends_with_whoever_began_it_even_while_a_step_holds_its_loop(folder: Path, name: str, sign: str) -> None:
    """What it drove then is anybody's."""
    root = Path(__file__).resolve().parents[2]
    face = subprocess.Popen(
        [sys.executable, "-c", BEGINS_ONE, name],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    engines = Engines(folder)
    with face:
        assert face.stdout is not None
        row = face.stdout.readline().strip()
        engines.until(lambda: engines.wrote(sign))
        face.kill()
    engine = engines.wrote(sign)[0]
    engines.until(lambda: gone(engine))
    if name == "slow":
        (folder / "go").touch()
        with Workspace.find(folder) as after:
            after.drive(after.run(row))
            assert after.settle(after.run(row), 90).status is RunStatus.COMPLETED
    engines.workspace.interrupt()


def test_a_definition_that_changed_is_told_of(folder: Path) -> None:
    with begun(folder) as engines:
        row, _ = engines.workspace.start("asking", None)
        engines.until(lambda: engines.status(row.id) is RunStatus.WAITING)
        file = folder / "definitions" / "more.py"
        file.write_text(
            DEFINITIONS.replace('"slow"', '"more"').replace('"holding"', '"m2"').replace('"asking"', '"m3"')
        )
        engines.until(lambda: engines.heard.reloads)


def test_a_store_that_can_not_be_used_is_named(folder: Path) -> None:
    store = folder / ".lexiconsole" / "store.db"
    store.parent.mkdir()
    store.write_text("no database at all, but long enough to be looked at as one" * 40)
    with begun(folder) as engines:
        engines.until(lambda: engines.heard.reasons)
        assert str(store) in engines.heard.reasons[0]
        assert engines.process.fallen == engines.heard.reasons[0]


class Deaf(Heard):
    def fell(self, reason: str) -> None:
        super().declined(reason)
        raise RuntimeError("the console is closing")

    def declined(self, reason: str) -> None:
        raise RuntimeError("nobody listens")


def test_what_is_not_understood_or_heard_is_no_reason_to_keep_it_no_longer(tmp_path: Path) -> None:
    """A line of another version, a face that raises: what comes behind is heard, and an engine that fell is begun again."""
    heard = Deaf()
    process = EngineProcess(tmp_path, tmp_path / "store.db", "", heard)
    lines = [7, {"progress": 7}, {"health": {}}, {"declined": "no"}, {"fault": "the last line"}]
    process._command = ["printf", "%s\n", *map(json.dumps, lines), "no JSON"]
    process.start()
    end = time.monotonic() + 90
    while len(heard.reasons) < 2:
        assert time.monotonic() < end and process._keeper.is_alive()
        time.sleep(0.01)
    process.stop()
    process.wait()
    assert heard.reasons[:2] == ["the last line"] * 2
