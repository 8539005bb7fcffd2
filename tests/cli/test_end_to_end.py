"""The real thing: commands on a real workspace with a real store."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.cli.main import main
from lexiconsole.durable.journal import Request, RequestKind

ROOT = Path(__file__).resolve().parents[2]

DEFINITIONS = '''
from __future__ import annotations
import asyncio
from pathlib import Path
from pydantic import BaseModel
from lexiconsole import AbstractSaga, Progress, Question, StepPolicy, saga_step, workflow

class Count(BaseModel):
    n: int = 3
    seconds: float = 0.0

class Review(BaseModel):
    approve: bool
    note: str = ""

@workflow(name="count")
async def count(ctx, input: Count) -> int:
    """Counts."""
    for i in range(input.n):
        await ctx.step(f"s{i}", lambda: asyncio.sleep(input.seconds))
    return input.n

@workflow(name="review")
async def review(ctx) -> str:
    """Asks."""
    answer = await ctx.ask("review", Question("go on?", form=Review))
    return f"{answer.approve} {answer.note}".strip()

@workflow(name="paid")
async def paid(ctx) -> int:
    """Waits."""
    return await ctx.receive("arrival", "payment")

@workflow(name="adds")
async def adds(ctx) -> int:
    """Adds what it is sent."""
    base = (await ctx.step("base", lambda: 1)).unwrap()
    return base + await ctx.receive("more", "more")

@workflow(name="fails")
async def fails(ctx) -> int:
    """Fails until there is a file named ok."""
    def look() -> int:
        print("\\x1b[31mlooking")
        if not Path("ok").exists():
            raise RuntimeError("not \\x1b[2J ok")
        return 1
    return (await ctx.step("look", look)).unwrap()

@workflow(name="stuck")
class Stuck(AbstractSaga[str]):
    """Its second step can not be undone until there is a file named ok."""
    def __init__(self, input=None) -> None:
        super().__init__()
    @saga_step(compensation="undo_one")
    def one(self) -> str: return "1"
    def undo_one(self) -> None: ...
    @saga_step(compensation="undo_two")
    def two(self) -> str: return "2"
    def undo_two(self) -> None:
        if not Path("ok").exists():
            raise RuntimeError("the bank is closed")
    @saga_step(compensation="undo_one")
    def three(self) -> str:
        raise RuntimeError("no van")

@workflow(name="bars")
async def bars(ctx) -> str:
    """Tells how far it is, until there is a file named go."""
    async def work() -> int:
        while not Path("go").exists():
            ctx.note(Progress("rows", 7, 40, failed=1, text="importing"))
            await asyncio.sleep(0.05)
        return 40
    await ctx.step("rows", work)
    return "done"
'''


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with definitions, as the current folder."""
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "some.py").write_text(DEFINITIONS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    for name in [name for name in os.environ if name.startswith("LEX_")]:
        monkeypatch.delenv(name)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield tmp_path
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def lx(here, capsys):
    """One command in this process: exit code, standard output, standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        code = main(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def spawn(here: Path, *words: str, **how: object) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "lexiconsole", *words],
        cwd=here, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how,
    )  # fmt: skip


def test_a_run_its_story_and_the_list(lx):
    code, out, err = lx("run", "count", "--id", "first", "-i", "n=2")
    assert (code, out) == (0, "2\n")
    assert "✓ s1" in err
    code, out, _ = lx("show-run", "fir")
    assert code == 0
    assert "✓ completed" in out
    assert "first  count  completed" in lx("runs")[1]


def test_the_same_id_gives_the_same_run_and_another_input_is_refused(lx):
    lx("run", "count", "--id", "first", "-i", "n=2")
    assert lx("run", "count", "--id", "first", "-i", "n=2")[0] == 0
    code, _, err = lx("run", "count", "--id", "first", "-i", "n=3")
    assert code == 8
    assert "first" in err


@pytest.mark.parametrize(
    "words",
    [
        ["run", "cuont"],
        ["run", "count", "-i", "n=x"],
        ["show-run", "x"],
        ["runs"],
        ["watch", "x"],
        ["doctor"],
        ["config"],
        ["retry", "x"],
        ["cancel", "x"],
        ["answer", "x:y", "1"],
    ],
)
def test_looking_and_mistakes_write_nothing(lx, here, words):
    lx(*words)
    assert not (here / ".lexiconsole").exists()


def test_a_question_is_answered_from_outside_and_a_wrong_answer_leaves_it_open(lx):
    code, _, err = lx("run", "review", "--id", "r")
    assert code == 4
    assert "lexiconsole answer r:review -i approve=… -i note=…" in err
    code, _, err = lx("answer", "r", "-i", "approve=perhaps")
    assert code in (2, 8)
    assert "approve" in err
    code, out, _ = lx("answer", "r:review", "-i", "approve:=true", "-i", "note=fine")
    assert (code, out) == (0, "True fine\n")
    assert lx("answer", "r", "true")[0] == 2


def test_a_signal_wakes_the_run_and_the_verdict_named_it(lx):
    _, _, err = lx("run", "paid", "--id", "p")
    assert "lexiconsole signal p payment" in err
    code, out, _ = lx("signal", "p", "payment", "7")
    assert (code, out) == (0, "7\n")


def test_a_failed_run_is_retried_and_what_was_set_aside_stays_visible(lx, here):
    code, _, err = lx("run", "fails", "--id", "f")
    assert code == 1
    assert "\x1b" not in err
    (here / "ok").touch()
    code, out, _ = lx("retry", "f", "--reason", "made it")
    assert (code, out) == (0, "1\n")
    story = lx("show-run", "f", "--logs")[1]
    assert "(set aside)" in story
    assert "look | \\x1b[31mlooking" in story
    assert "\x1b" not in story


def test_a_failed_step_is_skipped_with_a_result(lx):
    lx("run", "fails", "--id", "f")
    assert lx("skip", "f", "look", "--result", "5")[:2] == (0, "5\n")


def test_a_recorded_result_is_edited_while_the_run_waits(lx):
    lx("run", "adds", "--id", "a")
    code, _, err = lx("edit", "a", "base", "--value", "40")
    assert code == 0, err
    assert lx("signal", "a", "more", "2")[:2] == (0, "42\n")


def test_a_rollback_that_gave_up_is_tried_again_and_then_put_right_by_hand(lx):
    code, _, err = lx("run", "stuck", "--id", "s")
    assert code == 5
    assert "two is still in effect, undoing it failed: RuntimeError: the bank is closed" in err
    assert lx("retry", "s", "two")[0] == 5
    code, _, err = lx("mark-done", "s", "undo/two", "--reason", "rang the bank")
    assert code == 3
    assert "everything undone" in err
    assert "rang the bank" in lx("show-run", "s")[1]


def test_a_rollback_that_gave_up_is_tried_again_and_works(lx, here):
    lx("run", "stuck", "--id", "s")
    (here / "ok").touch()
    assert lx("retry", "s", "two")[0] == 3


def test_a_fork_takes_over_what_was_done(lx, here):
    lx("run", "fails", "--id", "f")
    (here / "ok").touch()
    code, out, err = lx("fork", "f")
    assert (code, out) == (0, "1\n")
    assert "a new run of fails takes over the first 1 of" in err


def test_a_dry_run_changes_nothing(lx):
    lx("run", "fails", "--id", "f")
    before = lx("show-run", "f", "--entries", "--json")[1]
    for words in (
        ["retry", "f"],
        ["skip", "f", "look", "--result", "5"],
        ["fork", "f"],
        ["edit", "f", "look", "--value", "1"],
    ):
        assert lx(*words, "--dry-run")[0] == 0
    assert lx("show-run", "f", "--entries", "--json")[1] == before


def test_cancel_and_then_nothing_more(lx, here):
    lx("run", "paid", "--id", "p")
    assert lx("cancel", "p", "--take-back")[0] == 8, "none was asked for"
    with Workspace.find(here) as workspace:
        workspace.act(Request("p", RequestKind.CANCEL), record_only=True)
    assert lx("cancel", "p", "--take-back")[0] == 0
    assert lx("resume", "p")[0] == 4, "it waits as before"
    assert lx("cancel", "p", "-m", "enough")[0] == 0
    assert lx("watch", "p")[0] == 6
    for act in ("cancel", "pause"):
        assert lx(act, "p")[0] == 8
    assert "was taken up already" in lx("cancel", "p", "--take-back")[2]


def test_a_revision_that_moved_on_is_refused(lx):
    lx("run", "review", "--id", "r")
    assert lx("answer", "r", "-i", "approve:=true", "--if-rev", "77")[0] == 8
    assert lx("runs", "--status", "waiting", "--json")[1] != ""


def test_a_worker_finishes_what_was_only_recorded(lx):
    for number in range(3):
        assert lx("run", "count", "--id", f"w{number}", "--record-only")[:2] == (0, f"w{number}\n")
    code, _, err = lx("worker", "--until-idle")
    assert code == 0
    assert err.count("completed") == 3
    assert lx("runs", "--status", "completed", "--json")[1].count("\n") == 3


def test_the_wait_runs_out_and_the_run_can_be_resumed(lx):
    assert lx("run", "count", "--id", "c", "-i", "n=6", "-i", "seconds=0.3", "--wait", "0.5")[0] == 124
    code, out, _ = lx("resume", "c")
    assert (code, out) == (0, "6\n")


def test_a_run_of_a_killed_process_is_finished_by_a_worker(lx, here):
    child = spawn(here, "run", "count", "--id", "k", "-i", "n=8", "-i", "seconds=0.4", "--json")
    for line in child.stdout:
        if json.loads(line)["kind"] == "step.done":
            break
    child.kill()
    child.communicate()
    assert lx("worker", "--until-idle")[0] == 0
    assert lx("watch", "k")[0] == 0


def test_another_process_that_drives_a_run_is_left_alone_but_obeys(lx, here):
    child = spawn(here, "run", "count", "--id", "k", "-i", "n=600", "-i", "seconds=0.2", "--json")
    for line in child.stdout:
        if json.loads(line)["kind"] == "step.done":
            break
    assert lx("resume", "k")[0] == 8
    assert lx("cancel", "k", "-m", "enough")[0] == 0
    child.communicate(timeout=60)
    assert child.returncode == 6


def test_the_reader_of_json_that_goes_away_ends_the_command(here):
    child = spawn(here, "run", "count", "--id", "k", "-i", "n=400", "-i", "seconds=0.1", "--json")
    child.stdout.readline()
    child.stdout.close()
    assert child.wait(timeout=60) == 141
    assert child.stderr.read() == ""
    child.stderr.close()


def test_a_file_that_is_no_store_is_named_and_left_as_it_is(lx, here):
    file = here / "x.db"
    file.write_bytes(b"no database at all" * 999)
    before = file.read_bytes()
    for words in (["runs"], ["run", "count"], ["show-run", "x"], ["worker", "--until-idle"]):
        code, _, err = lx("--store", str(file), *words)
        assert code == 2
        assert "x.db" in err
        assert "Traceback" not in err
    assert file.read_bytes() == before


def test_the_scaffold_is_found_runs_and_undoes(lx, here, tmp_path_factory, monkeypatch):
    place = tmp_path_factory.mktemp("new")
    monkeypatch.chdir(place)
    assert lx("init")[0] == 0
    assert lx("check")[:2] == (0, "")
    code, out, _ = lx("show", "holiday")
    assert code == 0
    assert "[flight]  « " in out
    assert lx("run", "holiday", "--id", "a", "-i", "city=Oslo")[0] == 0
    assert {file.name for file in (place / "bookings" / "a").iterdir()} == {"flight.txt", "hotel.txt", "car.txt"}
    code, _, err = lx("run", "holiday", "--id", "b", "-i", "city=Oslo", "-i", "sold_out=car")
    assert code == 3
    assert "newest first: hotel, flight" in err
    assert list((place / "bookings" / "b").iterdir()) == []
    assert "application.yaml" in lx("config")[1]


def test_one_person_plays_the_scaffolds_chain_of_three_in_the_first_minute(lx, here, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("new"))
    assert lx("init")[0] == 0
    assert lx("run", "purchase", "-i", "thing=Lathe", "-i", "price=20000", "--id", "p1")[0] == 4
    for who, code in (("ana", 4), ("ben", 4), ("cleo", 4), ("dan", 0)):
        assert "p1" in lx("inbox", "--mine", "--as", who)[1]
        assert lx("approve", "p1", "--as", who)[0] == code
    assert lx("run", "purchase", "-i", "thing=Pen", "-i", "price=5", "--id", "p2")[0] == 4
    code, _, err = lx("approve", "p2", "--as", "ben")
    assert (code, "ben" in err) == (8, True)
    assert lx("approve", "p2", "--as", "ana")[0] == 0
    assert [line.split()[0] for line in lx("audit", "list", "--json")[1].splitlines() if '"refused"' in line]


def test_the_audit_tells_what_was_asked_back(lx, here, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("new"))
    assert lx("init")[0] == 0
    assert lx("run", "purchase", "-i", "thing=Saw", "-i", "price=5", "--id", "p1", "--as", "eva")[0] == 4
    assert lx("ask-info", "p1", "Which saw?", "--as", "ana")[0] == 4
    assert lx("audit", "list")[1].rstrip().endswith("asks: Which saw?")
    assert lx("answer", "p1", '"any"', "--as", "ben")[0] == 8
    assert lx("answer", "p1", '"the red one"', "--as", "eva")[0] == 4


def test_what_the_preview_refuses_is_on_record_also_when_it_was_only_to_be_recorded(
    lx, here, tmp_path_factory, monkeypatch
):
    monkeypatch.chdir(tmp_path_factory.mktemp("new"))
    assert lx("init")[0] == 0
    assert lx("run", "purchase", "-i", "thing=Pen", "-i", "price=5", "--id", "p1")[0] == 4
    code, _, err = lx("approve", "p1", "--as", "ben", "--record-only")
    assert code == 8
    assert "ben" in err
    (line,) = lx("audit", "list")[1].splitlines()
    assert line.split()[3] == "ben"
    assert "refused p1:manager vote" in " ".join(line.split())
    assert lx("approve", "p1", "--as", "ben", "--record-only", "--dry-run")[0] == 8
    assert len(lx("audit", "list")[1].splitlines()) == 1
    assert lx("withdraw", "p1", "--as", "ben")[0] == 8
    assert "refused p1:manager withdraw" in " ".join(lx("audit", "list")[1].splitlines()[-1].split())


def test_names_and_ids_complete_after_the_first_commands(lx, here, monkeypatch, capsys):
    lx("run", "count", "--id", "abcdef")
    for line, found in (("lexiconsole run co", "count\n"), ("lexiconsole show-run ab", "abcdef\n")):
        monkeypatch.setenv("_LEXICONSOLE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", "2")
        assert lx() == (0, found, "")


def test_the_doctor_finds_the_store_well_and_rebuilds_it(lx, here):
    lx("run", "count", "--id", "a")
    assert lx("doctor")[0] == 0
    with sqlite3.connect(here / ".lexiconsole" / "store.db") as store:
        store.execute("UPDATE runs SET status = 'failed'")
    store.close()
    assert lx("doctor")[0] == 1
    assert lx("doctor", "--rebuild")[0] == 0
    assert lx("runs", "--json", "--status", "completed")[1] != ""


@pytest.mark.parametrize(("redirect", "code"), [(">&-", 0), ("2>&-", 0), ("<&-", 0), (">/dev/full", 2)])
def test_closed_and_full_streams_are_no_traceback(lx, here, redirect, code):
    lx("run", "count", "--id", "a")
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m lexiconsole runs {redirect}"],
        cwd=here, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert not (here / ".lexiconsole" / "crash").exists()
