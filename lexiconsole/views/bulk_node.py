"""The node of a bulk operation on a run's map: it has the batches of all generations, and is not over between two of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from lexiconsole.types import RunStatus
from lexiconsole.views.picture import NodeView
from lexiconsole.views.story import Story
from lexiconsole.views.words import StepState

__all__ = ["of_bulk"]

_STANDS_AS = {
    RunStatus.PENDING: StepState.PENDING,
    RunStatus.RUNNING: StepState.RUNNING,
    RunStatus.WAITING: StepState.WAITING,
    RunStatus.SLEEPING: StepState.SLEEPING,
    RunStatus.PAUSED: StepState.PENDING,
}
"""How it stands between two batches, by how the run does."""


def of_bulk(view: NodeView, before: NodeView | None, story: Story, *, over: bool) -> NodeView:
    """`view` is what the batches of this generation make of it, `before` how it stood when the generation began, None when
    it had not begun. That no batch is open does not say that it is over: `over` does, the token being past it, or the run's end.
    """
    if before is not None:
        view = replace(view, items=dict(Counter(before.items) + Counter(view.items)), began_at=before.began_at)
    stands = _STANDS_AS.get(story.status)
    if over or stands is None or view.state is not StepState.DONE:
        return view
    return replace(view, state=stands, ended_at=None)
