"""The last word on a run, and the ways on."""

from __future__ import annotations

from lexiconsole.durable.entry import EntryKind
from lexiconsole.views.telling import tell
from lexiconsole.views.verdict import verdict
from lexiconsole.views.ways import Way
from tests.views.entries import T0, Script, asking, in_doubt, rolled_back, stuck_rollback


def said(script: Script, now: float | None = None):
    return verdict(tell(script.entries), script.now if now is None else now)


def ways(script: Script) -> list[str]:
    return [" ".join(way.words) for way in said(script).ways]


def test_completed():
    script = Script().done("a").add(EntryKind.COMPLETED, after=3.1, result=1)
    assert said(script).sentence == "completed in 3.2 s"
    assert ways(script) == []


def test_failed_names_the_step_the_reason_and_the_way_back():
    script = Script().failed("charge", "no").add(EntryKind.FAILED, error={"type": "RuntimeError", "message": "no"})
    assert said(script).sentence == "failed after 200 ms at charge: RuntimeError: no"
    assert said(script).details == ()
    assert ways(script) == ["retry r1", "fork r1 --at 1"]


def test_failed_names_the_step_itself_though_its_hooks_failed_after_it():
    script = Script().failed("charge", "no").failed("charge/on_error", "worse").failed("charge/cleanup", "too")
    script.add(EntryKind.FAILED, error={"type": "PipelineError", "message": "p failed at charge: RuntimeError: no"})
    assert said(script).sentence.endswith(" at charge: RuntimeError: no")


def test_failed_names_what_was_done_before_and_stays():
    script = Script()
    for number in range(7):
        script.done(f"s{number}")
    script.failed("charge").add(EntryKind.FAILED, error={"type": "E", "message": "no"})
    assert said(script).details == ("what was done before stays: s0, s1, s2, s3, s4 and 2 more",)


def test_compensated_lists_what_was_undone_newest_first_and_why():
    verdict = said(rolled_back())
    assert verdict.sentence == "compensated: everything undone, newest first: charge, reserve"
    assert verdict.details[0] == "courier failed: RuntimeError: no van"
    late = stuck_rollback().undone("charge").add(EntryKind.COMPENSATED, undone=["reserve", "charge"])
    assert said(late).sentence == "compensated: everything undone, in this order: reserve, charge"


def test_a_changed_definition_is_not_taken_for_an_unknown_outcome():
    """Nobody is asked what came of a step: the definition comes back, or a new run begins before what differs."""
    script = Script().done("reserve").done("charge")
    script.add(EntryKind.PARKED, status="doubtful", on=["charge"], why="run r1 can not go on at 'charge': …")
    assert said(script).sentence == "stopped, nothing is lost: run r1 can not go on at 'charge': …"
    assert ways(script) == ["retry r1", "fork r1 --at 2"]


def test_doubt_says_what_is_not_known_and_the_three_answers():
    script = in_doubt()
    assert said(script).sentence == (
        "doubtful, somebody must say what happened: charge may or may not have happened: the process ended while it ran"
    )
    assert ways(script) == ["resolve r1 charge --done JSON", "resolve r1 charge --again", "resolve r1 charge --fail"]


def test_an_incomplete_rollback_says_what_is_still_in_effect():
    script = stuck_rollback()
    assert said(script).sentence == (
        "doubtful, the rollback is incomplete: charge is still in effect, undoing it failed: RuntimeError: bank is closed"
    )
    assert ways(script) == ["retry r1 charge", "mark-done r1 charge --reason …", "skip r1 charge --reason …"]


def test_where_there_is_no_compensation_to_try_again_that_is_not_offered():
    script = stuck_rollback()
    script.entries[-2].data["form"] = {"properties": {"how": {"enum": ["done", "skip"]}}}
    assert ways(script) == ["mark-done r1 charge --reason …", "skip r1 charge --reason …"]


def test_a_question_is_quoted_with_its_deadline_and_the_fields_to_fill_in():
    script = asking()
    assert said(script, T0 + 60).sentence == "parked, nothing is lost: review asks: approve 48,000? (due in 59m 00s)"
    assert ways(script) == ["answer r1:review -i approve=… -i note=…"]


def test_a_bulk_operation_that_waits_for_its_failed_items_says_what_can_be_done_with_them():
    script = Script().done("batch/0").add(EntryKind.PARKED, status="waiting", on=["steer"], signals={"steer": "steer"})
    assert "items of it failed, and somebody is to say what becomes of them" in said(script).sentence
    assert ways(script) == ["bulk r1", "bulk r1 --retry all", "bulk r1 --exclude all", "bulk r1 --finish"]


def test_a_run_that_waits_for_a_signal_says_how_to_send_it():
    script = Script().add(EntryKind.PARKED, status="waiting", on=["paid"], signals={"paid": "payment"})
    assert said(script).sentence == "parked, nothing is lost: paid waits for the signal payment"
    assert ways(script) == ["signal r1 payment"]


def test_a_sleeping_run_says_until_when():
    script = (
        Script().add(EntryKind.SLEEPING, "nap", until=T0 + 100).add(EntryKind.PARKED, status="sleeping", on=["nap"])
    )
    assert "(in 1m 40s)" in said(script, T0).sentence


def test_a_paused_run_says_why():
    script = Script().add(EntryKind.PAUSED, by="eve", reason="lunch").add(EntryKind.PARKED, status="paused")
    assert said(script).sentence == "paused: lunch"
    assert ways(script) == ["resume r1"]


def test_a_cancelled_run_says_by_whom_and_a_timeout_says_so():
    script = Script().add(EntryKind.CANCEL, by="eve", reason="wrong order").undone("a")
    script.add(EntryKind.CANCELLED, reason="wrong order", undone=["a"])
    assert said(script).sentence == "cancelled by eve: wrong order"
    assert said(script).details == ("undone, newest first: a",)
    late = Script().add(EntryKind.CANCEL, reason="timeout").add(EntryKind.CANCELLED, reason="timeout")
    assert said(late).sentence == "cancelled because its time ran out"


def test_a_running_run_says_what_each_open_step_is_doing():
    script = Script().add(EntryKind.STARTED, "a", 2)
    script.add(EntryKind.ATTEMPT_FAILED, "b", 1, error={"type": "E", "message": "x"}, retry_at=script.now + 5.1)
    assert said(script).details == ("a is running for 100 ms, try 2", "b failed: E: x, next try in 5.0 s")


def test_a_run_that_nobody_drives_says_how_to_let_it_go_on():
    left = verdict(tell(Script().add(EntryKind.STARTED, "a", 1).entries), T0 + 9, driven=False)
    assert left.sentence == "stopped on its way; nothing is lost"
    assert [way.words for way in left.ways] == [("resume", "r1")]


def test_what_a_key_holds_can_not_act_in_the_shell_that_its_command_is_copied_to():
    """The places to fill in stay as they are; a key is the definition's, made of what somebody sent."""
    assert (
        Way(("resolve", "r", "mail/$(rm x) …", "--again"), "").line == "lexiconsole resolve r 'mail/$(rm x) '… --again"
    )
    assert Way(("answer", "r:k", "-i", "a b=…"), "").line == "lexiconsole answer r:k -i 'a b='…"
    assert Way(("reject", "r:k", "--reason", "…"), "").line == "lexiconsole reject r:k --reason …"
