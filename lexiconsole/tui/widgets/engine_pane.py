"""EnginePane: how the engine and the console are doing, in numbers that were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.widgets.run_table import short_age
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


class EnginePane(Widget, can_focus=True):
    """Told by its screen: `show` what was read, `tick` when the time went on."""

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes)
        self.engines = Engines()
        self._drawn: list[list[Part]] = []

    def show(self, engines: Engines) -> None:
        self.engines = engines
        self.tick()

    def tick(self) -> None:
        """Draws again if anything reads otherwise by now."""
        if self._lines() != self._drawn:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        lines = self._drawn = self._lines() if y == 0 else self._drawn
        return line(lines[y] if y < len(lines) else [], self.size.width).apply_style(self.rich_style)

    def _lines(self) -> list[list[Part]]:
        console = cast("ConsoleApp", self.app)
        colours, pulse, engines, now = console.palette, console.pulse, self.engines, console.now()
        name, value = ink(colours.faint), ink(colours.text)
        alarm = ink(colours.state(RUN_LOOKS[RunStatus.FAILED]))
        health = console.workspace.health() if console.workspace is not None else None
        bars = console.glyphs.spark(list(pulse.rates)[-max(4, self.size.width - 16) :])
        alive = sum(now - owner.beat_at < _SILENT for owner in engines.owners)
        silent = len(engines.owners) - alive
        wake = "none" if engines.next_wake is None else short_age(engines.next_wake - now)
        lines: list[list[Part]] = [[(bars, ink(colours.accent)), (f" {pulse.rate:,} entries/s", value)]]
        if health is not None and health.held is not None:
            held = health.held
            said = harmless(str(held))
            lines.append([(said, alarm)])
        if health is not None:
            lag = health.lag
            lines.append(
                [
                    ("here ", name),
                    (f"{health.driven:,} driven", value),
                    ("  loop ", name),
                    _kept(lag, value, alarm),
                    (f"  {health.queued:,} queued" if health.queued else "", value),
                ]
            )
        lines.append(
            [
                ("engines ", name),
                (f"{alive}", value),
                (f" {silent} silent" if silent else "", alarm),
                ("  screen ", name),
                _kept(pulse.lag, value, alarm),
            ]
        )
        lines.append([("next timer ", name), (wake, value), ("  store ", name), (_size(engines.bytes), value)])
        if health is not None:
            busy = health.busy, health.threads
            lines.append([("threads ", name), (f"{busy[0]}/{busy[1]}", value if busy[0] < busy[1] else alarm)])
        return lines


def _kept(lag: float, value: Style, alarm: Style) -> Part:
    return ("on time", value) if lag < _LATE else (f"{span(lag)} late", alarm)


def _size(size: int) -> str:
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1e10 else f"{size / 1e9:.0f} GB"
