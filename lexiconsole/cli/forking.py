"""Making a fork: where it begins, what it takes over, what it changes, said before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lexiconsole.cli.acting import ask_first
from lexiconsole.cli.driving import bring_on, recorded
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.inputs import json_value
from lexiconsole.errors import NotFoundError, UsageError
from lexiconsole.types import Json, JsonObject
from lexiconsole.views.story import Story
from lexiconsole.views.telling import tell
from lexiconsole.views.words import StepState

if TYPE_CHECKING:
    from lexiconsole.cli.face import Face
    from lexiconsole.cli.terms import Terms
    from lexiconsole.durable.entry import Entry
    from lexiconsole.durable.journal import RunRow

__all__ = ["Wish", "make_fork"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed: the last entry to take over or the step before which to begin, and what is to be different."""

    at: int | None
    before: str
    input: Json
    edits: tuple[str, ...]
    compensate_origin: bool
    state: JsonObject | None = None
    behind: str = ""


def make_fork(face: Face, id: str, wish: Wish, terms: Terms) -> ExitCode:
    """Says what the fork takes over, asks, makes it and brings it on."""
    from lexiconsole.app.workspace import UNCHANGED

    with face.workspace() as workspace:
        row = workspace.run(id)
        entries = workspace.entries(row)
        last = _last_entry(row, entries, wish)
        taken = tell(entry for entry in entries if entry.seq <= last)
        changed_input = _new_input(taken, wish.input)
        if changed_input is not None:
            workspace.prepare(row.name, changed_input)
        changed = _edits(taken, wish.edits)
        how: dict[str, Any] = {
            "input": UNCHANGED if changed_input is None else changed_input,
            "edits": changed,
            "compensate_origin": wish.compensate_origin,
            **({"patch": wish.state, "behind": wish.behind} if wish.state is not None else {}),
            "by": face.shared.by,
        }
        if not ask_first(face, workspace.preview_fork(row, last, **how), terms):
            return ExitCode.COMPLETED if terms.dry_run else ExitCode.REFUSED
        made = workspace.fork(row, last, **how, record_only=terms.record_only)
        if terms.record_only:
            return recorded(face, made)
        face.err.say(f"run {made.id}")
        return bring_on(face, workspace, made, after=made.origin_seq, wait=terms.wait)


def _last_entry(row: RunRow, entries: list[Entry], wish: Wish) -> int:
    if wish.at is not None:
        if wish.at > len(entries):
            raise UsageError(f"run {row.id} has {len(entries)} entries, there is no entry {wish.at}")
        return wish.at
    story = tell(entries)
    if not wish.before:
        failed = [step for step in story.rows if step.state is StepState.FAILED]
        if not failed:
            raise UsageError("nothing failed in that run; say where to begin with --at SEQ or --before KEY")
        return max(1, max(failed, key=lambda step: step.revision).first_seq - 1)
    step = story.row(wish.before)
    if step is None:
        raise NotFoundError(f"step of run {row.id}", wish.before, [each.key for each in story.rows])
    return max(1, step.first_seq - 1)


def _new_input(taken: Story, change: Json) -> Json:
    if change is None:
        return None
    return {**taken.input, **change} if isinstance(taken.input, dict) and isinstance(change, dict) else change


def _edits(taken: Story, texts: tuple[str, ...]) -> dict[str, Json]:
    changed: dict[str, Json] = {}
    known = [step.key for step in taken.rows]
    for text in texts:
        key, found, value = text.partition(":=")
        if not found:
            raise UsageError(f"{text!r} changes nothing; write KEY:=JSON")
        if key not in known:
            raise NotFoundError("step among those taken over", key, known)
        changed[key] = json_value(value, f"the value of {key!r}")
    return changed
