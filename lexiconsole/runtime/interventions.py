"""What an operator may do to a run, decided before anything is written: the entries it leads to, or why it is refused.

Acts on a run at rest (retry, skip and edit after it ended or parked) are planned here from its journal. Acts on a run
that is on its way are decided against its live context in `live_acts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lexiconsole.durable.child import came_to_nothing
from lexiconsole.durable.clock import Clock
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.context import INFER
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import ACTS, ENDINGS, OUTCOMES, Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.journal import Request, RequestKind, RunRow
from lexiconsole.errors import InvalidInputError, LexiconsoleError, MovedOnError, RefusedError, nearest
from lexiconsole.runtime.patching import patch_of, said
from lexiconsole.runtime.replaying import try_replay
from lexiconsole.runtime.set_aside import set_aside
from lexiconsole.types import Json, JsonObject, RunStatus

__all__ = ["Plan", "moved_on", "plan_at_rest", "revision"]


_MOST_BESIDE = 50
"""Failures that one retry looks at; each takes a replay."""

_BEGUN_ANEW = frozenset({EntryKind.DROPPED, EntryKind.ASKED, EntryKind.SLEEPING}) | ACTS
"""What is set aside of a question that was withdrawn, or of a pause: votes count for the question they were cast on."""

_TRIES = frozenset({EntryKind.ATTEMPT_FAILED, EntryKind.STARTED, EntryKind.DOUBTED})


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written, as (kind, key, data), and a sentence that says it; or the reason why not, and that of each
    field of an answer that does not fit.
    """

    sentence: str = ""
    details: tuple[str, ...] = ()
    writes: tuple[tuple[EntryKind, str, JsonObject], ...] = ()
    refused: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


async def plan_at_rest(
    definition: Definition, row: RunRow, entries: Sequence[Entry], request: Request, *, clock: Clock, codec: Codec
) -> Plan:
    """The plan for a retry, skip or edit of a run that nobody drives."""
    try:
        return await _plan(definition, row, entries, request, clock, codec)
    except RefusedError as fault:
        return Plan(refused=str(fault))


async def _plan(
    definition: Definition, row: RunRow, entries: Sequence[Entry], request: Request, clock: Clock, codec: Codec
) -> Plan:
    history = History.of(entries, copied=row.origin_seq)
    if row.status in (RunStatus.COMPLETED, RunStatus.COMPENSATED):
        return Plan(refused=f"run {row.id} has {_ended(row.status)}; fork it from an earlier point instead")
    if compensation_begun(entries, history.voided):
        return Plan(refused=f"run {row.id} has begun to undo what it did; fork it from before the failure instead")
    target = request.target or _what_failed(entries, history.voided)
    if request.kind is RequestKind.EDIT:
        return await _plan_edit(definition, row, entries, request, clock, codec)
    if target and target not in {entry.key for entry in entries}:
        return Plan(refused=_unknown_key(row, target, entries))
    if request.kind is RequestKind.SKIP and not target:
        return Plan(refused=f"nothing in run {row.id} failed; say which step is to be skipped")
    failed = _outcome_of(entries, target, history.voided) if target else None
    if child := _failed_child(row, entries, target, history.voided):
        return Plan(refused=_about_child(child))
    if target and failed is not None and not _is_failure(failed):
        return Plan(refused=f"{target} did not fail; edit its result, or fork the run from before it")
    voids = _base_voids(entries, target, failed, history.voided)
    beside: list[str] = []
    if request.kind is RequestKind.RETRY and not request.target and failed is not None:
        beside = await _failed_beside(definition, row, entries, target, history.voided, clock=clock, codec=codec)
        for key in beside:
            voids |= _base_voids(entries, key, _outcome_of(entries, key, history.voided), history.voided)
    tried = list(entries)
    if request.kind is RequestKind.SKIP:
        given: JsonObject = {"result": request.data.get("result")}
        tried.append(entries[-1]._replace(seq=row.seq + 1, kind=EntryKind.SKIPPED, key=target, data=given))
    trial = await try_replay(definition, row, tried, clock=clock, codec=codec, also_void=voids, lenient=True)
    if trial.mismatch is not None:
        why = f"{target} can not be skipped with that result: " if trial.mismatch.key == target else ""
        return Plan(refused=f"{why}{trial.mismatch}")
    voids |= _no_longer_asked(entries, trial.asked, history.voided)
    data: JsonObject = {"voids": list[Json](sorted(voids))}
    if request.kind is RequestKind.SKIP:
        data["result"] = request.data.get("result")
        act, kind = f"{target} is skipped; its result is taken to be {request.data.get('result')!r}", EntryKind.SKIPPED
    elif beside:
        act, kind, target = f"{', '.join(beside)} and {target} are tried again", EntryKind.RETRIED, ""
    else:
        act, kind = (f"{target} is tried again" if target else "the run goes on where it stopped"), EntryKind.RETRIED
    return Plan(act, set_aside(entries, voids), ((kind, target, data),))


