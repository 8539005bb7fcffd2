"""`run`, `resume`, `watch`."""

from __future__ import annotations

import json

import pytest

from lexiconsole.durable.context import Progress
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.types import RunStatus
from tests.views.entries import T0, Script, asking, in_doubt, rolled_back


def completed() -> Script:
    return Script().done("reserve", "rsv-1").add(EntryKind.COMPLETED, result={"paid": 480})


def test_a_run_goes_to_its_end_with_its_result_on_stdout_and_all_else_on_stderr(cli, workspace):
    workspace.future = [completed().entries[1:]]
    called = cli("run", "order", "-i", "order=o-1", "-i", "total:=480")
    assert called.code == 0
    assert json.loads(called.out) == {"paid": 480}
    assert "✓ reserve" in called.err
    assert "completed in 200 ms" in called.err
    assert workspace.started == [("order", {"order": "o-1", "total": 480}, "", False)]


@pytest.mark.parametrize(
    ("script", "code", "word"),
    [
        (rolled_back(), 3, "everything undone, newest first: charge, reserve"),
        (in_doubt(), 5, "resolve r1 charge --again"),
        (asking(), 4, "answer r1:review -i approve=…"),
        (Script().failed("a").add(EntryKind.FAILED, error={"type": "E", "message": "no"}), 1, "retry r1"),
        (Script().add(EntryKind.CANCEL, by="bob").add(EntryKind.CANCELLED, undone=[]), 6, "cancelled by bob"),
        (Script().add(EntryKind.FAILED, error={"type": "RejectedError", "message": "no"}), 7, "failed"),
    ],
)
def test_the_exit_code_tells_how_the_run_stands_and_the_verdict_what_to_type(cli, workspace, script, code, word):
    workspace.future = [script.entries[1:]]
    called = cli("run", "order", "-i", "order=o-1")
    assert called.code == code
    assert called.out == ""
    assert word in called.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ordr"], "did you mean 'order'?"),
        (["order"], "order: Field required"),
        (["order", "-i", "order=1", "-i", "total=many"], "total: Input should be a valid number"),
        (["order", "-i", "order"], "'order' is no field"),
        (["order", "-f", "missing.json"], "there is no file missing.json"),
        (["order", "surplus"], "is not expected here"),
        (["nothing", "-i", "a=1"], "it takes no input"),
    ],
)
def test_bad_input_is_said_in_words_and_writes_nothing(cli, workspace, words, said):
    called = cli("run", *words)
    assert called.code == 2
    assert said in called.err
    assert "Traceback" not in called.err
    assert called.out == ""
    assert workspace.started == []
    assert list(workspace.root.iterdir()) == []


def test_bad_input_for_a_program_is_the_last_line_of_json_with_every_field(cli):
    called = cli("run", "order", "-i", "total:=-1", "--json")
    assert called.code == 2
    shape = json.loads(called.out)
    assert (shape["type"], shape["error"], shape["exit"]) == ("error", "InvalidInputError", 2)
    assert set(shape["fields"]) == {"order", "total"}


def test_standard_input_as_a_lone_dash(cli, workspace):
    workspace.future = [completed().entries[1:]]
    assert cli("run", "order", "-", piped='{"order": "o-2"}').code == 0
    assert workspace.started[0][1] == {"order": "o-2"}


def test_record_only_leaves_the_run_to_a_worker_and_prints_its_id(cli, workspace):
    called = cli("run", "order", "-i", "order=1", "--record-only")
    assert (called.code, called.out) == (0, "r1\n")
    assert workspace.started[0][3] is True


def test_the_same_id_and_input_give_back_the_run_that_exists(cli, workspace):
    workspace.put(completed().entries)
    called = cli("run", "order", "-i", "order=1", "--id", "r1")
    assert called.code == 0
    assert "exists already" in called.err
    assert json.loads(called.out) == {"paid": 480}
    assert workspace.driven == []


def test_an_existing_run_that_has_not_ended_is_driven_on(cli, workspace):
    workspace.put(Script().done("reserve").entries)
    workspace.future = [[Entry("r1", 3, T0 + 9, EntryKind.COMPLETED)]]
    assert cli("run", "order", "-i", "order=1", "--id", "r1").code == 0
    assert workspace.driven == ["r1"]


def test_when_the_wait_runs_out_the_process_stops_driving_and_says_that_nothing_is_lost(cli, workspace):
    workspace.future = [Script().done("reserve").entries[1:]]
    called = cli("run", "order", "-i", "order=1", "--wait", "0.1")
    assert called.code == 124
    assert workspace.interrupted == 1
    assert "nothing is lost" in called.err
    assert "lexiconsole resume r1" in called.err


