"""`pause`, `cancel`, `retry`, `skip`, `resolve`, `mark-done`, `edit`, `signal`: what an operator may do to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.inputs import Files, Inputs, fields, gather, json_value
from lexiconsole.cli.shared import Driving, Resting, RunId, Sending, command
from lexiconsole.cli.terms import Terms
from lexiconsole.errors import UsageError
from lexiconsole.types import Json, JsonObject

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.journal import RunRow

__all__ = ["cancel", "edit", "mark_done", "pause", "resolve", "retry", "signal", "skip"]

Key = Annotated[str, typer.Argument(metavar="KEY", help="A step of the run, as show-run names it.", show_default=False)]
OptionalKey = Annotated[str, typer.Argument(metavar="[KEY]", help="A step; left out: what failed.", show_default=False)]


@command
def pause(
    face: Face,
    id: RunId,
    terms: Resting,
) -> ExitCode:
    """Stop a run before its next step.

    Steps that are under way end first. `resume` lets it go on.
    """
    return _act(face, id, "pause", "", terms.because, terms)


@command
def cancel(
    face: Face,
    id: RunId,
    terms: Resting,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Take your cancel back, while nobody has taken it up.")
    ] = False,
) -> ExitCode:
    """Cancel a run; a saga undoes what it did.

    Exits 0 when it is cancelled, 5 when undoing what it did needs an operator.
    """
    return _act(face, id, "withdraw" if take_back else "cancel", "", terms.because, terms)


@command
def retry(
    face: Face,
    id: RunId,
    terms: Driving,
    key: OptionalKey = "",
    inputs: Inputs = None,
    files: Files = None,
) -> ExitCode:
    """Try again from the step that failed.

    What no longer counts is listed first; it stays in the history. Fields given with -i or -f replace those of the run's
    input before that. Exits as the run then stands.
    """
    change = gather(face.shared.argv, inputs, files)
    if change is None:
        return _act(face, id, "retry", key, terms.because, terms)
    return _edit_input(face, id, change, terms)


@command
def skip(
    face: Face,
    id: RunId,
    key: Key,
    terms: Driving,
    result: Annotated[str, typer.Option("--result", metavar="JSON", help="What the step would have given.")] = "null",
) -> ExitCode:
    """Let a step count as done with a result you give.

    The run goes on behind it. Exits as the run then stands.
    """
    data = {"result": json_value(result, "--result"), **terms.because}
    return _act(face, id, "skip", key, data, terms)


@command
def resolve(
    face: Face,
    id: RunId,
    key: Key,
    terms: Driving,
    again: Annotated[bool, typer.Option("--again", help="It did not happen: do it again.")] = False,
    done: Annotated[str | None, typer.Option("--done", metavar="JSON", help="It did happen, with this result.")] = None,
    fail: Annotated[bool, typer.Option("--fail", help="It did not happen: count it as failed.")] = False,
) -> ExitCode:
    """Say what came of a step whose outcome is unknown.

    Exactly one of --again, --done and --fail. Exits as the run then stands.
    """
    if sum((again, done is not None, fail)) != 1:
        raise UsageError("say one of --again, --done JSON and --fail")
    data: JsonObject = {"how": "again" if again else "fail" if fail else "done", **terms.because}
    if done is not None:
        data["result"] = json_value(done, "--done")
    return _act(face, id, "resolve", key, data, terms)


@command
def mark_done(
    face: Face,
    id: RunId,
    key: Key,
    terms: Driving,
) -> ExitCode:
    """Record that you undid a step by hand.

    For a step whose compensation gave up (KEY is the step, or its undo/KEY). The reason is kept with the run and needed.
    """
    if not terms.reason.strip():
        raise UsageError("say what you did with --reason; it is kept with the run")
    data: JsonObject = {"how": "done", "reason": terms.reason}
    return _act(face, id, "resolve", key, data, terms)


@command
def edit(
    face: Face,
    id: RunId,
    terms: Driving,
    key: Annotated[str, typer.Argument(metavar="[KEY]", help="A step; left out: the input.", show_default=False)] = "",
    value: Annotated[
        str | None, typer.Option("--value", metavar="JSON", help="The new result.", show_default=False)
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state", metavar="K=V", help="A field of a graph's state: key=text, key:=json.", show_default=False
        ),
    ] = None,
    inputs: Inputs = None,
    files: Files = None,
) -> ExitCode:
    """Replace a result, the input, or fields of a graph's state.

    With KEY and --value a step's result; without KEY the fields of the input that -i and -f name. With --state fields of
    the state that the node KEY left, or without KEY the node that ended last. The old value stays in the history. A run that
    had failed is tried again with it, and the exit code says how it then stands.
    """
    if state:
        if value is not None or inputs or files:
            raise UsageError("--state stands alone: edit the result or the input in a second command")
        return _edited(_act(face, id, "edit", key, {"patch": fields(state), **terms.because}, terms))
    if key:
        if value is None:
            raise UsageError("say the new result with --value JSON")
        data: JsonObject = {"value": json_value(value, "--value"), **terms.because}
        return _edited(_act(face, id, "edit", key, data, terms))
    change = json_value(value, "--value") if value is not None else gather(face.shared.argv, inputs, files)
    if change is None:
        raise UsageError(
            "say what to change: -i key=value for the input, KEY and --value JSON for a result, "
            "--state key:=json for the state of a graph"
        )
    return _edited(_edit_input(face, id, change, terms))


def _edited(code: ExitCode) -> ExitCode:
    """A run that was parked and still is was edited all the same."""
    return ExitCode.COMPLETED if code is ExitCode.PARKED else code


@command
def signal(
    face: Face,
    id: RunId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The signal's name.", show_default=False)],
    terms: Sending,
    payload: Annotated[str, typer.Argument(metavar="[JSON]", help="What it carries.", show_default=False)] = "",
    inputs: Inputs = None,
    files: Files = None,
) -> ExitCode:
    """Send a run a signal from outside.

    It is kept until the run receives it. If nobody drives the run, it goes on here, and the exit code says how it stands.
    """
    given = gather(face.shared.argv, inputs, files)
    if payload and given is not None:
        raise UsageError("give the payload as JSON or with -i and -f, not both")
    data: JsonObject = {"payload": json_value(payload, "the payload") if payload else given, **terms.because}
    return _act(face, id, "signal", name, data, terms)


def _act(face: Face, id: str, kind: str, target: str, data: JsonObject, terms: Terms) -> ExitCode:
    from lexiconsole.cli.acting import perform
    from lexiconsole.durable.journal import Request, RequestKind

    with face.workspace() as workspace:
        row = workspace.run(id)
        if kind in _ON_STEPS:
            target = _open_there(workspace, row, target)
        request = Request(row.id, RequestKind(kind), target, data, by=face.shared.by)
        return perform(face, workspace, row, request, terms)


_ON_STEPS = frozenset({"retry", "skip", "resolve"})


def _open_there(workspace: Workspace, row: RunRow, key: str) -> str:
    """A step whose compensation gave up is asked about under a key of its own; that is what the act is then about."""
    from lexiconsole.views.key_parts import repaired_key

    if not key:
        return key
    for task in workspace.tasks(row):
        name = repaired_key(task.key)
        if name and key in (name, f"undo/{name}"):
            return task.key
    return key


def _edit_input(face: Face, id: str, change: Any, terms: Terms) -> ExitCode:
    """Edits the fields that are named; the whole is checked before anything is asked for."""
    from lexiconsole.cli.acting import perform
    from lexiconsole.durable.journal import Request, RequestKind
    from lexiconsole.views.telling import tell

    with face.workspace() as workspace:
        row = workspace.run(id)
        before = tell(workspace.entries(row)).input
        value: Json = {**before, **change} if isinstance(before, dict) and isinstance(change, dict) else change
        workspace.prepare(row.name, value)
        data: JsonObject = {"value": value, **terms.because}
        request = Request(row.id, RequestKind.EDIT, data=data, by=face.shared.by)
        return perform(face, workspace, row, request, terms)
