"""What operators do to runs: said first, confirmed at a terminal, bound to what they saw."""

from __future__ import annotations

import json

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from tests.views.entries import T0, Script, asking, in_doubt, stuck_rollback

ENDED = [Entry("r1", 99, T0 + 99, EntryKind.COMPLETED)]


@pytest.fixture
def failed(workspace):
    script = Script(input={"order": "1", "total": 5.0}).done("reserve").failed("charge")
    return workspace.put(script.add(EntryKind.FAILED, error={"type": "E", "message": "no"}).entries)


@pytest.mark.parametrize(
    ("words", "kind", "target", "data"),
    [
        (["pause", "r1"], "pause", "", {}),
        (["pause", "r1", "--reason", "lunch"], "pause", "", {"reason": "lunch"}),
        (["cancel", "r1", "-m", "wrong"], "cancel", "", {"reason": "wrong"}),
        (["retry", "r1"], "retry", "", {}),
        (["retry", "r1", "charge"], "retry", "charge", {}),
        (["skip", "r1", "charge", "--result", '{"id": 1}'], "skip", "charge", {"result": {"id": 1}}),
        (["skip", "r1", "charge"], "skip", "charge", {"result": None}),
        (["resolve", "r1", "charge", "--again"], "resolve", "charge", {"how": "again"}),
        (["resolve", "r1", "charge", "--fail", "-m", "x"], "resolve", "charge", {"how": "fail", "reason": "x"}),
        (["resolve", "r1", "charge", "--done", "5"], "resolve", "charge", {"how": "done", "result": 5}),
        (
            ["mark-done", "r1", "charge", "-m", "rang the bank"],
            "resolve",
            "charge",
            {"how": "done", "reason": "rang the bank"},
        ),
        (["edit", "r1", "reserve", "--value", "7"], "edit", "reserve", {"value": 7}),
        (["edit", "r1", "-i", "total:=9"], "edit", "", {"value": {"order": "1", "total": 9}}),
        (["edit", "r1", "--state", "a.b:=1", "--state", "c=x"], "edit", "", {"patch": {"a": {"b": 1}, "c": "x"}}),
        (["edit", "r1", "reserve", "--state", "a:=1"], "edit", "reserve", {"patch": {"a": 1}}),
        (["signal", "r1", "paid"], "signal", "paid", {"payload": None}),
        (["signal", "r1", "paid", '{"eur": 5}'], "signal", "paid", {"payload": {"eur": 5}}),
        (["signal", "r1", "paid", "-i", "eur:=5"], "signal", "paid", {"payload": {"eur": 5}}),
    ],
)
def test_each_act_leaves_its_request_bound_to_the_revision_that_was_shown(
    cli, workspace, failed, words, kind, target, data
):
    workspace.future = [ENDED]
    called = cli(*words)
    assert called.code in (0, 1), called.err
    (request,) = workspace.acts
    assert (request.kind, request.target, request.data, request.expects) == (kind, target, data, 3)
    assert "is done" in called.err.splitlines()[0]


def test_a_retry_with_another_input_edits_it(cli, workspace, failed):
    workspace.future = [ENDED]
    cli("retry", "r1", "-i", "total:=9")
    assert (workspace.acts[0].kind, workspace.acts[0].data) == ("edit", {"value": {"order": "1", "total": 9}})


def test_an_edited_input_is_checked_first(cli, workspace, failed):
    called = cli("edit", "r1", "-i", "total:=-9")
    assert called.code == 2
    assert "total" in called.err
    assert workspace.acts == []


def test_commands_that_drive_exit_as_the_run_then_stands(cli, workspace, failed):
    workspace.future = [
        [Entry("r1", 9, T0 + 9, EntryKind.COMPENSATED, data={"error": {"message": "x"}, "undone": ["a"]})]
    ]
    assert cli("retry", "r1").code == 3


def test_the_revision_can_be_given(cli, workspace, failed):
    cli("pause", "r1", "--if-rev", "7")
    assert workspace.acts[0].expects == 7


def test_a_dry_run_only_says_what_would_be_done(cli, workspace, failed):
    called = cli("retry", "r1", "--dry-run")
    assert called.code == 0
    assert "no longer counts: 3" in called.err
    assert workspace.acts == []


def test_a_dry_run_for_a_program(cli, workspace, failed):
    called = cli("retry", "r1", "-n", "--json")
    assert json.loads(called.out) == {
        "type": "preview",
        "sentence": "retry is done",
        "details": ["no longer counts: 3"],
        "revision": 3,
    }


@pytest.mark.parametrize(
    ("typed", "code", "acts"), [("y\n", 0, 1), ("yes\n", 0, 1), ("n\n", 8, 0), ("\n", 8, 0), ("", 8, 0)]
)
def test_at_a_terminal_only_a_typed_yes_does_it(cli, workspace, failed, typed, code, acts):
    workspace.future = [ENDED]
    assert cli("pause", "r1", typed=typed).code == code
    assert len(workspace.acts) == acts


