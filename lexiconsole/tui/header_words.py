"""What the header says at its two ends: where one is, and how many runs need somebody beside the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lexiconsole.tui.drawing import Said, Tone
from lexiconsole.types import RunStatus
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.tui.run_row import Face

__all__ = ["GAP", "counted", "led_here"]

GAP = 2
"""Cells at least between the two."""

_COUNTED = (RunStatus.DOUBTFUL, RunStatus.FAILED, RunStatus.WAITING, RunStatus.COMPENSATING, RunStatus.RUNNING)


def led_here(trail: Sequence[str], face: Face, *, readonly: bool, named: bool = True) -> list[Said]:
    """The places one came through; the program's name before them where it is `named`."""
    colours, faint = face.palette, Tone(face.palette.faint)
    parts: list[Said] = [(" lexiconsole", Tone(colours.accent, bold=True))] if named else []
    if readonly:
        parts += [(" ", faint), (" READ-ONLY ", Tone(colours.key, bold=True, reverse=True))]
    for place in trail:
        last = place is trail[-1]
        parts += [
            (f" {face.glyphs.trail} " if parts else " ", faint),
            (place, Tone(colours.bright if last else colours.text, bold=last)),
        ]
    return parts


def counted(counts: Mapping[RunStatus, int], clock: str, face: Face) -> list[Said]:
    """Those that need somebody or are at work, and the time."""
    parts: list[Said] = []
    for status in _COUNTED:
        if count := counts.get(status, 0):
            look = RUN_LOOKS[status]
            parts.append((f"{face.glyphs.state(look)}{count:,} ", Tone(face.palette.state(look))))
    return [*parts, (f" {clock} ", Tone(face.palette.text))]
