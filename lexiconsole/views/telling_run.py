"""The sentence under a watched run: what the selected node does or waits for, and which key leads on."""

from __future__ import annotations

from dataclasses import dataclass

from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.durations import ahead, span
from lexiconsole.views.picture import NodeView
from lexiconsole.views.safe import harmless
from lexiconsole.views.story import RowKind
from lexiconsole.views.verdict import verdict
from lexiconsole.views.watched import Snapshot
from lexiconsole.views.words import STEP_LOOKS, Look, StepState

__all__ = ["Sentence", "sentence_of"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """`hint` names the key that leads on, "" when nothing is to be done."""

    look: Look
    text: str
    hint: str = ""


def sentence_of(snapshot: Snapshot, key: str, now: Instant) -> Sentence:
    """About the node, if something is going on there; else about the run."""
    view = snapshot.picture.nodes.get(key)
    story = snapshot.picture.story
    if snapshot.past:
        last = snapshot.lines[-1] if snapshot.lines else None
        said = f"{last.subject} {last.text}" if last is not None else "nothing yet"
        return Sentence(
            _look(snapshot, view), f"as it stood then: {harmless(said)}", ". back to now   b branch from here"
        )
    about = _of_node(snapshot, view, now) if view is not None else None
    if about is not None:
        return about
    whole = verdict(story, now)
    return Sentence(whole.look, harmless(whole.sentence), _HINTS.get(story.status, ""))


_HINTS = {
    RunStatus.FAILED: "r try again   b branch",
    RunStatus.WAITING: "i answer",
    RunStatus.PAUSED: "p go on",
    RunStatus.DOUBTFUL: "enter say what happened",
    RunStatus.COMPENSATED: "b try again as a new run",
}


def _look(snapshot: Snapshot, view: NodeView | None) -> Look:
    return STEP_LOOKS[view.state] if view is not None else verdict(snapshot.picture.story, 0.0).look


def _of_node(snapshot: Snapshot, view: NodeView, now: Instant) -> Sentence | None:
    look, name = STEP_LOOKS[view.state], harmless(view.node.title)
    match view.state:
        case StepState.RUNNING | StepState.UNDOING:
            since = f" for {span(now - view.began_at)}" if view.began_at is not None else ""
            counts = f": {view.text}" if view.text else ""
            return Sentence(look, f"{name} {look.word}{since}{counts}", "p pause   c cancel")
        case StepState.WAITING:
            due = f", due {ahead(view.until, now)}" if view.until is not None else ""
            row = snapshot.picture.story.row(view.row)
            asks = row is not None and row.kind is RowKind.QUESTION
            verb = "asks:" if row is not None and asks and not row.data.get("who") else "waits for"
            return Sentence(look, f"{name} {verb} {view.text}{due}", "i answer" if asks else "")
        case StepState.RETRYING:
            due = f", next try {ahead(view.until, now)}" if view.until is not None else ""
            return Sentence(look, f"{name}: {view.text}{due}", "r try now")
        case StepState.SLEEPING:
            due = f" and wakes {ahead(view.until, now)}" if view.until is not None else ""
            return Sentence(look, f"{name} sleeps{due}")
        case StepState.FAILED | StepState.UNDO_FAILED:
            return Sentence(look, f"{name} failed: {view.text}", "r try again   enter its traceback")
        case StepState.DOUBTFUL:
            return Sentence(look, f"{name} may or may not have happened: {view.text}", "enter say what happened")
        case _:
            return None