def test_entries_and_progress_are_printed_as_json_while_it_runs_and_the_result_last(cli, workspace):
    entries = completed().entries
    workspace.future = [[entries[1], Progress("rows", 10, 28, 1, "x"), entries[2]]]
    called = cli("run", "order", "-i", "order=1", "--json")
    lines = [json.loads(line) for line in called.out.splitlines()]
    assert [line["type"] for line in lines] == ["entry", "entry", "progress", "entry", "result"]
    assert lines[-1]["result"] == {"paid": 480}
    assert (lines[-1]["status"], lines[-1]["exit"]) == ("completed", 0)
    assert called.err == ""


def test_no_control_sequence_of_a_result_reaches_the_terminal(cli, workspace):
    evil = "\x1b[2J\u202e\x9b31m"
    script = Script().done("a", evil).add(EntryKind.COMPLETED, result={"text": evil})
    workspace.future = [script.entries[1:]]
    for words in (["--json"], []):
        called = cli("run", "order", "-i", "order=1", *words)
        for text in (called.out, called.err):
            assert not set(text) & {"\x1b", "\u202e", "\x9b"}
        workspace.future = [script.entries[1:]]
        workspace.rows.clear()


def test_text_results_come_out_as_text(cli, workspace):
    workspace.future = [Script().add(EntryKind.COMPLETED, result="two\nlines").entries[1:]]
    assert cli("run", "order", "-i", "order=1").out == "two\nlines\n"


def test_resume_lets_a_paused_run_go_on(cli, workspace):
    workspace.put(Script().add(EntryKind.PAUSED, by="eve").add(EntryKind.PARKED, status="paused").entries)
    workspace.future = [[Entry("r1", 4, T0 + 1, EntryKind.RESUMED), Entry("r1", 5, T0 + 2, EntryKind.COMPLETED)]]
    called = cli("resume", "r")
    assert called.code == 0
    assert [act.kind for act in workspace.acts] == ["resume"]


def test_resume_drives_an_interrupted_run_and_shows_only_what_is_new(cli, workspace):
    workspace.put(Script().done("reserve").entries)
    workspace.future = [[Entry("r1", 3, T0 + 1, EntryKind.COMPLETED)]]
    called = cli("resume", "r1")
    assert called.code == 0
    assert workspace.driven == ["r1"]
    assert "reserve" not in called.err


def test_resume_of_an_ended_run_says_so_and_exits_as_it_ended(cli, workspace):
    workspace.put(rolled_back().entries)
    called = cli("resume", "r1")
    assert called.code == 3
    assert "has ended already" in called.err


def test_watch_shows_all_of_it_on_stdout_and_exits_as_the_run_stands(cli, workspace):
    workspace.put(rolled_back().entries)
    called = cli("watch", "r1")
    assert called.code == 3
    assert "« turned round" in called.out


def test_an_ambiguous_id_lists_what_it_fits(cli, workspace):
    workspace.put(Script("abc1").entries)
    workspace.put(Script("abc2").entries)
    called = cli("watch", "abc")
    assert called.code == 2
    assert "abc1, abc2" in called.err


def test_somebody_at_a_terminal_is_asked_in_place(cli, workspace):
    script = asking()
    answered = Entry("r1", 5, T0 + 5, EntryKind.ANSWERED, "review", data={"value": {"approve": True}}, by="eve")
    workspace.future = [script.entries[1:], [answered, Entry("r1", 6, T0 + 6, EntryKind.COMPLETED, data={"result": 1})]]
    called = cli("run", "order", "-i", "order=1", typed="perhaps\nyes\n\n")
    assert "► r1:review  order" in called.err
    assert "approve is neither yes nor no" in called.err
    assert workspace.acts[0].data["value"] == {"approve": True, "note": ""}
    assert workspace.acts[0].data["asked"] == 3, "a question that was asked anew meanwhile is not answered by it"
    assert called.code == 0


def test_who_would_rather_not_answer_leaves_the_run_parked(cli, workspace):
    workspace.future = [asking().entries[1:]]
    called = cli("run", "order", "-i", "order=1", typed="\n")
    assert called.code == 4
    assert workspace.acts == []
    assert "the question stays open" in called.err


def test_without_a_terminal_nobody_is_asked(cli, workspace):
    workspace.future = [asking().entries[1:]]
    assert cli("run", "order", "-i", "order=1", piped="yes\n").code == 4
    assert workspace.acts == []


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(cli, workspace, monkeypatch):
    def follow(run, after=0, timeout=None):
        yield from workspace.entries(run, after)
        raise KeyboardInterrupt

    monkeypatch.setattr(workspace, "follow", follow)
    called = cli("run", "order", "-i", "order=1")
    assert called.code == 130
    assert workspace.interrupted == 1
    assert "lexiconsole resume r1" in called.err
    assert workspace.rows["r1"].status is RunStatus.PENDING
    called = cli("run", "order", "-i", "order=1", "--id", "r2", "--json")
    assert json.loads(called.out.splitlines()[-1]) == {"type": "interrupted", "run": "r2", "exit": 130}
