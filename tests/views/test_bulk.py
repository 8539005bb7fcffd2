"""What is folded from a bulk operation's entries: each figure can be traced to one of them."""

from __future__ import annotations

from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.types import RunStatus
from lexiconsole.views.bulk import BulkFold
from lexiconsole.views.bulk_words import bulk_sentence, counts_of, items_csv, matching
from lexiconsole.views.words import StepState

TERMS = {
    "total": 30, "batch_size": 10, "concurrency": 2, "attempts": 1, "stop_loss": 0.5, "stop_loss_after": 5, "hold": True,
}  # fmt: skip


class Told:
    """Entries one after the other, a second apart."""

    def __init__(self, **terms: Any) -> None:
        self.fold, self._seq = BulkFold(), 1
        self.add(EntryKind.DECIDED, "terms", value={**TERMS, **terms})

    def add(self, kind: EntryKind, key: str = "", attempt: int = 0, **data: Any) -> None:
        self._seq += 1
        self.fold.add([Entry("r", self._seq, 100.0 + self._seq, kind, key, attempt, data)])

    def batch(self, key: str, done: int, *failures: tuple[int, str, str]) -> None:
        told = [{"index": n, "type": kind, "message": message} for n, kind, message in failures]
        self.add(EntryKind.DONE, key, 1, result={"done": done, "seconds": 0.5, "failures": told, "results": None})


def test_counts_causes_and_what_is_left_come_from_the_batches_that_ended() -> None:
    told = Told()
    told.batch("batch/0", 8, (3, "Err", "402 card closed"), (7, "Err", "402 card closed"))
    told.add(EntryKind.STARTED, "batch/1", 1, owner=1)
    view = told.fold.view()
    assert (view.done, view.failed, view.running, view.queued) == (8, 2, 10, 10)
    assert (StepState.RUNNING, 10) in counts_of(view, RunStatus.RUNNING)
    told.batch("batch/1", 10)
    states = [state for state, _ in counts_of(told.fold.view(), RunStatus.RUNNING)]
    assert StepState.RUNNING not in states, "no entry says that a batch of a moment runs: none is no figure"
    assert (StepState.RUNNING, 0) in counts_of(told.fold.view(), RunStatus.COMPLETED)
    assert view.share == 10 / 30 and view.rate == 10.0 and view.eta == 2.0
    assert [(cause.items, cause.sample.error) for cause in view.causes] == [((3, 7), "402 card closed")]
    assert view.failed_share == 0.2 and view.stop_loss == 0.5


def test_a_pause_says_nothing_of_the_speed_and_the_peak_is_one_that_was() -> None:
    told = Told(total=100)
    for number in range(3):
        told.batch(f"batch/{number}", 10)
    assert (told.fold.view().rate, told.fold.view().peak) == (10.0, 10.0)
    told._seq += 600
    told.batch("batch/3", 10)
    view = told.fold.view()
    assert (view.rate, view.peak, view.eta) == (20.0, 20.0, 3.0), "ten items in the half second that the batch took"


def test_causes_that_differ_in_ids_only_are_one() -> None:
    told = Told()
    told.batch("batch/0", 8, (1, "KeyError", "'row-0001'"), (2, "KeyError", "'row-0002'"))
    assert [len(cause.items) for cause in told.fold.view().causes] == [2]


def test_a_second_try_replaces_what_the_first_one_said() -> None:
    told = Told()
    told.batch("batch/0", 8, (3, "Err", "busy"), (7, "Err", "busy"))
    told.add(EntryKind.SLEEPING, "batch/0#2/pause", until=200.0)
    assert (told.fold.view().failed, told.fold.view().retrying) == (0, 2)
    told.batch("batch/0#2", 1, (7, "Err", "busy"))
    view = told.fold.view()
    assert (view.done, view.failed, view.retrying, view.settled) == (9, 1, 0, 10)
    assert sum(view.speed) == 11, "an item that was tried twice was done once and failed once"


