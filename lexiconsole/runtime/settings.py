"""What an engine may take and how long it waits; the configuration fills it in."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EngineSettings"]


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Seconds, unless it says otherwise.

    A run that rests longer than `park_after` leaves memory. After a cancel, steps in flight have `cancel_deadline` to end.
    Requests and dead owners are looked for every `poll`, half as often while nothing is driven here; an owner gives a sign of
    life every `beat`, every `idle_beat` while it drives nothing, and counts as stalled after `stall_after`.
    `show_start_after` is how long a step runs before others see that it started.
    """

    park_after: float = 30.0
    cancel_deadline: float = 10.0
    poll: float = 0.1
    beat: float = 1.0
    stall_after: float = 30.0
    show_start_after: float = 0.05
    threads: int = 32
    max_value_bytes: int = 1_000_000
    secrets: tuple[str, ...] = ()

    @property
    def idle_beat(self) -> float:
        return max(self.beat, self.stall_after / 6)
