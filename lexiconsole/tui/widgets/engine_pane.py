"""EnginePane: how the engine and the console are doing, in numbers that were measured."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.run_row import short_age
from lexiconsole.tui.widgets.painted import Painted
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.durations import span
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.durable.journal import OwnerRow
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["EnginePane", "Engines"]

_LATE = 0.1
"""Seconds of delay that one notices."""

_SILENT = 30.0
"""Seconds without a sign of life after which an engine may be stopped or dead."""


@dataclass(frozen=True, slots=True)
class Engines:
    """What the store knows of those that drive runs. `bytes` is the size of its files."""

    owners: tuple[OwnerRow, ...] = ()
    next_wake: Instant | None = None
    bytes: int = 0


class EnginePane(Painted, can_focus=True):
    """Told by its screen: `show` what was read, `tick` when the time went on."""

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes)
        self.engines: Engines | None = None  # nothing was read yet
        self._measured: list[list[Part]] = []

    def show(self, engines: Engines) -> None:
        self.engines = engines
        self.tick()

    def tick(self) -> None:
        """Measures again, and paints what reads otherwise."""
        self._measured = self._lines()
        self.shows(self._measured)

    def on_resize(self) -> None:
        self.tick()

    def render_line(self, y: int) -> Strip:
        lines = self._measured
        return line(lines[y] if y < len(lines) else [], self.size.width).apply_style(self.rich_style)

    def _lines(self) -> list[list[Part]]:
        console = cast("ConsoleApp", self.app)
        colours, vitals, engines, now = console.palette, console.vitals, self.engines, console.now()
        name, value = ink(colours.faint), ink(colours.text)
        alarm = ink(colours.state(RUN_LOOKS[RunStatus.FAILED]))
        health = console.driving.health
        bars = console.glyphs.spark(list(vitals.rates)[-max(4, self.size.width - 16) :])
        lines: list[list[Part]] = [[(bars, ink(colours.accent)), (f" {vitals.rate:,} entries/s", value)]]
        if console.driving.fallen:
            why = wrap(harmless(console.driving.fallen), max(16, self.size.width))  # what to do stands at its end
            lines += [[(part, alarm)] for part in why]
        if health is not None and health.held is not None:
            held = health.held
            said = harmless(str(held))
            lines.append([(said, alarm)])
        if health is not None:
            lines.append(
                [
                    (f"{health.driven:,} driven", value),
                    ("  loop ", name),
                    (_late(health.lag), value if health.lag < _LATE else alarm),
                    (f"  {health.queued:,} queued" if health.queued else "", value),
                ]
            )
        if engines is None:
            return lines
        alive = sum(now - owner.beat_at < _SILENT for owner in engines.owners)
        silent = len(engines.owners) - alive
        wake = "none" if engines.next_wake is None else short_age(engines.next_wake - now)
        lines.append(
            [
                ("engines ", name),
                (f"{alive}", value),
                (f" {silent} silent" if silent else "", alarm),
                ("  screen ", name),
                (_late(vitals.lag), value if vitals.lag < _LATE else alarm),
            ]
        )
        lines.append([("next timer ", name), (wake, value), ("  store ", name), (_size(engines.bytes), value)])
        if health is not None:
            busy = health.busy, health.threads
            lines.append([("threads ", name), (f"{busy[0]}/{busy[1]}", value if busy[0] < busy[1] else alarm)])
        return lines


def _late(lag: float) -> str:
    """Figures that nobody notices would be painted anew every second."""
    return "on time" if lag < _LATE else f"{span(lag)} late"


def _size(size: int) -> str:
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1e10 else f"{size / 1e9:.0f} GB"
