"""The fold from entries to a story."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.types import RunStatus
from lexiconsole.views.key_parts import undone_key
from lexiconsole.views.story import RowKind
from lexiconsole.views.telling import Telling, tell, timeline
from lexiconsole.views.words import StepState
from tests.views.entries import T0, Script, asking, in_doubt, rolled_back, stuck_rollback


def states(script: Script) -> dict[str, StepState]:
    return {row.key: row.state for row in tell(script.entries).rows}


def test_a_plain_run_is_told_from_beginning_to_end():
    story = tell(Script(input={"a": 1}).done("one", 1).done("two").add(EntryKind.COMPLETED, result=3).entries)
    assert (story.name, story.by, story.input) == ("order", "eve", {"a": 1})
    assert (story.status, story.result, story.seq) == (RunStatus.COMPLETED, 3, 4)
    assert [(row.key, row.state, row.result) for row in story.rows] == [("one", "done", 1), ("two", "done", None)]
    assert story.took(now=T0 + 99) == pytest.approx(0.3)


def test_attempts_stay_apart_each_with_its_error_and_the_time_of_the_next():
    charge = tell(rolled_back().entries).row("charge")
    assert charge is not None
    first, second = charge.attempts
    assert (first.number, first.state, first.error["message"]) == (1, StepState.FAILED, "slow")
    assert first.retry_at is not None
    assert (second.number, second.state, second.took) == (2, StepState.DONE, pytest.approx(0.8))


def test_a_step_that_was_over_before_its_start_was_recorded_has_no_duration():
    row = tell(Script().done("one").entries).row("one")
    assert row.attempts[0].took is None


def test_a_rollback_is_told_newest_first_with_where_it_turned():
    story = tell(rolled_back().entries)
    assert story.status is RunStatus.COMPENSATED
    assert (story.turned, story.turned_at) == (True, "courier")
    assert story.undone == ("charge", "reserve")
    assert [row.undoes for row in story.rows if row.undoes] == ["charge", "reserve"]


def test_while_it_rolls_back_it_is_compensating():
    prefix = rolled_back().entries[:7]
    story = tell(prefix)
    assert story.status is RunStatus.COMPENSATING
    assert states_of(story)["undo/charge"] is StepState.UNDOING


def states_of(story):
    return {row.key: row.state for row in story.rows}


def test_an_unknown_outcome_is_in_doubt_until_somebody_says_and_the_attempt_is_not_called_failed():
    story = tell(in_doubt().entries)
    assert story.status is RunStatus.DOUBTFUL
    row = story.row("charge")
    assert row.state is StepState.DOUBTFUL
    assert [attempt.state for attempt in row.attempts] == [StepState.DOUBTFUL]


@pytest.mark.parametrize(
    ("how", "state"),
    [("again", StepState.PENDING), ("done", StepState.BY_HAND), ("fail", StepState.FAILED)],
)
def test_resolving_a_doubt(how: str, state: StepState):
    script = in_doubt().add(EntryKind.RESOLVED, "charge", by="eve", how=how, result={"id": 1})
    assert states(script)["charge"] is state


def test_a_failed_compensation_is_not_undone_and_a_second_visit_that_works_is():
    script = stuck_rollback()
    assert states(script)["undo/charge"] is StepState.UNDO_FAILED
    assert tell(script.entries).undone == ("reserve",)
    script.add(EntryKind.ANSWERED, "repair/charge", by="eve", value={"how": "again"})
    script.add(EntryKind.STARTED, "undo/charge#2", 1, undo=True).done("undo/charge#2")
    assert tell(script.entries).undone == ("reserve", "charge")


def test_what_was_undone_by_hand_counts_as_undone_when_the_run_says_so_at_its_end():
    script = stuck_rollback().add(EntryKind.ANSWERED, "repair/charge", by="eve", value={"how": "done"})
    script.add(EntryKind.COMPENSATED, error={"type": "SagaError", "message": "x"}, undone=["undo/reserve", "charge"])
    assert tell(script.entries).undone == ("reserve", "charge")


def test_a_retry_keeps_what_it_voids_visible_and_the_run_moves_again():
    script = Script().done("a").failed("b").add(EntryKind.FAILED, error={"type": "Err", "message": "no"})
    script.add(EntryKind.RETRIED, "b", by="eve", voids=[3, 4])
    story = tell(script.entries)
    assert (story.status, story.ended_at, story.error) == (RunStatus.RUNNING, None, None)
    row = story.row("b")
    assert row.state is StepState.PENDING
    assert [attempt.voided for attempt in row.attempts] == [True]
    again = tell(script.done("b", 5, attempt=2).entries).row("b")
    assert (again.state, again.result, len(again.attempts)) == (StepState.DONE, 5, 2)


def test_a_skip_stands_as_the_outcome_of_its_key_and_voids_what_followed():
    script = (
        Script()
        .done("a")
        .failed("b")
        .done("c")
        .add(EntryKind.SKIPPED, "b", by="eve", result=7, voids=[3, 4], reason="x")
    )
    story = tell(script.entries)
    assert (story.row("b").state, story.row("b").result) == (StepState.SKIPPED, 7)
    assert story.row("c").state is StepState.PENDING


def test_an_edit_replaces_a_result_or_the_input_and_says_who():
    script = Script(input={"n": 1}).done("a", 1)
    script.add(EntryKind.EDITED, "a", by="eve", target=2, value=9).add(
        EntryKind.EDITED, "", by="eve", target=1, value={"n": 2}
    )
    story = tell(script.entries)
    assert (story.row("a").result, story.input) == (9, {"n": 2})


def test_an_edited_failure_counts_as_done():
    script = Script().failed("a").add(EntryKind.EDITED, "a", by="eve", target=2, value=9)
    row = tell(script.entries).row("a")
    assert (row.state, row.result, row.error) == (StepState.BY_HAND, 9, None)


def test_a_question_waits_with_its_form_and_an_answer_settles_it():
    script = asking()
    row = tell(script.entries).row("review")
    assert (row.kind, row.state, row.text) == (RowKind.QUESTION, StepState.WAITING, "approve 48,000?")
    assert "form" in row.data
    script.add(EntryKind.ANSWERED, "review", by="bob", value={"approve": True})
    story = tell(script.entries)
    assert (story.status, story.row("review").result) == (RunStatus.RUNNING, {"approve": True})


def test_what_parks_and_is_owned_again_moves_again():
    script = asking().add(EntryKind.OWNED, pid=1)
    assert tell(script.entries).status is RunStatus.RUNNING


def test_a_run_that_parks_in_the_middle_of_a_rollback_is_compensating_when_it_goes_on():
    script = stuck_rollback().add(EntryKind.OWNED, pid=1)
    assert tell(script.entries).status is RunStatus.COMPENSATING


def test_how_the_origin_stood_says_nothing_about_its_fork():
    origin = asking()
    fork = Script("r2", origin={"run": "r1", "seq": 4, "name": "order"})
    fork.entries += [Entry("r2", e.seq, e.at, e.kind, e.key, e.attempt, e.data, e.by) for e in origin.entries[1:]]
    story = tell(fork.entries)
    assert story.status is RunStatus.PENDING
    assert story.parking is None
    assert story.row("score").result == 612


def test_a_renewal_begins_a_new_generation_with_no_rows():
    story = tell(Script().done("event").add(EntryKind.RENEWED, state={"n": 1}, generation=1).done("event").entries)
    assert story.generation == 1
    assert len(story.rows) == 1


def test_a_start_without_an_end_before_the_next_start_was_cut_off_by_a_crash():
    script = (
        Script()
        .add(EntryKind.STARTED, "a", 1)
        .add(EntryKind.OWNED, pid=2)
        .add(EntryKind.STARTED, "a", 2)
        .done("a", attempt=2)
    )
    row = tell(script.entries).row("a")
    assert [attempt.state for attempt in row.attempts] == [StepState.DOUBTFUL, StepState.DONE]


def test_what_steps_print_is_kept_over_all_tries():
    script = Script().add(EntryKind.ATTEMPT_FAILED, "a", 1, error={"message": "x"}, log="one\n", retry_at=T0)
    script.add(EntryKind.DONE, "a", 2, log="two\n")
    assert tell(script.entries).row("a").log == "one\ntwo\n"


@pytest.mark.parametrize(
    ("key", "of"),
    [
        ("undo/charge", "charge"),
        ("undo/charge#2", "charge"),
        ("left/undo/charge", "left/charge"),
        ("charge", ""),
        ("undo", ""),
        ("undoing/x", ""),
        ("notify/undo", ""),
    ],
)
def test_which_key_a_compensation_belongs_to(key: str, of: str):
    assert undone_key(key) == of


def test_the_timeline_says_once_where_the_run_turned_and_shows_what_comes_back_in_its_own_lane():
    moments = timeline(rolled_back().entries)
    assert [m.subject for m in moments if m.lane == "back"] == ["undo charge", "undo reserve"]
    turns = [m for m in moments if m.subject == "turned round"]
    assert [turn.text for turn in turns] == ["courier failed; undoing what was done, newest first"]


def test_a_process_that_takes_a_run_up_after_a_crash_is_named_one_that_drives_it_on_after_parking_is_not():
    crashed = timeline(Script().done("a").add(EntryKind.OWNED, pid=7, host="h").entries)
    assert crashed[-1].text == "by process 7 on h"
    parked = timeline(asking().add(EntryKind.OWNED, pid=7, host="h").entries)
    assert all(moment.subject != "taken up again" for moment in parked)


@pytest.mark.parametrize(
    ("kind", "key", "data", "said"),
    [
        (EntryKind.PAUSED, "", {"reason": "lunch"}, "pause"),
        (EntryKind.RETRIED, "b", {"voids": []}, "retry b"),
        (EntryKind.SKIPPED, "b", {"result": {"x": 1}}, 'skip b with {"x": 1}'),
        (EntryKind.RESOLVED, "b", {"how": "again"}, "resolve b: do it again"),
        (EntryKind.EDITED, "", {"target": 1, "value": 2}, "edit the input: 2"),
        (EntryKind.ANSWERED, "b", {"value": True}, "answer b: true"),
        (EntryKind.REFUSED, "b", {"kind": "retry", "reason": "no"}, "refused: retry b"),
        (EntryKind.CANCEL, "", {"reason": "timeout"}, "time is up"),
        (EntryKind.VOTED, "fin", {"verdict": "approve", "seat": "eve"}, "approve fin"),
        (EntryKind.VOTED, "fin", {"verdict": "reject", "seat": "ben"}, "reject fin for ben"),
        (EntryKind.VOTED, "fin", {"verdict": "approve", "seat": "anybody"}, "approve fin"),
        (EntryKind.VOTED, "fin", {"verdict": "withdrawn", "seat": "ben"}, "take back the vote on fin"),
        (EntryKind.DELEGATED, "fin", {"from": "eve", "seat": "eve", "to": "ben"}, "hand fin on to ben"),
        (EntryKind.ESCALATED, "fin", {"to": ["cleo", "role:x"], "why": "asked"}, "escalate fin to cleo, role:x"),
        (EntryKind.ESCALATED, "fin", {"to": ["cleo"], "why": "due"}, "escalate fin to cleo, time is up"),
        (
            EntryKind.ANSWERED,
            "fin",
            {"verdict": "approve", "seat": "eve", "value": {"outcome": "approved", "votes": []}},
            "approve fin, which is approved",
        ),
        (
            EntryKind.ANSWERED,
            "fin",
            {"verdict": "reject", "seat": "eve", "value": {"outcome": "stuck", "votes": []}},
            "reject fin, which is stuck",
        ),
        (
            EntryKind.ANSWERED,
            "fin",
            {"value": {"outcome": "info", "votes": [], "question": "which?"}},
            "ask about fin: which?",
        ),
        (EntryKind.ANSWERED, "fin", {"value": {"outcome": "withdrawn", "votes": []}}, "withdraw the request at fin"),
        (EntryKind.ANSWERED, "fin", {"value": {"outcome": "overdue", "votes": []}}, "time is up for fin"),
        (EntryKind.ANSWERED, "fin", {"error": {"type": "Withdrawn", "message": ""}}, "withdraw the request at fin"),
        (EntryKind.ANSWERED, "fin", {"error": {"type": "TimeoutError", "message": ""}}, "fin is not answered"),
    ],
)
def test_what_people_do_is_told_in_their_lane_with_who_and_why(kind, key, data, said):
    moment = timeline(Script().done("b").add(kind, key, by="eve", **data).entries)[-1]
    assert (moment.subject, moment.lane, moment.by) == (said, "people", "eve")


_KINDS = st.sampled_from(list(EntryKind))
_DATA = st.fixed_dictionaries(
    {},
    optional={
        "result": st.sampled_from([None, 1, "x", {"a": 1}]),
        "value": st.sampled_from([None, 1, {"how": "done"}]),
        "error": st.sampled_from([{"message": "m"}, {}]),
        "voids": st.lists(st.integers(1, 25), max_size=3),
        "how": st.sampled_from(["again", "done", "fail"]),
        "until": st.floats(0, 2e9),
        "undo": st.just(True),
        "target": st.integers(1, 25),
        "undone": st.just(["a"]),
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(_KINDS, st.sampled_from(["", "a", "undo/a", "repair/a"]), _DATA), max_size=20),
    st.integers(0, 20),
)
def test_a_prefix_told_entry_by_entry_is_the_same_as_told_at_once(facts, cut):
    """Also: no order of kinds, and no odd data, makes the fold raise."""
    entries = [Entry("r", 1, T0, EntryKind.CREATED, data={"definition": "d"})]
    for number, (kind, key, data) in enumerate(facts, start=2):
        fitting = {**data, "status": "waiting"} if kind is EntryKind.PARKED else data
        entries.append(Entry("r", number, T0 + number, kind, key, 1, fitting))
    telling = Telling()
    for entry in entries[:cut]:
        telling.add(entry)
    early = telling.story
    assert early == tell(entries[:cut])
    for entry in entries:
        telling.add(entry)
    assert telling.story == tell(entries)
    assert early == tell(entries[:cut])