def test_yes_is_not_asked_for_again(cli, workspace, failed):
    assert "[y/N]" not in cli("pause", "r1", "--yes", typed="").err
    assert len(workspace.acts) == 1


def test_what_is_refused_exits_8_with_the_reason(cli, workspace, failed):
    workspace.refuses = "charge moved on: you saw revision 3, it is at 5 now"
    called = cli("retry", "r1")
    assert called.code == 8
    assert "moved on" in called.err


def test_what_another_process_applies_is_said_to_be_requested(cli, workspace, failed):
    workspace.pending = True
    called = cli("cancel", "r1", "--json")
    assert called.code == 0
    assert json.loads(called.out.splitlines()[-1])["pending"] is True
    assert "requested" in cli("cancel", "r1").err


@pytest.mark.parametrize(
    "words",
    [
        ["resolve", "r1", "charge"],
        ["resolve", "r1", "charge", "--again", "--fail"],
        ["mark-done", "r1", "charge"],
        ["mark-done", "r1", "charge", "--reason", "  "],
        ["edit", "r1"],
        ["edit", "r1", "reserve", "--state", "a:=1", "--value", "2"],
        ["edit", "r1", "--state", "a"],
        ["edit", "r1", "charge"],
        ["skip", "r1", "charge", "--result", "{"],
        ["signal", "r1", "paid", "1", "-i", "a=1"],
        ["pause", "unknown"],
        ["bulk", "r1"],
        ["bulk", "r1", "--concurrency", "2"],
        ["fork", "r1", "--at", "99"],
        ["fork", "r1", "--before", "chrge"],
        ["fork", "r1", "--set", "reserve=1"],
        ["fork", "r1", "--set", "unknown:=1"],
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_done(cli, workspace, failed, words):
    called = cli(*words)
    assert called.code == 2
    assert called.err.startswith("error: ")
    assert workspace.acts == workspace.forked == []


# answers


def test_an_answer_as_json_or_field_by_field_is_bound_to_the_question_that_was_asked(cli, workspace):
    workspace.put(asking().entries)
    for words in (['{"approve": true}'], ["-i", "approve:=true"]):
        workspace.future = [[Entry("r1", 5, T0 + 9, EntryKind.COMPLETED)]]
        cli("answer", "r1:review", *words)
    assert [act.data["value"] for act in workspace.acts] == [{"approve": True}] * 2
    assert [(act.data["asked"], act.expects) for act in workspace.acts] == [(3, None)] * 2


def test_a_run_that_asks_one_question_needs_no_key(cli, workspace):
    workspace.put(asking().entries)
    cli("answer", "r1", "true", "--record-only")
    assert workspace.acts[0].target == "review"


def test_an_unknown_question_names_those_that_are_open(cli, workspace):
    workspace.put(asking().entries)
    called = cli("answer", "r1:revew", "true")
    assert called.code == 2
    assert "did you mean 'review'?" in called.err


def test_a_run_that_asks_nothing_says_so(cli, workspace, failed):
    called = cli("answer", "r1", "true")
    assert called.code == 2
    assert "asks nothing now; it is failed" in called.err


def test_answering_at_a_terminal_without_an_answer_asks_for_it(cli, workspace):
    workspace.put(asking().entries)
    cli("answer", "r1", "--yes", "--record-only", typed="no\nbecause\n")
    assert workspace.acts[0].data["value"] == {"approve": False, "note": "because"}


def test_without_a_terminal_an_answer_is_needed(cli, workspace):
    workspace.put(asking().entries)
    assert cli("answer", "r1").code == 2


# forks


def test_a_fork_begins_before_the_step_that_failed(cli, workspace, failed):
    workspace.future = [[Entry("r9", 3, T0 + 9, EntryKind.COMPLETED)]]
    called = cli("fork", "r1")
    assert called.code == 0
    assert workspace.forked[0]["at"] == 2
    assert "taken over, not done again: reserve" in called.err
    assert "what was taken over stays done" in called.err


def test_a_fork_with_another_input_result_and_place(cli, workspace, failed):
    cli("fork", "r1", "--at", "2", "-i", "total:=1", "--set", "reserve:=5", "--compensate-origin", "--record-only")
    made = workspace.forked[0]
    assert (made["at"], made["edits"], made["compensate_origin"]) == (2, {"reserve": 5}, True)
    assert made["input"] == {"order": "1", "total": 1}


def test_a_fork_takes_over_the_input_unless_told_otherwise(cli, workspace, failed):
    from lexiconsole.app.outcome import UNCHANGED

    cli("fork", "r1", "--before", "reserve", "--record-only")
    assert workspace.forked[0]["input"] is UNCHANGED
    assert workspace.forked[0]["at"] == 1


def test_a_dry_fork_makes_nothing(cli, workspace, failed):
    assert cli("fork", "r1", "--dry-run").code == 0
    assert workspace.forked == []


@pytest.mark.parametrize(("script", "code"), [(in_doubt, 5), (stuck_rollback, 5)])
def test_a_run_that_is_still_in_doubt_afterwards_exits_5(cli, workspace, script, code):
    workspace.put(script().entries)
    assert cli("cancel", "r1").code == code
