"""`answer`, `approve`, `reject`, `delegate`, `ask-info`, `escalate`, `withdraw`: what people do to what a run asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from lexiconsole.cli.completing import operators, tasks
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.inputs import Files, Inputs, gather, json_value
from lexiconsole.cli.shared import Driving, command
from lexiconsole.errors import UsageError
from lexiconsole.types import Instant, JsonObject

__all__ = ["answer", "approve", "ask_info", "delegate", "escalate", "reject", "withdraw"]

TaskId = Annotated[
    str,
    typer.Argument(
        metavar="TASK", help="RUN:KEY, or RUN when it asks one thing.", autocompletion=tasks, show_default=False
    ),
]


@command
def answer(
    face: Face,
    task: TaskId,
    terms: Driving,
    value: Annotated[str, typer.Argument(metavar="[JSON]", help="The answer as JSON.", show_default=False)] = "",
    inputs: Inputs = None,
    files: Files = None,
) -> ExitCode:
    """Answer a question that a run waits for.

    As JSON, or field by field with -i and -f; on a terminal without either it asks. A wrong answer says which field, and
    the question stays open. If nobody drives the run, it goes on here, and the exit code says how it stands.
    """
    from lexiconsole.cli.deciding import answer_task

    given = gather(face.shared.argv, inputs, files)
    if value and given is not None:
        raise UsageError("give the answer as JSON or with -i and -f, not both")
    return answer_task(face, task, json_value(value, "the answer") if value else given, terms, typed=bool(value))


@command
def approve(
    face: Face,
    task: TaskId,
    terms: Driving,
    inputs: Inputs = None,
    files: Files = None,
) -> ExitCode:
    """Approve what a run asks approval for.

    Where the approval has a form, -i and -f fill it in, or a terminal asks. `--dry-run` says what would follow. When
    nobody drives the run, it goes on here to its next stop, and the exit code says how it then stands.
    """
    from lexiconsole.cli.deciding import vote

    return vote(face, task, "approve", gather(face.shared.argv, inputs, files), terms)


@command
def reject(face: Face, task: TaskId, terms: Driving) -> ExitCode:
    """Reject what a run asks approval for.

    Say why with --reason: whoever asked reads it. The run then goes on here, and exits 7 when that was the last word.
    """
    from lexiconsole.cli.deciding import vote

    return vote(face, task, "reject", None, terms)


@command
def delegate(
    face: Face,
    task: TaskId,
    to: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="The operator to hand it to.", autocompletion=operators, show_default=False
        ),
    ],
    terms: Driving,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            metavar="WHEN",
            formats=["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
            help="For so long, 2026-12-24 or '2026-12-24 18:00'.",
        ),
    ] = None,
) -> ExitCode:
    """Hand your say in a task on to another operator.

    Within the limits of the approval's level. With --until, a local date or moment, your say comes back to you then.
    """
    from lexiconsole.cli.deciding import act_beside

    data: JsonObject = {"to": to, **({"until": _instant(until)} if until is not None else {})}
    return act_beside(face, task, "delegate", data, terms)


def _instant(until: datetime) -> Instant:
    try:
        return until.timestamp()
    except (OverflowError, ValueError):  # in the year 1, or 10000 of Greenwich
        raise UsageError(f"--until {until:%Y-%m-%d} is beyond what a clock can show; say a time to come") from None


@command
def ask_info(
    face: Face,
    task: TaskId,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know.", show_default=False)],
    terms: Driving,
) -> ExitCode:
    """Ask whoever began it for more information.

    The question goes into their inbox; with the answer the approval comes back, and votes cast before still count.
    """
    from lexiconsole.cli.deciding import settle_task

    return settle_task(face, task, "ask_info", {"question": question}, terms)


@command
def escalate(face: Face, task: TaskId, terms: Driving) -> ExitCode:
    """Let those decide too whom a task goes to when it is late."""
    from lexiconsole.cli.deciding import act_beside

    return act_beside(face, task, "escalate", {}, terms)


@command
def withdraw(face: Face, task: TaskId, terms: Driving) -> ExitCode:
    """Take your vote back, or your own request.

    A vote while its level is open; a request by whoever began it, which ends the approval as rejected.
    """
    from lexiconsole.cli.deciding import settle_task

    return settle_task(face, task, "withdraw", {}, terms)