async def _plan_edit(
    definition: Definition, row: RunRow, entries: Sequence[Entry], request: Request, clock: Clock, codec: Codec
) -> Plan:
    history = History.of(entries, copied=row.origin_seq)
    value = request.data.get("value")
    key = request.target
    if "patch" in request.data:
        key, data = patch_of(definition, row.id, entries, history, key, request.data["patch"])
        what = said(key, data["patch"])  # type: ignore[arg-type]
    else:
        data, what = _edit_of(definition, row, entries, history, key, value, codec)
    tried = [*entries, entries[-1]._replace(seq=row.seq + 1, kind=EntryKind.EDITED, key=key, data=data)]
    failed_key = _what_failed(entries, history.voided) if row.status.ended else ""
    if failed_key == key:
        failed_key = ""  # its new result stands instead of the failure; there is nothing to try again
    failed = _outcome_of(entries, failed_key, history.voided) if failed_key else None
    voids = _base_voids(entries, failed_key, failed, history.voided) if row.status.ended else frozenset()
    lenient = row.status.ended
    try:
        trial = await try_replay(definition, row, tried, clock=clock, codec=codec, also_void=voids, lenient=lenient)
    except LexiconsoleError as fault:
        return Plan(refused=str(fault))
    if trial.mismatch is not None:
        return Plan(refused=f"with that edit {trial.mismatch}")
    writes: list[tuple[EntryKind, str, JsonObject]] = [(EntryKind.EDITED, key, data)]
    if row.status.ended:
        voids |= _no_longer_asked(entries, trial.asked, history.voided)
        writes.append((EntryKind.RETRIED, failed_key, {"voids": list[Json](sorted(voids))}))
    then = f"; then {failed_key or 'the run'} is tried again" if row.status.ended else ""
    return Plan(what + then, set_aside(entries, voids), tuple(writes))


def _edit_of(
    definition: Definition,
    row: RunRow,
    entries: Sequence[Entry],
    history: History,
    key: str,
    value: Any,
    codec: Codec,
) -> tuple[JsonObject, str]:
    """The data of the entry that replaces a result, or with no key the input, and what it does in words."""
    if key:
        outcome = _outcome_of(entries, key, history.voided)
        if outcome is None:
            raise RefusedError(_unknown_key(row, key, entries))
        return {"target": outcome.seq, "value": value}, f"the result of {key} becomes {value!r}"
    try:
        value = codec.encode(definition.validate(value), definition.input or INFER, "input")
    except InvalidInputError as fault:
        raise RefusedError(str(fault)) from fault
    return {"target": entries[0].seq, "value": value}, f"the input becomes {value!r}"


def revision(entries: Sequence[Entry], key: str) -> int:
    """The seq of the last entry at that key; of the whole run for ""."""
    return max((entry.seq for entry in entries if not key or entry.key == key), default=0)


def moved_on(row: RunRow, entries: Sequence[Entry], request: Request) -> str:
    """Why the request, bound to what its sender saw, is not applied: its target, of an edit the run, changed since."""
    target = "" if request.kind is RequestKind.EDIT else request.target
    if request.expects is None or (actual := revision(entries, target)) == request.expects:
        return ""
    return str(MovedOnError(target or f"run {row.id}", request.expects, actual))


def compensation_begun(entries: Sequence[Entry], voided: frozenset[int]) -> bool:
    return any(e.kind is EntryKind.STARTED and e.data.get("undo") and e.seq not in voided for e in entries)


def _what_failed(entries: Sequence[Entry], voided: frozenset[int]) -> str:
    """The step that the run's ending names; when it names none, the one that failed last."""
    failed = [e.key for e in entries if _is_failure(e) and e.seq not in voided]
    error: Any = entries[-1].data.get("error") if entries[-1].kind in ENDINGS else None
    named = error.get("key") if isinstance(error, dict) else None
    return named if named in failed else failed[-1] if failed else ""


