"""A bulk operation in words: what holds it up and what can be done, whether an item matches a filter, and items as CSV."""

from __future__ import annotations

from collections.abc import Iterable

from lexiconsole.types import RunStatus
from lexiconsole.views.bulk import BulkFold
from lexiconsole.views.bulk_figures import BulkItem, BulkView
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.sentences import Sentence
from lexiconsole.views.spreadsheet import csv_text
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["ITEM_WORDS", "bulk_sentence", "counts_of", "items_csv", "let_go", "matching", "tried_again"]

ITEM_WORDS = {state: STEP_LOOKS[state].word for state in StepState} | {
    StepState.SKIPPED: "excluded",
    StepState.PENDING: "queued",
}


def counts_of(view: BulkView, status: RunStatus) -> list[tuple[StepState, int]]:
    """How many items stand how, as far as that is known: of batches that take a moment no entry says that they run."""
    counts = [
        (StepState.DONE, view.done),
        (StepState.RUNNING, view.running),
        (StepState.RETRYING, view.retrying),
        (StepState.FAILED, view.failed),
        (StepState.SKIPPED, view.excluded),
    ]
    if view.queued is not None:
        counts.append((StepState.PENDING, view.queued))
    unknown = status is RunStatus.RUNNING and not view.running
    return [each for each in counts if not (unknown and each[0] is StepState.RUNNING)]


def bulk_sentence(view: BulkView, status: RunStatus, fault: str = "") -> Sentence:
    """What matters most now, in one line. `fault` is why the run failed where none of its items did."""
    if status is RunStatus.FAILED and fault and not view.failed:
        return Sentence(harmless_sentence(fault), (("r", "try again"),))
    if view.ignored:
        return Sentence(f"what was asked changed nothing: {harmless(view.ignored)}")
    first = view.causes[0] if view.causes else None
    if status is RunStatus.WAITING and view.hold and first is not None:
        over = _over(view)
        why = (
            f"stopped: {view.failed_share:.1%} failed, more than {(view.stop_loss or 0) * 100:g}%"
            if over
            else "all items are through"
        )
        keys = (("R", "try the cause again"), ("x", "exclude it"), ("m", "end with the failures"))
        return Sentence(f"{why}; {view.failed:,} failed", keys)
    if first is not None and status.ended:
        said = f"{view.failed:,} of {many(view.settled, 'item')} failed; most often: {harmless_sentence(first.sample.error)}"
        return Sentence(said, (("X", "items as a file"),))
    if first is not None:
        share = f"{len(first.items):,} of {many(view.failed, 'failure')} of one cause"
        return Sentence(f"{share}: {harmless_sentence(first.sample.error)}", (("p", "pause"), ("c", "cancel")))
    if status.ended:
        said = f"{many(view.done, 'item')} done" + (f", {view.excluded:,} excluded" if view.excluded else "")
        return Sentence(said, (("X", "items as a file"),))
    return Sentence("nothing has failed so far", (("p", "pause"), ("c", "cancel")))


def tried_again(failed: int) -> str:
    """What a retry of so many failed items comes to."""
    again = "is tried again, once more" if failed == 1 else "are tried again, once more each"
    return f"{many(failed, 'failed item')} {again}"


def let_go(failed: int) -> str:
    """What it comes to that so many failed items are excluded."""
    so = "is let go; it counts" if failed == 1 else "are let go; they count"
    return f"{many(failed, 'failed item')} {so} as excluded, not as failed"


def _over(view: BulkView) -> bool:
    return view.stop_loss is not None and view.settled >= view.stop_loss_after and view.failed_share > view.stop_loss


def matching(fold: BulkFold, text: str) -> list[int] | range:
    """The items a filter shows: nothing typed: those that did not simply succeed; `all`; a state (`failed`, `done`); `#12`;
    otherwise those whose error holds the text.
    """
    word = text.strip().lower().removeprefix("state:")
    if not word:
        return fold.noteworthy()
    every = fold.every()
    if word == "all":
        return every
    if word.startswith("#"):
        digits = word[1:].replace(",", "")
        return [int(digits)] if digits.isdigit() and int(digits) in every else []
    states = {state for state, name in ITEM_WORDS.items() if name == word}
    if states & {StepState.DONE, StepState.PENDING, StepState.RUNNING}:
        return [index for index in every if fold.item(index).state in states]
    noteworthy = fold.noteworthy()
    if states:
        return [index for index in noteworthy if fold.item(index).state in states]
    return [index for index in noteworthy if word in fold.item(index).error.lower()]


def items_csv(items: Iterable[BulkItem]) -> str:
    """One line an item, with a head."""
    head = ["item", "state", "type", "message", "batch", "tries"]
    rows = ([it.index, ITEM_WORDS[it.state], it.type, it.message, it.batch, it.tries or ""] for it in items)
    return "".join(csv_text(head, rows))
