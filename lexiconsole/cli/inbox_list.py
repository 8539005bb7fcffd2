"""The inbox, as `inbox` prints it: a list, one task in full, or a list that is kept up to date."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.task_text import task_lines, when_due, whose
from lexiconsole.durable.journal import RequestKind
from lexiconsole.views.cells import columns, cut
from lexiconsole.views.safe import harmless
from lexiconsole.views.task_shape import task_shape
from lexiconsole.views.words import FAINT, OPERATOR, STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face
    from lexiconsole.views.inbox import Task, Verb

__all__ = ["Wanted", "list_inbox", "show_task", "watch_inbox"]

_GLANCE = 0.25  # seconds between two looks whether anything was committed
_AGES = 1.0  # seconds after which a list with times in it is told anew


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks; `limit` None for every one."""

    mine: bool = False
    my_roles: bool = False
    roles: tuple[str, ...] = ()
    run: str = ""
    names: tuple[str, ...] = ()
    overdue: bool = False
    limit: int | None = 20


def list_inbox(face: Face, wanted: Wanted) -> ExitCode:
    """Those that are wanted, due ones first."""
    with face.workspace() as workspace:
        found, more = _chosen(face, workspace, wanted)
        if face.json:
            for task in found:
                face.out.object(task_shape(task))
        else:
            _list(face, found, more=more)
    return ExitCode.COMPLETED


def show_task(face: Face, id: str) -> ExitCode:
    """All that is known of one task, and the commands that decide it."""
    with face.workspace() as workspace:
        task = workspace.task(id, me=face.shared.by)
        if face.json:
            face.out.object(task_shape(task))
            return ExitCode.COMPLETED
        face.out.lines(task_lines(task, face.out.paint))
        face.out.lines(_form_lines(task))
        face.out.lines(_way_lines(face, task))
    return ExitCode.COMPLETED


def watch_inbox(face: Face, wanted: Wanted) -> ExitCode:
    """Until Ctrl-C: on a terminal the list as it is now, else each task once, when it comes."""
    seen: set[str] = set()
    with face.workspace() as workspace:
        lively = face.out.on_terminal and not face.json
        for _ in _changes(workspace, lively=lively):
            found, more = _chosen(face, workspace, wanted)
            if lively:
                face.out.screen(_screen(face, found, more=more))
            else:
                fresh = [task for task in found if task.id not in seen]
                seen = {task.id for task in found} | (seen if more else set())  # one that is not listed may come back
                if face.json:
                    for task in fresh:
                        face.out.object(task_shape(task))
                else:
                    face.out.lines(_lines(face, fresh))
                    face.out.flush()
    return ExitCode.COMPLETED


def _changes(workspace: Workspace, *, lively: bool) -> Iterator[None]:
    """At once, and whenever anybody committed something; where somebody looks on, when the window or a time changed as well."""
    with closing(workspace.look()) as look:
        seen: object = None
        while True:
            now = (look.version(), shutil.get_terminal_size(), time.monotonic() // _AGES) if lively else look.version()
            if now != seen:
                seen = now
                yield
            time.sleep(_GLANCE)


def _screen(face: Face, tasks: list[Task], *, more: bool) -> list[str]:
    """As many lines as the window holds, those that are due first; what is left out is said."""
    lines = list(_lines(face, tasks)) or ["nothing waits for anybody"]
    room = max(2, shutil.get_terminal_size().lines - 1)
    if len(lines) <= room and not more:
        return lines
    shown = lines[: room - 1]
    left = len(lines) - len(shown)
    return [*shown, f"and {left:,} more" if left and not more else "and more; --all or a higher --limit lists them"]


def _chosen(face: Face, workspace: Workspace, wanted: Wanted) -> tuple[list[Task], bool]:
    run = workspace.run(wanted.run) if wanted.run else None
    me, now = face.shared.by or workspace.me, time.time()
    mine = {me, *(f"role:{role}" for role in workspace.people.roles(me))} if wanted.my_roles else set()

    def fits(task: Task) -> bool:
        return (
            (not wanted.names or task.name in wanted.names)
            and (not wanted.overdue or (task.due is not None and task.due < now))
            and (not mine or bool(mine & set(task.who)))
        )

    limit = None if wanted.limit is None else wanted.limit + 1
    found = workspace.inbox(mine=wanted.mine, roles=wanted.roles, run=run, me=me, limit=limit, fits=fits)
    return found[: wanted.limit], limit is not None and len(found) == limit


def _list(face: Face, tasks: list[Task], *, more: bool) -> None:
    if not tasks:
        face.err.hint("nothing waits for anybody")
        return
    face.out.lines(_lines(face, tasks))
    if more:
        face.err.hint("there are more; --all lists every task")


def _lines(face: Face, tasks: list[Task]) -> Iterator[str]:
    now, paint = time.time(), face.out.paint
    room = shutil.get_terminal_size().columns - 2 if face.out.on_terminal else 10_000
    cells = [
        (task.id, harmless(task.name), when_due(task, now).partition(",")[0] or "-", whose(task), harmless(task.prompt))
        for task in tasks
    ]
    for task, line in zip(tasks, columns(cells), strict=True):
        late = task.due is not None and task.due < now
        mark = paint.look(OPERATOR if task.mine else STEP_LOOKS[StepState.PENDING])
        text = cut(line, room)
        yield f"{mark} {paint.bold(text) if late else text if task.mine else paint.text(text, FAINT)}"


def _form_lines(task: Task) -> list[str]:
    from lexiconsole.views.fields import fields

    known = fields(task.form) if task.form else []
    if not known:
        return []
    cells = [
        (
            f"  {each.name}",
            each.type,
            "needed" if each.required else "optional",
            " ".join(part for part in (each.about, f"({', '.join(each.limits)})" if each.limits else "") if part),
        )
        for each in known
    ]
    return ["  to fill in:", *columns([tuple(harmless(cell) for cell in row) for row in cells])]


def _way_lines(face: Face, task: Task) -> Iterator[str]:
    from lexiconsole.cli.report import way_line
    from lexiconsole.views.ways import Way

    for verb in task.verbs:
        if not verb.why_not:
            words, about = _words(task, verb), verb.leads_to
            yield way_line(Way(words, about), face.out.paint)


def _words(task: Task, verb: Verb) -> tuple[str, ...]:
    """As they are typed; a place to fill in is an ellipsis."""
    names = task.form.get("properties", {}) if task.form else {}
    fields = [word for name in names for word in ("-i", f"{name}=…")] if isinstance(names, dict) else []
    match verb.kind:
        case RequestKind.VOTE:
            return (verb.verdict, task.id, *(fields if verb.verdict == "approve" else ("--reason", "…")))
        case RequestKind.DELEGATE:
            return ("delegate", task.id, "…")
        case RequestKind.ASK_INFO:
            return ("ask-info", task.id, "…")
        case RequestKind.ANSWER:
            return ("answer", task.id, *(fields or ("JSON",)))
        case _:
            return (verb.kind.value.replace("_", "-"), task.id)
