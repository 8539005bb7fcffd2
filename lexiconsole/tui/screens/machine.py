"""State machine: its picture with how many runs stand where, one run's way through it, what can happen to that run now and
why other events can not, states in which runs stay long, and transitions as they come.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from lexiconsole.durable.journal import RequestKind, RunRow
from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import MOVES, Place, key_of
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.requesting import change_of
from lexiconsole.tui.screens.diffing import RowDiffing
from lexiconsole.tui.screens.jumping import MachineJumps
from lexiconsole.tui.screens.machine_reads import Found, asked
from lexiconsole.tui.screens.run_copies import RunCopies
from lexiconsole.tui.throttle import Throttle
from lexiconsole.tui.widgets.machine_panes import Event, EventTable, FeedTable, StayTable, stay_heading, way_through
from lexiconsole.tui.widgets.map import MapView
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.tui.widgets.reason import ReasonPanel
from lexiconsole.tui.widgets.static import Static
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.copies import Copy
from lexiconsole.views.durations import span
from lexiconsole.views.machine import Instance, MachineFold, place_of
from lexiconsole.views.many import many
from lexiconsole.views.picture import Picture
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.watched import Watched
from lexiconsole.views.ways import Way
from lexiconsole.views.words import NOBODY, RUN_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.app.prospecting import Prospect
    from lexiconsole.tui.feed import Tidings

__all__ = ["MachineScreen"]

_ASKING = "its guards are being asked"

_EVERY = 0.2
"""Seconds between two looks while events come."""


class MachineScreen(MachineJumps, RowDiffing, RunCopies, ConsoleScreen):
    """`subject` is a run's id; from there one goes on to other runs of the same machine."""

    place = Place.MACHINE
    DEFAULT_CSS = """
    MachineScreen #machine { width: 1fr; height: 1fr; }
    MachineScreen #side { width: 58; height: 1fr; }
    MachineScreen #run { height: 12; }
    MachineScreen #path { height: 2; padding: 0 1; }
    MachineScreen #stays { height: 10; }
    MachineScreen #stays #heading { height: 1; padding: 0; }
    MachineScreen #stays Static { height: auto; max-height: 2; padding: 0 1; color: $faint; }
    MachineScreen #feed { height: 1fr; min-height: 4; }
    MachineScreen.-narrow #side { width: 40; }
    MachineScreen.-narrow #run { height: 10; }
    MachineScreen.-narrow #stays { height: 7; }
    MachineScreen.-narrow #stays Static { max-height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    MachineScreen.-thin #machine, MachineScreen.-low #stays, MachineScreen.-low #feed { display: none; }
    MachineScreen.-thin #side { width: 1fr; }
    MachineScreen.-low #run { height: 1fr; }
    """

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.run_id = subject
        self.row: RunRow | None = None
        self.header.tell(trail=("Machines", harmless(subject)))
        self.map = MapView(time.monotonic, id="machine", classes="pane")
        self.map.follow = True
        self.events = EventTable(empty=_ASKING)
        self.stays, self.feed = StayTable(empty="no run has entered a state"), FeedTable(empty="no event has come yet")
        self._path, self._unused, self._heading = Static(id="path"), Static(), Static(id="heading")
        self._run_pane = Vertical(self._path, self.events, id="run", classes="pane")
        self._stay_pane = Vertical(self._heading, self.stays, self._unused, id="stays", classes="pane")
        self.feed.id = "feed"
        self.feed.add_class("pane")
        self.fold: MachineFold | None = None
        self._watched: Watched | None = None
        self._position = 0
        self._asked_at, self._is_asking = -1, False
        self._moved_on = False
        self._pace = Throttle(self, _EVERY, self._read)

    def body(self) -> Iterator[Widget]:
        with Horizontal():
            yield self.map
            with Vertical(id="side"):
                yield self._run_pane
                yield self._stay_pane
                yield self.feed

    def panes(self) -> Sequence[Widget]:
        return (self.map, self._run_pane, self._stay_pane, self.feed)

    def on_mount(self) -> None:
        super().on_mount()
        self.map.border_title, self._stay_pane.border_title = "1 Machine", "3 States by their oldest"
        self.feed.border_title = "4 Transitions"
        self.events.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < 100, "-narrow")
        self.set_class(event.size.width < 72, "-thin")
        self.set_class(event.size.height < 18, "-low")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self._heading.update(Content(stay_heading(self.stays.size.width)))
        if self.fold is not None:
            self._tell_run()

    def on_screen_suspend(self) -> None:
        self.map.halt()

    # what it knows

    def returned(self) -> None:
        self._read()

    def definition_here(self) -> str:
        return self.row.name if self.row is not None else ""

    def heard(self, tidings: Tidings) -> None:
        self._pace.ask()  # any run may be one of this machine; that is cheap to see

    def tick(self, now: Instant) -> None:
        if int(now) % 5 == 0:
            self.stays.repaint_if_young(now)
        if int(now) % 10 == 0:
            self._tell_header()

    def _read(self) -> None:
        if self.is_attached:
            self.console.reads.look("machine", self._ask, self._got, panes=self.panes())

    def _ask(self, look: Look) -> Found | None:
        """On a thread, one at a time."""
        row = look.run(self.run_id)
        if row is None:
            return None
        watched = self._watched
        if watched is None or watched.row.id != row.id:
            watched = self._watched = Watched(row, look.outline(row))
        watched.add(row, look.entries(row, watched.seq))
        snapshot = watched.now()
        self.map.prepare(snapshot.picture.outline)
        self._position, moves = look.moves(row.name, self._position)
        return Found(snapshot, moves)

    def _got(self, found: Found | None) -> None:
        if found is None:
            self.status.explain(f"there is no run {harmless(self.run_id)} in this store")
            return
        picture, row = found.snapshot.picture, found.snapshot.row
        if self.fold is None:
            self.fold = MachineFold(picture.outline)
        self.fold.add(found.moves)
        if row.id != self.run_id or not self.is_attached:
            return
        self.row = row
        self._show(picture)
        if row.seq != self._asked_at:
            self._asked_at = row.seq
            entries = found.snapshot.entries
            state, version = place_of(entries, picture.outline)
            self._is_asking = bool(state)
            if state:
                ask, answered = self.console.reads.of_workspace, partial(self._answered, row.seq)
                ask("prospects", lambda workspace: asked(workspace, row, entries, state, version), answered)

    def _answered(self, seq: int, answer: tuple[str, list[Prospect], str]) -> None:
        run_id, found, why = answer
        if run_id != self.run_id or not self.is_attached:
            return
        self._is_asking = self._is_asking and seq != self._asked_at  # it moved on meanwhile
        self.events.empty = harmless(why) or "no event leads anywhere from here"
        ranked = sorted(found, key=lambda one: (not one.possible, not one.bare))
        self.events.show_all([Event(one) for one in ranked])
        self._say()
        self.show_keys()

    # what it shows

    def _show(self, picture: Picture) -> None:
        assert self.fold is not None
        assert self.row is not None
        fold, counts = self.fold, self.fold.counts()
        nodes = {}
        for key, view in picture.nodes.items():
            standing = counts.get(key, 0)
            here = self._instance is not None and self._instance.state == key and not self.row.status.ended
            state = StepState.WAITING if here else view.state
            # Told in the border where there is no second line.
            items = {StepState.PENDING: max(2, standing)} if standing else {}
            nodes[key] = replace(view, text=f"{standing:,} here" if standing else "", items=items, state=state)
        self.map.show(replace(picture, nodes=nodes))
        if self._moved_on:
            self._moved_on = False
            self.map.chase()
        self.map.border_subtitle = f"{len(picture.outline.nodes)} states   {many(sum(counts.values()), 'run')}"
        stays = fold.stays()
        self.stays.show_all(stays)
        unused = fold.never_used()
        said = "every transition was taken at least once"
        if unused:
            said = "never taken: " + ", ".join(f"{event} from {source}" for source, event, _ in unused)
        self._unused.update(Content(harmless(said)))
        self.feed.show_all(list(reversed(fold.latest)))
        self._fit()
        self._tell_header()
        self._say()
        self.show_keys()

    @property
    def _instance(self) -> Instance | None:
        return self.fold.instances.get(self.run_id) if self.fold is not None else None

    def _tell_run(self) -> None:
        one, palette, arrow = self._instance, self.console.palette, self.console.glyphs.arrow
        self._run_pane.border_title = titled(f"2 {self.run_id}")
        if one is None or not one.path:
            self._path.update(Content.styled("it has not entered a state yet", palette.faint))
            return
        self._path.update(way_through(one, arrow, palette, max(20, self._run_pane.size.width - 4)))

    def _tell_header(self) -> None:
        if self.row is None:
            return
        palette, look, one = self.console.palette, RUN_LOOKS[self.row.status], self._instance
        said: list[Part] = []
        if one is not None and one.state:
            said = [(f"{self.console.glyphs.state(look)} {harmless(one.state)}", ink(palette.state(look), bold=True))]
            if not self.row.status.ended:
                said.append((f"  {span(self.console.now() - one.since)}", ink(palette.faint)))
        if asked := self.console.acts.requested(self.run_id):
            said.append((f"  {asked}", ink(palette.key)))
        self.header.tell(trail=(harmless(self.row.name), harmless(self.run_id)), said=said)

    def _say(self) -> None:
        if self.row is None:
            return
        event, text = self._event, ink(self.console.palette.text)
        if self.row.status is RunStatus.FAILED:
            said = f"it failed at {harmless(self.row.where)}: {harmless_sentence(self.row.error)}"
            self.say([(said, text)], ("r", "try again"))
        elif self.row.status is RunStatus.PENDING:
            self.say([(f"pending: {self.console.driving.awaited or NOBODY}", text)])
        elif self.row.status.ended:
            self.say([(f"it is {RUN_LOOKS[self.row.status].word}; nothing can happen to it any more", text)])
        elif event is None:
            self.say([(_ASKING, text)])
        elif event.possible:
            self.say([(f"{harmless(event.event)} would lead to {harmless(event.target)}", text)], ("f", "fire it"))
        elif event.bare:
            said = f"{harmless(event.event)}: {harmless(event.refused)}, asked without anything that comes with it"
            self.say([(said, text)], ("f", "fire it"))
        else:
            self.say([(f"{harmless(event.event)} is possible {harmless(event.refused)}", text)])

    @property
    def _event(self) -> Prospect | None:
        row = self.events.selected_row
        return row.prospect if row is not None else None

    def on_virtual_table_moved(self) -> None:
        self._say()
        self.show_keys()

    # going to another run

    def _go_to(self, run_id: str) -> None:
        if run_id and run_id != self.run_id:
            self.run_id, self._asked_at, self.row, self._is_asking = run_id, -1, None, False
            self.events.forget()
            self.events.show_all([])
            self._moved_on = True
            self._read()

    @on(MapView.Opened)
    def _state_opened(self, event: MapView.Opened) -> None:
        self._to_state(event.key)

    def _to_state(self, state: str) -> None:
        """The runs that stand there, one after the other, the one that does longest first."""
        there = [one.run_id for one in self.fold.in_state(state)] if self.fold is not None else []
        if not there:
            self.status.explain(f"no run stands in {harmless(state)}")
        elif self.run_id in there:
            self._go_to(there[(there.index(self.run_id) + 1) % len(there)])
        else:
            self._go_to(there[0])

    def action_open(self) -> None:
        crossing, stay = self.feed.selected_row, self.stays.selected_row
        if self.feed.has_focus and crossing is not None:
            self._go_to(crossing.run_id)
        elif self.stays.has_focus and stay is not None:
            self._to_state(stay.state)
        elif self.map.has_focus:
            self._to_state(self.map.selected)
        else:
            self.console.go(Place.RUN, self.run_id)

    def action_filter(self) -> None:
        """Finds a run of this machine by how its id begins."""

        def typed(text: str | None) -> None:
            known = self.fold.instances if self.fold is not None else {}
            found = next((run_id for run_id in known if text and run_id.startswith(text)), "")
            if found:
                self._go_to(found)
            elif text:
                self.status.explain(f"no run of this machine begins with {harmless(text)}")

        self.app.push_screen(ReasonPanel("Find a run", "How its id begins.", needed=False), typed)

    # what the keys do

    def awaits(self, key: str) -> bool:
        of_events = key in key_of("fire").keys or (self.events.has_focus and any(key in keys for _, keys in MOVES))
        return super().awaits(key) or (self._is_asking and of_events)

    def why_not(self, action: str) -> str:
        if action == "diff" or self.row is None:
            return self.why_not_diff() if action in ("diff", "fire", "pause", "cancel", "retry", "answer") else ""
        status = self.row.status
        if action in ("fire", "pause", "cancel") and status.ended:
            return f"the run is {RUN_LOOKS[status].word}"
        if action == "fire":
            event = self._event
            if event is None:
                return _ASKING if self._is_asking else "no event is selected"
            return (
                "" if event.possible or event.bare else f"{harmless(event.event)} is possible {harmless(event.refused)}"
            )
        if action == "retry" and status is not RunStatus.FAILED:
            return "nothing has failed"
        return ""

    def action_fire(self) -> None:
        """What comes with the event is typed, then the change is previewed."""
        event = self._event
        if event is None:
            return

        def typed(text: str | None) -> None:
            if text is None or self.row is None:
                return
            try:
                payload: Any = json.loads(text) if text else None
            except ValueError:
                payload = text
            title = f"Fire {event.event} at {self.row.name} {self.row.id}"
            self.console.acts.ask(
                change_of([self.row], RequestKind.SIGNAL, event.event, {"payload": payload}, title=title)
            )

        where = f"{self._instance.state if self._instance else ''} {self.console.glyphs.arrow} {event.target}"
        prompt = f"{where}. What comes with it, as JSON or plain text; nothing for most events."
        self.app.push_screen(ReasonPanel(f"Fire {event.event}", prompt, needed=False), typed)

    def action_pause(self) -> None:
        if self.row is not None:
            paused = self.row.status is RunStatus.PAUSED
            self.console.acts.ask(change_of([self.row], RequestKind.RESUME if paused else RequestKind.PAUSE))

    def action_cancel(self) -> None:
        if self.row is not None:
            self.console.acts.ask(change_of([self.row], RequestKind.CANCEL))

    def action_retry(self) -> None:
        if self.row is not None:
            self.console.acts.ask(change_of([self.row], RequestKind.RETRY))

    def action_zoom_in(self) -> None:
        self.map.set_zoom(self.map.shown_zoom + 1)

    def action_zoom_out(self) -> None:
        self.map.set_zoom(self.map.shown_zoom - 1)

    def own_copies(self) -> Sequence[Copy]:
        event = self._event
        return [Copy("f", "command that fires it", Way(("signal", self.run_id, event.event), "").line)] if event else []
