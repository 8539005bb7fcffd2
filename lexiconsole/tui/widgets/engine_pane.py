"""EnginePane: how the engine and the console are doing, in numbers that were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.widgets.run_table import short_age
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.durable.journal import OwnerRow
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["EnginePane", "Health"]

_LATE = 0.1
"""Seconds of delay of the interface that one notices."""


@dataclass(frozen=True, slots=True)
class Health:
    """What the store knows of the engines. `bytes` is the size of its files; `said` is what the engine here has to say."""

    owners: tuple[OwnerRow, ...] = ()
    next_wake: Instant | None = None
    bytes: int = 0
    said: tuple[str, ...] = ()


class EnginePane(Widget, can_focus=True):
    """Told by its screen once a second."""

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes)
        self.health = Health()

    def show(self, health: Health) -> None:
        self.health = health
        self.refresh()

    def render_line(self, y: int) -> Strip:
        lines = self._lines()
        width = self.size.width
        return line(lines[y] if y < len(lines) else [], width).apply_style(self.rich_style)

    def _lines(self) -> list[list[Part]]:
        console = cast("ConsoleApp", self.app)
        colours, pulse, health, now = console.palette, console.pulse, self.health, console.now()
        name, value = ink(colours.faint), ink(colours.text)
        width = self.size.width
        bars = console.glyphs.spark(list(pulse.rates)[-max(4, width - 18) :])
        alive = [owner for owner in health.owners if now - owner.beat_at < 30]
        silent = len(health.owners) - len(alive)
        alarm = ink(colours.state(RUN_LOOKS[RunStatus.FAILED]))
        wake = "none" if health.next_wake is None else short_age(health.next_wake - now)
        parked = pulse.counts.get(RunStatus.SLEEPING, 0)
        lines: list[list[Part]] = [
            [(bars, ink(colours.accent)), (f"  {pulse.rate:,} entries/s", value)],
            [
                ("engines   ", name),
                (f"{len(alive)}", value),
                (f"  {silent} silent" if silent else "", alarm),
                ("   screen late ", name),
                (f"{pulse.lag * 1000:.0f} ms", value if pulse.lag < _LATE else alarm),
            ],
            [("asleep    ", name), (f"{parked:,}", value), ("   next timer ", name), (wake, value)],
            [("store     ", name), (_size(health.bytes), value)],
        ]
        lines += [[(said, ink(colours.key))] for said in health.said]
        return lines


def _size(size: int) -> str:
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1e6:.0f} MB" if size < 1e10 else f"{size / 1e9:.0f} GB"
