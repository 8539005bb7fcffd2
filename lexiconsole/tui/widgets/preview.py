"""PreviewPane: the selected run at a glance: its steps in the order of its outline, each with its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.durable.outline import NodeKind, Outline
from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.views.durations import span
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import STEP_LOOKS, Look, StepState

if TYPE_CHECKING:
    from lexiconsole.app.look import Look as Store
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.views.story import Row, Story

__all__ = ["MOST_ENTRIES", "PreviewPane", "Seen", "see"]

MOST_ENTRIES = 3_000
"""Of a longer run only the list shows how it stands; its own screen reads it in pieces."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One run as it was read. `story` is None when it has too many entries for a glance."""

    row: RunRow
    outline: Outline
    story: Story | None


def see(store: Store, run_id: str) -> Seen | None:
    """Reads a run for its preview; None when there is none."""
    from lexiconsole.views.telling import tell  # loads the models' words, which the first paint does not wait for

    row = store.run(run_id)
    if row is None:
        return None
    story = tell(store.entries(row)) if row.seq <= MOST_ENTRIES else None
    return Seen(row, store.outline(row), story)


@dataclass(frozen=True, slots=True)
class _Step:
    title: str
    look: Look
    took: float | None
    deep: int
    moving: bool


class PreviewPane(Widget, can_focus=True):
    """Shows what fits, around the step that matters now."""

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes)
        self.seen: Seen | None = None
        self._steps: list[_Step] = []

    def show(self, seen: Seen | None) -> None:
        self.seen = seen
        self._steps = [] if seen is None else _steps(seen)
        steps = len(self._steps)
        self.border_subtitle = f"{steps} steps" if steps else ""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        console = cast("ConsoleApp", self.app)
        colours, glyphs, width = console.palette, console.glyphs, self.size.width
        if self.seen is None or not self._steps:
            said = "" if self.seen is None else "nothing is known of its steps yet"
            if self.seen is not None and self.seen.story is None:
                said = f"{self.seen.row.seq:,} entries: too many for a glance"
            return line([(said, ink(colours.dim))] if y == 0 else [], width).apply_style(self.rich_style)
        index = y + self._first()
        if index >= len(self._steps):
            return Strip.blank(width, self.rich_style)
        step = self._steps[index]
        colour = colours.state(step.look)
        faint = step.look.word in {"pending", "not reached", "skipped"}
        left: list[Part] = [
            ("  " * step.deep, ink()),
            (f"{glyphs.state(step.look)} ", ink(colour, bold=True)),
            (
                step.title,
                ink(colours.dim if faint else colours.bright if step.moving else colours.text, bold=step.moving),
            ),
        ]
        right: list[Part] = []
        if step.moving:
            right = [(step.look.word, ink(colour))]
        elif step.took is not None:
            right = [(span(step.took), ink(colours.dim))]
        return line(left, width, right).apply_style(self.rich_style)

    def _first(self) -> int:
        """The step to begin with, so that the last one that moved is in sight."""
        room, steps = max(1, self.size.height), self._steps
        if len(steps) <= room:
            return 0
        reached = [n for n, step in enumerate(steps) if step.look.word not in {"pending", "not reached"}]
        matters = next((n for n, step in enumerate(steps) if step.moving), reached[-1] if reached else 0)
        return max(0, min(matters - room // 2, len(steps) - room))


_MOVING = frozenset(
    {
        StepState.RUNNING,
        StepState.RETRYING,
        StepState.WAITING,
        StepState.SLEEPING,
        StepState.DOUBTFUL,
        StepState.FAILED,
        StepState.UNDOING,
        StepState.UNDO_FAILED,
    }
)


def _steps(seen: Seen) -> list[_Step]:
    """Those of the outline, then what the run did besides."""
    rows = {row.key: row for row in (seen.story.rows if seen.story is not None else ())}
    ended = seen.row.status.ended
    steps = []
    for node in seen.outline.nodes:
        if node.kind in {NodeKind.START, NodeKind.END}:
            continue
        row = rows.pop(node.key, None)
        if row is None and node.kind is NodeKind.COMPENSATION:
            continue  # nothing was undone there
        steps.append(_step(node.title, row, bool(node.parent), ended=ended))
    steps += [_step(row.key, row, nested=False, ended=ended) for row in rows.values()]
    return steps


def _step(title: str, row: Row | None, nested: bool, *, ended: bool) -> _Step:
    if row is None:
        state = StepState.NOT_REACHED if ended else StepState.PENDING
        return _Step(harmless(title), STEP_LOOKS[state], None, int(nested), moving=False)
    took = row.ended_at - row.began_at if row.ended_at is not None else None
    return _Step(harmless(title), STEP_LOOKS[row.state], took, int(nested), row.state in _MOVING)