def test_items_that_are_tried_again_on_request_leave_the_failures_until_they_fail_again() -> None:
    told = Told()
    told.batch("batch/0", 8, (3, "Err", "busy"), (7, "Err", "busy"))
    told.add(EntryKind.RECEIVED, "steer", payload={"retry": "all"}, name="steer")
    told.add(EntryKind.DECIDED, "steer/retry", value=[3, 7])
    assert (told.fold.view().failed, told.fold.view().retrying) == (0, 2)
    told.batch("again/1", 1, (7, "Err", "busy"))
    view = told.fold.view()
    assert (view.done, view.failed, view.retrying) == (9, 1, 0)
    assert told.fold.item(7).batch == "again/1" and told.fold.item(3).state is StepState.DONE


def test_what_is_excluded_is_not_counted_as_failed_any_more() -> None:
    told = Told()
    told.batch("batch/0", 8, (3, "Err", "busy"), (7, "Err", "busy"))
    told.add(EntryKind.DECIDED, "steer/exclude", value=[3])
    view = told.fold.view()
    assert (view.failed, view.excluded, view.settled) == (1, 1, 10)
    assert told.fold.item(3).state is StepState.SKIPPED and told.fold.item(3).error == "busy"


def test_the_knobs_follow_what_was_received_and_a_word_that_was_ignored_is_said() -> None:
    told = Told()
    told.add(EntryKind.RECEIVED, "steer", payload={"concurrency": 9, "rate": 5.0}, name="steer")
    assert (told.fold.view().concurrency, told.fold.view().limit) == (9, 5.0)
    told.add(EntryKind.RECEIVED, "steer#2", payload={"retry": [99]}, name="steer")
    told.add(EntryKind.DECIDED, "steer#2/ignored", value="nothing is tried again: none of these items failed")
    assert "none of these items failed" in bulk_sentence(told.fold.view(), RunStatus.RUNNING).text


def test_a_whole_batch_that_failed_is_each_of_its_items() -> None:
    told = Told(total=25)
    told.add(EntryKind.STEP_FAILED, "batch/2", 3, error={"type": "OSError", "message": "disk full"})
    view = told.fold.view()
    assert view.failed == 5 and view.causes[0].items == (20, 21, 22, 23, 24)


def test_over_a_renewal_counts_go_on_and_numbers_too() -> None:
    told = Told()
    told.batch("batch/0", 10)
    told.add(
        EntryKind.RENEWED,
        state={"batch": 1, "batch_size": 10, "total": 30, "concurrency": 4, "rate": None},
        generation=1,
    )
    told.batch("batch/1", 9, (12, "Err", "x"))
    view = told.fold.view()
    assert (view.done, view.failed, view.concurrency, view.total) == (19, 1, 4, 30)


def test_items_are_found_by_state_place_and_error() -> None:
    told = Told()
    told.batch("batch/0", 8, (3, "Err", "402"), (7, "OSError", "disk full"))
    fold = told.fold
    assert list(matching(fold, "")) == [3, 7]
    assert list(matching(fold, "all")) == list(range(30))
    assert list(matching(fold, "state:failed")) == [3, 7]
    assert list(matching(fold, "disk")) == [7]
    assert list(matching(fold, "#3")) == [3] and list(matching(fold, "#999")) == []
    assert len(matching(fold, "done")) == 8 and len(matching(fold, "queued")) == 20


def test_csv_is_harmless_for_spreadsheets() -> None:
    told = Told()
    told.batch("batch/0", 9, (3, "Err", "=cmd()"))
    assert items_csv([told.fold.item(3)]) == "item,state,type,message,batch,tries\n3,failed,Err,'=cmd(),batch/0,1\n"


def test_csv_can_be_written_whatever_an_error_holds() -> None:
    told = Told()
    told.batch("batch/0", 9, (3, "Err", "no file \udcff\rthere"))
    written = items_csv([told.fold.item(3)]).encode("utf-8")
    assert written.endswith(b'3,failed,Err,"no file \\udcff\nthere",batch/0,1\n')


def test_a_million_items_cost_what_their_batches_cost() -> None:
    told = Told(total=1_000_000, batch_size=1_000)
    for number in range(1_000):
        told.batch(f"batch/{number}", 1_000)
    assert told.fold.view().done == 1_000_000
    assert told.fold.item(999_999).state is StepState.DONE
