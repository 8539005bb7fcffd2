"""What can be done from the dashboard to the selection: answering, retrying, pausing, cancelling, one or many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from lexiconsole.durable.rows import RunRow, TaskRow
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens.dashboard_reads import read_group
from lexiconsole.tui.screens.diffing import Moment, subject_of
from lexiconsole.types import ModelKind, RunStatus
from lexiconsole.views.board import TALL
from lexiconsole.views.incidents import Incident

if TYPE_CHECKING:
    from lexiconsole.tui.acts import Change, Done
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.screens.dashboard_words import Subject
    from lexiconsole.tui.widgets.runs_pane import RunsPane
    from lexiconsole.tui.widgets.status import Status

__all__ = ["DashboardActs"]

_Kind: TypeAlias = Literal["retry", "pause", "resume", "cancel"]


_UNGROUPED = "no groups"


class DashboardActs:
    """The acts of the dashboard, each through a preview or on the screen of the task; and the jumps to what needs one."""

    if TYPE_CHECKING:
        runs: RunsPane
        status: Status

        @property
        def is_current(self) -> bool: ...
        @property
        def console(self) -> ConsoleApp: ...
        @property
        def tasks(self) -> list[TaskRow]: ...
        def subject(self) -> Subject: ...
        def subject_run(self) -> RunRow | None: ...
        def show_keys(self) -> None: ...
        def to_pane(self, number: int) -> None: ...

    _stood = ("", "")
    """The run that the footer is about, and how it stood."""

    def keys_follow(self) -> None:
        """What is selected went on by itself: other keys mean something."""
        run = self.subject_run()
        if run is not None and (run.id, run.status) != self._stood:
            self._stood = (run.id, run.status)
            self.show_keys()

    @property
    def expects_run(self) -> bool:
        """That of a task is read for the preview."""
        return isinstance(self.subject(), TaskRow) and self.subject_run() is None

    def action_next_error(self) -> None:
        self._jump(TALL, 1)

    def action_previous_error(self) -> None:
        self._jump(TALL, -1)

    def action_next_waiting(self) -> None:
        self._jump((RunStatus.WAITING,), 1)

    def action_previous_waiting(self) -> None:
        self._jump((RunStatus.WAITING,), -1)

    def _jump(self, wanted: Collection[RunStatus], step: int) -> None:
        """In the list of runs, from whichever pane."""
        what = "waits for anybody" if RunStatus.WAITING in wanted else "has failed"
        listed = "no run that is listed" if self.runs.text else "no run"
        if not self.runs.has_focus_within:
            self.to_pane(2)
        self.runs.jump(wanted, step, lambda: self.status.explain(f"{listed} {what}"))

    def action_answer(self) -> None:
        self._answer("")

    def _answer(self, begins_with: str) -> None:
        """On the screen of the task, which begins with that action of its own."""
        subject = self.subject()
        run = self.subject_run()
        task = subject if isinstance(subject, TaskRow) else None
        if task is None and run is not None:
            task = next((task for task in self.tasks if task.run_id == run.id), None)
        if task is not None:
            self._go_to_task(task, begins_with)
        elif run is not None:  # its question is beyond those of the inbox that were read
            first = partial(self._answer_first, begins_with)
            self.console.reads.look("question", lambda look: look.tasks_of(run), first, leads=True)

    def _answer_first(self, begins_with: str, tasks: list[TaskRow]) -> None:
        if tasks:
            self._go_to_task(tasks[0], begins_with)
        else:
            self.status.explain("answer: it asks nobody any more")

    def action_approve(self) -> None:
        """Where the form is and what follows: ctrl+s approves there."""
        self.action_answer()

    def action_reject(self) -> None:
        self._answer("reject")

    def action_delegate(self) -> None:
        self._answer("delegate")

    def _go_to_task(self, task: TaskRow, begins_with: str) -> None:
        from lexiconsole.tui.screens.task import TaskScreen

        self.console.go(Place.TASK, task.id)
        if isinstance(screen := self.console.screen, TaskScreen):
            screen.begins_with = begins_with

    def action_retry(self) -> None:
        self._change("retry")

    def action_pause(self) -> None:
        if self.runs.table.marks:
            self._change_group(None, "pause")
        elif (run := self.subject_run()) is not None:
            self._change("resume" if run.status is RunStatus.PAUSED else "pause")

    def action_cancel(self) -> None:
        if self.runs.table.marks:
            self._change_group(None, "cancel")
        else:
            self._change("cancel")

    def action_fork(self) -> None:
        """On the run's own screen, from how it stands now; there an earlier moment can be gone to."""
        from lexiconsole.tui.screens.revising import Revising

        run = self.subject_run()
        if run is not None:
            self.console.go(Place.SAGA if run.kind is ModelKind.SAGA else Place.RUN, run.id)
            if isinstance(screen := self.console.screen, Revising):
                screen.begins_with = "fork"

    def action_retry_all(self) -> None:
        subject = self.subject()
        self._change_group(subject if isinstance(subject, Incident) else None, "retry")

    def _change(self, kind: _Kind) -> None:
        if (run := self.subject_run()) is not None:
            self.console.acts.ask(_change_of([run], kind))

    def action_copy(self) -> None:
        from lexiconsole.tui.copying import offer, offer_run
        from lexiconsole.views.copies import copies_of_definition, copies_of_incident, copies_of_task

        subject = self.subject()
        match subject:
            case RunRow():
                wanted = subject.id
                offer_run(self.console, wanted, wanted=lambda: self.is_current)
            case TaskRow():
                offer(self.console, subject.id, copies_of_task(subject.id, subject.data))
            case Incident():
                offer(self.console, "a cause of failures", copies_of_incident(subject))
            case str():
                offer(self.console, subject, copies_of_definition(subject))
            case None:
                self.status.explain("copy: nothing is selected")

    def action_export(self) -> None:
        """The selected run; and the marked ones, else those that are listed."""
        from lexiconsole.app.exporting import Chosen
        from lexiconsole.tui.exporting import exports_of_many, exports_of_run, offer_exports

        run, marks = self.subject_run(), tuple(sorted(self.runs.table.marks))
        chosen = Chosen(marks) if marks else Chosen(query=self.runs.query_now())
        many = exports_of_many(chosen, f"{len(marks)} marked runs" if len(marks) != 1 else "the marked run")
        if not marks:
            many = exports_of_many(chosen, f"{self.runs.listed:,} listed runs")
        title = f"{run.name} {run.id}" if run is not None else "runs"
        offer_exports(self.console, title, [*(exports_of_run(run.id) if run is not None else ()), *many])

    def pick_group(self) -> None:
        """Asks by which column the list is put together; the one that is on again takes it off."""
        from lexiconsole.app.grouping import Column
        from lexiconsole.tui.widgets.pick import PickPanel

        def picked(name: str | None) -> None:
            if name is not None:
                self.runs.group_by(None if name == _UNGROUPED else Column(name))

        names = [*([_UNGROUPED] if self.runs.column is not None else []), *(column.value for column in Column)]
        self.console.push_screen(
            PickPanel("Group by", "Runs that say the same are put together and counted.", names), picked
        )

    def pick_definition(self, names: Sequence[str]) -> None:
        """Asks of which workflow a run is to be started, where none is selected."""
        from lexiconsole.tui.widgets.pick import PickPanel

        def picked(name: str | None) -> None:
            if name is not None:
                self.console.go(Place.START, name)

        self.console.push_screen(PickPanel("Start", "A run of which workflow? Its form comes next.", names), picked)

    def action_diff(self) -> None:
        """Two marked runs; else the marked one and the selected one, or the selected one and what it was forked from."""
        run, marks = self.runs.selected, sorted(self.runs.table.marks)
        if len(marks) < 2 and run is not None:
            marks = [*marks, run.id] if marks else [run.origin, run.id]
        self.console.go(Place.DIFF, subject_of(Moment(marks[0]), Moment(marks[1])))

    def _change_group(self, incident: Incident | None, kind: _Kind) -> None:
        """Of the runs of an incident, else of the marked ones."""
        marks = sorted(self.runs.table.marks)
        change = partial(self._change_all, kind)
        self.console.reads.look("group", lambda look: read_group(look, incident, marks), change, leads=True)

    def _change_all(self, kind: _Kind, rows: list[RunRow]) -> None:
        if kind == "pause" and all(row.status is RunStatus.PAUSED for row in rows):
            kind = "resume"
        if rows:
            self.console.acts.ask(_change_of(rows, kind, lambda done: self.runs.table.unmark()))
        else:
            self.status.explain("none of them is there any more")


def _change_of(rows: list[RunRow], kind: _Kind, then: Callable[[Done], None] | None = None) -> Change:
    """What the first paint does not wait for is loaded here."""
    from lexiconsole.durable.journal import RequestKind
    from lexiconsole.tui.requesting import change_of

    return change_of(rows, RequestKind(kind), then=then)
