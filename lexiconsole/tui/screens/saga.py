"""Saga: two lanes, a token that turns round, what is left in words, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from lexiconsole.durable.journal import RequestKind, RunRow
from lexiconsole.durable.outline import Outline
from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import Place, with_keys
from lexiconsole.tui.motion import Motion
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.requesting import change_of
from lexiconsole.tui.screens.diffing import Diffing
from lexiconsole.tui.screens.finding import SagaFinding
from lexiconsole.tui.screens.jumping import SagaJumps
from lexiconsole.tui.screens.revising import Revising
from lexiconsole.tui.screens.run_copies import RunCopies
from lexiconsole.tui.screens.saga_time import SagaTime
from lexiconsole.tui.widgets.lane_panes import step_lines, unwinding_lines
from lexiconsole.tui.widgets.lanes import LanesView
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.tui.widgets.reason import ReasonPanel
from lexiconsole.tui.widgets.scrubber import Scrubber
from lexiconsole.tui.widgets.static import Static
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.durations import span
from lexiconsole.views.lane_words import lane_verdict, step_sentence
from lexiconsole.views.lanes import Lanes, Need, Passage
from lexiconsole.views.playback import Playback, Showing
from lexiconsole.views.safe import harmless
from lexiconsole.views.watched import Snapshot, Watched
from lexiconsole.views.words import RUN_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.durable.entry import Entry
    from lexiconsole.tui.feed import Tidings

__all__ = ["SagaScreen"]

_UNWINDING = "2 Unwinding, newest first"

_OF_A_RUN = frozenset({"retry", "mark_done", "skip", "pause", "cancel", "answer", "open", "edit", "fork"})


class SagaScreen(SagaFinding, SagaJumps, SagaTime, Revising, Diffing, RunCopies, ConsoleScreen):
    """`subject` is the run's id."""

    place = Place.SAGA
    DEFAULT_CSS = """
    SagaScreen #lanes { height: 1fr; padding: 0; }
    SagaScreen #verdict { height: auto; max-height: 3; padding: 0 1; }
    SagaScreen Scrubber { height: 1; }
    SagaScreen #below { height: 13; }
    SagaScreen #unwinding { width: 1fr; padding: 0 1; }
    SagaScreen #unwinding Static { text-wrap: nowrap; text-overflow: ellipsis; }
    SagaScreen #step { width: 1fr; padding: 0 1; }
    SagaScreen #below Static { height: auto; }
    SagaScreen.-narrow #unwinding { display: none; }
    SagaScreen.-narrow #below { height: 8; }
    SagaScreen.-small #below { height: 5; }
    SagaScreen.-low #below { display: none; }
    SagaScreen.-low #verdict { max-height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    CSS = """
    SagaScreen.-past .pane { border: round $primary 60%; }
    SagaScreen.-past .pane:focus, SagaScreen.-past .pane:focus-within { border: heavy $primary; }
    """  # the border of a pane is the style sheet's, which default styles do not change

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.run_id = subject
        self.row: RunRow | None = None
        self.header.tell(trail=("Runs", harmless(subject)))
        self.lanes_view = LanesView()
        self._verdict = Static(id="verdict")
        self._unwinding, self._step = Static(), Static()
        self._sought = 0
        self._panes: list[Widget] = []
        self._playback = Playback()
        self.scrubber = Scrubber()
        self._watched: Watched | None = None
        self._shown: tuple[int, int] = (0, 0)
        self._way: tuple[tuple[int, bool], ...] = ()

    def body(self) -> Iterator[Widget]:
        lanes = Vertical(self.lanes_view, self._verdict, id="lanes", classes="pane")
        lanes.border_title = "1 Saga"
        unwinding = VerticalScroll(self._unwinding, id="unwinding", classes="pane", can_focus=True)
        unwinding.border_title = _UNWINDING
        step = VerticalScroll(self._step, id="step", classes="pane", can_focus=True)
        step.border_title = "3 Step"
        self._panes = [lanes, unwinding, step]
        yield lanes
        yield self.scrubber
        yield Horizontal(unwinding, step, id="below")
        yield from self.find_line()

    def panes(self) -> Sequence[Widget]:
        return self._panes

    def on_mount(self) -> None:
        super().on_mount()
        self.lanes_view.focus()
        self._frames = self.set_interval(self.console.motion.frame, self._move, pause=True)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < 100, "-narrow")
        self.set_class(event.size.height < 22, "-small")
        self.set_class(event.size.height < (18 if self.console.tour is None else 30), "-low")

    # what it knows

    def returned(self) -> None:
        self._read()

    def definition_here(self) -> str:
        return self.row.name if self.row is not None else ""

    def heard(self, tidings: Tidings) -> None:
        if self.run_id in tidings.runs:
            self._read()

    def tick(self, now: Instant) -> None:
        if self._playback.past is None and self.row is not None and not self.row.status.ended:
            self._fold(force=True)

    def on_screen_suspend(self) -> None:
        self._frames.pause()

    def _read(self) -> None:
        after = self._playback.head
        self.console.reads.look(
            f"saga {self.run_id}", lambda look: self._ask(look, after), self._got, panes=self._panes
        )

    def _ask(self, look: Look, after: int) -> tuple[RunRow | None, list[Entry], Outline]:
        row = look.run(self.run_id)
        if row is None:
            return None, [], Outline()
        return row, look.entries(row, after), look.outline(row)

    def _got(self, answer: tuple[RunRow | None, list[Entry], Outline]) -> None:
        row, new, outline = answer
        if row is None:
            self.say([("this run is not in the store", ink(self.console.palette.key))])
            return
        self.row = row
        self._playback.take(new, outline)
        if self.console.motion is Motion.OFF and self._playback.past is None:
            self._playback.live()
        if self._watched is None:
            self._watched = Watched(row, outline)
        self._watched.add(row, new)
        self._fold(force=True)

    # what it shows

    def _move(self) -> None:
        """One frame; the timer stands still when nothing moves."""
        self._fold()

    def _fold(self, *, force: bool = False) -> None:
        if not self._playback.head or not self.is_mounted:
            return
        showing = self._playback.showing()
        if force or (showing.seq, showing.hop) != self._shown:
            self._shown = (showing.seq, showing.hop)
            lanes = self._playback.lanes(showing.seq)
            ahead = self._playback.lanes(showing.hop) if showing.moving else lanes
            turning = bool(ahead.path) and ahead.path[-1][1]  # what it travels back along is there before it travels
            self._way = ahead.path[-2:]
            self._tell(ahead if turning else lanes, showing)
        if showing.moving:
            self.lanes_view.hop(self._way[0], self._way[-1], showing.part)
        else:
            self.lanes_view.hop(None, None, 1.0)
        turn = self.console.motion.turn
        spins = turn > 0 and self.lanes_view.moving and self._playback.past is None
        self.lanes_view.spin(int(monotonic() / turn) if spins else 0)
        (self._frames.resume if showing.moving or spins else self._frames.pause)()

    def _tell(self, lanes: Lanes, showing: Showing) -> None:
        assert self.row is not None
        past, now = self._playback.past is not None, self._moment(lanes)
        self.lanes_view.show(lanes, now)
        self.mark_found()
        palette, glyphs = self.console.palette, self.console.glyphs
        verdict, look = lane_verdict(lanes), RUN_LOOKS[lanes.status]
        style = palette.state(verdict.look)
        said = Content.styled(f"{glyphs.state(verdict.look)} {verdict.word}", f"bold {style}")
        if verdict.sentence:
            said += Content.styled(f"  {harmless(verdict.sentence)}", palette.text)
        self._verdict.update(said)
        asked = self.console.acts.requested(self.run_id)
        told: list[Part] = []
        if past:
            said_past = f" PAST seq {self._playback.past}/{self._playback.head} "
            told = [(said_past, ink(palette.accent, reverse=True, bold=True)), (" ", ink())]
        told.append((f"{glyphs.state(look)} {look.word.upper()}", ink(palette.state(look), bold=True)))
        told.append((f"  {span(lanes.story.took(now))}", ink(palette.faint)))
        if asked:
            told.append((f"  {asked}", ink(palette.key)))
        self.header.tell(trail=("Runs", harmless(self.row.name), harmless(lanes.run_id)), said=told)
        self._panes[0].border_subtitle = titled(f" {showing.said} ") if showing.said else ""
        self._panes[1].border_title = _UNWINDING if lanes.newest_first else "2 Unwinding"
        self._scrub(self._playback.past)
        self._details(lanes)
        self.begin()

    def _moment(self, lanes: Lanes) -> Instant:
        """What counts as now for what is shown."""
        return lanes.story.changed_at if self._playback.past is not None else self.console.now()

    def show_past(self, past: bool) -> None:
        self.set_class(past, "-past")

    def _details(self, lanes: Lanes) -> None:
        palette, chosen = self.console.palette, self.lanes_view.chosen
        room = max(20, self._panes[1].size.width)
        lines = unwinding_lines(lanes, palette, self.console.glyphs, chosen, room)
        self._unwinding.update(Content("\n").join(lines))
        step = self._chosen()
        self._keep_in_sight(lanes.unwinding.index(step) + 1 if step in lanes.unwinding else 0)
        if step is not None:
            self._panes[2].border_title = titled(f"3 {step.key}")
            lines = step_lines(step, palette, self._moment(lanes), max(20, self._panes[2].size.width - 5))
            self._step.update(Content("\n").join(lines))
        self._say(lanes, step)
        self.show_keys()

    def _keep_in_sight(self, line: int) -> None:
        """The line of the unwinding that is about the chosen step, when another one is chosen."""
        if line != self._sought:
            self._sought = line
            self.call_after_refresh(self._panes[1].scroll_to_region, Region(0, line, 1, 1), animate=False)

    @on(LanesView.Moved)
    def _moved(self) -> None:
        self._details(self.lanes_view.lanes)

    @property
    def snapshot(self) -> Snapshot | None:
        """The moment that is looked at."""
        watched, past = self._watched, self._playback.past
        return None if watched is None else watched.now() if past is None else watched.then(past)

    @property
    def selected(self) -> str:
        step = self._chosen()
        return step.key if step is not None else ""

    def _chosen(self) -> Passage | None:
        steps = self.lanes_view.lanes.steps
        return steps[self.lanes_view.chosen] if steps else None

    # the sentence

    def _say(self, lanes: Lanes, step: Passage | None) -> None:
        palette = self.console.palette
        if step is None:
            return
        past = self._playback.past is not None
        said = step_sentence(lanes, step, self._moment(lanes), past=past, awaited=self.console.driving.awaited)
        self.say([(said.text, ink(palette.text))], *said.keys)

    # what the keys do

    def why_not(self, action: str) -> str:
        if action in ("retry", "mark_done", "skip", "pause", "cancel") and self._playback.past is not None:
            return with_keys("this is the past; {live} goes back to now")
        if self.row is None:
            return "the run is not read yet" if action in _OF_A_RUN else ""
        if action == "retry" and not self._target():
            return "nothing here failed, waits for another try or is in doubt"
        if action in ("mark_done", "skip") and not self._stuck():
            return "only for an undoing that gave up" if action == "mark_done" else "nothing here is held up"
        if action in ("pause", "cancel") and self.row.status.ended:
            return f"the run is {RUN_LOOKS[self.row.status].word}"
        if action == "diff":
            return self.why_not_diff()
        if action == "answer" and not self._asked():
            return "it asks nothing now"
        step = self._chosen()
        if action == "edit" and self._playback.past is None and self.lanes_view.lanes.turned:
            return with_keys("it has begun to undo what it did; {fork} forks it from before that")
        if action == "edit" and (step is None or step.state is not StepState.DONE):
            return "the selected step has no result to edit"
        return ""

    def action_retry(self) -> None:
        self._ask_for(RequestKind.RETRY, self._target())

    def action_mark_done(self) -> None:
        """Says that something was undone by hand, with the reason."""
        step = self._stuck()
        if step is not None:
            self._with_reason(
                f"Undone by hand: {step.key}",
                "What did you do? It is kept with the run and in the audit.",
                RequestKind.RESOLVE,
                step.undo.task,
                {"how": "done"},
            )

    def action_skip(self) -> None:
        step = self._stuck()
        if step is not None:
            self._with_reason(
                f"Leave as it is: {step.key}",
                "Why may it stay in effect? The run then ends with an incomplete rollback.",
                RequestKind.SKIP,
                step.undo.task,
                {},
            )

    def action_pause(self) -> None:
        assert self.row is not None
        paused = self.row.status is RunStatus.PAUSED
        self._ask_for(RequestKind.RESUME if paused else RequestKind.PAUSE, "")

    def action_cancel(self) -> None:
        self._ask_for(RequestKind.CANCEL, "")

    def action_answer(self) -> None:
        self.console.go(Place.TASK, f"{self.run_id}:{self._asked()}")

    def action_open(self) -> None:
        """What the selected step asks for, if it does; else the pane with all about it."""
        step = self._chosen()
        if step is not None and step.state is StepState.DOUBTFUL and self.console.knows(Place.DOUBT):
            self.console.go(Place.DOUBT, self.run_id)
        else:
            self.to_pane(3)

    # their parts

    def _target(self) -> str:
        """What `r` is about: the selected step's trouble, else the only one there is."""
        steps = self.lanes_view.lanes.steps
        chosen = self._chosen()
        found = {step.key: target for step in steps if (target := _trouble(step))}
        if chosen is not None and chosen.key in found:
            return found[chosen.key]
        return next(iter(found.values())) if len(found) == 1 else ""

    def _stuck(self) -> Passage | None:
        chosen = self._chosen()
        steps = [step for step in self.lanes_view.lanes.steps if step.undo.task]
        return chosen if chosen in steps else steps[0] if len(steps) == 1 else None

    def _asked(self) -> str:
        waiting = [row.key for row in self.lanes_view.lanes.story.rows if row.state is StepState.WAITING]
        step = self._chosen()
        return step.undo.task if step is not None and step.undo.task else next(iter(waiting), "")

    def _ask_for(
        self, kind: RequestKind, target: str = "", data: dict[str, Any] | None = None, title: str = ""
    ) -> None:
        if self.row is None:
            return
        change = change_of([self.row], kind, target, data, title=title)
        self.console.acts.ask(replace(change, typed="") if data else change)

    def _with_reason(self, title: str, prompt: str, kind: RequestKind, target: str, data: dict[str, Any]) -> None:
        def typed(reason: str | None) -> None:
            if reason is not None:
                self._ask_for(kind, target, {**data, "reason": reason}, title)

        self.app.push_screen(ReasonPanel(title, prompt), typed)


def _trouble(step: Passage) -> str:
    """The key that another try of it is asked for at, "" when it needs none."""
    if step.undo.task:
        return step.undo.task
    if step.undo.need is Need.NOW and step.undo.until is not None and step.undo.row is not None:
        return step.undo.row.key
    if step.state in (StepState.RETRYING, StepState.DOUBTFUL) and step.row is not None:
        return step.row.key
    return step.key if step.state is StepState.FAILED and not step.turned_here else ""
