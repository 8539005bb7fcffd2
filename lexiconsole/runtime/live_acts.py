"""What an operator may do to a run that is on its way: decided against its live context, then written by its owner."""

from __future__ import annotations

from lexiconsole.durable.ask import Ask
from lexiconsole.durable.child import Child
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import TASK_ACTS, Request, RequestKind
from lexiconsole.durable.live import LiveContext
from lexiconsole.durable.question import QuestionKind
from lexiconsole.durable.steps import Step
from lexiconsole.errors import ValueNotStorableError, nearest
from lexiconsole.runtime.interventions import Plan
from lexiconsole.runtime.task_acts import plan_task

__all__ = ["PROMISES", "WAYS", "plan_live"]


PROMISES = {
    RequestKind.SIGNAL: "the run gets the signal {}",
    RequestKind.PAUSE: "nothing new is started; what runs now ends",
    RequestKind.RESUME: "the run goes on",
    RequestKind.CANCEL: "the run is cancelled; a saga undoes what it did",
    RequestKind.SKIP: "{} is skipped",
    RequestKind.CHILD_ENDED: "the child run ended",
}
"""What follows from an act, in a sentence with a place for its target; the same wherever the run is driven."""

WAYS = {"again": "is run again", "done": "counts as done", "fail": "counts as failed"}
"""How a doubt is resolved."""


_REPAIRS = {
    "again": "{} is tried once more",
    "done": "{} counts as put right by hand; the run goes on",
    "skip": "{} is left as it is; the run goes on",
}
"""How something is repaired that could not be undone, or not be done."""


def plan_live(ctx: LiveContext, request: Request) -> Plan:
    """The one entry that the request leads to, or why it is refused. Who sent it was looked at before (`gate`)."""
    promise = PROMISES.get(request.kind, "").format(request.target)
    match request.kind:
        case RequestKind.SIGNAL:
            payload = {"name": request.target, "payload": request.data.get("payload")}
            return Plan(promise, writes=((EntryKind.SIGNALLED, "", payload),))
        case RequestKind.PAUSE:
            if ctx.paused:
                return Plan(refused="the run is paused already")
            return Plan(promise, writes=((EntryKind.PAUSED, "", {}),))
        case RequestKind.RESUME:
            if not ctx.paused:
                return Plan(refused="the run is not paused")
            return Plan(promise, writes=((EntryKind.RESUMED, "", {}),))
        case RequestKind.CANCEL:
            if ctx.cancel_asked:
                return Plan(refused="the run is being cancelled already")
            return Plan(promise, writes=((EntryKind.CANCEL, "", {}),))
        case _ if request.kind in TASK_ACTS:
            return plan_task(ctx, request)
        case RequestKind.RESOLVE | RequestKind.RETRY | RequestKind.SKIP:
            return _decide_step(ctx, request)
        case RequestKind.EDIT:
            return Plan(refused="the run is on its way; pause it first, then edit")
        case RequestKind.CHILD_ENDED:
            work = ctx.open.get(request.target)
            if not isinstance(work, Child) or ctx.outcome_under_way(work):
                return Plan(refused=f"{request.target} waits for no child run")
            return Plan(promise, writes=((EntryKind.CHILD_ENDED, request.target, dict(request.data)),))
        case _:
            raise AssertionError(request.kind)


def _decide_step(ctx: LiveContext, request: Request) -> Plan:
    """Again, done by hand, or failed: for a doubted step, one that waits for its next attempt, or a failed compensation."""
    target = request.target or _only_candidate(ctx)
    work = ctx.find(target) or ctx.find(f"repair/{target.removeprefix('undo/')}")
    how = {RequestKind.RETRY: "again", RequestKind.SKIP: "done"}.get(request.kind) or str(request.data.get("how", ""))
    if how not in WAYS:
        return Plan(refused=f"{how!r} decides nothing; it is done again, counts as done, or counts as failed")
    if work is not None and ctx.outcome_under_way(work):
        return Plan(refused=f"{target} is decided already")
    if isinstance(work, Ask) and work.question.kind is QuestionKind.REPAIR:
        answer = {"again": "again", "done": "skip" if request.kind is RequestKind.SKIP else "done", "fail": "skip"}[how]
        value = {"how": answer, "reason": request.data.get("reason", "")}
        name = work.key.rpartition("repair/")[2].partition("#")[0]
        return Plan(_REPAIRS[answer].format(name), writes=((EntryKind.ANSWERED, work.key, {"value": value}),))
    if not isinstance(work, Step):
        return Plan(refused=_no_candidate(ctx, target))
    if not work.doubted and (work.running or work.retry_at is None):
        return Plan(refused=f"{target} is running now; wait for it, or cancel the run")
    if how == "again" and not work.doubted:
        return Plan(f"{target} is tried again now", writes=((EntryKind.RETRIED, target, {"voids": []}),))
    result = request.data.get("result")
    if how == "done":
        try:
            work_returns = work.result_type()
            ctx.host.codec.decode(result, work_returns, target)
        except ValueNotStorableError as fault:
            return Plan(refused=f"that result does not fit {target}: {fault.reason}")
    if request.kind is RequestKind.SKIP:
        return Plan(
            PROMISES[RequestKind.SKIP].format(target), writes=((EntryKind.SKIPPED, target, {"result": result}),)
        )
    if not work.doubted:
        return Plan(refused=f"{target} is not in doubt; it waits for its next attempt")
    data: dict[str, object] = {"how": how}
    if how == "done" and result is not None:
        data["result"] = result
    if how == "fail":
        message = str(request.data.get("reason") or "an operator found that it failed")
        data["error"] = {"type": "Err", "message": message, "attempts": work.attempt}
    return Plan(f"{target} {WAYS[how]}", writes=((EntryKind.RESOLVED, target, data),))  # type: ignore[arg-type]


def _only_candidate(ctx: LiveContext) -> str:
    """Without a name, the one thing that can be decided."""
    keys = _candidates(ctx)
    return keys[0] if len(keys) == 1 else ""


def _candidates(ctx: LiveContext) -> list[str]:
    return [
        work.key for work in ctx.standing if work.doubtful or (isinstance(work, Step) and work.retry_at is not None)
    ]


def _no_candidate(ctx: LiveContext, target: str) -> str:
    keys = _candidates(ctx)
    if not keys:
        return (
            "nothing in this run failed or is in doubt" if not target else f"{target} neither failed nor is it in doubt"
        )
    close = nearest(target, keys)
    return (
        f"{target!r} can not be decided; {'did you mean ' + repr(close) if close else 'these can: ' + ', '.join(keys)}"
    )
