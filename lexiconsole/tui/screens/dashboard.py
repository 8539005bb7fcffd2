"""Dashboard: what needs somebody, what runs, what can be started, and how the engine is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from lexiconsole.durable.rows import RunRow, TaskRow
from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import Place, key_of, with_keys
from lexiconsole.tui.place import ConsoleScreen, focus_into
from lexiconsole.tui.run_row import SOON
from lexiconsole.tui.screens.dashboard_acts import DashboardActs
from lexiconsole.tui.screens.dashboard_reads import News, Read
from lexiconsole.tui.screens.dashboard_shape import HIGH, OPENS_IT, STYLE, VAST, WIDE, WIDEST, title_of
from lexiconsole.tui.screens.dashboard_words import (
    Subject,
    broken_words,
    group_here,
    none_to_start,
    preview_title,
    sentence,
    tab_names,
    why_not,
)
from lexiconsole.tui.throttle import Throttle
from lexiconsole.tui.widgets.catalogue_table import LOOKING, CatalogueTable
from lexiconsole.tui.widgets.engine_pane import EnginePane
from lexiconsole.tui.widgets.incident_table import IncidentTable
from lexiconsole.tui.widgets.live_preview import LivePreview
from lexiconsole.tui.widgets.painted import entitle, pressable
from lexiconsole.tui.widgets.preview import Seen, see_definition
from lexiconsole.tui.widgets.runs_pane import RunsPane
from lexiconsole.tui.widgets.tabs import PaneTabs
from lexiconsole.tui.widgets.task_table import TaskTable
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import Instant
from lexiconsole.views.catalogue import catalogue
from lexiconsole.views.incidents import Incident

if TYPE_CHECKING:
    from lexiconsole.app.look import LatestRow, Look
    from lexiconsole.tui.feed import Tidings

__all__ = ["DashboardScreen"]

_BLANK, _FIRST, _PAUSE = 0.15, 0.05, 0.06
"""Seconds: the first paint waits for runs at most, the list has the machine alone, a choice rests before it is read."""

_STANDING = 2.0
"""Seconds that it waits for them at most while a frame that was painted ahead shows them."""


class DashboardScreen(DashboardActs, ConsoleScreen):
    """Six panes; on a narrow terminal one of them at a time, behind tabs."""

    place = Place.DASHBOARD
    AUTO_FOCUS = "RunTable"
    DEFAULT_CSS = STYLE

    def __init__(self) -> None:
        super().__init__()
        self.header.tell(trail=("Dashboard",))
        self.catalogue = CatalogueTable(classes="pane")
        self.runs = RunsPane(classes="pane")
        self.inbox = TaskTable(classes="pane")
        self.incidents = IncidentTable(classes="pane")
        self.preview = LivePreview(classes="pane")
        self.engine = EnginePane(classes="pane")
        self.tabs = PaneTabs(id="tabs")
        self._read = Read()
        self._latest: dict[str, list[LatestRow]] = {}
        self._open_pane = 2
        self._slow = Throttle(self, 1.0, self._read_slowly)
        self._people = Throttle(self, 0.2, lambda: self._ask("inbox", self._read.people, self.inbox))
        self._looked_at, self._committed, self._chosen = "", 0, ("", "")

    def body(self) -> Iterator[Widget]:
        yield self.tabs
        with Horizontal(id="columns"):
            yield Vertical(self.catalogue, self.preview, id="left")
            yield Vertical(self.runs, id="middle")
            yield Vertical(self.inbox, self.incidents, self.engine, id="right")

    def panes(self) -> Sequence[Widget]:
        return (self.catalogue, self.runs, self.inbox, self.incidents, self.preview, self.engine)

    def on_mount(self) -> None:
        super().on_mount()
        if self.is_root:
            self.blank = True
            standing = self.console.ahead is not None and self.console.ahead.stands
            self.set_timer(_STANDING if standing else _BLANK, self._first_paint)

    @on(RunsPane.Came)
    def _first_paint(self) -> None:
        if self.blank:
            self.blank = False
            self.refresh()
            self.call_after_refresh(self.console.painted)

    # news

    def heard(self, tidings: Tidings) -> None:
        for pace in (self.runs, self._people, self._slow):
            pace.ask()
        if self._looked_at in tidings.runs:
            self._look_again()

    def returned(self) -> None:
        self._show_catalogue()
        self._entitle()
        self.runs.ask()
        if self.runs.table.total:
            self.runs.table.repaint()  # what was asked of a run stands in its row
        self.engine.tick()
        self._say()
        if self.console.workspace is not None:
            self.console.reads.after(_FIRST, "beside", self._read_beside)

    def on_screen_suspend(self) -> None:
        self.preview.halt()

    def _read_beside(self) -> None:
        """What may come a moment later than the runs: reading it loads what the first paint should not wait for."""
        self._people.ask()
        self._slow.ask()
        self._see()

    def tick(self, now: Instant) -> None:
        for table in (self.runs.table, self.inbox, self.incidents):
            table.repaint_if_young(now)
        self.engine.tick()
        self.preview.tick(now)
        if self._committed != self.console.committed:
            self._committed = self.console.committed  # engines that come and go: no entry tells of them
            self._slow.ask()

    def _ask(self, group: str, question: Callable[[Look], News], pane: Widget) -> None:
        self.console.reads.look(group, question, self._told, panes=(pane,))

    def _read_slowly(self) -> None:
        names = tuple(self.console.definitions)
        self._ask("slow", lambda look: self._read.slow(look, names), self.incidents)

    def _told(self, news: News) -> None:
        if not self.is_attached:
            return
        if news.tasks is not None:
            self.inbox.empty = "nothing waits for anybody"
            self.inbox.show_all(news.tasks, 2)
            tasks = {task.run_id: task for task in reversed(news.tasks)}
            if tasks != self.runs.table.tasks:
                self.runs.table.tasks = tasks
                self.runs.table.repaint()
        if news.incidents is not None:
            self.incidents.empty = "nothing failed"
            self.incidents.show_all(news.incidents, 2)
        if news.latest is not None:
            self._latest = news.latest
            self._show_catalogue()
        if news.engines is not None:
            self.engine.show(news.engines)
        self._entitle()
        self._say()

    def _show_catalogue(self) -> None:
        self.catalogue.empty = none_to_start(self.console)
        self.catalogue.show_all(catalogue(self.console.definitions, self._latest))
        self.catalogue.press_kept()

    def _entitle(self) -> None:
        read, now = self._read, self.console.now()
        soon = sum(task.due is not None and task.due - now < SOON for task in read.tasks)
        tasks = f"{read.task_count:,}{f'  {soon} due soon' if soon else ''}" if read.task_count else ""
        entitle(self.catalogue, title_of(1, len(self.console.definitions) or ""), pressable(broken_words(self.console)))
        entitle(self.inbox, title_of(3, tasks), pressable(with_keys(OPENS_IT)))
        entitle(self.incidents, title_of(4, len(read.incidents) or ""))
        entitle(self.preview, preview_title(self.preview.seen, newest=group_here(self) is not None))
        entitle(self.engine, title_of(6))
        names = tab_names(self.runs.shown_count, read.task_count, soon, len(read.incidents))
        pills: list[Part] = [(f"/ {self.runs.text} ", ink(self.console.palette.key))] if self.runs.text else []
        self.tabs.show(names, self._open_pane, pills)

    # what is selected

    def focused_pane(self) -> Widget:
        return next((pane for pane in self.panes() if pane.has_focus_within), self.runs)

    def subject(self) -> Subject:
        """What the keys are about: the selection of the pane that has the focus; a definition is its name."""
        pane = self.focused_pane()
        if pane is self.inbox:
            return self.inbox.selected_row
        if pane is self.incidents:
            return self.incidents.selected_row
        if pane is self.catalogue:
            return self.catalogue.selected
        return self.runs.selected

    @property
    def tasks(self) -> list[TaskRow]:
        """The open questions, as far as they were read."""
        return self._read.tasks

    def subject_run(self) -> RunRow | None:
        """The run that is previewed: of the list, or the one that a task of the inbox belongs to, once it was read."""
        subject = self.subject()
        if isinstance(subject, TaskRow):
            row = self.preview.seen.row if self.preview.seen is not None else None
            return row if row is not None and row.id == subject.run_id else None
        return self.runs.selected

    def _see(self) -> None:
        """Reads the run for the preview, once the selection rests; where there is none, the definition."""
        if self.console.workspace is None:
            return  # it comes with what is read beside: it loads modules, and a key may wait for its answer
        subject = self.subject()
        self._looked_at = subject.run_id if isinstance(subject, TaskRow) else (self.runs.table.selected or "")
        name = subject if isinstance(subject, str) else "" if self._looked_at else self.catalogue.selected
        if name in self.console.definitions:
            self._looked_at = ""
            self.console.reads.after(_PAUSE, "preview", lambda: self._look_at_definition(name))
        elif self._looked_at:
            self.console.reads.after(_PAUSE, "preview", self._look_again)
        else:
            self.preview.show(None)
            self._entitle()

    def _look_at_definition(self, name: str) -> None:
        ask, prepared, panes = self.console.reads.of_workspace, self.preview.prepared, (self.preview,)
        ask("preview", lambda workspace: prepared(see_definition(workspace, name)), self._saw, panes=panes)

    def _look_again(self) -> None:
        wanted, group, query = self._looked_at, group_here(self), self.runs.query_now()
        ask, prepared, panes = self.console.reads.look, self.preview.prepared, (self.preview,)
        ask("preview", lambda look: prepared(self._read.chosen(look, wanted, group, query)), self._saw, panes=panes)

    def _saw(self, seen: Seen | None) -> None:
        of = seen.row.id if seen is not None and seen.row is not None else ""
        self._looked_at = of if group_here(self) is not None else self._looked_at
        if self.is_attached and (seen is None or of == self._looked_at):
            self.preview.show(seen)
            self._entitle()
            self._say()

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        event.stop()
        chosen = (event.table.id or "", event.table.selected or "")
        if event.table.has_focus and chosen != self._chosen:  # what others have new to say ends no explanation
            self._chosen = chosen
            self.status.explain(self.runs.fault)
        self._see()
        self._say()
        self.show_keys()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        number = next((n for n, pane in enumerate(self.panes(), 1) if pane.has_focus_within), self._open_pane)
        if number != self._open_pane:
            self._open_pane = number
            self._lay_out()
        self._see()
        self._say()
        self.show_keys()
        self._entitle()

    def _say(self) -> None:
        said, ways = sentence(self)
        self.say(said, *ways)
        self.keys_follow()

    # layout

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < WIDE, "-narrow")
        self.set_class(event.size.width >= WIDEST, "-widest")
        self.set_class(event.size.width >= VAST, "-vast")
        self.preview.give_room(roomy=event.size.width >= WIDEST and event.size.height >= HIGH)
        self._lay_out()

    def _lay_out(self) -> None:
        narrow = self.has_class("-narrow")
        chosen = self.panes()[self._open_pane - 1]
        for pane in self.panes():
            pane.set_class(narrow and pane is not chosen, "-hidden")
        for column in self.query("#left, #middle, #right"):
            column.set_class(narrow and chosen not in column.children, "-hidden")

    def to_pane(self, number: int) -> None:
        panes = self.panes()
        if number > len(panes):
            return
        self._open_pane = number
        self._lay_out()
        focus_into(panes[number - 1] if number != 2 else self.runs.table)
        self._entitle()

    def _step_pane(self, step: int) -> None:
        self.to_pane((self._open_pane - 1 + step) % len(self.panes()) + 1)

    def on_pane_tabs_chosen(self, event: PaneTabs.Chosen) -> None:
        self.to_pane(event.number)

    # keys

    def do(self, action: str) -> None:
        """What needs definitions is done once they are loaded, unless something else is asked for meanwhile."""
        asks = action == "start" or (action == "open" and self.catalogue.has_focus and not self.catalogue.total)
        if asks and self.console.looks_for_definitions:
            self.catalogue.keep(key_of(action).keys[0])
        else:
            self.catalogue.kept.clear()
            super().do(action)

    @on(CatalogueTable.Kept)
    def _kept(self) -> None:
        self.status.explain(f"{LOOKING} what you type there is done when they are found")

    def why_not(self, action: str) -> str:
        return why_not(self, action)

    @on(VirtualTable.Opened)
    @on(LivePreview.Opened)
    def _opened(self, event: VirtualTable.Opened | LivePreview.Opened) -> None:
        event.stop()
        self.do("open")

    def action_open(self) -> None:
        if self.runs.has_focus_within and self.runs.group is not None:
            self.runs.toggle_group()
            return
        subject = self.subject()
        if isinstance(subject, RunRow):
            place = self.console.place_of(subject)
            if place is not None:
                self.console.go(place, subject.id)
        elif isinstance(subject, TaskRow):
            self.do("answer")
        elif isinstance(subject, Incident):
            self.show_runs(f"name:{subject.name} state:{'doubtful' if subject.doubtful else 'failed'}")
        elif subject is not None:
            self.show_runs(f"name:{subject}")

    def definition_here(self) -> str:
        subject, run = self.subject(), self.runs.selected
        name = subject if isinstance(subject, str) else run.name if run is not None else ""
        return name if name in self.console.definitions else ""

    def show_runs(self, text: str) -> None:
        """The list of runs with that filter."""
        self.runs.apply(text)
        self.to_pane(2)

    def action_inbox(self) -> None:
        self.console.go(Place.INBOX)

    def action_start(self) -> None:
        names = list(self.console.definitions)
        if (name := self.definition_here()) or len(names) == 1:
            self.console.go(Place.START, name or names[0])
        else:
            self.pick_definition(names)

    def action_filter(self) -> None:
        self.to_pane(2)
        self.runs.type_filter()

    def action_sort(self) -> None:
        self.runs.sort()

    def on_runs_pane_filtered(self) -> None:
        self.status.explain(self.runs.fault)
        self._entitle()
        self._say()

    def action_mark(self) -> None:
        if self.runs.group is not None:
            self.runs.mark_group()
        else:
            self.runs.table.toggle_mark()

    def action_group(self) -> None:
        self.to_pane(2)
        self.pick_group()

    def action_unmark(self) -> None:
        self.runs.table.unmark()

    def action_close(self) -> None:
        if self.runs.column is not None:
            self.runs.group_by(None)
        elif self.runs.text:
            self.runs.apply("")
        else:
            super().action_close()
