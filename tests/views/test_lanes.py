"""A saga's lanes, folded entry by entry: order of the unwinding, what is in effect, and the verdict in words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.outline import NodeKind, Outline, OutlineNode
from lexiconsole.views.lane_words import effect_of, lane_verdict
from lexiconsole.views.lanes import Need, lanes_of
from lexiconsole.views.playback import Playback
from tests.views.entries import Script, in_doubt, rolled_back, stuck_rollback


def saga(*names: str, labels: dict[str, str] | None = None, plain: tuple[str, ...] = ()) -> Outline:
    """`plain` have no compensation."""
    forward = [OutlineNode(name, label=(labels or {}).get(name, "")) for name in names]
    undo = [
        OutlineNode(f"undo/{name}", NodeKind.COMPENSATION, label=name, lane="undo")
        for name in reversed(names)
        if name not in plain
    ]
    return Outline((*forward, *undo), ())


ORDER = saga("reserve", "charge", "courier", "notify")


def verdicts(script: Script) -> list[str]:
    return [lane_verdict(lanes_of(script.entries[:n], ORDER)).text for n in range(1, len(script.entries) + 1)]


def test_a_rollback_is_told_from_its_first_step_to_its_last() -> None:
    told = verdicts(rolled_back())
    assert told[5] == "RUNNING: 2 of 4 steps done"
    assert told[6] == "ROLLING BACK: 0 of 2 undone; still in effect: charge (ch-1) and reserve (rsv-1)"
    assert told[7] == "ROLLING BACK: 1 of 2 undone; still in effect: reserve (rsv-1)"
    assert told[-1] == "ROLLED BACK: nothing is left; undone newest first: charge, reserve"


def test_an_incomplete_rollback_names_exactly_what_is_left() -> None:
    assert verdicts(stuck_rollback())[-1] == "ROLLBACK INCOMPLETE: charge is still in effect"


def test_what_was_decided_about_it_by_hand_counts() -> None:
    script = stuck_rollback()
    script.add(EntryKind.ANSWERED, "repair/charge", by="ana", value={"how": "done", "reason": "paid back in cash"})
    script.add(EntryKind.COMPENSATED, undone=["reserve", "charge"])
    lanes = lanes_of(script.entries, ORDER)
    assert lanes.steps[1].undo.need is Need.DONE
    assert lanes.steps[1].undo.said == "paid back in cash"
    assert lane_verdict(lanes).text == "ROLLED BACK: nothing is left; undone in this order: reserve, charge (by hand)"
    assert not lanes.newest_first


def test_what_was_left_on_purpose_is_never_called_rolled_back() -> None:
    script = stuck_rollback()
    script.add(EntryKind.ANSWERED, "repair/charge", by="ana", value={"how": "skip", "reason": "too late"})
    script.add(EntryKind.FAILED, error={"type": "SagaError", "message": "x"})
    lanes = lanes_of(script.entries, ORDER)
    assert lanes.steps[1].undo.need is Need.LEFT
    assert lane_verdict(lanes).word == "ROLLBACK INCOMPLETE"


def test_a_doubt_on_the_way_is_no_success() -> None:
    assert verdicts(in_doubt())[-1] == "DOUBTFUL: somebody must say what came of charge"


def test_the_unwinding_is_last_in_first_out_and_leaves_out_what_never_happened() -> None:
    lanes = lanes_of(rolled_back().entries, ORDER)
    assert [step.key for step in lanes.unwinding] == ["charge", "reserve"]
    assert [step.undo.order for step in lanes.steps] == [2, 1, 0, 0]
    assert [step.undo.need for step in lanes.steps] == [Need.DONE, Need.DONE, Need.NOT_DONE, Need.NOT_DONE]
    assert lanes.failure is not None
    assert lanes.failure.key == "courier"


def test_the_token_goes_down_turns_at_the_failed_step_and_comes_back_up() -> None:
    script = rolled_back()
    paths = [lanes_of(script.entries[:n], ORDER).path for n in range(1, len(script.entries) + 1)]
    assert paths[-1] == ((0, False), (1, False), (2, False), (1, True), (0, True))
    for before, after in pairwise(paths):
        assert after[: len(before)] == before


def test_effects_carry_the_keys_they_were_made_under() -> None:
    steps = lanes_of(rolled_back().entries, ORDER).steps
    assert (steps[1].idempotency, steps[1].undo_idempotency) == ("r1/charge", "r1/undo/charge")


def test_after_a_migration_what_was_paid_stands_under_its_new_name_with_the_key_that_was_sent() -> None:
    """Shown as not reached, it would be paid by hand once more, and not be paid back."""
    script = Script("r1")
    script.done("charge", 1).done("ship", 2)
    script.add(EntryKind.MIGRATED, **{"from": 1, "to": 2, "keys": {"charge": "pay"}, "voids": [], "added": []})
    script.done("wrap", 3)
    script.add(EntryKind.STARTED, "undo/pay", 1, undo="pay")
    playback = Playback()
    playback.take(script.entries[:3], saga("charge", "ship"))
    playback.take(script.entries[3:], saga("charge", "ship"))
    for lanes in (lanes_of(script.entries, saga("charge", "ship")), playback.lanes(playback.head)):
        assert [(step.key, step.former, step.state.value, step.idempotency) for step in lanes.steps] == [
            ("pay", "charge", "done", "r1/charge"), ("ship", "", "done", "r1/ship"), ("wrap", "", "done", "r1/wrap"),
        ]  # fmt: skip
        assert [step.key for step in lanes.unwinding] == ["ship", "pay"] and lanes.steps[0].undo.need is Need.NOW
    assert [step.key for step in playback.lanes(2).steps] == ["pay", "ship"], "in the past under the same names"


def test_nothing_to_undo_and_cannot_be_undone_are_told_apart() -> None:
    outline = saga(
        "look", "pay", "ship", labels={"look": "look (read-only)", "pay": "pay (pivot)"}, plain=("look", "ship")
    )
    script = Script().done("look").done("pay").done("ship")
    lanes = lanes_of(script.entries, outline)
    assert [step.undo.need for step in lanes.steps] == [Need.NONE, Need.FINAL, Need.FINAL]
    assert (lanes.steps[0].read_only, lanes.steps[1].pivot) == (True, True)


def test_a_failed_step_that_may_have_taken_effect_is_undone_too() -> None:
    script = Script().done("reserve")
    script.add(EntryKind.STEP_FAILED, "charge", 1, error={"type": "TimeoutError", "message": "slow", "unknown": True})
    script.add(EntryKind.STARTED, "undo/charge", 1, undo=True)
    lanes = lanes_of(script.entries, ORDER)
    assert [step.key for step in lanes.unwinding] == ["charge", "reserve"]
    assert lanes.steps[1].undo.need is Need.NOW


def test_tries_of_all_visits_are_counted() -> None:
    script = stuck_rollback()
    script.add(EntryKind.ANSWERED, "repair/charge", by="ana", value={"how": "again", "reason": ""})
    script.add(EntryKind.STARTED, "undo/charge#2", 1, undo=True)
    lanes = lanes_of(script.entries, ORDER)
    assert lanes.steps[1].undo.tries == 2
    assert lanes.steps[1].undo.need is Need.NOW


def test_without_an_outline_the_steps_are_those_that_were_seen() -> None:
    assert [step.key for step in lanes_of(rolled_back().entries, Outline()).steps] == ["reserve", "charge", "courier"]


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("rsv-1", "rsv-1"),
        ({"order": "o-1", "number": "CH-1", "cents": 8900}, "o-1  CH-1  cents 8,900"),
        (None, ""),
        ({}, ""),
        ({"ok": True}, "ok"),
    ],
)
def test_a_result_is_told_as_an_effect(result: object, said: str) -> None:
    assert effect_of(result) == said  # type: ignore[arg-type]
