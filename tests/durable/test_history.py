"""The fold of a journal that a replay begins with."""

from __future__ import annotations

from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.history import History, Signal


def journal(*rows: tuple[EntryKind, str, dict[str, Any]]) -> list[Entry]:
    first = Entry("r", 1, 0.0, EntryKind.CREATED, data={"input": 1})
    return [first, *(Entry("r", seq, 0.0, kind, key, data=data) for seq, (kind, key, data) in enumerate(rows, 2))]


def keys(history: History) -> list[str]:
    return [event.key for event in history.events]


def test_outcomes_are_events_in_the_order_of_the_journal() -> None:
    history = History.of(journal((EntryKind.DONE, "b", {}), (EntryKind.DECIDED, "a", {"value": 1})))
    assert keys(history) == ["b", "a"] and history.last_seq == 3


def test_what_was_voided_is_no_event_but_its_attempt_counts() -> None:
    failed = Entry("r", 2, 0.0, EntryKind.STEP_FAILED, "a", 3, {"error": {}})
    retried = Entry("r", 3, 0.0, EntryKind.RETRIED, "a", data={"voids": [2]})
    history = History.of([*journal(), failed, retried])
    assert keys(history) == [] and history.records["a"].attempt == 3


def test_the_last_edit_of_an_outcome_stands_and_makes_a_failure_a_success() -> None:
    history = History.of(
        journal(
            (EntryKind.STEP_FAILED, "a", {"error": {"message": "no"}}),
            (EntryKind.EDITED, "a", {"target": 2, "value": 1}),
            (EntryKind.EDITED, "a", {"target": 2, "value": 2}),
            (EntryKind.EDITED, "", {"target": 1, "value": "other"}),
        )
    )
    assert history.events[0].kind is EntryKind.DONE and history.events[0].data == {"result": 2}
    assert history.input == "other"


def test_a_renewal_begins_with_its_state_and_the_signals_it_took_along() -> None:
    history = History.of(
        journal(
            (EntryKind.DONE, "a", {}),
            (EntryKind.RENEWED, "", {"state": 5, "generation": 1, "signals": [{"name": "go", "payload": 1}]}),
        )
    )
    assert (history.events, history.state, history.generation) == ([], 5, 1)
    assert history.signals == [Signal("go", 1)]


def test_a_signal_is_taken_once_and_given_back_by_a_receive_that_was_dropped() -> None:
    rows = [
        (EntryKind.SIGNALLED, "", {"name": "go", "payload": 1}),
        (EntryKind.SIGNALLED, "", {"name": "go", "payload": 2}),
        (EntryKind.RECEIVED, "r", {"signal": 2, "payload": 1}),
        (EntryKind.DROPPED, "r", {}),
    ]
    assert [s.payload for s in History.of(journal(*rows[:3])).signals] == [2]
    assert [s.payload for s in History.of(journal(*rows)).signals] == [1, 2]


def test_a_fork_takes_over_what_must_not_be_repeated_and_no_other_attempts_of_its_origin() -> None:
    rows = journal(
        (EntryKind.STARTED, "slow", {}), (EntryKind.STARTED, "charge", {"intent": True}), (EntryKind.ASKED, "q", {})
    )
    assert set(History.of(rows, copied=4).records) == {"charge", "q"}
    failed = journal(
        (EntryKind.STARTED, "charge", {"intent": True}), (EntryKind.ATTEMPT_FAILED, "charge", {"error": {}})
    )
    assert History.of(failed, copied=3).records["charge"].opened is None


def test_a_doubt_run_again_forgets_the_attempts_before_it() -> None:
    history = History.of(
        journal(
            (EntryKind.ATTEMPT_FAILED, "a", {"error": {}, "retry_at": 1.0}),
            (EntryKind.DOUBTED, "a", {"why": "?"}),
            (EntryKind.RESOLVED, "a", {"how": "again"}),
        )
    )
    record = history.records["a"]
    assert (record.spent, record.doubt, record.retry_at, history.events) == (0, None, None, [])
