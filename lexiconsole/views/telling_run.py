"""The sentence under a watched run: what the selected node does or waits for, and which key leads on."""

from __future__ import annotations

from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.durations import ahead, deadline, span
from lexiconsole.views.picture import NodeView
from lexiconsole.views.safe import harmless
from lexiconsole.views.sentences import BACK_FROM_PAST, Sentence
from lexiconsole.views.story import RowKind
from lexiconsole.views.verdict import verdict
from lexiconsole.views.watched import Snapshot
from lexiconsole.views.words import STEP_LOOKS, Look, StepState

__all__ = ["sentence_of"]


def sentence_of(snapshot: Snapshot, key: str, now: Instant, awaited: str = "") -> tuple[Look, Sentence]:
    """About the node, if something is going on there; else about the run. `awaited` is what it needs before it can begin."""
    view = snapshot.picture.nodes.get(key)
    story = snapshot.picture.story
    if snapshot.past:
        last = snapshot.lines[-1] if snapshot.lines else None
        said = f"{last.subject} {last.text}" if last is not None else "nothing yet"
        then = Sentence(f"as it stood then: {harmless(said)}", (BACK_FROM_PAST, ("b", "fork from here")))
        return _look(snapshot, view), then
    whole = verdict(story, now)
    if story.status is RunStatus.PENDING and awaited:
        return whole.look, Sentence(f"pending: {awaited}", (("c", "cancel"),))
    if story.parking is not None and story.parking.why:
        return whole.look, Sentence(harmless(whole.sentence), (("r", "try again"), ("b", "fork"), ("L", "definitions")))
    about = _of_node(snapshot, view, now) if view is not None else None
    if view is not None and about is not None:
        return STEP_LOOKS[view.state], about
    return whole.look, Sentence(harmless(whole.sentence), _KEYS.get(story.status, ()))


_SAY = ("enter", "say what happened")
_KEYS = {
    RunStatus.FAILED: (("r", "try again"), ("b", "fork")),
    RunStatus.WAITING: (("i", "answer"),),
    RunStatus.PAUSED: (("p", "go on"),),
    RunStatus.DOUBTFUL: (_SAY,),
    RunStatus.COMPENSATED: (("b", "try again as a new run"),),
    RunStatus.COMPLETED: (("[", "look back"), ("b", "fork")),
    RunStatus.CANCELLED: (("b", "try again as a new run"),),
}


def _look(snapshot: Snapshot, view: NodeView | None) -> Look:
    return STEP_LOOKS[view.state] if view is not None else verdict(snapshot.picture.story, 0.0).look


def _of_node(snapshot: Snapshot, view: NodeView, now: Instant) -> Sentence | None:
    look, name = STEP_LOOKS[view.state], harmless(view.node.title)
    match view.state:
        case StepState.RUNNING | StepState.UNDOING:
            since = f" for {span(now - view.began_at)}" if view.began_at is not None else ""
            counts = f": {view.text}" if view.text else ""
            return Sentence(f"{name} {look.word}{since}{counts}", (("p", "pause"), ("c", "cancel")))
        case StepState.WAITING:
            due = f", {deadline(view.until, now)}" if view.until is not None else ""
            row = snapshot.picture.story.row(view.row)
            asks = row is not None and row.kind is RowKind.QUESTION
            verb = "asks:" if row is not None and asks and not row.data.get("who") else "waits for"
            return Sentence(f"{name} {verb} {view.text}{due}", (("i", "answer"),) if asks else ())
        case StepState.RETRYING:
            due = f", next try {ahead(view.until, now)}" if view.until is not None else ""
            return Sentence(f"{name}: {view.text}{due}", (("r", "try now"),))
        case StepState.SLEEPING:
            due = f" and wakes {ahead(view.until, now)}" if view.until is not None else ""
            return Sentence(f"{name} sleeps{due}", (("p", "pause"), ("c", "cancel")))
        case StepState.FAILED | StepState.UNDO_FAILED:
            return Sentence(f"{name} failed: {view.text}", (("r", "try again"), ("enter", "its traceback")))
        case StepState.DOUBTFUL:
            return Sentence(f"{name} may or may not have happened: {view.text}", (_SAY,))
        case _:
            return None
