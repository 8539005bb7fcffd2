"""Task: one question or approval with all that belongs to it, opened from wherever it was met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from lexiconsole.app.drafts import Drafts
from lexiconsole.errors import LexiconsoleError, StoreError
from lexiconsole.tui.acts import Done
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens.deciding import DecidingScreen
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.tui.feed import Tidings
    from lexiconsole.tui.widgets.form import FormPanel
    from lexiconsole.types import Instant
    from lexiconsole.views.inbox import Task

__all__ = ["TaskScreen"]


class TaskScreen(DecidingScreen):
    """`subject` is RUN:KEY."""

    place = Place.TASK
    AUTO_FOCUS = ""  # the form is what one came for
    DEFAULT_CSS = "TaskScreen TaskPane { width: 1fr; }"

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.subject = subject
        self._is_over, self._is_opening = False, False
        self._acts = 0  # how many were done here
        self._told = self._waits = False
        """Whether the last one was told, and no look since has found that it left the task open."""
        self._read_for: str | None = None
        self.begins_with = ""
        """What was asked for on the way here: done as soon as the task is read."""
        self.header.tell(trail=("Inbox", harmless(subject)))

    def body(self) -> Iterator[Widget]:
        yield self.pane

    def panes(self) -> Sequence[Widget]:
        return self.pane.panes

    def returned(self) -> None:
        self._read()

    def heard(self, tidings: Tidings) -> None:
        if self.subject.partition(":")[0] in tidings.runs:
            self._read()

    def tick(self, now: Instant) -> None:
        self.pane.tick()

    @property
    def expects(self) -> bool:
        """Until the form has the focus, too: what is typed is meant for it."""
        return self._read_for != self.console.acting_as or self._is_opening

    def _read(self) -> None:
        me = self.console.acting_as
        ask, got = self.console.reads.of_workspace, partial(self._got, me, self._acts)
        ask(f"task {self.subject}", lambda workspace: self._look(workspace, me), got, panes=(self.pane,))

    def _look(self, workspace: Workspace, me: str) -> tuple[Task | None, dict[str, str]]:
        try:
            task = workspace.task(self.subject, me=me)
        except StoreError:
            raise  # whether it is there is not known
        except LexiconsoleError:
            return None, {}
        return task, Drafts(workspace.store_path).of(me or workspace.me, task.id)

    def _show(self, task: Task | None, draft: dict[str, str]) -> None:
        before = self.pane.task_shown
        self.pane.show(task, self.me, draft)
        if task is not None:
            self.header.tell(trail=("Inbox", harmless(task.name), harmless(task.id)))
        opens = task is not None and not task.why_not and (before is None or bool(before.why_not))
        if opens and self.pane.panel is not None:  # who may only look has keys in the letters
            panel = self.pane.panel
            self._is_opening = panel.call_after_refresh(self._open, panel)  # its rows are there then
        if task is not None and task.why_not and before is not None and not before.why_not:
            # The keys that lead on, such as that for somebody else, would be letters of the reason.
            self.set_focus(None)
        self.say_task(task)
        self.show_keys()

    def _open(self, panel: FormPanel) -> None:
        self._is_opening = False
        panel.focus_first()

    def _got(self, me: str, acts: int, answer: tuple[Task | None, dict[str, str]]) -> None:
        if not self.is_attached or self._is_over:
            return
        self._read_for = me
        if answer[0] is None and self.pane.task_shown is not None:
            self._is_over = True
            if not (self._told or self.console.acts.is_changing(self.subject.partition(":")[0])):
                self.console.toast(f"{harmless(self.subject)} is decided")
            self.action_back()
            return
        if not self._waits and acts == self._acts:
            self._told = False  # the vote left it open: who decides it is news
        self._show(*answer)
        if self.begins_with:
            action, self.begins_with = self.begins_with, ""
            self.do(action)

    def why_not(self, action: str) -> str:
        task = self.pane.task_shown
        return task.why_not if action == "answer" and task is not None else super().why_not(action)

    def decided(self, done: Done) -> None:
        self._acts, self._told, self._waits = self._acts + 1, bool(done.runs), done.waits
        self._read()
