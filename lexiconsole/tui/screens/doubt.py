"""Doubt: a step that may or may not have happened. What is known of it, and the three things one can say about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from lexiconsole.durable.journal import RequestKind, RunRow
from lexiconsole.tui.acts import Done
from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.palettes import Palette
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.requesting import change_of
from lexiconsole.tui.screens.run_copies import RunCopies
from lexiconsole.tui.widgets.form import FormPanel
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.tui.widgets.reason import ReasonPanel
from lexiconsole.tui.widgets.static import Static
from lexiconsole.types import Instant, JsonObject
from lexiconsole.views.doubts import Doubt, doubts_of
from lexiconsole.views.durations import age, span, stamp
from lexiconsole.views.safe import harmless, harmless_lines
from lexiconsole.views.values import error_line
from lexiconsole.views.words import RUN_LOOKS, STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.tui.feed import Tidings

__all__ = ["DoubtScreen"]

_FORM: JsonObject = {
    "type": "object",
    "properties": {
        "result": {"description": "what it gave, as JSON or text; empty for nothing", "default": None},
        "reason": {"type": "string", "default": "", "maxLength": 2000, "description": "how you know"},
    },
}


class DoubtScreen(RunCopies, ConsoleScreen):
    """`subject` is the run's id."""

    place = Place.DOUBT
    DEFAULT_CSS = """
    DoubtScreen #columns { height: 1fr; }
    DoubtScreen .pane { padding: 0 1; }
    DoubtScreen #known { width: 1fr; }
    DoubtScreen #right { width: 1fr; }
    DoubtScreen #choices { height: auto; }
    DoubtScreen #choices Static { height: auto; }
    DoubtScreen #result { height: 1fr; padding: 0; }
    DoubtScreen.-narrow #columns { layout: vertical; }
    DoubtScreen.-narrow #known { width: 100%; height: 1fr; }
    DoubtScreen.-narrow #right { width: 100%; height: auto; }
    DoubtScreen.-narrow #result { display: none; }
    DoubtScreen.-typing #result { display: block; height: 12; }
    DoubtScreen.-typing #choices { display: none; }
    DoubtScreen.-typing.-lowest #known { display: none; }
    """
    CSS = """
    DoubtScreen.-lowest .pane, DoubtScreen.-lowest .pane:focus { border: none; }
    """  # the border of a pane is the style sheet's, which default styles do not change

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.run_id = subject
        self.row: RunRow | None = None
        self._doubts: list[Doubt] = []
        self._at = 0
        self._settling = ""  # what was last decided here; that it is settled then surprises nobody
        self._known, self._choices = Static(), Static()
        self.form = FormPanel(_FORM, submit="done with this result")
        self._panes: list[Widget] = []
        self.header.tell(trail=("Runs", harmless(subject)))

    def body(self) -> Iterator[Widget]:
        known = VerticalScroll(self._known, id="known", classes="pane", can_focus=True)
        choices = Vertical(self._choices, id="choices", classes="pane")
        result = Vertical(self.form, id="result", classes="pane")
        known.border_title, choices.border_title = "1 What is known", "2 What came of it?"
        result.border_title = "3 It happened: with which result"
        self._panes = [known, choices, result]
        yield Horizontal(known, Vertical(choices, result, id="right"), id="columns")

    def panes(self) -> Sequence[Widget]:
        return (self._panes[0], self._panes[2])

    def on_mount(self) -> None:
        super().on_mount()
        self._panes[0].focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < 100 or event.size.height < 28, "-narrow")
        self.set_class(event.size.height < _LOWEST, "-lowest")
        self._tell()

    # what it knows

    def returned(self) -> None:
        self._read()

    def heard(self, tidings: Tidings) -> None:
        if self.run_id in tidings.runs:
            self._read()

    def tick(self, now: Instant) -> None:
        self._tell()

    def _read(self) -> None:
        self.console.reads.look(f"doubt {self.run_id}", self._look, self._got, panes=self._panes[:1])

    def _look(self, look: Look) -> tuple[RunRow | None, list[Doubt]]:
        row = look.run(self.run_id)
        return (None, []) if row is None else (row, doubts_of(look.entries(row), look.outline(row)))

    def _got(self, answer: tuple[RunRow | None, list[Doubt]]) -> None:
        """The selected one stays so while it is in doubt, wherever it stands now."""
        if not self.is_attached:
            return
        before = self.doubt
        self.row, self._doubts = answer
        places = {doubt.key: place for place, doubt in enumerate(self._doubts)}
        if before is not None and before.key in places:
            self._at = places[before.key]
        else:
            self._at = min(self._at, max(0, len(self._doubts) - 1))
        self._tell()
        if before is not None and before.key not in places and self.has_class("-typing"):
            self._left()  # what is typed was about that one
            if before.key == self._settling:
                return
            self.status.explain(f"{harmless(before.key)} is not in doubt any more")

    @property
    def doubt(self) -> Doubt | None:
        return self._doubts[self._at] if self._doubts else None

    # what it shows

    def _tell(self) -> None:
        if self.row is None or not self.is_mounted:
            return
        palette, now, doubt = self.console.palette, self.console.now(), self.doubt
        look = RUN_LOOKS[self.row.status]
        asked = self.console.acts.requested(self.run_id)
        said: list[Part] = [
            (f"{self.console.glyphs.state(look)} {look.word.upper()}", ink(palette.state(look), bold=True))
        ]
        said += [(f"  {asked}", ink(palette.key))] if asked else []
        self.header.tell(trail=("Runs", harmless(self.row.name), harmless(self.row.id)), said=said)
        if doubt is None:
            self._known.update(Content.styled("nothing in this run is in doubt any more", palette.faint))
            self._choices.update("")
            self.say([(f"the run is {look.word}", ink(palette.text))])
        else:
            more = f"  {self._at + 1} of {len(self._doubts)}, j k" if len(self._doubts) > 1 else ""
            self._panes[0].border_title = titled(f"1 What is known of {doubt.key}{more}")
            self._known.update(Content("\n").join(_known(doubt, palette, now)))
            room = max(24, self.size.width - 5 if self.has_class("-narrow") else self._choices.size.width - 1)
            self._choices.update(Content("\n").join(_choices(doubt, self.row, palette, room, self.size.height)))
            self.say([(f"nobody knows whether {harmless(doubt.key)} happened", ink(palette.text))], *_KEYS)
        self.show_keys()

    # what the keys do

    def why_not(self, action: str) -> str:
        if action in ("retry", "mark_done", "fail") and self.doubt is None:
            return "nothing is in doubt"
        if action in ("pause", "cancel") and self.row is not None and self.row.status.ended:
            return f"the run is {RUN_LOOKS[self.row.status].word}"
        return ""

    def key_j(self) -> None:
        self._step(1)

    def key_k(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if len(self._doubts) > 1:
            self._at = (self._at + by) % len(self._doubts)
            self._tell()

    def action_retry(self) -> None:
        """It did not happen, or may safely happen twice: again."""
        self._ask(self.doubt, RequestKind.RETRY, {}, "Run again")

    def action_mark_done(self) -> None:
        """It did happen: the form asks with which result."""
        self.add_class("-typing")
        self.form.focus_first()

    def action_fail(self) -> None:
        doubt = self.doubt

        def typed(reason: str | None) -> None:
            if reason is not None:
                self._ask(doubt, RequestKind.RESOLVE, {"how": "fail", "reason": reason}, "Count as failed")

        self.app.push_screen(ReasonPanel("Count as failed", "How do you know that it did not happen?"), typed)

    def action_cancel(self) -> None:
        if self.row is not None:
            self.console.acts.ask(change_of([self.row], RequestKind.CANCEL))

    @on(FormPanel.Submitted)
    def _submitted(self, event: FormPanel.Submitted) -> None:
        values = event.values if isinstance(event.values, dict) else {}
        data: JsonObject = {"how": "done", "result": values.get("result")}
        if values.get("reason"):
            data["reason"] = values["reason"]
        self._ask(self.doubt, RequestKind.RESOLVE, data, "Count as done")

    @on(FormPanel.Left)
    def _left(self) -> None:
        self.remove_class("-typing")
        self._panes[0].focus()

    def _ask(self, doubt: Doubt | None, kind: RequestKind, data: JsonObject, title: str) -> None:
        if doubt is None or self.row is None:
            return
        self._settling = doubt.key
        change = change_of([self.row], kind, doubt.key, data, title=f"{title}: {doubt.key}", then=self._done)
        self.console.acts.ask(replace(change, typed=""))

    def _done(self, done: Done) -> None:
        if not self.is_attached:
            return
        if done.runs:
            self._left()
        self._read()


def _hanging(text: str, style: str, room: int) -> list[Content]:
    """Folded to that many cells, the lines behind the first two cells further in."""
    return [Content.styled(part, style) for part in wrap(text, room, initial_indent="   ", subsequent_indent="     ")]


_KEYS = (("r", "again"), ("m", "it did"), ("x", "it did not"))


def _known(doubt: Doubt, palette: Palette, now: Instant) -> list[Content]:
    name = harmless(doubt.key)
    head = f"{name} may or may not have happened"
    if doubt.undoes:
        head = f"the undoing of {harmless(doubt.undoes)} may or may not have happened"
    lines = [
        Content.styled(f"≈ {head}", f"bold {palette.state(STEP_LOOKS[StepState.DOUBTFUL])}"),
        Content.styled(harmless(doubt.why), palette.text),
        Content(""),
    ]
    started = (
        f"{stamp(doubt.started_at)}, {age(doubt.started_at, now)}" if doubt.started_at is not None else "not known"
    )
    facts = [
        ("started", started),
        ("in doubt since", f"{stamp(doubt.since)}, {age(doubt.since, now)}"),
        ("by", doubt.process or "the process that began the run"),
        ("attempt", str(doubt.attempt or 1)),
        ("idempotency key", doubt.idempotency),
        ("before the call", "its intent was on disk" if doubt.intent else "nothing was written"),
        ("took effect before", ", ".join(doubt.effects) or "nothing"),
        ("comes next", ", ".join(doubt.next) or "the end"),
    ]
    lines += [
        Content.styled(f"{label:<19}", palette.faint) + Content.styled(harmless(text), palette.text)
        for label, text in facts
    ]
    if len(doubt.attempts) > 1:
        lines += [Content(""), Content.styled("attempts", f"bold {palette.text}")]
    for attempt in doubt.attempts if len(doubt.attempts) > 1 else ():
        look = STEP_LOOKS[attempt.state]
        took = f"  {span(attempt.took)}" if attempt.took is not None else ""
        lines.append(
            Content.styled(f"  {attempt.number}  {look.glyph} {look.word}{took}", palette.state(look))
            + Content.styled(f"  {error_line(attempt.error, 60)}", palette.faint)
        )
    if doubt.log.strip():
        lines += [Content(""), Content.styled("what it printed", f"bold {palette.text}")]
        lines += [Content.styled(f"  {line}", palette.faint) for line in harmless_lines(doubt.log.strip())[-8:]]
    lines += [
        Content(""),
        Content.styled("Ask the other side about the idempotency key: that settles it.", palette.faint),
    ]
    return lines


_LOW, _LOWEST = 22, 16
"""Lines of a terminal below which nothing stands between the choices, and below which they stand without what follows."""


def _choices(doubt: Doubt, row: RunRow, palette: Palette, room: int, height: int) -> list[Content]:
    saga, after = row.kind == "saga", ", ".join(doubt.next) or "the end"
    undone = f"; then what was done is undone: {', '.join(reversed(doubt.effects))}" if saga and doubt.effects else ""
    again = f"try {(doubt.attempt or 1) + 1}, under the same idempotency key; "
    twice = "if it did happen and the other side does not know the key, it happens twice"
    said = (
        ("r", "run it again", again + twice),
        ("m", "it did happen", f"you say with which result; the run goes on to {after}"),
        ("x", "it did not happen", f"counts as failed{undone or '; the run deals with it as with any failure'}"),
    )
    lines: list[Content] = []
    for key, word, follows in said:
        head = Content.styled(f"{key}  ", f"bold {palette.key}") + Content.styled(word, f"bold {palette.bright}")
        told = _hanging(f"→ {harmless(follows)}", palette.accent, room) if height >= _LOWEST else []
        lines += [head, *told, *([Content("")] if height >= _LOW else [])]
    return lines if height < _LOW else lines[:-1]
