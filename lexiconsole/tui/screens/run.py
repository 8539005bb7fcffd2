"""Run: one run, live: its map, rail or gantt, what is known of the selected node, its timeline, and any past moment of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget

from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import Place, keys_at
from lexiconsole.tui.place import ConsoleScreen, focus_into
from lexiconsole.tui.screens.diffing import Diffing
from lexiconsole.tui.screens.finding import RunFinding
from lexiconsole.tui.screens.run_acts import RunActs
from lexiconsole.tui.screens.run_copies import RunCopies
from lexiconsole.tui.screens.run_state import RunState
from lexiconsole.tui.screens.run_time import THROUGH_TIME, RunTime
from lexiconsole.tui.widgets.gantt import GanttView
from lexiconsole.tui.widgets.inspector import Inspector
from lexiconsole.tui.widgets.map import MapView
from lexiconsole.tui.widgets.map_words import ages, catching_up, map_words, size_of
from lexiconsole.tui.widgets.node_table import NodeTable
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.tui.widgets.rail import RailView
from lexiconsole.tui.widgets.scrubber import Scrubber
from lexiconsole.tui.widgets.timeline import Timeline
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.durations import span
from lexiconsole.views.faults import misfit
from lexiconsole.views.inspecting import Fact, inspected, so_far
from lexiconsole.views.layout.engine import why_not
from lexiconsole.views.safe import harmless
from lexiconsole.views.sentences import Sentence
from lexiconsole.views.telling_run import sentence_of
from lexiconsole.views.watched import Snapshot, Watched, drawn_as
from lexiconsole.views.words import NOBODY, RUN_LOOKS, StepState
from lexiconsole.views.words import Look as StateLook

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.durable.context import Progress
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.feed import Tidings

__all__ = ["RunScreen"]

_NARROW, _WIDE = 100, 160  # columns: below the first the rail and one pane under it, above the second three columns
_VIEWS = ("map", "rail", "gantt")


class RunScreen(RunFinding, RunTime, RunState, RunActs, Diffing, RunCopies, ConsoleScreen):
    """`run_id` is what it shows. Everything on it comes from one snapshot: of now, or of an entry in the past."""

    place = Place.RUN

    CSS = """
    RunScreen #upper { height: 1fr; }
    RunScreen #picture { width: 1fr; height: 1fr; }
    RunScreen #side { width: 46; height: 1fr; }
    RunScreen #inspector { height: 3fr; }
    RunScreen #timeline { height: 2fr; }
    RunScreen #scrub { height: 4; padding: 0; }
    RunScreen #scrub Scrubber { height: 2; }
    RunScreen.-narrow #upper { layout: vertical; }
    RunScreen.-narrow #side { width: 1fr; height: 40%; min-height: 6; }
    RunScreen.-narrow #scrub { height: 1; border: none; }
    RunScreen.-narrow #scrub:focus-within { border: none; }
    RunScreen.-narrow #scrub Scrubber { height: 1; }
    RunScreen.-narrow .-aside { display: none; }
    RunScreen.-wide #side { width: 96; layout: horizontal; }
    RunScreen.-low #side { display: none; }
    RunScreen.-past .pane { border: round $primary 60%; }
    RunScreen.-past .pane:focus, RunScreen.-past .pane:focus-within { border: heavy $primary; }
    """

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id
        self.header.tell(trail=("Runs", harmless(run_id)))
        self.map = MapView(time.monotonic, id="map", classes="pane")
        self.rail, self.gantt = RailView(id="rail", classes="pane"), GanttView(id="gantt", classes="pane")
        self.inspector = Inspector(id="inspector", classes="pane")
        self.timeline = Timeline(id="timeline", classes="pane")
        self.scrubber = Scrubber()
        self.snapshot: Snapshot | None = None
        self.at: int | None = None
        """The entry that is shown, None for the present."""
        self.selected = ""
        self._view = ""
        self._watched: Watched | None = None
        self._told: dict[str, Progress] = {}  # by key, the last that each step said of itself
        self._through_time = {name for key in keys_at(self.place) if key.action in THROUGH_TIME for name in key.keys}

    # what it is made of

    def body(self) -> Iterator[Widget]:
        with Horizontal(id="upper"):
            with Container(id="picture"):
                yield self.map
                yield self.rail
                yield self.gantt
            with Vertical(id="side"):
                yield self.inspector
                yield self.timeline
        with Container(id="scrub", classes="pane"):
            yield self.scrubber
        yield from self.find_line()

    def panes(self) -> Sequence[Widget]:
        return (self.picture_pane, self.inspector, self.timeline)

    def subject_run(self) -> RunRow | None:
        return self.snapshot.row if self.snapshot is not None else None

    def to_pane(self, number: int) -> None:
        self._bring_forward({2: self.inspector, 3: self.timeline}.get(number))
        super().to_pane(number)

    def _step_pane(self, step: int) -> None:
        panes = list(self.panes())
        here = next((n for n, pane in enumerate(panes) if pane.has_focus_within), -step)
        pane = panes[(here + step) % len(panes)]
        self._bring_forward(pane)
        focus_into(pane)

    def _bring_forward(self, pane: Widget | None) -> None:
        """On a narrow screen inspector and timeline take turns."""
        if pane in (self.inspector, self.timeline):
            self.inspector.set_class(pane is not self.inspector, "-aside")
            self.timeline.set_class(pane is not self.timeline, "-aside")

    @property
    def picture_pane(self) -> MapView | NodeTable:
        if self.view == "map":
            return self.map
        return self.rail if self.view == "rail" else self.gantt

    @property
    def view(self) -> str:
        """Which of the three pictures is shown: what was chosen, else what fits."""
        if self._view:
            return self._view
        return "rail" if self.size.width < _NARROW or why_not() else "map"

    def on_mount(self) -> None:
        super().on_mount()
        self.inspector.border_title, self.timeline.border_title = "2 Inspector", "3 Timeline"
        self.query_one("#scrub").border_title = "Time"
        self._bring_forward(self.inspector)
        self._arrange()
        self.picture_pane.focus()
        if self.snapshot is None:
            self.say([("reading what happened so far…", ink(self.console.palette.faint))])

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.size
        self.set_class(width < _NARROW, "-narrow")
        self.set_class(width >= _WIDE, "-wide")
        self.set_class(height < 16, "-low")
        had_focus = any(pane.has_focus for pane in (self.map, self.rail, self.gantt))
        for name, pane in (("map", self.map), ("rail", self.rail), ("gantt", self.gantt)):
            pane.set_class(name != self.view, "-hidden")
        if had_focus:
            self.picture_pane.focus()
        if self.snapshot is not None:
            self._show_picture(self.snapshot, play=False)

    # what it reads

    def definition_here(self) -> str:
        return self.snapshot.row.name if self.snapshot is not None else ""

    def heard(self, tidings: Tidings) -> None:
        told = {key: note for (run_id, key), note in tidings.progress.items() if run_id == self.run_id}
        self._told |= told
        if self.run_id in tidings.runs:
            self._read()
        elif told:
            self._show_selected()

    def returned(self) -> None:
        self._read()
        if self.snapshot is not None:
            self.map.repaint()

    def on_screen_suspend(self) -> None:
        self.map.halt()

    @property
    def expects(self) -> bool:
        shown = self.snapshot
        return shown is None or (shown.at if shown.past else None) != self.at or super().expects

    def awaits(self, key: str) -> bool:
        return super().awaits(key) and (self.snapshot is None or key not in self._through_time)

    def _read(self) -> None:
        self.console.reads.look(f"run {self.run_id}", self._gather, self._gathered, panes=self.panes())

    def _gather(self, look: Look) -> Snapshot | None:
        """On a thread, one at a time: what is new is folded onto what is known."""
        row = look.run(self.run_id)
        if row is None:
            return None
        watched = self._watched
        if watched is None:
            watched = self._watched = Watched(row, look.outline(row))
        watched.add(row, look.entries(row, watched.seq))
        snapshot = watched.now() if self.at is None else watched.then(self.at)
        self.map.prepare(snapshot.picture.outline)
        return snapshot

    def _gathered(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            self.status.explain(f"there is no run {harmless(self.run_id)} in this store")
            return
        if self.is_attached:
            self.show(snapshot)

    # what it shows

    def show(self, snapshot: Snapshot) -> None:
        """All of the screen from one moment of the run."""
        self.snapshot = snapshot
        self.set_class(snapshot.past, "-past")
        self._show_picture(snapshot, play=not snapshot.past)
        self.timeline.show_lines(snapshot.lines)
        self.timeline.border_subtitle = "1 line" if len(snapshot.lines) == 1 else f"{len(snapshot.lines)} lines"
        self.scrubber.show(snapshot)
        self.mark_found()
        self.ask_state(snapshot)
        self._show_selected()
        self._show_header()
        self.show_keys()
        self.begin()

    def _show_picture(self, snapshot: Snapshot, *, play: bool) -> None:
        picture = snapshot.picture
        for drawn in (self.map, self.rail, self.gantt):
            drawn.moment = self._moment() if snapshot.past else None
        self.map.show(picture, play=play)
        if self.view != "map":
            table = self.rail if self.view == "rail" else self.gantt
            table.show_picture(picture)
            if not self.selected:
                self.select(picture.current)
            table.choose(self.selected)
        pane = self.picture_pane
        pane.border_title = f"1 {self.view.capitalize()}"
        pane.border_subtitle = self._subtitle()

    def _subtitle(self) -> str:
        drawn = drawn_as(self.snapshot)
        if self.view == "map":
            return f"{map_words(self.map)}{drawn}"
        return catching_up(self.map) or (why_not() if self.view == "rail" else "") or f"{size_of(self.map)}{drawn}"

    def _show_header(self) -> None:
        snapshot = self.snapshot
        if snapshot is None:
            return
        story, colours, glyphs = snapshot.picture.story, self.console.palette, self.console.glyphs
        look = RUN_LOOKS[story.status]
        said: list[Part] = [
            (f"{glyphs.state(look)} {look.word.upper()}", ink(colours.state(look), bold=True)),
            (f" {span(story.took(self._moment()))}", ink(colours.faint)),
        ]
        if snapshot.past:
            said = [
                (f" PAST seq {snapshot.at}/{snapshot.head} ", ink(colours.accent, reverse=True, bold=True)),
                (" ", ink()),
                *said,
            ]
        self.header.tell(trail=("Runs", harmless(snapshot.row.name), harmless(self.run_id)), said=said)

    def select(self, key: str) -> None:
        """The same node in all pictures."""
        if key and key != self.selected:
            self.selected = key
            self.map.select(key, tell=False)
            self.rail.choose(key)
            self.gantt.choose(key)
            self._show_selected()
            self.show_keys()

    def _show_selected(self) -> None:
        snapshot = self.snapshot
        if snapshot is None:
            return
        now = self._moment()
        view = snapshot.picture.nodes.get(self.selected)
        facts = inspected(snapshot.picture, self.selected, now, self.state_facts(snapshot))
        note = self._told.get(view.row) if view is not None and not snapshot.past else None
        if note is not None and view is not None and view.state is StepState.RUNNING:
            facts.insert(1, so_far(note))
        if not snapshot.past and snapshot.row.status is RunStatus.PENDING:
            facts.insert(1, Fact("pending", self.console.driving.awaited or NOBODY))
        self.inspector.show(self.selected, facts)
        if view is not None:
            self.inspector.border_title = titled(f"2 Inspector  {view.node.title}")
        self._tell(*sentence_of(snapshot, self.selected, now, self.console.driving.awaited))

    def _moment(self) -> Instant:
        """What `now` means for what is shown."""
        snapshot = self.snapshot
        if snapshot is not None and snapshot.past:
            return snapshot.picture.story.changed_at
        return self.console.now()

    def _tell(self, look: StateLook, said: Sentence) -> None:
        colours, glyphs = self.console.palette, self.console.glyphs
        if requested := self.console.acts.requested(self.run_id):
            self.say([(requested, ink(colours.key, italic=True))])
            return
        sign = (f"{glyphs.state(look)} ", ink(colours.state(look), bold=True))
        self.say([sign, (said.text, ink(colours.text))], *said.keys)

    def tick(self, now: Instant) -> None:
        self._show_header()
        snapshot = self.snapshot
        if snapshot is None or snapshot.past or snapshot.picture.story.ended:
            return
        if ages(snapshot.row, now):
            self._show_selected()
            self.map.repaint()
        self.picture_pane.border_subtitle = self._subtitle()

    def copied_step(self) -> str:
        view = self.snapshot.picture.nodes.get(self.selected) if self.snapshot is not None else None
        return view.row if view is not None else ""

    # the three pictures

    def on_map_view_selected(self, event: MapView.Selected) -> None:
        if self.view == "map" or not self.selected:
            self.select(event.key)

    def on_map_view_fitted(self) -> None:
        if self.view == "map" and self.snapshot is not None:
            self.map.border_subtitle = self._subtitle()

    def on_map_view_opened(self, event: MapView.Opened) -> None:
        self.action_open()

    def on_node_table_chosen(self, event: NodeTable.Chosen) -> None:
        if self.view != "map":
            self.select(event.key)

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Calls it once, unless the screen is gone by then."""
        self.set_timer(seconds, call)

    def action_open(self) -> None:
        """To what must be said of a doubtful step, into a child run; else to what is known of the node."""
        snapshot = self.snapshot
        doubtful = snapshot is not None and not snapshot.past and snapshot.row.status is RunStatus.DOUBTFUL
        if doubtful and snapshot is not None and not misfit(snapshot.row) and self.console.knows(Place.DOUBT):
            self.console.go(Place.DOUBT, self.run_id)
            return
        view = snapshot.picture.nodes.get(self.selected) if snapshot is not None else None
        row = snapshot.picture.story.row(view.row) if snapshot is not None and view is not None and view.row else None
        child = row.data.get("run") if row is not None else None
        if isinstance(child, str) and child:
            self.console.go(Place.RUN, child)
        else:
            self.to_pane(2)

    def action_view(self) -> None:
        views = [view for view in _VIEWS if view != "map" or not why_not()]
        self._view = views[(views.index(self.view) + 1) % len(views)]
        self._arrange()
        self.picture_pane.focus()

    def action_follow(self) -> None:
        self.map.follow = not self.map.follow
        if self.map.follow:
            self.map.chase()
            self.select(self.map.selected)
        if self.snapshot is not None:
            self.picture_pane.border_subtitle = self._subtitle()

    def action_zoom_in(self) -> None:
        self._zoom_map(1)

    def action_zoom_out(self) -> None:
        self._zoom_map(-1)

    def _zoom_map(self, step: int) -> None:
        self.map.set_zoom(self.map.shown_zoom + step)
        if self.snapshot is not None:
            self.picture_pane.border_subtitle = self._subtitle()
