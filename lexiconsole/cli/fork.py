"""`fork`: a new run from any moment of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lexiconsole.cli.acting import Terms, ask_first
from lexiconsole.cli.driving import bring_on
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.inputs import Files, Inputs, gather, json_value
from lexiconsole.cli.shared import AsWho, DryRun, RecordOnly, RunId, Wait, Yes, command
from lexiconsole.errors import NotFoundError, UsageError
from lexiconsole.types import Json
from lexiconsole.views.story import RowKind, Story
from lexiconsole.views.telling import tell
from lexiconsole.views.words import StepState

if TYPE_CHECKING:
    from lexiconsole.cli.face import Face
    from lexiconsole.durable.entry import Entry
    from lexiconsole.durable.journal import RunRow

__all__ = ["fork"]


@command
def fork(
    face: Face,
    id: RunId,
    at: Annotated[int | None, typer.Option("--at", metavar="SEQ", min=1, help="The last entry to take over.")] = None,
    before: Annotated[str, typer.Option("--before", metavar="KEY", help="Take over what was before this step.")] = "",
    inputs: Inputs = None,
    files: Files = None,
    edits: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY:=JSON", help="Another result for a step taken over.", show_default=False),
    ] = None,
    compensate_origin: Annotated[
        bool, typer.Option("--compensate-origin", help="The fork may undo what the origin did.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    record_only: RecordOnly = False,
    wait: Wait = None,
    by: AsWho = "",
) -> ExitCode:
    """Start a new run from any moment of another.

    Without --at and --before it begins just before the step that failed. What is taken over is not done again; what the
    origin did is not undone by the fork, unless you say so. Fields given with -i and -f replace those of the input.
    """
    from lexiconsole.app.workspace import UNCHANGED, Preview

    with face.workspace() as workspace:
        row = workspace.run(id)
        entries = workspace.entries(row)
        last = _last_entry(row, entries, at, before)
        taken = tell(entry for entry in entries if entry.seq <= last)
        input = _new_input(taken, gather(face.shared.argv, inputs, files))
        if input is not None:
            workspace.prepare(row.name, input)
        changed = _edits(taken, edits or [])
        sentence = f"a new run of {row.name} takes over the first {last} of {len(entries)} entries of {row.id}"
        details = _consequences(taken, input, changed, compensate_origin=compensate_origin)
        if not ask_first(face, Preview(sentence, details, row.seq, ""), Terms(yes, dry_run)):
            return ExitCode.COMPLETED if dry_run else ExitCode.REFUSED
        made = workspace.fork(
            row,
            last,
            input=UNCHANGED if input is None else input,
            edits=changed,
            compensate_origin=compensate_origin,
            record_only=record_only,
        )
        if record_only:
            return _recorded(face, made)
        face.err.say(f"run {made.id}")
        return bring_on(face, workspace, made, after=made.origin_seq, wait=wait)


def _recorded(face: Face, made: RunRow) -> ExitCode:
    if face.json:
        face.out.object({"type": "act", "run": made.id, "status": made.status.value, "applied": True, "pending": True})
    else:
        face.out.line(made.id)
    return ExitCode.COMPLETED


def _last_entry(row: RunRow, entries: list[Entry], at: int | None, before: str) -> int:
    if at is not None and before:
        raise UsageError("say either --at or --before")
    if at is not None:
        if at > len(entries):
            raise UsageError(f"run {row.id} has {len(entries)} entries, there is no entry {at}")
        return at
    story = tell(entries)
    if not before:
        failed = [step for step in story.rows if step.state is StepState.FAILED]
        if not failed:
            raise UsageError("nothing failed in that run; say where to begin with --at SEQ or --before KEY")
        return max(1, max(failed, key=lambda step: step.revision).first_seq - 1)
    step = story.row(before)
    if step is None:
        raise NotFoundError(f"step of run {row.id}", before, [each.key for each in story.rows])
    return max(1, step.first_seq - 1)


def _new_input(taken: Story, change: Json) -> Json:
    if change is None:
        return None
    return {**taken.input, **change} if isinstance(taken.input, dict) and isinstance(change, dict) else change


def _edits(taken: Story, texts: list[str]) -> dict[str, Json]:
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


def _consequences(taken: Story, input: Json, changed: dict[str, Json], *, compensate_origin: bool) -> list[str]:
    done = [step.key for step in taken.rows if step.kind is RowKind.STEP and step.state is StepState.DONE]
    lines = [f"taken over, not done again: {', '.join(done)}"] if done else []
    if input is not None:
        lines.append("with another input")
    lines += [f"with another result of {key}" for key in changed]
    if done:
        lines.append("if the fork fails, it undoes these too" if compensate_origin else "if the fork fails, these stay")
    return lines
