"""What a person does to tasks, as changes: each bound to what was shown, each with what it leads to as its preview."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lexiconsole.app.outcome import Preview
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.tui.acts import Change, Done
from lexiconsole.types import Json, JsonObject
from lexiconsole.views.filling import fill, first_texts
from lexiconsole.views.forms import form_of
from lexiconsole.views.inbox import Task
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace

__all__ = ["REASON", "approval_as_it_stands", "decision", "form_of_task", "split_reason", "verb_of"]

REASON = "reason"
"""The field that a form of a decision has besides its own."""


def decision(
    tasks: Sequence[Task],
    kind: RequestKind,
    data: JsonObject | Callable[[Task], JsonObject],
    me: str,
    *,
    title: str,
    word: str,
    undo: bool = False,
    then: Callable[[Done], None] | None = None,
    aside: Mapping[str, str] | None = None,
) -> Change:
    """The same act on one or more tasks; `data` may differ by task. `undo`: `u` takes a vote back while its level is open;
    the taking back is recorded. `aside` says by task id why it can not be done to that one, which is shown with the others.
    """
    aside = aside or {}
    requests = [
        Request(task.run_id, kind, task.key, {**_data(data, task), "asked": task.seq, "shown": task.shown}, by=me)
        for task in tasks
    ]

    told = _told if len(tasks) == 1 else _told_of_one
    back = None
    if undo:
        voted = [task for task in tasks if task.id not in aside]
        back = decision(voted, RequestKind.WITHDRAW, {}, me, title="Take the vote back", word="withdrawal")

    def seen(workspace: Workspace, task: Task, request: Request) -> Preview:
        return Preview("", [], None, aside[task.id]) if task.id in aside else workspace.preview(request)

    def look(workspace: Workspace) -> Iterator[Preview]:
        return (told(task, seen(workspace, task, request)) for task, request in zip(tasks, requests, strict=True))

    def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
        refused, done, left = [], [], 0
        for number, request in enumerate(requests):
            if tasks[number].id in aside or (previews and previews[number].refused):
                continue
            outcome = workspace.act(request)
            if outcome.refused:
                refused.append(f"{request.run_id}: {outcome.refused}" if len(requests) > 1 else outcome.refused)
            else:
                done.append(outcome.run)
                left += outcome.pending
        what = f"{harmless(tasks[0].key)} of {done[0].id}" if len(done) == 1 else f"{len(done)} tasks"
        waits = "; it waits for the engine" if left else ""
        final = back is not None and not left and all(preview.refused for preview in back.look(workspace))
        said = f"{what}: {word} recorded{waits}" if done else ""
        return Done(said, tuple(refused), tuple(done), final, bool(left))

    return Change(
        title=title,
        word=word,
        look=look,
        perform=perform,
        runs=tuple((task.run_id, task.revision) for task in tasks),
        undo=back,
        then=then,
    )


def approval_as_it_stands(task: Task, texts: Mapping[str, str] | None = None) -> JsonObject | None:
    """The data of an approval with the form as it is, by default as it begins; None when something is still to do."""
    if not task.form:
        return {"verdict": "approve"}
    form = form_of(form_of_task(task))
    filled = fill(form, first_texts(form, dict(task.initial) or None) if texts is None else texts)
    return None if filled.errors else {**split_reason(task, filled.value), "verdict": "approve"}


def _data(data: JsonObject | Callable[[Task], JsonObject], task: Task) -> JsonObject:
    return data(task) if callable(data) else data


def _told_of_one(task: Task, preview: Preview) -> Preview:
    """One of several: named in the sentence itself, so that each has its own line."""
    about = f"{task.name} {task.run_id} {task.key}"
    reason = f"{about}: {preview.refused}" if preview.refused else ""
    return Preview(f"{about}: {preview.sentence}", preview.details, None, reason)


def _told(task: Task, preview: Preview) -> Preview:
    """The preview with the task it is about in front."""
    about = f"{task.name} {task.run_id}: {task.prompt}"
    return Preview(preview.sentence, [about, *preview.details], None, preview.refused)


def verb_of(task: Task, kind: RequestKind, verdict: str = "") -> str:
    """Why that can not be done to the task, "" when it can; a clause for the status sentence."""
    for verb in task.verbs:
        if verb.kind is kind and verb.verdict == verdict:
            return verb.why_not
    return "that is not decided here" if task.verbs else "nobody is asked"


def form_of_task(task: Task) -> JsonObject | None:
    """The form that is typed: the question's own; of a decision with a field for the reason."""
    if not task.levels:
        return task.form
    form: JsonObject = dict(task.form or {"type": "object", "properties": {}})
    known = form.get("properties")
    properties: JsonObject = dict(known) if isinstance(known, dict) else {}
    about = "why; it is kept with the run"
    properties.setdefault(REASON, {"type": "string", "default": "", "maxLength": 2000, "description": about})
    return {**form, "properties": properties}


def split_reason(task: Task, values: Json) -> JsonObject:
    """What was typed, as the data of a vote: the question's own fields, and the reason apart."""
    if not isinstance(values, dict):
        return {"value": values}
    own = task.form.get("properties", {}) if task.form else {}
    kept: JsonObject = {name: value for name, value in values.items() if isinstance(own, dict) and name in own}
    reason = values.get(REASON, "")
    return {**({"value": kept} if kept else {}), **({"reason": reason} if reason and REASON not in kept else {})}
