"""Requests as changes: the same request of one or more runs, in the words of what is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.tui.acts import Change, Done
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Preview, Workspace
    from lexiconsole.durable.rows import RunRow

__all__ = ["change_of", "steering"]

_WORDS = {
    RequestKind.PAUSE: ("Pause", "pause", "paused"),
    RequestKind.RESUME: ("Resume", "resume", "resumed"),
    RequestKind.CANCEL: ("Cancel", "cancel", "cancelled"),
    RequestKind.RETRY: ("Retry", "retry", "tried again"),
    RequestKind.SKIP: ("Skip", "skip", "skipped"),
    RequestKind.RESOLVE: ("Resolve", "resolution", "resolved"),
    RequestKind.EDIT: ("Edit", "edit", "edited"),
    RequestKind.ANSWER: ("Answer", "answer", "answered"),
    RequestKind.SIGNAL: ("Signal", "signal", "sent"),
}
_LOOKS, _LOOK_AGAIN = 40, 0.05
"""So often, and after so many seconds each time, is looked whether a cancel that is to be taken back has been asked for."""

_FINAL = frozenset({RequestKind.CANCEL, RequestKind.SKIP, RequestKind.RESOLVE})
_BACK = {RequestKind.PAUSE: RequestKind.RESUME, RequestKind.RESUME: RequestKind.PAUSE}


def change_of(
    rows: Sequence[RunRow],
    kind: RequestKind,
    target: str = "",
    data: dict[str, Any] | None = None,
    *,
    title: str = "",
    then: Callable[[Done], None] | None = None,
    undone: bool = True,
) -> Change:
    """The same request of one or more runs, each bound to what its preview saw. `undone`: `u` may ask for the opposite."""
    name, word, past = _words(kind)
    requests = [Request(row.id, kind, target, dict(data or {})) for row in rows]
    one = rows[0]
    subject = f"{one.name} {one.id}" if len(rows) == 1 else f"{len(rows)} runs"
    typed = "" if kind not in _FINAL else one.id[-4:] if len(rows) == 1 else str(len(rows))
    given_up, over = threading.Event(), threading.Event()

    def look(workspace: Workspace) -> Iterator[Preview]:
        for request in requests:
            preview = workspace.preview(request)
            yield preview if len(requests) == 1 else replace(preview, details=[])

    def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
        try:
            return ask(workspace, previews)
        finally:
            over.set()

    def ask(workspace: Workspace, previews: Sequence[Preview]) -> Done:
        refused, done, left = [], [], 0
        for request, preview in zip(requests, previews, strict=True):
            if given_up.is_set():
                refused.append(f"{request.run_id}: taken back before it was asked")
                continue
            if preview.refused:
                refused.append(f"{request.run_id}: {preview.refused}")
                continue
            outcome = workspace.act(replace(request, expects=preview.revision))
            if outcome.refused:
                refused.append(f"{request.run_id}: {outcome.refused}")
            else:
                done.append(outcome.run)
                left += outcome.pending
        what = harmless(f"{done[0].name} {done[0].id}") if len(done) == 1 else f"{len(done)} runs"
        said = f"{what} {past}" if done else f"nothing was {past}"
        if left:
            said = f"{what}: {word} is recorded; " + ("it waits" if left == 1 else f"{left} wait") + " for the engine"
        return Done(said, tuple(refused), tuple(done), final=kind is RequestKind.CANCEL and not left)

    return Change(
        title=title or f"{name} {subject}",
        word=word,
        look=look,
        perform=perform,
        runs=tuple((row.id, row.seq) for row in rows),
        typed=typed,
        undo=_back(rows, kind, given_up, over) if undone else None,
        undo_while_it_waits=kind is RequestKind.CANCEL,
        then=then,
    )


def _back(rows: Sequence[RunRow], kind: RequestKind, given_up: threading.Event, over: threading.Event) -> Change | None:
    """What `u` asks for behind the change."""
    if kind is RequestKind.CANCEL:
        return _withdrawal(rows, given_up, over)
    return change_of(rows, _BACK[kind], undone=False) if kind in _BACK else None


def _withdrawal(rows: Sequence[RunRow], given_up: threading.Event, over: threading.Event) -> Change:
    """Takes the cancels back that nobody has taken up; those not yet asked for are `given_up`. One cancel may still be on its
    way into the store, until asking for it is `over`.
    """
    requests = [Request(row.id, RequestKind.WITHDRAW) for row in rows]

    def look(workspace: Workspace) -> Iterator[Preview]:
        first = workspace.preview(requests[0])
        looks = _LOOKS if len(requests) == 1 else 0
        while first.refused and looks:
            looks = 0 if over.wait(_LOOK_AGAIN) else looks - 1
            first = workspace.preview(requests[0])
        yield first
        yield from (workspace.preview(request) for request in requests[1:])

    def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
        given_up.set()
        outcomes = [workspace.act(request) for request in requests]
        back = tuple(outcome.run for outcome in outcomes if not outcome.refused)
        what = f"the cancel of {harmless(back[0].id)} is" if len(back) == 1 else f"{len(back)} cancels are"
        return Done(
            f"{what} taken back" if back else "", tuple(each.refused for each in outcomes if each.refused), back
        )

    subject = f"{rows[0].name} {rows[0].id}" if len(rows) == 1 else f"{len(rows)} runs"
    return Change(
        title=f"Take back the cancel of {subject}",
        word="withdrawal",
        look=look,
        perform=perform,
        runs=tuple((row.id, row.seq) for row in rows),
    )


def steering(change: Change, sentence: str) -> Change:
    """The same change, with what the signal means instead of that one is sent."""

    def look(workspace: Workspace) -> Iterator[Preview]:
        return (replace(one, sentence=sentence) if not one.refused else one for one in change.look(workspace))

    def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
        done = change.perform(workspace, previews)
        told = [harmless(f"told {run.name} {run.id}: {sentence}") for run in done.runs]
        return replace(done, sentence="\n".join(told) or done.sentence)

    return replace(change, look=look, perform=perform, word="steering")


def _words(kind: RequestKind) -> tuple[str, str, str]:
    return _WORDS.get(kind, (kind.value.replace("_", " ").capitalize(), kind.value.replace("_", " "), "done"))