async def _failed_beside(
    definition: Definition,
    row: RunRow,
    entries: Sequence[Entry],
    target: str,
    voided: frozenset[int],
    *,
    clock: Clock,
    codec: Codec,
) -> list[str]:
    """What failed side by side with `target`: the model asks for each of the two whatever came of the other.

    A failure that led to the other, or that the model had dealt with before, is not one of them.
    """
    failed = dict.fromkeys(e.key for e in entries if _is_failure(e) and e.seq not in voided)

    async def asked_without(key: str) -> frozenset[str]:
        voids = _base_voids(entries, key, _outcome_of(entries, key, voided), voided)
        trial = await try_replay(definition, row, entries, clock=clock, codec=codec, also_void=voids, lenient=True)
        return trial.asked

    then = await asked_without(target)
    others = [key for key in failed if key != target and key in then][:_MOST_BESIDE]
    return [key for key in others if target in await asked_without(key)]


def _is_failure(entry: Entry) -> bool:
    """A step that failed, or a doubt that an operator found to be a failure."""
    return entry.kind is EntryKind.STEP_FAILED or (entry.kind is EntryKind.RESOLVED and entry.data.get("how") == "fail")


def _failed_child(row: RunRow, entries: Sequence[Entry], target: str, voided: frozenset[int]) -> Entry | None:
    """The child run that failed or was cancelled at that key; without one, when the run failed and no step of its own did."""
    wanted = target or row.status is RunStatus.FAILED
    failed = [e for e in entries if e.kind is EntryKind.CHILD_ENDED and came_to_nothing(e) and e.seq not in voided]
    return next((e for e in failed if wanted and target in ("", e.key)), None)


def _about_child(ended: Entry) -> str:
    run, key, status = ended.data.get("run", ""), ended.key, ended.data.get("status")
    ended_how = f"failed ({status})" if "error" in ended.data else "was cancelled"
    return (
        f"{key} is the child run {run}, which {ended_how}; this run has its outcome already. "
        f"Fork this run from before {key}, which makes a new child, or edit the result of {key}"
    )


def _outcome_of(entries: Sequence[Entry], key: str, voided: frozenset[int]) -> Entry | None:
    found = [e for e in entries if e.key == key and (e.kind in OUTCOMES or _is_failure(e)) and e.seq not in voided]
    return found[0] if found else None


def _base_voids(entries: Sequence[Entry], key: str, failed: Entry | None, voided: frozenset[int]) -> frozenset[int]:
    """What ended the run, the failed outcome with its attempts, and what was withdrawn because of either: a question
    that was withdrawn is asked anew, a step that failed while it was being drained is tried anew.
    """
    standing = [e for e in entries if e.seq not in voided]
    ended = {e.seq for e in standing if e.kind in ENDINGS or e.kind is EntryKind.CANCEL}
    since = min([*ended, failed.seq if failed is not None else entries[-1].seq])  # a step may fail behind the cancel
    withdrawn = {e.key for e in standing if e.kind is EntryKind.DROPPED and e.seq > since}
    again = {e.key for e in standing if _is_failure(e) and e.key in withdrawn} | (
        {key} if failed is not None else set()
    )
    return frozenset(
        e.seq
        for e in standing
        if e.seq in ended
        or (e.key in again and (_is_failure(e) or e.kind in _TRIES))
        or (e.key in withdrawn and e.kind in _BEGUN_ANEW)
    )


def _no_longer_asked(entries: Sequence[Entry], asked: frozenset[str], voided: frozenset[int]) -> frozenset[int]:
    kept = (EntryKind.EDITED, EntryKind.RETRIED, EntryKind.REFUSED)
    return frozenset(
        e.seq for e in entries if e.key and e.key not in asked and e.seq not in voided and e.kind not in kept
    )


def _unknown_key(row: RunRow, key: str, entries: Sequence[Entry]) -> str:
    close = nearest(key, {entry.key for entry in entries if entry.key})
    return f"run {row.id} has no {key!r}" + (f"; did you mean {close!r}?" if close else "")


def _ended(status: RunStatus) -> str:
    return "completed" if status is RunStatus.COMPLETED else "been undone"
