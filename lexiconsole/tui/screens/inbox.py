"""Inbox: everything that waits for a person, due first; each with its chain, its form and what follows from a decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from lexiconsole.app.drafts import Drafts
from lexiconsole.durable.journal import TaskRow
from lexiconsole.tui.acts import Done
from lexiconsole.tui.copying import offer
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.run_row import short_age
from lexiconsole.tui.screens.deciding import DecidingScreen
from lexiconsole.tui.widgets.static import Static
from lexiconsole.tui.widgets.task_table import TaskTable
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import JsonObject
from lexiconsole.views.copies import copies_of_task
from lexiconsole.views.decided import Decided, decided
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.tui.feed import Tidings
    from lexiconsole.types import Instant
    from lexiconsole.views.inbox import Task

__all__ = ["InboxScreen"]

_BESIDE = 100
"""Columns from which the selected task stands beside the list."""


_LATEST = 8
"""Lines of what was decided last."""


class Whose(StrEnum):
    MINE = "mine"
    ROLES = "my roles"
    ALL = "all"


class InboxScreen(DecidingScreen):
    place = Place.INBOX
    first_pane = 2
    DEFAULT_CSS = """
    InboxScreen #columns { height: 1fr; }
    InboxScreen #tasks { width: 1fr; }
    InboxScreen TaskTable { width: 1fr; height: 1fr; }
    InboxScreen #latest { height: auto; max-height: 10; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    InboxScreen #latest.-none { display: none; }
    InboxScreen.-narrow #columns { layout: vertical; }
    InboxScreen.-narrow #tasks { width: 100%; height: 1fr; }
    InboxScreen.-narrow #latest { display: none; }
    InboxScreen.-narrow TaskPane { width: 100%; height: auto; }
    InboxScreen.-narrow #middle { display: none; }
    InboxScreen.-low TaskPane { display: none; }
    InboxScreen.-empty TaskPane { display: none; }
    """

    def __init__(self, subject: str = "") -> None:
        super().__init__()
        self._wanted = subject
        self._whose = Whose.ALL
        self._read_for: tuple[str, Whose] | None = None
        self._tasks: dict[str, Task] = {}
        self._decisions: list[Decided] = []
        self.table = TaskTable(classes="pane", empty="nothing waits for anybody")
        self.table.border_title = "1 Tasks"
        self._latest = Static(id="latest", classes="pane")
        self.header.tell(trail=("Inbox",))

    def body(self) -> Iterator[Widget]:
        self._latest.border_title = "Recently decided"
        yield Horizontal(Vertical(self.table, self._latest, id="tasks"), self.pane, id="columns")

    def panes(self) -> Sequence[Widget]:
        return (self.table, *self.pane.panes)

    def on_mount(self) -> None:
        super().on_mount()
        self.table.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _BESIDE, "-narrow")
        self.set_class(event.size.height < 16, "-low")

    def tasks(self) -> list[Task]:
        marked = [task for task in self._tasks.values() if task.id in self.table.marks]
        return marked or super().tasks()

    # what it knows

    def returned(self) -> None:
        self._read()

    def heard(self, tidings: Tidings) -> None:
        self._read()

    def tick(self, now: Instant) -> None:
        self.pane.tick()
        self.table.repaint()
        if int(now) % 30 == 0:  # minutes ago need not be counted by the second
            self._show_latest()

    @property
    def expects(self) -> bool:
        return self._read_for != (self.console.acting_as, self._whose) or super().expects

    def _read(self) -> None:
        me, whose = self.console.acting_as, self._whose
        ask, panes = self.console.reads.of_workspace, (self.table,)
        got = partial(self._got, (me, whose))
        ask("tasks", lambda workspace: _asked_of(workspace, me, whose), got, panes=panes)

    def _got(self, asked: tuple[str, Whose], answer: tuple[list[TaskRow], list[Task], list[Decided]]) -> None:
        if not self.is_attached:
            return
        self._read_for = asked
        rows, tasks, self._decisions = answer
        self._show_latest()
        self.set_class(not tasks, "-empty")
        self._tasks = {task.id: task for task in tasks}
        self.table.marks &= set(self._tasks)
        self.table.show_all(rows, 2)
        mine = sum(task.mine for task in tasks)
        as_whom = f"me: {harmless(self.me)}" + (" (acting)" if self.console.acting_as else "")
        marked = f"   {len(self.table.marks)} marked" if self.table.marks else ""
        self.table.empty = "nothing waits for you" if self._whose is not Whose.ALL else "nothing waits for anybody"
        self.table.border_title = f"1 Tasks  {self._whose.value} {len(tasks)}"
        self.table.border_subtitle = f"{mine} I may decide{marked}"
        self.header.tell(trail=("Inbox", as_whom))
        self._select()

    def _show_latest(self) -> None:
        """What was decided last, so that nobody has to remember it."""
        palette, glyphs, now = self.console.palette, self.console.glyphs, self.console.now()
        lines = []
        for one in self._decisions[:_LATEST]:
            sign = Content.styled(f"{glyphs.state(one.look)} ", f"bold {palette.state(one.look)}")
            who = Content.styled(f"{harmless(one.by)} {harmless(one.word)}  ", palette.text)
            what = f"{harmless(one.run)} {harmless(one.key.rpartition('/')[2])}"
            ago = Content.styled(f"{short_age(now - one.at):>3} ", palette.dim)
            lines.append(ago + sign + who + Content.styled(what, palette.faint))
        self._latest.update(Content("\n").join(lines))
        self._latest.set_class(not lines, "-none")

    def _select(self) -> None:
        task = self._tasks.get(self.table.selected or "") or next(iter(self._tasks.values()), None)
        workspace = self.console.workspace
        draft = Drafts(workspace.store_path).of(self.me, task.id) if task is not None and workspace is not None else {}
        self._show(task, draft)

    def _show(self, task: Task | None, draft: dict[str, str]) -> None:
        before, panel = self.pane.task_shown, self.pane.panel
        if before is not None and panel is not None and panel.touched and (task is None or task.id != before.id):
            self._keep_draft(panel.draft)
        self.pane.show(task, self.me, draft)
        self.say_task(task)
        self.show_keys()

    # what the keys do

    def action_copy(self) -> None:
        task = self.pane.task_shown
        if task is None:
            self.status.explain("copy: nothing waits here")
            return
        asked: JsonObject = {"prompt": task.prompt, "form": task.form, "who": [*task.who], "due": task.due}
        offer(self.console, task.id, copies_of_task(task.id, {**asked, "ballot": True} if task.levels else asked))

    def action_export(self) -> None:
        """The marked ones, else all that are listed."""
        from lexiconsole.tui.exporting import offer_exports
        from lexiconsole.tui.exporting_lists import exports_of_tasks

        marked = [task for task in self._tasks.values() if task.id in self.table.marks]
        tasks = marked or [*self._tasks.values()]
        many = "1 task" if len(tasks) == 1 else f"{len(tasks):,} tasks"
        offer_exports(self.console, "the inbox", exports_of_tasks(tasks, f"{many} marked" if marked else many))

    @on(VirtualTable.Moved)
    def _moved(self) -> None:
        self._select()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        self.action_answer()

    def action_open(self) -> None:
        self.action_answer()

    def action_answer(self) -> None:
        """Into the form; where there is no room for it, to the task's own screen."""
        task = self.pane.task_shown
        if task is None:
            return
        if self.has_class("-narrow") or self.has_class("-low"):
            self.console.go(Place.TASK, task.id)
        else:
            super().action_answer()

    def form_left(self) -> None:
        self.table.focus()

    def action_mark(self) -> None:
        self.table.toggle_mark()
        self._read()

    def action_unmark(self) -> None:
        self.table.unmark()
        self._read()

    def action_whose(self) -> None:
        """Mine, those of my roles, all."""
        order = list(Whose)
        self._whose = order[(order.index(self._whose) + 1) % len(order)]
        self._read()

    def why_not(self, action: str) -> str:
        if action in ("answer", "copy", "export") and not self._tasks:
            return "nothing is asked"
        return super().why_not(action)

    def decided(self, done: Done) -> None:
        self.table.unmark()
        self._read()


def _asked_of(workspace: Workspace, me: str, whose: Whose) -> tuple[list[TaskRow], list[Task], list[Decided]]:
    rows, tasks = _tasks_of(workspace, me, whose)
    return rows, tasks, decided(workspace.latest_audit())


def _tasks_of(workspace: Workspace, me: str, whose: Whose) -> tuple[list[TaskRow], list[Task]]:
    roles = tuple(workspace.people.roles(me or workspace.me)) if whose is Whose.ROLES else ()
    if whose is Whose.ROLES and not roles:
        return [], []
    tasks = workspace.inbox(mine=whose is Whose.MINE, roles=roles, me=me)
    wanted = {task.id for task in tasks}
    rows = {row.id: row for row in workspace.tasks() if row.id in wanted}
    shown = [task for task in tasks if task.id in rows]
    return [rows[task.id] for task in shown], shown
