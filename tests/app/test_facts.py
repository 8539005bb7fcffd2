"""Entries as events: what a journal says is told once, in order, and nothing is kept of what has ended."""

from __future__ import annotations

from typing import Any

from lexiconsole.app.facts import EntryEvents
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.types import ModelKind


def told(
    *facts: tuple[EntryKind, str, dict[str, Any]], kind: str = "saga", fold: EntryEvents | None = None
) -> list[str]:
    fold = fold or EntryEvents()
    events = []
    for seq, (what, key, data) in enumerate(facts, 1):
        events += fold.events(Entry("r", seq, float(seq), what, key, 1, data), "w", kind)
    return [f"{type(e).__name__.removesuffix('Event')} {getattr(e, 'key', '')}".strip() for e in events]


def test_a_step_that_took_a_moment_starts_and_ends_at_once():
    assert told((EntryKind.DONE, "a", {})) == ["StepStarted a", "StepCompleted a"]


def test_a_start_that_was_seen_is_told_once_whatever_comes_between():
    assert told(
        (EntryKind.STARTED, "a", {}),
        (EntryKind.ATTEMPT_FAILED, "a", {}),
        (EntryKind.STARTED, "a", {}),
        (EntryKind.DONE, "a", {}),
    ) == ["StepStarted a", "StepCompleted a"]


def test_a_first_attempt_that_failed_at_once_tells_of_the_start():
    assert told((EntryKind.ATTEMPT_FAILED, "a", {}), (EntryKind.STEP_FAILED, "a", {})) == [
        "StepStarted a",
        "StepFailed a",
    ]


def test_after_an_operators_retry_it_starts_again():
    facts = [(EntryKind.STEP_FAILED, "a", {}), (EntryKind.RETRIED, "", {}), (EntryKind.DONE, "a", {})]
    assert told(*facts) == ["StepStarted a", "StepFailed a", "StepStarted a", "StepCompleted a"]


def test_compensations_are_told_under_the_name_of_what_they_undo():
    assert told((EntryKind.STARTED, "undo/a", {"undo": True}), (EntryKind.STEP_FAILED, "undo/a", {})) == [
        "CompensationStarted a",
        "CompensationFailed a",
    ]


def test_what_a_compensation_inside_a_branch_began_it_ends():
    """Its key has the branch before `undo/`, and only its start says that it undoes."""
    facts = [(EntryKind.STARTED, "left/undo/a", {"undo": True}), (EntryKind.DONE, "left/undo/a", {})]
    assert told(*facts) == ["CompensationStarted left/a", "CompensationCompleted left/a"]


def test_only_a_machines_states_are_transitions():
    fact = (EntryKind.DECIDED, "open#2", {"value": {"event": "push", "from": "closed", "version": 3}})
    assert told(fact, kind=ModelKind.MACHINE) == ["StateTransitioned"]
    assert told(fact, kind=ModelKind.WORKFLOW) == []
    assert told((EntryKind.DECIDED, "open", {"value": {"state": "open"}}), kind=ModelKind.MACHINE) == []


def test_questions_and_answers():
    assert told((EntryKind.ASKED, "q", {"prompt": "?"}), (EntryKind.ANSWERED, "q", {"value": 1})) == [
        "QuestionAsked q",
        "QuestionAnswered q",
    ]


def test_every_kind_of_entry_is_understood_and_nothing_is_kept_of_what_ended():
    fold = EntryEvents()
    for kind in EntryKind:
        told((kind, "k", {}), fold=fold)
    told((EntryKind.STARTED, "a", {}), (EntryKind.COMPLETED, "", {}), fold=fold)
    assert fold._begun == {}
